"""A text file of every notification received and every request sent, to be read by ``dbus-xbms decode``.

A line is one chunk, ``>`` sent or ``<`` received:
``2026-11-22T07:40:00.123Z A4:C1:37:00:00:01 > dda50300fffd77``. Of a login only the beginning is there:
``ffaa18.. (login hidden)``.
"""

from __future__ import annotations

import datetime
import logging
import os
import re
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self, TextIO

log = logging.getLogger(__name__)

SENT, RECEIVED = ">", "<"
PRIVATE = 0o600
MOST_WAITING = 2000  # chunks for which the disk has no time, some 150 kB
CLOSE_LIMIT = 0.5  # s for the disk to take what is left
_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z) (?P<address>(?:[0-9A-F]{2}:){5}[0-9A-F]{2})"
    r" (?P<direction>[<>]) ?(?P<chunk>(?:[0-9a-f]{2})*)(?P<hidden>\.\. \(login hidden\))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedChunk:
    """One line of a capture."""

    time: str  # UTC
    address: str
    direction: str  # SENT or RECEIVED
    chunk: bytes
    hidden: bool = False  # only the beginning is there: it carries a password


def parse_line(line: str) -> CapturedChunk | None:
    """Return what a line of a capture holds, or ``None`` if it is none."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    time, address, direction, chunk, hidden = found.groups()
    return CapturedChunk(
        time=time, address=address, direction=direction, chunk=bytes.fromhex(chunk), hidden=bool(hidden)
    )


class Capture:
    """Writes the file; when it is full it becomes ``FILE.1`` and a new one begins.

    A thread does the writing, so a disk that hangs holds up nobody: chunks that it does not take in time are
    dropped and counted. A disk that is full or broken ends the capture with one warning.
    """

    def __init__(self, path: Path, max_bytes: int = 10_000_000) -> None:
        """Open the file, keeping what it holds.

        Raises:
            OSError: it cannot be opened.
        """
        self._path = path
        self._max_bytes = max_bytes
        self._waiting: SimpleQueue[str | None] = SimpleQueue()  # lines; None ends the thread
        self._lost = 0  # chunks that are missing in the file and not yet reported there
        self._ended = False
        self._file, self._size = self._open()
        self._writer = threading.Thread(target=self._write_all, name=f"capture {path}", daemon=True)
        self._writer.start()

    def __call__(self, address: str, direction: str, chunk: str) -> None:
        """Write one chunk, in hex, soon."""
        if self._ended:
            return
        if self._waiting.qsize() >= MOST_WAITING:
            if not self._lost:
                log.warning("capture to %s: the disk does not keep up; chunks are lost", self._path)
            self._lost += 1
            return
        lost, self._lost = self._lost, 0
        if lost:
            log.info("capture to %s goes on; %d chunks are missing", self._path, lost)
            self._waiting.put(f"# {lost} chunks are missing here: the disk did not keep up\n")
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        self._waiting.put(f"{now}Z {address} {direction} {chunk}\n")

    def close(self) -> None:
        """End the capture; more chunks are ignored. A disk that hangs is left alone."""
        self._ended = True
        self._waiting.put(None)
        self._writer.join(CLOSE_LIMIT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What the thread does

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
        except OSError as err:  # what was buffered does not fit either
            log.debug("capture to %s: %s", self._path, err)

    def _open(self) -> tuple[TextIO, int]:
        """Open the file for its owner alone: it tells what is installed where, and how it is used."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        file = open(descriptor, "a", encoding="ascii", buffering=1)  # noqa: PTH123, SIM115 (a descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # not a pipe or a device
            os.fchmod(descriptor, PRIVATE)
        return file, os.fstat(descriptor).st_size

    def _rotate(self) -> None:
        self._file.close()
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._file, self._size = self._open()
