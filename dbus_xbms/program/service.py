"""The service ``com.victronenergy.xbms``: what the program does, and requests from pages of the GX.

It changes by itself every 20 s at most, except while a scan runs. No pack and no bank depends on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from dbus_xbms.beat import SLOW, next_beat
from dbus_xbms.dbus import BusError, BusLost, NoBus
from dbus_xbms.known.stored import Stored
from dbus_xbms.logs import CountedLog
from dbus_xbms.program import view
from dbus_xbms.program.changes import Changes
from dbus_xbms.program.checks import Checks
from dbus_xbms.program.requests import Requests, Scanner
from dbus_xbms.program.usage import Usage
from dbus_xbms.program.view import Parts
from dbus_xbms.program_report import ProgramReport
from dbus_xbms.settings import SettingsError, Value
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.tables.program import ITEMS, NAME

log = CountedLog(logging.getLogger(__name__))

EVERY = 2 * SLOW  # s between two reports
EVERY_IN_SCAN = 1.0  # s
SETTLE = 2.0  # s between two readings of the settings; an owner may be dragging a slider
READ_AGAIN = 600.0  # s; settings that the program never read are removed without notice
RETRY_AFTER = 60.0  # s until the service is tried again


class ProgramService:
    """Publishes the program, and takes requests, while :meth:`run` runs."""

    def __init__(self, parts: Parts, scanner: Scanner, changes: Changes) -> None:
        self._parts = parts
        self._changes = changes
        self._stored = Stored()
        self._rows: list[str] = []  # addresses of the packs that have settings
        self._settings_changed = asyncio.Event()
        self._wake = asyncio.Event()  # there is something to publish
        self._checks = Checks(self._wake.set)
        self._requests = Requests(scanner, changes, self._checks, self._wake.set)
        self._usage = Usage(_now())
        self._latest = ProgramReport()
        self._items = {item.path: item for item in ITEMS}

    def settings_changed(self) -> None:
        """Read the settings of packs and banks again soon."""
        self._settings_changed.set()

    async def run(self) -> None:
        """Serve until cancelled; whatever fails is tried again."""
        while True:
            try:
                await self._serve()
            except* (BusLost, NoBus) as errors:  # the program ends, and reports it
                log.debug("%s: %r", NAME, errors)
            except* BusError as errors:
                log.warning("%s", errors.exceptions[0])
            except* Exception:
                log.logger.exception("%s failed because of an error in this program; trying again", NAME)
            _end_if_cancelled()
            await asyncio.sleep(RETRY_AFTER)

    async def _serve(self) -> None:
        """Publish until the name is lost.

        Raises:
            BusError: the name is taken or refused, or there is no bus.
        """
        async with asyncio.TaskGroup() as group:
            tasks = (self._follow_settings(), self._checks.run(), self._requests.run())
            async with _running(group, *tasks):
                await self._publish()

    async def _publish(self) -> None:
        diff = Diff(ITEMS)
        diff.changes(self._report(), _now())
        service = ItemService(NAME, ITEMS, diff.values, self._write, diff.notes)
        await service.start()
        log.info("%s is on the bus", NAME)
        try:
            while not service.lost.is_set():
                await self._until_due()
                service.publish(diff.changes(self._report(), _now()))
        finally:
            await service.stop()

    async def _until_due(self) -> None:
        """Wait for something to publish."""
        self._wake.clear()
        interval = EVERY_IN_SCAN if self._latest.scan_left else EVERY
        with suppress(TimeoutError):
            async with asyncio.timeout_at(next_beat(_now(), interval)):
                await self._wake.wait()

    def _report(self) -> ProgramReport:
        now = _now()
        self._usage.update(now)
        self._requests.look(now)
        self._latest = ProgramReport(
            scan_left=self._requests.scan_left(now),
            found=self._requests.discovered.shown(self._stored.packs),
            packs=view.known_packs(self._parts, self._stored, self._rows),
            banks=view.known_banks(self._parts, self._stored),
            adapters=view.adapters(self._parts),
            interference=self._parts.interference(),
            cpu=self._usage.cpu,
            memory=self._usage.memory,
            uptime=self._usage.uptime(now),
            findings=self._checks.findings,
            checking=self._checks.running,
            message=self._requests.message,
        )
        return self._latest

    def _write(self, path: str, value: Value, sender: str) -> bool:
        """Take a value that was written; return whether it is accepted."""
        item = self._items[path]
        try:
            if item.request and (request := item.request(value, self._latest)):
                self._requests.accept(request, sender)  # type: ignore[arg-type]
        except SettingsError as err:
            log.warning("%s: %s, written by %s", path, err, sender)
            self._requests.message = str(err)
            self._wake.set()
            return False
        self._wake.set()
        return True

    async def _follow_settings(self) -> None:
        """Read the settings of packs and banks whenever they have changed."""
        while True:
            self._settings_changed.clear()
            try:
                self._stored = await self._changes.read()
                self._rows = view.in_rows(self._rows, self._stored.packs)
                self._wake.set()
            except SettingsError as err:
                log.warning("the settings of the packs cannot be read: %s", err)
            with suppress(TimeoutError):
                async with asyncio.timeout(READ_AGAIN):
                    await self._settings_changed.wait()
                    await asyncio.sleep(SETTLE)


@asynccontextmanager
async def _running(group: asyncio.TaskGroup, *coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run coroutines while inside."""
    tasks = [group.create_task(coroutine) for coroutine in coroutines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


def _end_if_cancelled() -> None:
    """Continue a cancellation of this task: a TaskGroup raises the errors of its tasks in place of it.

    At the end of the program such errors come with it, because the connection to localsettings closes.
    """
    if (task := asyncio.current_task()) and task.cancelling():
        raise asyncio.CancelledError


def _now() -> float:
    return asyncio.get_running_loop().time()
