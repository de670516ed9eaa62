"""Convert the stored settings of a pack to records, and back. Pure."""

from __future__ import annotations

from typing import Any

from dbus_xbms.model import Extremes, History, PackIdentity
from dbus_xbms.schema import AnySetting, Value
from dbus_xbms.settings.pack import PackSettings
from dbus_xbms.settings.pack import PackSettings as P

# Setting -> field; a setting's default means "unknown".
IDENTITY: dict[AnySetting, str] = {
    P.hardware: "hardware",
    P.firmware: "firmware",
    P.cells: "cell_count",
    P.sensors: "ntc_count",
    P.nominal: "nominal",
    P.rating: "rating",
    P.produced: "produced",
}
EXTREMES: dict[AnySetting, str] = {
    P.minimum_voltage: "pack_min",
    P.maximum_voltage: "pack_max",
    P.minimum_cell_voltage: "cell_min",
    P.maximum_cell_voltage: "cell_max",
    P.minimum_temperature: "temperature_min",
    P.maximum_temperature: "temperature_max",
}
HISTORY: dict[AnySetting, str] = {
    P.deepest_discharge: "deepest_discharge",
    P.last_discharge: "last_discharge",
    P.total_drawn: "total_drawn",
    P.charged_energy: "charged_energy",
    P.discharged_energy: "discharged_energy",
    P.since_full: "since_full",
    P.since_top_balance: "since_top_balance",
    P.discharges: "discharges",
    P.full_discharges: "full_discharges",
    P.seen_below: "below",
    P.seen_empty: "empty",
}


def _known(table: dict[AnySetting, str], settings: PackSettings) -> dict[str, Any]:
    values = {setting: settings.value(setting) for setting in table}
    return {table[setting]: value for setting, value in values.items() if value != setting.default}


def identity_of(settings: PackSettings) -> PackIdentity:
    """The identity as it was last stored."""
    return PackIdentity(**_known(IDENTITY, settings))


def extremes_of(settings: PackSettings) -> Extremes:
    """The extremes as they were last stored."""
    return Extremes(**_known(EXTREMES, settings))


def history_of(settings: PackSettings) -> History:
    """The history as it was last stored."""
    return History(**_known(HISTORY, settings))


def remembered(record: PackIdentity | Extremes | History) -> dict[str, Value]:
    """The settings that store ``record``, by name."""
    table = {PackIdentity: IDENTITY, Extremes: EXTREMES, History: HISTORY}[type(record)]
    fields = {setting: getattr(record, field) for setting, field in table.items()}
    return {setting.name: setting.default if value is None else value for setting, value in fields.items()}
