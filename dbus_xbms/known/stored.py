"""The settings of all packs and banks, as localsettings stores them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from dbus_xbms.record import record
from dbus_xbms.settings import (
    DEVICES,
    BankSettings,
    PackSettings,
    Settings,
    SettingsError,
    address_of,
    bank_setting,
)
from dbus_xbms.settings.bank import BANK_INSTANCE


class StoredBank(BankSettings):
    """The settings of a bank, with its device instance."""

    class_and_vrm_instance = BANK_INSTANCE


@record(kw_only=False)
class Stored:
    """The packs and banks that have settings, whether they are enabled or not."""

    packs: dict[str, PackSettings] = field(default_factory=dict)  # by address
    banks: dict[int, StoredBank] = field(default_factory=dict)  # by number
    unusable: dict[str, str] = field(default_factory=dict)  # why stored values cannot be used, by path


def parse(stored: Mapping[str, object]) -> Stored:
    """Return the packs and banks with these stored values, by path."""
    found = Stored()
    for path, value in stored.items():
        device, _, name = path.removeprefix(f"{DEVICES}/").partition("/")
        table: Settings | None = None
        if address := address_of(device):
            table = found.packs.setdefault(address, PackSettings())
        elif bank := bank_setting(path):
            number, name = bank
            table = found.banks.setdefault(number, StoredBank())
        if table is not None and (why := put(table, name, value)):
            found.unusable[path] = why
    return found


def put(settings: Settings, name: str, value: object) -> str:
    """Copy a stored value into the settings; return why it cannot be used, or empty."""
    if name not in settings:
        return ""
    try:
        settings.put(name, value)
    except SettingsError as err:
        if (fallback := settings.named(name).fallback) is not None:
            settings.put(name, fallback)
        return str(err)
    return ""
