"""What the program keeps of a pack in localsettings, as records and back. Pure."""

from __future__ import annotations

from typing import Any

from dbus_xbms.model import Extremes, History, PackIdentity
from dbus_xbms.settings import PACK_SETTINGS, Settings, Value

# Setting name -> field; a setting's default stands for "not known".
IDENTITY = {
    "Hardware": "hardware",
    "Firmware": "firmware",
    "Cells": "cell_count",
    "Sensors": "ntc_count",
    "Nominal": "nominal",
    "Rating": "rating",
    "Produced": "produced",
}
EXTREMES = {
    "MinimumVoltage": "pack_min",
    "MaximumVoltage": "pack_max",
    "MinimumCellVoltage": "cell_min",
    "MaximumCellVoltage": "cell_max",
    "MinimumTemperature": "temperature_min",
    "MaximumTemperature": "temperature_max",
}
HISTORY = {
    "DeepestDischarge": "deepest_discharge",
    "LastDischarge": "last_discharge",
    "TotalDrawn": "total_drawn",
    "ChargedEnergy": "charged_energy",
    "DischargedEnergy": "discharged_energy",
    "SinceFull": "since_full",
    "SinceTopBalance": "since_top_balance",
    "Discharges": "discharges",
    "FullDischarges": "full_discharges",
    "SeenBelow": "below",
    "SeenEmpty": "empty",
}
_DEFAULTS = {row.name: row.default for row in PACK_SETTINGS}


def _known(table: dict[str, str], settings: Settings) -> dict[str, Any]:
    return {field: settings[name] for name, field in table.items() if settings[name] != _DEFAULTS[name]}


def identity_of(settings: Settings) -> PackIdentity:
    """The identity as it was when the pack last answered."""
    return PackIdentity(**_known(IDENTITY, settings))


def extremes_of(settings: Settings) -> Extremes:
    """The extremes as they were last stored."""
    return Extremes(**_known(EXTREMES, settings))


def history_of(settings: Settings) -> History:
    """The history as it was last stored."""
    return History(**_known(HISTORY, settings))


def remembered(record: PackIdentity | Extremes | History) -> dict[str, Value]:
    """The settings that keep ``record``."""
    table = {PackIdentity: IDENTITY, Extremes: EXTREMES, History: HISTORY}[type(record)]
    fields = {name: getattr(record, field) for name, field in table.items()}
    return {name: _DEFAULTS[name] if value is None else value for name, value in fields.items()}
