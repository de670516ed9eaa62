"""A text file of every notification received and every request sent, to be read by ``dbus-xbms decode``.

A line is one chunk, ``>`` sent or ``<`` received:
``2026-11-22T07:40:00.123Z A4:C1:37:00:00:01 > dda50300fffd77``
"""

from __future__ import annotations

import datetime
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

log = logging.getLogger(__name__)

SENT, RECEIVED = ">", "<"
_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z) (?P<address>(?:[0-9A-F]{2}:){5}[0-9A-F]{2})"
    r" (?P<direction>[<>]) ?(?P<chunk>(?:[0-9a-f]{2})*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedChunk:
    """One line of a capture."""

    time: str  # UTC
    address: str
    direction: str  # SENT or RECEIVED
    chunk: bytes


def parse_line(line: str) -> CapturedChunk | None:
    """Return what a line of a capture holds, or ``None`` if it is none."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    time, address, direction, chunk = found.groups()
    return CapturedChunk(time=time, address=address, direction=direction, chunk=bytes.fromhex(chunk))


class Capture:
    """Writes the file; when it is full it becomes ``FILE.1`` and a new one begins.

    A disk that is full or broken ends the capture with one warning and never hurts the caller.
    """

    def __init__(self, path: Path, max_bytes: int = 10_000_000) -> None:
        """Open the file, keeping what it holds.

        Raises:
            OSError: it cannot be opened.
        """
        self._path = path
        self._max_bytes = max_bytes
        self._file: TextIO | None = None
        self._size = 0
        self._open()

    def __call__(self, address: str, direction: str, chunk: bytes) -> None:
        """Write one chunk."""
        if self._file is None:
            return
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        line = f"{now}Z {address} {direction} {chunk.hex()}\n"
        try:
            if self._size + len(line) > self._max_bytes and self._size:
                self._rotate()
            self._file.write(line)
            self._size += len(line)
        except OSError as err:
            log.warning("capture to %s stopped: %s", self._path, err.strerror or err)
            self.close()

    def close(self) -> None:
        """End the capture; more chunks are ignored."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as err:  # what was buffered does not fit either
                log.debug("capture to %s: %s", self._path, err)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        self._file = self._path.open("a", encoding="ascii", buffering=1)  # a line survives a crash
        self._size = self._file.tell()

    def _rotate(self) -> None:
        self.close()
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._open()
