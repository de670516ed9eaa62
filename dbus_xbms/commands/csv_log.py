"""`watch --log`: a line of a CSV file for each poll of a pack."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import BinaryIO

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.csv_rows import HEADER, row
from dbus_xbms.commands.table import Battery
from dbus_xbms.venus.peers import NoAnswer

ASK = 1.0  # s between two questions to the service for polls that changed nothing
TOLERANCE = 0.3  # s between a poll and the line of what it changed
IS_READ = "/Serial"  # never signalled: a pack without it has not been read as a whole


class CsvLog:
    """The file, open for appending; a new one begins with the names of the columns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._file = self._opened()
        self._newest: dict[str, float] = {}  # s of the loop's clock, by service

    def add(self, pack: Battery) -> None:
        """Take a pack as it is now; it is written as soon as the loop has time."""
        self._newest[pack.service] = asyncio.get_running_loop().time()
        time = datetime.now().astimezone().isoformat(timespec="milliseconds")
        self._waiting.put_nowait(_line(row(pack, time)))

    def lacks(self, pack: Battery, silence: float) -> bool:
        """Whether the newest line of a pack is older than its newest good poll, ``silence`` s ago."""
        sampled = asyncio.get_running_loop().time() - silence
        return sampled > self._newest.get(pack.service, sampled) + TOLERANCE

    async def run(self) -> None:
        """Write what comes, until cancelled.

        Raises:
            CommandError: the file cannot be written.
        """
        while True:
            self._write(await self._waiting.get())

    def close(self) -> None:
        """Write what still waits, and close the file.

        Raises:
            CommandError: the file cannot be written.
        """
        with self._file:
            while not self._waiting.empty():
                self._write(self._waiting.get_nowait())

    def _opened(self) -> BinaryIO:
        header = _line(list(HEADER))
        with ExitStack() as undo:
            try:
                # Without a buffer, in which what the disk has refused would wait.
                file = undo.enter_context(self._path.open("ab+", buffering=0))
                begun = b""
                if self._path.is_file():  # from a pipe or a device there is nothing to read
                    file.seek(0)
                    begun = file.read(len(header))
                if not begun:
                    file.write(header)
            except OSError as err:
                raise self._failed(err) from err
            if begun not in (b"", header):
                raise CommandError(f"{self._path} holds something else; choose a new file for --log")
            undo.pop_all()
            return file

    def _write(self, text: bytes) -> None:
        try:
            self._file.write(text)
        except OSError as err:
            raise self._failed(err) from err

    def _failed(self, err: OSError) -> CommandError:
        return CommandError(f"cannot write {self._path}: {err.strerror or err}")


def _line(columns: list[str]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(columns)
    return text.getvalue().encode()


@asynccontextmanager
async def logging_to(
    path: Path | None, live: Batteries, choose: Callable[[list[Battery]], list[Battery]]
) -> AsyncIterator[None]:
    """Write the chosen packs to a file while inside, beginning with how they are now.

    Raises:
        CommandError: the file cannot be written, or holds something else.
    """
    if path is None:
        yield
        return
    log = CsvLog(path)

    def updated(pack: Battery) -> None:
        if IS_READ in pack.values and choose([pack]):
            log.add(pack)

    for pack in choose(live.packs):
        log.add(pack)
    live.updated = updated
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(log.run()), group.create_task(_add_unchanged(log, live, choose))]
            yield
            for task in tasks:
                task.cancel()
    finally:
        live.updated = lambda pack: None
        log.close()


async def _add_unchanged(
    log: CsvLog, live: Batteries, choose: Callable[[list[Battery]], list[Battery]]
) -> None:
    """Add packs whose newest poll has changed nothing: the bus does not tell of it, but the service does."""
    while True:
        await asyncio.sleep(ASK)
        try:
            contacts = await live.contacts()
        except NoAnswer:
            continue
        for pack in choose(live.packs):
            contact = contacts.get(pack.address)
            if contact and contact.silence is not None and not pack.gone and log.lacks(pack, contact.silence):
                log.add(pack)
