"""What the program keeps of a pack in localsettings, as records and back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dbus_xbms.model import Extremes, History, PackIdentity
from dbus_xbms.settings import DEVICES, PACK_SETTINGS, Settings, Value, address_of, pack_path

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


def strangers(stored: Mapping[str, object]) -> dict[str, list[str]]:
    """Packs of which nothing but what a scan tells was stored, with the paths of all their settings.

    A pack that was added once is enabled, or has told who it is, or was added by its address alone and has no
    name. Whether what differs from today's defaults (:func:`changed_of`) was the default when it was stored
    is left to ask.
    """
    paths: dict[str, list[str]] = {}
    for path in stored:
        device, _, _ = path.removeprefix(f"{DEVICES}/").partition("/")
        if address := address_of(device):
            paths.setdefault(address, []).append(path)
    return {address: of for address, of in paths.items() if _is_stranger(stored, address)}


def _is_stranger(stored: Mapping[str, object], address: str) -> bool:
    def value(name: str) -> object:
        return stored.get(pack_path(address, name))

    remembered_names = (*IDENTITY, *EXTREMES, *HISTORY, "CustomName")
    touched = [name for name in remembered_names if value(name) not in (None, _DEFAULTS[name])]
    return value("Enabled") == 0 and bool(value("AdvertisedName")) and not touched


def changed_of(stored: Mapping[str, object], paths: Iterable[str]) -> list[str]:
    """Settings that are not what they are by default today, but for what a scan or localsettings sets."""
    return [
        path
        for path in paths
        if (name := path.rpartition("/")[2]) not in ("AdvertisedName", "ClassAndVrmInstance")
        and stored[path] != _DEFAULTS.get(name)
    ]


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
