"""Packs and banks with stored settings, and their readings on the bus, as `dbus-xbms bank` finds them."""

from __future__ import annotations

from collections.abc import Mapping

from dbus_xbms.commands.known import Known, path_of_bank
from dbus_xbms.commands.table import Battery
from dbus_xbms.settings import Value, device_id, pack_path
from dbus_xbms.venus.localsettings import LocalSettings

BOW, STERN, PORT, STARBOARD = (f"A4:C1:37:00:00:0{number}" for number in range(1, 5))
NAMES = {BOW: "Bow", STERN: "Stern", PORT: "Port", STARBOARD: "Starboard"}
TYPICAL: dict[str, Value] = {"Enabled": 1, "Chemistry": "LiFePO4", "Cells": 4, "Nominal": 100.0}


def known(
    *addresses: str, banks: Mapping[int, Mapping[str, Value]] | None = None, **chosen: Mapping[str, Value]
) -> Known:
    """Return packs and banks; ``bow={...}`` changes the settings of the pack Bow."""
    stored: dict[str, object] = {}
    for address in addresses or (BOW, STERN):
        own = {**TYPICAL, "CustomName": NAMES[address], **chosen.get(NAMES[address].lower(), {})}
        stored |= {pack_path(address, name): value for name, value in own.items()}
    for number, values in (banks or {}).items():
        stored |= {path_of_bank(number, name): value for name, value in values.items()}
    return Known(LocalSettings(lambda path, value: None), stored)


def shown(address: str, volts: float | None, mosfets: int = 1) -> Battery:
    values = {"/Dc/0/Voltage": volts, "/Io/AllowToCharge": mosfets, "/Io/AllowToDischarge": 1}
    return Battery(service=f"com.victronenergy.battery.{device_id(address)}", values=values)


def live(**volts: float | None) -> dict[str, Battery]:
    by_name = {name.lower(): address for address, name in NAMES.items()}
    return {by_name[name]: shown(by_name[name], voltage) for name, voltage in volts.items()}
