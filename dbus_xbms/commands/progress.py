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

from dbus_xbms.text import duration, printable

REDRAW = 0.5  # s
ERASE = "\r\x1b[K"
NARROWEST = 10  # columns; a terminal that states less does not know its width


class Line:
    """The last line of the terminal. It is on standard error, so that a pipe gets the results alone."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self.shown = _obeys(self._stream)
        self._said = ("", "")

    def say(self, words: str, end: str = "") -> None:
        """Show these words in place of the last ones; the end is shown however narrow the terminal is."""
        if self.shown and (words, end) != self._said:
            self._said = words, end
            room = max(0, _width(self._stream) - 1 - len(end))
            self._write(ERASE + printable(words, room) + end)

    def erase(self) -> None:
        """Leave the line empty."""
        if self.shown and any(self._said):
            self._said = ("", "")
            self._write(ERASE)

    def print_above(self, text: str, stream: TextIO | None = None) -> None:
        """Print a result, on standard output unless another stream is given, and keep the line below it."""
        said = self._said
        self.erase()
        print(text, file=stream, flush=True)
        self.say(*said)

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
        line.say(text, _time(monotonic() - begun, seconds))

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


def _time(passed: float, limit: float | None) -> str:
    """How long it still takes at most; how long it has taken when nobody knows, or when that is over."""
    if limit is None or passed >= limit:
        return f" ... {duration(passed)}"
    return f" ... {duration(math.ceil(limit - passed))} left"


def _obeys(stream: TextIO) -> bool:
    """Whether somebody looks, at a terminal on which a line can be drawn again."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _width(stream: TextIO) -> int:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return columns if columns >= NARROWEST else 80
