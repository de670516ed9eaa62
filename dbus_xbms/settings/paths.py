"""Paths of settings in localsettings, and names of packs there. Pure.

A pack's settings are stored under ``/Settings/Devices/xbms_<mac>/``, those of the whole program under
``/Settings/Services/Xbms/``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dbus_xbms.schema import SettingsError
from dbus_xbms.settings.bank import BANK_INSTANCE, MOST_BANKS
from dbus_xbms.settings.pack import PackSettings
from dbus_xbms.settings.switching import SWITCH_INSTANCE

DEVICES = "/Settings/Devices"
SERVICE = "/Settings/Services/Xbms"
DEVICE_PREFIX = "xbms_"  # of the name of a pack, followed by its address
SWITCH_DEVICE = "_switch"  # suffix of the switch device beside a pack

_NUMBER = rf"[1-{MOST_BANKS}]"
_BANK_SETTING = re.compile(
    rf"{SERVICE}/Banks/(?P<number>{_NUMBER})/(?P<name>\w+)"
    rf"|{DEVICES}/{DEVICE_PREFIX}bank_(?P<device>{_NUMBER})/{BANK_INSTANCE.name}"
)
_INSTANCE = re.compile(r"[a-z]+:([0-9]{1,9})")
_MAC = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}")


def normal_address(text: str) -> str:
    """Normalise a Bluetooth address to ``AA:BB:CC:DD:EE:FF``; colons are optional in ``text``.

    Raises:
        SettingsError: ``text`` is not a Bluetooth address.
    """
    digits = re.sub(r"[:\-_ ]", "", text).upper()
    address = ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))
    if not _MAC.fullmatch(address):
        raise SettingsError(f"{text!r} is not a Bluetooth address, which looks like A4:C1:37:01:02:03")
    return address


def as_address(text: str) -> str:
    """Normalise a Bluetooth address; an empty text if ``text`` is not one."""
    try:
        return normal_address(text)
    except SettingsError:
        return ""


def device_id(address: str) -> str:
    """Name of a pack in localsettings and on the bus: ``xbms_a4c137010203``."""
    return DEVICE_PREFIX + address.replace(":", "").lower()


def address_of(device: str) -> str | None:
    """Address in a name made by :func:`device_id`; ``None`` for any other name."""
    if not device.startswith(DEVICE_PREFIX):
        return None
    try:
        return normal_address(device.removeprefix(DEVICE_PREFIX))
    except SettingsError:
        return None


def pack_path(address: str, name: str) -> str:
    """Path of a pack's setting in localsettings."""
    return f"{DEVICES}/{device_id(address)}/{name}"


def name_of(pack: PackSettings) -> str:
    """The owner's name for a pack, else the advertised one; may be empty."""
    return pack.custom_name or pack.advertised_name


def switch_path(address: str) -> str:
    """Path of the device instance of the switch device beside a pack."""
    return f"{DEVICES}/{device_id(address)}{SWITCH_DEVICE}/{SWITCH_INSTANCE.name}"


def service_path(name: str) -> str:
    """Path of a setting of the whole program in localsettings."""
    return f"{SERVICE}/{name}"


BANKS = f"{SERVICE}/Banks"
BANK_DEVICE = "bank_"  # begins the name of a bank, after :data:`DEVICE_PREFIX`


def bank_path(number: int, name: str) -> str:
    """Path of a bank's setting in localsettings."""
    return f"{BANKS}/{number}/{name}"


def bank_id(number: int) -> str:
    """Name of a bank in localsettings and on the bus: ``xbms_bank_1``."""
    return f"{DEVICE_PREFIX}{BANK_DEVICE}{number}"


def bank_number(device: str) -> int | None:
    """Number in a name made by :func:`bank_id`; ``None`` for any other name."""
    number = device.removeprefix(DEVICE_PREFIX + BANK_DEVICE)
    return int(number) if number != device and re.fullmatch(_NUMBER, number) else None


def bank_instance_path(number: int) -> str:
    """Path of a bank's device instance in localsettings."""
    return f"{DEVICES}/{bank_id(number)}/{BANK_INSTANCE.name}"


def bank_setting(path: str) -> tuple[int, str] | None:
    """Return number of the bank and name of the setting at a path; ``None`` for any other path.

    The name of a device instance is ``ClassAndVrmInstance``, although it is stored elsewhere.
    """
    match = _BANK_SETTING.fullmatch(path)
    return (int(match["number"] or match["device"]), match["name"] or BANK_INSTANCE.name) if match else None


@lru_cache
def instance_of(text: str) -> int:
    """Device instance in a ``ClassAndVrmInstance`` such as ``battery:3``.

    Raises:
        SettingsError: it is not of that form.
    """
    match = _INSTANCE.fullmatch(text)
    if not match:
        raise SettingsError(f"a device instance looks like battery:1, not {text!r}")
    return int(match[1])
