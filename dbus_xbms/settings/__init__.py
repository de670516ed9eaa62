"""Settings of packs and of the program: tables, values, and where they are stored. Pure."""

from dbus_xbms.protocols.family import WATCH_ONLY
from dbus_xbms.schema import AnySetting, NotStoredError, Setting, Settings, SettingsError, Value
from dbus_xbms.settings.bank import BankSettings
from dbus_xbms.settings.make import described_make, family_of, make_of
from dbus_xbms.settings.pack import PackSettings
from dbus_xbms.settings.paths import (
    DEVICE_PREFIX,
    DEVICES,
    SERVICE,
    SWITCH_DEVICE,
    address_of,
    as_address,
    bank_id,
    bank_instance_path,
    bank_number,
    bank_path,
    bank_setting,
    device_id,
    instance_of,
    name_of,
    normal_address,
    pack_path,
    service_path,
    switch_path,
)
from dbus_xbms.settings.program import ProgramSettings
from dbus_xbms.settings.switching import SWITCH_INSTANCE

__all__ = [
    "DEVICES",
    "DEVICE_PREFIX",
    "SERVICE",
    "SWITCH_DEVICE",
    "SWITCH_INSTANCE",
    "WATCH_ONLY",
    "AnySetting",
    "BankSettings",
    "NotStoredError",
    "PackSettings",
    "ProgramSettings",
    "Setting",
    "Settings",
    "SettingsError",
    "Value",
    "address_of",
    "as_address",
    "bank_id",
    "bank_instance_path",
    "bank_number",
    "bank_path",
    "bank_setting",
    "described_make",
    "device_id",
    "family_of",
    "instance_of",
    "make_of",
    "name_of",
    "normal_address",
    "pack_path",
    "service_path",
    "switch_path",
]
