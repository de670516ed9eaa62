"""The services that the settings pages show: the program with two packs and a bank, and their settings."""

from __future__ import annotations

from collections.abc import Mapping

from dbus_xbms.settings import BankSettings, PackSettings
from dbus_xbms.settings.paths import bank_path, pack_path
from tests.gx.services import Service, Value, pack_settings, program, settings

BOW, STERN, NEW = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "A4:C1:37:00:00:07"
PROGRAM, SETTINGS = "com.victronenergy.xbms", "com.victronenergy.settings"


def running(**changes: Value) -> Service:
    """Return the program with two packs, a bank, and a discovered pack; ``Scan=12`` changes a path."""
    return program({**VALUES, **{f"/{path}": value for path, value in changes.items()}})


def stored(pack: Mapping[str, Value] | None = None, bank: Mapping[str, Value] | None = None) -> Service:
    """Return the settings of the two packs and of the bank; ``pack`` changes those of the pack "Bow"."""
    bow = PackSettings({"Enabled": 1, "CustomName": "Bow", "Nominal": 280.0, **(pack or {})})
    stern = PackSettings({"Enabled": 1, "CustomName": "Stern"})
    house = BankSettings({"Name": "House", **(bank or {})})
    return settings(
        {
            **pack_settings(BOW, bow),
            **pack_settings(STERN, stern),
            **{bank_path(1, name): value for name, value in house.items()},
        }
    )


def bow(name: str, value: Value) -> tuple[str, str, Value]:
    """Return what is written if a setting of the pack "Bow" is changed."""
    return SETTINGS, pack_path(BOW, name), value


def house(name: str, value: Value) -> tuple[str, str, Value]:
    """Return what is written if a setting of the bank is changed."""
    return SETTINGS, bank_path(1, name), value


VALUES: dict[str, Value] = {
    "/ProductName": "dbus-xbms",
    "/Mgmt/ProcessVersion": "1.0.0",
    "/Scan": 0,
    "/Message": "",
    "/Restart": 0,
    "/Uptime": 93600,
    "/Cpu": 3.2,
    "/Memory": 41.0,
    "/Interference": "dbus-ble-sensors scans all the time; this slows connections down",
    "/Discovered/0/Address": NEW,
    "/Discovered/0/Name": "xiaoxiang BMS",
    "/Discovered/0/Rssi": -58,
    "/Discovered/0/Known": 0,
    "/Discovered/0/Add": "0",
    "/Discovered/1/Address": BOW,
    "/Discovered/1/Name": "JBD-SP04S020-L4S-200A",
    "/Discovered/1/Known": 1,
    "/Discovered/1/Add": "0",
    "/Packs/0/Address": BOW,
    "/Packs/0/Name": "Bow",
    "/Packs/0/State": "connected",
    "/Packs/0/Enabled": 1,
    "/Packs/1/Address": STERN,
    "/Packs/1/Name": "Stern",
    "/Packs/1/State": "no contact for 12 min: the password is wrong",
    "/Packs/1/Enabled": 1,
    "/Banks/1/Name": "House",
    "/Banks/1/State": "off",
    "/Banks/1/Enabled": 0,
    "/Adapters/0/Address": "00:1A:7D:DA:71:13",
    "/Adapters/0/Name": "hci0",
    "/Adapters/0/State": "on",
    "/Adapters/0/Slots": 5,
    "/Adapters/0/Used": 2,
    "/Findings/Count": 2,
    "/Findings/Refresh": 0,
    "/Findings/0/Level": 2,
    "/Findings/0/Text": "Stern: the password is wrong; set it in the settings of the pack",
    "/Findings/1/Level": 1,
    "/Findings/1/Text": "DVCC is off: chargers do not obey any battery",
}
