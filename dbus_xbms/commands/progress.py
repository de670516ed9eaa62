"""A status line on the terminal while a command waits; nothing if standard error is not a terminal."""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from time import monotonic
from typing import TextIO

from dbus_xbms.text import duration, printable

REDRAW = 0.5  # s
ERASE = "\r\x1b[K"
NARROWEST = 10  # columns; if a terminal reports less, its width is unknown


class Line:
    """The status line, on standard error, so that a pipe gets only the results."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self.shown = _can_redraw(self._stream)
        self._text = ("", "")

    def say(self, words: str, end: str = "") -> None:
        """Replace the line; ``end`` is shown even on a narrow terminal."""
        if self.shown and (words, end) != self._text:
            self._text = words, end
            room = max(0, _width(self._stream) - 1 - len(end))
            self._write(ERASE + printable(words, room) + end)

    def erase(self) -> None:
        """Erase the line."""
        if self.shown and any(self._text):
            self._text = ("", "")
            self._write(ERASE)

    def print_above(self, text: str, stream: TextIO | None = None) -> None:
        """Print a result to standard output or another stream, above the line."""
        text_before = self._text
        self.erase()
        print(text, file=stream, flush=True)
        self.say(*text_before)

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal is gone; the command continues
            self._stream.write(text)
            self._stream.flush()


@asynccontextmanager
async def waiting(
    words: str | Callable[[], str], seconds: float | None = None, line: Line | None = None
) -> AsyncIterator[Line]:
    """Show what a command waits for and the remaining time while inside.

    Args:
        words: without a full stop: "Waiting for the pack to answer". A function is called at each redraw.
        seconds: time limit, counted down; without it, the elapsed time is shown.
        line: the line to use; a new one if not given.
    """
    line = line or Line()
    start = monotonic()

    def draw() -> None:
        text = words if isinstance(words, str) else words()
        line.say(text, _time(monotonic() - start, seconds))

    async def redraw() -> None:
        while True:
            draw()
            await asyncio.sleep(REDRAW)

    drawing = asyncio.create_task(redraw(), name="progress") if line.shown else None
    try:
        yield line
    finally:
        if drawing:
            drawing.cancel()
            line.erase()


@contextmanager
def steps(line: Line | None = None) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the current step of long synchronous work; erase the line at the end."""
    line = line or Line()
    try:
        yield line.say
    finally:
        line.erase()


def _time(passed: float, limit: float | None) -> str:
    """Return the remaining time, or the elapsed time without a limit or after it."""
    if limit is None or passed >= limit:
        return f" ... {duration(passed)}"
    return f" ... {duration(math.ceil(limit - passed))} left"


def _can_redraw(stream: TextIO) -> bool:
    """Return whether the stream is a terminal that can redraw a line."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _width(stream: TextIO) -> int:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return columns if columns >= NARROWEST else 80
