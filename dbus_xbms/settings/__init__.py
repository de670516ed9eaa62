"""Settings: the values of the one table, and where they are stored. Pure.

A pack's settings live in localsettings under ``/Settings/Devices/xbms_<mac>/``, those of the whole program
under ``/Settings/Services/Xbms/``. There is no other store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dbus_xbms.settings.row import NotStoredError, Setting, SettingsError, Value
from dbus_xbms.settings.switches import SWITCH_INSTANCE
from dbus_xbms.settings.table import PACK_SETTINGS, SERVICE_SETTINGS

__all__ = [
    "PACK_SETTINGS",
    "SERVICE_SETTINGS",
    "SWITCH_INSTANCE",
    "NotStoredError",
    "Setting",
    "Settings",
    "SettingsError",
    "Value",
]  # at home in modules of their own

DEVICES = "/Settings/Devices"
SERVICE = "/Settings/Services/Xbms"
SWITCH_DEVICE = "_switch"  # ends the name of the switch device beside a pack

_MAC = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}")


def normal_address(text: str) -> str:
    """Return a Bluetooth address as ``AA:BB:CC:DD:EE:FF``, read with or without colons.

    Raises:
        SettingsError: ``text`` is not a Bluetooth address.
    """
    digits = re.sub(r"[:\-_ ]", "", text).upper()
    address = ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))
    if not _MAC.fullmatch(address):
        raise SettingsError(f"{text!r} is not a Bluetooth address, which looks like A4:C1:37:01:02:03")
    return address


def as_address(text: str) -> str:
    """Return the Bluetooth address that a text is, or empty if it is none."""
    try:
        return normal_address(text)
    except SettingsError:
        return ""


def device_id(address: str) -> str:
    """Name of a pack in localsettings and on the bus: ``xbms_a4c137010203``."""
    return "xbms_" + address.replace(":", "").lower()


def address_of(device: str) -> str | None:
    """Address behind a name made by :func:`device_id`, or ``None`` if it is not one of ours."""
    if not device.startswith("xbms_"):
        return None
    try:
        return normal_address(device.removeprefix("xbms_"))
    except SettingsError:
        return None


def pack_path(address: str, name: str) -> str:
    """Path of a pack's setting in localsettings."""
    return f"{DEVICES}/{device_id(address)}/{name}"


def name_of(pack: Settings) -> str:
    """The owner's name for a pack, else the one that it advertises; may be empty."""
    return pack.text("CustomName") or pack.text("AdvertisedName")


def switch_path(address: str) -> str:
    """Path of the device instance of the switch device beside a pack."""
    return f"{DEVICES}/{device_id(address)}{SWITCH_DEVICE}/{SWITCH_INSTANCE.name}"


def service_path(name: str) -> str:
    """Path of a setting of the whole program in localsettings."""
    return f"{SERVICE}/{name}"


class Settings(Mapping[str, Value]):
    """One pack's settings, or the program's, with defaults for what is not stored yet."""

    def __init__(self, table: tuple[Setting, ...], stored: Mapping[str, object] | None = None) -> None:
        self._values: dict[str, Value] = {row.name: row.default for row in table}
        self._table = {row.name: row for row in table}
        for name, value in (stored or {}).items():
            self.put(name, value)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: str, value: object) -> None:
        """Set one value.

        Raises:
            SettingsError: unknown name, wrong type or out of range; the old value stands.
        """
        row = self._table.get(name)
        if row is None:
            raise SettingsError(f"there is no setting {name!r}; known: {', '.join(self._table)}")
        self._values = self._values | {name: row.checked(value)}

    @property
    def frozen(self) -> Mapping[str, Value]:
        """The values as they are now; another mapping after each change."""
        return self._values

    def text(self, name: str) -> str:
        """Value of a text setting."""
        value = self._values[name]
        assert isinstance(value, str)
        return value

    def number(self, name: str) -> float:
        """Value of a numeric setting."""
        value = self._values[name]
        assert not isinstance(value, str)
        return value
