"""A line on the terminal that says what is waited for; nothing where standard error is no terminal."""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from time import monotonic
from typing import TextIO

from dbus_xbms.printable import printable

REDRAW = 0.5  # s
ERASE = "\r\x1b[K"
NARROWEST = 10  # columns; a terminal that states less does not know its width


class Line:
    """The last line of the terminal. It is on standard error, so that a pipe gets the results alone."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self.shown = _obeys(self._stream)
        self._words = ""

    def say(self, words: str) -> None:
        """Show these words in place of the last ones."""
        if self.shown and words != self._words:
            self._words = words
            self._write(ERASE + printable(words, _width(self._stream) - 1))

    def erase(self) -> None:
        """Leave the line empty."""
        if self.shown and self._words:
            self._words = ""
            self._write(ERASE)

    def print_above(self, text: str) -> None:
        """Print a result on standard output and keep the line below it."""
        words = self._words
        self.erase()
        print(text, flush=True)
        self.say(words)

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal has gone; the work goes on
            self._stream.write(text)
            self._stream.flush()


@asynccontextmanager
async def waiting(
    words: str | Callable[[], str], seconds: float | None = None, line: Line | None = None
) -> AsyncIterator[Line]:
    """Say what is waited for, and for how much longer, while inside.

    Args:
        words: what is waited for, without a full stop: "Waiting for the pack to answer". A function is asked
            again each time.
        seconds: the longest that it takes; counted down if given, else the time that has passed is shown.
        line: where to say it; a new line of standard error if not given.
    """
    line = line or Line()
    begun = monotonic()

    def draw() -> None:
        text = words if isinstance(words, str) else words()
        line.say(_timed(text, monotonic() - begun, seconds))

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
    """Give a function that shows a step of long work without a loop; the line is erased at the end."""
    line = line or Line()
    try:
        yield line.say
    finally:
        line.erase()


def _timed(words: str, passed: float, limit: float | None) -> str:
    if limit is None:
        return f"{words} ... {passed:.0f} s"
    return f"{words} ... {max(0, math.ceil(limit - passed))} s left"


def _obeys(stream: TextIO) -> bool:
    """Whether somebody looks, at a terminal on which a line can be drawn again."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _width(stream: TextIO) -> int:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return columns if columns >= NARROWEST else 80
