"""What the program keeps of a pack in localsettings, as records and back. Pure."""

from __future__ import annotations

from dbus_xbms.model import Extremes, PackIdentity
from dbus_xbms.settings import Settings, Value

# Setting name -> field; 0 and "" in a setting stand for "not known".
IDENTITY = {
    "Hardware": "hardware",
    "Firmware": "firmware",
    "Cells": "cell_count",
    "Sensors": "ntc_count",
    "Nominal": "nominal",
    "Produced": "produced",
}
EXTREMES = {
    "MinimumVoltage": "pack_min",
    "MaximumVoltage": "pack_max",
    "MinimumCellVoltage": "cell_min",
    "MaximumCellVoltage": "cell_max",
}


def identity_of(settings: Settings) -> PackIdentity:
    """The identity as it was when the pack last answered."""
    return PackIdentity(**{field: settings[name] for name, field in IDENTITY.items()})  # type: ignore[arg-type]


def extremes_of(settings: Settings) -> Extremes:
    """The extremes as they were last stored."""
    return Extremes(**{field: settings.number(name) or None for name, field in EXTREMES.items()})


def remembered(record: PackIdentity | Extremes) -> dict[str, Value]:
    """The settings that keep ``record``."""
    table = IDENTITY if isinstance(record, PackIdentity) else EXTREMES
    fields = {name: getattr(record, field) for name, field in table.items()}
    return {name: 0.0 if value is None else value for name, value in fields.items()}
