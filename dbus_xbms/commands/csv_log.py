"""`watch --log`: append a line to a CSV file for each poll of a pack, and for each change of a bank."""

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
from dbus_xbms.dbus import NoAnswer

ASK = 1.0  # s between calls to the service for polls that changed nothing
TOLERANCE = 0.3  # s between a poll and the row with its changes
IS_READ = "/Serial"  # never part of a signal: without it, a pack has not been read completely


class CsvLog:
    """A CSV file opened for appending; a new file starts with the names of the columns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._file = self._opened()
        self._newest: dict[str, float] = {}  # s of the loop's clock, by service

    def add(self, pack: Battery) -> None:
        """Queue a row for a pack as it is now."""
        self._newest[pack.service] = asyncio.get_running_loop().time()
        time = datetime.now().astimezone().isoformat(timespec="milliseconds")
        self._queue.put_nowait(_line(row(pack, time)))

    def lacks(self, pack: Battery, sampled: float) -> bool:
        """Return whether a poll at ``sampled`` s of the loop's clock is newer than the pack's last row."""
        return sampled > self._newest.get(pack.service, sampled) + TOLERANCE

    async def run(self) -> None:
        """Write queued rows until cancelled.

        Raises:
            CommandError: the file cannot be written.
        """
        while True:
            self._write(await self._queue.get())

    def close(self) -> None:
        """Write the queued rows and close the file.

        Raises:
            CommandError: the file cannot be written.
        """
        with self._file:
            while not self._queue.empty():
                self._write(self._queue.get_nowait())

    def _opened(self) -> RawIOBase:
        header = _line(list(HEADER))
        with ExitStack() as undo:
            try:
                # Unbuffered: a buffer would keep data that could not be written.
                file = undo.enter_context(self._path.open("ab+", buffering=0))
                start, last = _ends(file, len(header)) if self._path.is_file() else (b"", b"")
                if not start:
                    write_all(file, header)
                elif start == header and last != b"\n":  # a full disk has truncated the last line
                    write_all(file, b"\n")
            except OSError as err:
                raise self._failed(err) from err
            if start not in (b"", header):
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
    """Write all bytes; one unbuffered write may write only a part of them."""
    while text:
        text = text[file.write(text) or 0 :]


def _ends(file: RawIOBase, length: int) -> tuple[bytes, bytes]:
    """Return the first bytes of a file and the last one."""
    file.seek(0)
    start = file.read(length) or b""
    if start:
        file.seek(-1, SEEK_END)
    return start, file.read(1) or b""


def _line(columns: list[str]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(columns)
    return text.getvalue().encode()


@asynccontextmanager
async def logging_to(
    path: Path | None, live: Batteries, choose: Callable[[list[Battery]], list[Battery]]
) -> AsyncIterator[None]:
    """Write the chosen packs to a file now and after each poll while inside.

    Raises:
        CommandError: the file cannot be written, or has other contents.
    """
    if path is None:
        yield
        return
    log = CsvLog(path)

    for pack in choose(live.all):
        log.add(pack)
    previous, live.updated = live.updated, _adding(log, choose)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(log.run()), group.create_task(_add_unchanged(log, live, choose))]
            yield
            for task in tasks:
                task.cancel()
    finally:
        live.updated = previous
        log.close()


def _adding(log: CsvLog, choose: Callable[[list[Battery]], list[Battery]]) -> Updated:
    """Return a callback that adds the chosen packs at each signal with values of a poll."""

    def updated(pack: Battery, paths: Collection[str]) -> None:
        if IS_READ in pack.values and not OF_A_POLL.isdisjoint(paths) and choose([pack]):
            log.add(pack)

    return updated


async def _add_unchanged(
    log: CsvLog, live: Batteries, choose: Callable[[list[Battery]], list[Battery]]
) -> None:
    """Add packs whose last poll changed nothing: the service reports that poll, but sends no signal."""
    while True:
        await asyncio.sleep(ASK)
        asked = asyncio.get_running_loop().time()  # before the call, because the answer may be slow
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
