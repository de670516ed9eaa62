"""Changes of one pack's settings: through localsettings and on its service; checked, kept and logged."""

from __future__ import annotations

import logging

from dbus_xbms.logs import CountedLog
from dbus_xbms.pack.settings_writer import SettingsWriter
from dbus_xbms.policy.charge.chemistry import refusal
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, SettingsError, Value
from dbus_xbms.venus.tables.settings import setting_written

log = CountedLog(logging.getLogger(__name__))

# A change of these needs a new connection.
LINK_SETTINGS = frozenset(
    {
        PackSettings.connection_mode.name,
        PackSettings.notify_method.name,
        PackSettings.acquire_failed.name,
        PackSettings.adapter.name,
        PackSettings.password.name,
        PackSettings.passkey.name,
    }
)

ROWS = {row.name: row for row in PackSettings.rows}


class SettingChanges:
    """Takes over what others change of one pack's settings."""

    def __init__(self, address: str, settings: PackSettings, keeper: SettingsWriter) -> None:
        self._address = address
        self._settings = settings
        self._keeper = keeper

    def stored(self, name: str, value: Value) -> bool:
        """Take over a change in localsettings, or set it back; True if it needs a new connection."""
        before = self._settings.get(name)
        if why := refusal(self._settings, {name: value}):
            log.warning("%s: %s; set back to %s", self._address, why, before)
            self._keeper.restore(name)
            return False
        try:
            self._settings.put(name, value)
        except SettingsError as err:
            log.warning("%s: %s; the old value stands", self._address, err)
            return False
        self._log(name, before, "through localsettings")
        # Unchanged: this program has just stored it itself.
        return name in LINK_SETTINGS and self._settings[name] != before

    def written(self, path: str, value: Value, sender: str, shown: Report | None) -> bool:
        """Take over what somebody wrote to the service, which shows ``shown``; True if accepted."""
        try:
            self._write(path, value, sender, shown)
        except SettingsError as err:
            log.warning("%s: %s, written by %s", self._address, err, sender)
            return False
        return True

    def _write(self, path: str, value: Value, sender: str, shown: Report | None) -> None:
        if path == "/CustomName":
            self._set(PackSettings.custom_name.name, value, sender)
        elif shown and (written := setting_written(path, value, shown)):
            if why := refusal(self._settings, dict([written])):
                raise SettingsError(why)
            self._set(*written, sender)

    def _set(self, name: str, value: Value, sender: str) -> None:
        before = self._settings[name]
        self._keeper.remember({name: value})
        self._log(name, before, f"by {sender}")

    def _log(self, name: str, before: Value | None, how: str) -> None:
        value, row = self._settings[name], ROWS[name]
        if value == before or row.internal:
            return
        what = "" if row.secret else f" from {before!r} to {value!r}"
        log.info("%s: %s was changed%s, %s", self._address, name, what, how)
