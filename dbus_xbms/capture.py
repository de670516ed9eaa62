"""Capture every request and notification in a text file, for ``dbus-xbms decode``.

Each line is one chunk, ``>`` sent or ``<`` received:
``2026-11-22T07:40:00.123Z A4:C1:37:00:00:01 > dda50300fffd77``. Only the beginning of a login is written:
``ffaa18.. (login hidden)``.
"""

from __future__ import annotations

import datetime
import logging
import os
import re
import stat
import threading
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self, TextIO

from dbus_xbms.record import record

log = logging.getLogger(__name__)

SENT, RECEIVED = ">", "<"
PRIVATE = 0o600
MOST_WAITING = 2000  # chunks waiting for a slow disk, some 150 kB
CLOSE_LIMIT = 0.5  # s to write the remaining chunks
_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z) (?P<address>(?:[0-9A-F]{2}:){5}[0-9A-F]{2})"
    r" (?P<direction>[<>]) ?(?P<chunk>(?:[0-9a-f]{2})*)(?P<hidden>\.\. \(login hidden\))?",
    re.IGNORECASE,
)


@record
class CapturedChunk:
    """One line of a capture."""

    time: str  # UTC
    address: str
    direction: str  # SENT or RECEIVED
    chunk: bytes
    hidden: bool = False  # truncated, because it contains a password


def parse_line(line: str) -> CapturedChunk | None:
    """Parse a line of a capture; ``None`` if it is not valid."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    time, address, direction, chunk, hidden = found.groups()
    return CapturedChunk(
        time=time, address=address, direction=direction, chunk=bytes.fromhex(chunk), hidden=bool(hidden)
    )


class Capture:
    """Writes a capture; a full file is renamed to ``FILE.1`` and a new one started.

    A thread does the writing, so that a slow disk does not block the program: chunks that cannot be written
    in time are dropped and counted. A full or broken disk ends the capture with one warning.
    """

    def __init__(self, path: Path, max_bytes: int = 10_000_000) -> None:
        """Open the file to append to it.

        Raises:
            OSError: it cannot be opened.
        """
        self._path = path
        self._max_bytes = max_bytes
        self._waiting: SimpleQueue[str | None] = SimpleQueue()  # lines; None ends the thread
        self._lost = 0  # dropped chunks that are not yet reported in the file
        self._ended = False
        self._file, self._size = self._open()
        self._writer = threading.Thread(target=self._write_all, name=f"capture {path}", daemon=True)
        self._writer.start()

    def __call__(self, address: str, direction: str, chunk: str) -> None:
        """Queue one chunk, in hex."""
        if self._ended:
            return
        if self._waiting.qsize() >= MOST_WAITING:
            if not self._lost:
                log.warning("capture to %s: the disk is too slow; chunks are dropped", self._path)
            self._lost += 1
            return
        lost, self._lost = self._lost, 0
        if lost:
            log.info("capture to %s continues; %d chunks are missing", self._path, lost)
            self._waiting.put(f"# {lost} chunks are missing here: the disk was too slow\n")
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        self._waiting.put(f"{now}Z {address} {direction} {chunk}\n")

    def close(self) -> None:
        """End the capture; later chunks are ignored. Does not wait for a disk that hangs."""
        self._ended = True
        self._waiting.put(None)
        self._writer.join(CLOSE_LIMIT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # In the thread

    def _write_all(self) -> None:
        try:
            while (line := self._waiting.get()) is not None:
                if self._size + len(line) > self._max_bytes and self._size:
                    self._rotate()
                self._file.write(line)
                self._size += len(line)
        except OSError as err:
            self._ended = True
            log.warning("capture to %s stopped: %s", self._path, err.strerror or err)
        try:
            self._file.close()
        except OSError as err:  # the buffered rest cannot be written either
            log.debug("capture to %s: %s", self._path, err)

    def _open(self) -> tuple[TextIO, int]:
        """Open the file, readable for its owner only: it shows what is installed and how it is used."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        file = open(descriptor, "a", encoding="ascii", buffering=1)  # noqa: PTH123, SIM115 (a descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # not a pipe or a device
            os.fchmod(descriptor, PRIVATE)
        return file, os.fstat(descriptor).st_size

    def _rotate(self) -> None:
        self._file.close()
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._file, self._size = self._open()
