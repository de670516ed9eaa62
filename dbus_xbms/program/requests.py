"""Carry out what pages of the GX request: scans, adding packs, turning packs and banks on and off."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from math import ceil
from typing import Protocol

from dbus_xbms.dbus import BusError
from dbus_xbms.logs import CountedLog
from dbus_xbms.program import restart
from dbus_xbms.program.changes import Changes
from dbus_xbms.program.checks import Checks
from dbus_xbms.program.discovered import Discovered, Sighting
from dbus_xbms.program_report import (
    AddFound,
    CheckAgain,
    EnableBank,
    EnablePack,
    ProgramRequest,
    Restart,
    Scan,
)
from dbus_xbms.protocols import Advertised, LinkError
from dbus_xbms.settings import SettingsError
from dbus_xbms.text import LINE, printable

log = CountedLog(logging.getLogger(__name__))

SCAN_TIME = 30.0  # s
RESTART_AFTER = 0.5  # s; the write is answered first
MOST_WAITING = 8  # changes; each takes less than a second

Act = Callable[[], Awaitable[str]]  # returns what has happened, in words


class Scanner(Protocol):
    """The part of :class:`dbus_xbms.scans.Scans` that requests use."""

    async def scan(self, seconds: float) -> object:
        """Scan for packs."""
        ...

    def sightings(self) -> Iterable[Sighting]:
        """Return the packs found by scans of the last day and by running ones."""
        ...

    def keep_found_so_far(self) -> None:
        """Keep what running scans have found."""
        ...


class Requests:
    """Requests that were accepted, one after the other; a scan runs beside them.

    ``changed`` is called when something is under way or has ended.
    """

    def __init__(
        self,
        scanner: Scanner,
        changes: Changes,
        checks: Checks,
        changed: Callable[[], object],
        *,
        supervised: Callable[[], str] = restart.supervised,
        end: Callable[[], object] = restart.end,
    ) -> None:
        self.message = ""  # result of the newest request, in words
        self.discovered = Discovered()
        self._scanner = scanner
        self._changes = changes
        self._checks = checks
        self._changed = changed
        self._supervised = supervised
        self._end = end
        self._waiting: asyncio.Queue[tuple[str, Act]] = asyncio.Queue(MOST_WAITING)
        self._adding: set[str] = set()  # addresses
        self._group: asyncio.TaskGroup | None = None  # while it runs
        self._scan: asyncio.Task[None] | None = None
        self._scan_ends = 0.0  # s

    async def run(self) -> None:
        """Carry out requests until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._group:
                while True:
                    await self._carry_out(*await self._waiting.get())
        finally:
            self._group = self._scan = None

    def look(self, now: float) -> None:
        """Take what scans have found into the rows; ``now``: s."""
        self.discovered.update(self._scanner.sightings(), now)

    def scan_left(self, now: float) -> int:
        """Return s until the running scan ends, at least 1; 0: none is running."""
        return max(1, ceil(self._scan_ends - now)) if self._scan else 0

    def accept(self, request: ProgramRequest, sender: str) -> None:
        """Begin to carry out a request.

        Raises:
            SettingsError: it is refused.
        """
        match request:
            case Scan(on=on):
                self._start_scan() if on else self._stop_scan()
            case AddFound(row=row, address=address):
                self._add(row, address)
            case EnablePack(address=address, on=on):
                self._wait(f"turning {address} {_word(on)}", lambda: self._changes.enable(address, on))
            case EnableBank(number=number, on=on):
                act = lambda: self._changes.enable_bank(number, on)  # noqa: E731 (as above)
                self._wait(f"turning bank {number} {_word(on)}", act)
            case CheckAgain():
                self._checks.request()
            case Restart():
                self._restart()
        log.info("%s requests %s", sender, _in_words(request))

    def _wait(self, what: str, act: Act) -> None:
        try:
            self._waiting.put_nowait((what, act))
        except asyncio.QueueFull:
            raise SettingsError("several changes are under way; try again in some seconds") from None

    async def _carry_out(self, what: str, act: Act) -> None:
        try:
            self.message = printable(await act(), LINE)
            log.info("%s", self.message)
        except (BusError, LinkError, SettingsError) as err:
            self.message = printable(f"{what} failed: {err}", LINE)
            log.warning("%s", self.message)
        except Exception:
            self.message = f"{what} failed because of an error in this program"
            log.logger.exception("%s", self.message)
        self._changed()

    def _add(self, row: int, address: str) -> None:
        seen = self.discovered.pack_in(row, _now(), address)
        if seen is None:
            raise SettingsError("this row has just changed or is empty; read it again")
        if seen.address in self._adding:
            return
        self._wait(f"adding {seen.address}", lambda: self._added(seen))
        self._adding.add(seen.address)

    async def _added(self, seen: Advertised) -> str:
        try:
            return await self._changes.add(seen)
        finally:
            self._adding.discard(seen.address)

    def _start_scan(self) -> None:
        if self._group is None:
            raise SettingsError("the service is starting or stopping")
        if self._scan is None:
            self._scan_ends = _now() + SCAN_TIME
            self._scan = self._group.create_task(self._scan_once(), name="scan for a page")

    def _stop_scan(self) -> None:
        if self._scan:
            self._scanner.keep_found_so_far()
            self._scan.cancel()

    async def _scan_once(self) -> None:
        async def scan() -> str:
            await self._scanner.scan(SCAN_TIME)
            return "scan ended"

        try:
            await self._carry_out("the scan", scan)
        finally:
            self._scan = None
            self._changed()

    def _restart(self) -> None:
        supervisor = self._supervised()
        if not supervisor:
            raise SettingsError("nothing would start the program again: it was not started by a supervisor")
        log.info("ending, to be restarted by %s", supervisor)
        asyncio.get_running_loop().call_later(RESTART_AFTER, self._end)


def _in_words(request: ProgramRequest) -> str:
    match request:
        case Scan(on=on):
            return "a scan" if on else "the end of the scan"
        case AddFound(row=row, address=address):
            return f"adding {address or f'the pack in row {row}'}"
        case EnablePack(address=address, on=on):
            return f"turning {address} {_word(on)}"
        case EnableBank(number=number, on=on):
            return f"turning bank {number} {_word(on)}"
        case CheckAgain():
            return "a check"
        case Restart():
            return "a restart"


def _word(on: bool) -> str:
    return "on" if on else "off"


def _now() -> float:
    return asyncio.get_running_loop().time()
