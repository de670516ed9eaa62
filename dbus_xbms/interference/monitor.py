"""Report programs that interfere with Bluetooth: once in the log, and for each pack."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Protocol

from dbus_xbms.ble.scheduler import ChangeSignal
from dbus_xbms.interference.programs import ProgramWatcher
from dbus_xbms.interference.rules import RadioUse, VenusPrograms, notices, text_for
from dbus_xbms.logs import CountedLog

log = CountedLog(logging.getLogger(__name__))


class Affected(Protocol):
    """The part of :class:`dbus_xbms.pack.pack.Pack` that the monitor uses."""

    address: str

    @property
    def hci(self) -> str:
        """The adapter that was last used, or an empty text."""
        ...

    def set_interference(self, words: str) -> None:
        """Record the interference as text; empty: none."""
        ...


class Radio(Protocol):
    """The part of :class:`dbus_xbms.ble.central.Central` that the monitor uses."""

    changed: ChangeSignal

    @property
    def busy(self) -> frozenset[str]:
        """The adapters that refuse to scan because another program does."""
        ...


class Watcher(Protocol):
    """A :class:`dbus_xbms.interference.programs.ProgramWatcher`."""

    async def run(self) -> None:
        """Watch until cancelled."""
        ...


class InterferenceMonitor:
    """Checks for interference whenever the bus or an adapter changes."""

    def __init__(
        self,
        air: Radio,
        packs: Callable[[], Collection[Affected]],
        watcher: Callable[[Callable[[VenusPrograms], None]], Watcher] = ProgramWatcher,
    ) -> None:
        """Make a monitor; ``watcher`` makes the bus watcher from a function that takes changes."""
        self._air = air
        self._packs = packs
        self._venus = VenusPrograms()
        self._programs = watcher(self._venus_changed)
        self._logged: dict[tuple[str, str], None] = {}  # program and what it does

    @property
    def words(self) -> str:
        """What interferes now, in words; empty: nothing."""
        return "; ".join(f"{who}: {words}" for who, words in self._logged)

    async def run(self) -> None:
        """Watch for interference until cancelled.

        Raises:
            BusError: no bus, or it is lost.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._programs.run(), name="programs")
            while True:
                radios = self._radios()
                self._check(radios)
                await self._air.changed.until(lambda seen=radios: self._radios() != seen)  # type: ignore[misc]

    def _venus_changed(self, venus: VenusPrograms) -> None:
        self._venus = venus
        self._check(self._radios())

    def _radios(self) -> list[RadioUse]:
        busy = self._air.busy
        return [
            RadioUse(address=pack.address, hci=pack.hci, busy=pack.hci in busy or bool(busy and not pack.hci))
            for pack in self._packs()
        ]

    def _check(self, radios: list[RadioUse]) -> None:
        found = notices(self._venus, radios)
        known = {(one.who, one.words): None for one in found}
        for who, words in known:
            if (who, words) not in self._logged:
                log.warning("%s interferes: %s", who, words)
        for who, words in self._logged:
            if (who, words) not in known:
                log.info("%s no longer interferes", who)
        self._logged = known
        for pack in self._packs():
            pack.set_interference(text_for(pack.address, found))
