"""Changes of a pack's settings, through localsettings or its service: checked, stored and logged."""

from __future__ import annotations

import logging

from dbus_xbms.logs import CountedLog
from dbus_xbms.pack.persistence import SettingsWriter
from dbus_xbms.pack.role import Role
from dbus_xbms.policy.authority import refusal
from dbus_xbms.settings import PackSettings, SettingsError, Value

log = CountedLog(logging.getLogger(__name__))

# A change of these needs a new connection.
LINK_SETTINGS = frozenset(
    row.name
    for row in (
        PackSettings.connection_mode,
        PackSettings.notify_method,
        PackSettings.acquire_failed,
        PackSettings.adapter,
        PackSettings.password,
        PackSettings.passkey,
    )
)


class SettingChanges:
    """Applies changes that others make to one pack's settings."""

    def __init__(self, address: str, settings: PackSettings, writer: SettingsWriter, role: Role) -> None:
        self._address = address
        self._settings = settings
        self._writer = writer
        self._role = role

    def stored(self, name: str, value: Value) -> bool:
        """Apply a change in localsettings, or restore the old value; return whether to reconnect."""
        before = self._settings.get(name)
        if why := self.refusal(name, value):
            log.warning("%s: %s; set back to %s", self._address, why, before)
            self._writer.restore(name)
            return False
        try:
            self._settings.put(name, value)
        except SettingsError as err:
            log.warning("%s: %s; the old value stands", self._address, err)
            return False
        self._log(name, before, "through localsettings")
        # Equal values: this program has just stored it itself.
        return name in LINK_SETTINGS and self._settings[name] != before

    def refusal(self, name: str, value: Value) -> str:
        """Return why a change would be refused, in words; "" if it would not."""
        taking_control = name == PackSettings.control.name and value and not self._settings.control
        if taking_control and (bank := self._role.controlled_by):
            return f"Control 1 is refused: the pack is part of the bank {bank}, which controls"
        return refusal(self._settings, {name: value})

    def requested(self, name: str, value: Value, sender: str) -> bool:
        """Apply a change that was written to the service; return whether it was accepted."""
        if why := self.refusal(name, value):
            log.warning("%s: %s, written by %s", self._address, why, sender)
            return False
        before = self._settings[name]
        try:
            self._writer.put({name: value})
        except SettingsError as err:
            log.warning("%s: %s, written by %s", self._address, err, sender)
            return False
        self._log(name, before, f"by {sender}")
        return True

    def _log(self, name: str, before: Value | None, how: str) -> None:
        value, row = self._settings[name], PackSettings.named(name)
        if value == before or row.internal:
            return
        what = "" if row.secret else f" from {before!r} to {value!r}"
        log.info("%s: %s was changed%s, %s", self._address, name, what, how)
