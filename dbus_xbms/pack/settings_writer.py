"""Persist the state of a pack in localsettings: in the background, and rarely."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

from dbus_xbms.dbus.errors import BusError
from dbus_xbms.policy.charge.snapshot import Moment
from dbus_xbms.settings import PackSettings, SettingsError, Value, pack_path

log = logging.getLogger(__name__)

SAVE_EVERY = 600.0  # s between writes of what changes by itself: each one wears the flash
SAVE_LIMIT = 1.0  # s that saving may delay the program's end

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

Store = Callable[[str, Value], Awaitable[Value]]


@cache
def _boot() -> str:
    try:
        return BOOT_ID.read_text().strip()
    except OSError:  # then only the wall clock tells how old something is
        return ""


def moment(monotonic: float) -> Moment:
    """This moment by all clocks; ``monotonic`` is the loop's, in s."""
    return Moment(boot=_boot(), monotonic=monotonic, wall=time.time())


class SettingsWriter:
    """Holds what is not stored yet; :meth:`run` stores it."""

    def __init__(
        self, address: str, settings: PackSettings, store: Store, last: Callable[[], dict[str, Value]]
    ) -> None:
        self._address = address
        self._settings = settings
        self._store = store
        self._last = last  # what changes by itself
        self._unsaved: dict[str, Value] = {}
        self._to_save = asyncio.Event()

    def remember(self, entries: dict[str, Value]) -> None:
        """Take over values of settings that changed here, to be stored."""
        changed = {name: value for name, value in entries.items() if self._settings[name] != value}
        for name, value in changed.items():
            self._settings.put(name, value)
        self._unsaved |= changed
        if changed:
            self._to_save.set()

    def restore(self, name: str) -> None:
        """Store the value in use again, because somebody else stored one that may not be."""
        self._unsaved[name] = self._settings[name]
        self._to_save.set()

    async def run(self) -> None:
        """Store what comes, and now and then what changes by itself, until cancelled; then what is left."""
        due = asyncio.get_running_loop().time() + SAVE_EVERY
        try:
            while True:
                try:
                    async with asyncio.timeout_at(due):
                        await self._to_save.wait()
                except TimeoutError:
                    due += SAVE_EVERY
                    self.remember(self._last())
                self._to_save.clear()
                await self._save()
        finally:
            await self._save_last()

    async def _save(self) -> None:
        while self._unsaved:
            name = next(iter(self._unsaved))
            value = self._unsaved[name]
            try:
                await self._store(pack_path(self._address, name), value)
            except SettingsError as err:
                log.warning("%s: %s was not stored: %s", self._address, name, err)
            except BusError as err:
                log.debug("%s: %s was not stored: %s", self._address, ", ".join(self._unsaved), err)
                return  # the program ends, and says so
            if self._unsaved.get(name) == value:
                del self._unsaved[name]

    async def _save_last(self) -> None:
        self.remember(self._last())
        try:
            async with asyncio.timeout(SAVE_LIMIT):
                await self._save()
        except TimeoutError:
            log.warning(
                "%s: localsettings does not answer; %s not stored", self._address, ", ".join(self._unsaved)
            )
