"""`watch --log`: a line of a CSV file for each poll of a pack."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from io import SEEK_END, RawIOBase, StringIO
from pathlib import Path

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries, Updated
from dbus_xbms.commands.csv_rows import HEADER, OF_A_POLL, row
from dbus_xbms.commands.table import Battery
from dbus_xbms.dbus.errors import NoAnswer

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

    def lacks(self, pack: Battery, sampled: float) -> bool:
        """Whether a pack was polled, at ``sampled`` s of the loop's clock, after its newest line."""
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

    def _opened(self) -> RawIOBase:
        header = _line(list(HEADER))
        with ExitStack() as undo:
            try:
                # Without a buffer, in which what the disk has refused would wait.
                file = undo.enter_context(self._path.open("ab+", buffering=0))
                begun, last = _ends(file, len(header)) if self._path.is_file() else (b"", b"")
                if not begun:
                    write_all(file, header)
                elif begun == header and last != b"\n":  # a full disk has cut the last line
                    write_all(file, b"\n")
            except OSError as err:
                raise self._failed(err) from err
            if begun not in (b"", header):
                raise CommandError(f"{self._path} has other contents; choose a new file for --log")
            undo.pop_all()
            return file

    def _write(self, text: bytes) -> None:
        try:
            write_all(self._file, text)
        except OSError as err:
            raise self._failed(err) from err

    def _failed(self, err: OSError) -> CommandError:
        return CommandError(f"cannot write {self._path}: {err.strerror or err}")


def write_all(file: RawIOBase, text: bytes) -> None:
    """Write to the last byte: without a buffer, a write may take only a part."""
    while text:
        text = text[file.write(text) or 0 :]


def _ends(file: RawIOBase, length: int) -> tuple[bytes, bytes]:
    """The first bytes of a file, and the last one."""
    file.seek(0)
    begun = file.read(length) or b""
    if begun:
        file.seek(-1, SEEK_END)
    return begun, file.read(1) or b""


def _line(columns: list[str]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(columns)
    return text.getvalue().encode()


@asynccontextmanager
async def logging_to(
    path: Path | None, live: Batteries, choose: Callable[[list[Battery]], list[Battery]]
) -> AsyncIterator[None]:
    """Write each poll of the chosen packs to a file while inside, beginning with how they are now.

    Raises:
        CommandError: the file cannot be written, or holds something else.
    """
    if path is None:
        yield
        return
    log = CsvLog(path)

    for pack in choose(live.packs):
        log.add(pack)
    unheard, live.updated = live.updated, _adding(log, choose)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(log.run()), group.create_task(_add_unchanged(log, live, choose))]
            yield
            for task in tasks:
                task.cancel()
    finally:
        live.updated = unheard
        log.close()


def _adding(log: CsvLog, choose: Callable[[list[Battery]], list[Battery]]) -> Updated:
    """Add the chosen packs at each signal of a poll; others, as of the link or a setting, are no poll."""

    def updated(pack: Battery, paths: Collection[str]) -> None:
        if IS_READ in pack.values and not OF_A_POLL.isdisjoint(paths) and choose([pack]):
            log.add(pack)

    return updated


async def _add_unchanged(
    log: CsvLog, live: Batteries, choose: Callable[[list[Battery]], list[Battery]]
) -> None:
    """Add packs whose newest poll has changed nothing: the bus does not tell of it, but the service does."""
    while True:
        await asyncio.sleep(ASK)
        asked = asyncio.get_running_loop().time()  # a slow answer is not a newer poll
        try:
            contacts = await live.contacts()
        except NoAnswer:
            continue
        for pack in choose(live.packs):
            contact = contacts.get(pack.address)
            if not contact or contact.silence is None or pack.gone:
                continue
            if log.lacks(pack, asked - contact.silence):
                log.add(pack)
