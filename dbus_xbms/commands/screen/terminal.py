"""The terminal in full-screen mode: alternate screen, keys, size. Only changed lines are sent."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any

from dbus_xbms.commands.screen.glyphs import ASCII, BLOCKS, Glyphs
from dbus_xbms.commands.screen.keys import keys_of
from dbus_xbms.commands.screen.style import Line, ansi

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"  # alternate screen, no cursor, no wrapping
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
CLEAR, CLEAR_LINE = "\x1b[2J", "\x1b[K"
DUMB = ("", "dumb", "unknown")
PLAIN_FONTS = ("linux", "vt100", "vt102", "vt220", "ansi")  # lack block characters
PLAIN_LOCALES = ("C", "POSIX")
LOCAL = 3  # index of the local modes in the attributes of a terminal
PARAMETERS = range(0x20, 0x40)  # bytes between the start and the last byte of a sequence
END = "q"  # stands for a terminal that has hung up
ESCAPE_LIMIT = 0.05  # s until the rest of a sequence must follow its ESC


def is_screen() -> bool:
    """Return whether standard output is a terminal that can show a full screen."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in DUMB


def glyphs() -> Glyphs:
    """Return the characters that this terminal can show.

    Python writes UTF-8 in the locale C too. LC_ALL=C selects plain characters; the locale C without LC_ALL
    does not, since a GX has it and its owner's terminal is on another machine.
    """
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    asked = os.environ.get("LC_ALL") in PLAIN_LOCALES
    plain = asked or encoding != "utf8" or os.environ.get("TERM") in PLAIN_FONTS
    return ASCII if plain else BLOCKS


class Terminal:
    """The full screen. ``keys``: the keys pressed so far; ``wake`` is called for a key or a new size."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.keys: list[str] = []
        self.reads_keys = sys.stdin.isatty()
        self._wake = wake
        self._colours = not os.environ.get("NO_COLOR")
        self._shown: list[str] = []
        self._size = os.terminal_size((0, 0))
        self._partial = b""  # start of an incomplete sequence
        self._before: list[Any] | None = None  # saved attributes of the terminal
        self._late: asyncio.TimerHandle | None = None

    @property
    def size(self) -> os.terminal_size:
        """Current columns and lines."""
        with suppress(OSError):
            found = os.get_terminal_size(sys.stdout.fileno())
            if found.columns and found.lines:
                return found
        return os.terminal_size((80, 24))

    def draw(self, lines: Sequence[Line], size: os.terminal_size) -> None:
        """Draw lines that were made for ``size``."""
        rows = [ansi(line, colours=self._colours) for line in lines]
        if size != self._size:
            self._size, self._shown = size, []
            sys.stdout.write(CLEAR)
        before = self._shown
        for number, row in enumerate(rows):
            if number >= len(before) or before[number] != row:
                sys.stdout.write(f"\x1b[{number + 1};1H{row}{CLEAR_LINE}")
        for number in range(len(rows), len(before)):
            sys.stdout.write(f"\x1b[{number + 1};1H{CLEAR_LINE}")
        self._shown = rows
        sys.stdout.flush()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Use the full screen while inside; restore the terminal afterwards."""
        loop = asyncio.get_running_loop()
        handlers: dict[signal.Signals, Callable[[], None]] = {
            signal.SIGWINCH: self._resized,
            signal.SIGTSTP: self._stop,
            signal.SIGCONT: self._enter,
        }
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal may lack the degree sign
        if self.reads_keys:
            self._before = termios.tcgetattr(sys.stdin.fileno())
            loop.add_reader(sys.stdin.fileno(), self._read)
        try:
            self._enter()
            yield
        finally:
            if self.reads_keys:
                loop.remove_reader(sys.stdin.fileno())
            for number in handlers:
                loop.remove_signal_handler(number)
            self._leave()

    def _enter(self) -> None:
        """Read keys without echo and without Enter; Ctrl-C and Ctrl-Z remain signals."""
        if self._before is not None:
            wanted = [*self._before]
            wanted[LOCAL] &= ~(termios.ICANON | termios.ECHO)
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, wanted)
        self._size, self._shown = os.terminal_size((0, 0)), []
        sys.stdout.write(ENTER)
        self._wake()

    def _resized(self) -> None:
        """Redraw everything, even at the same size: the terminal's content is unknown."""
        self._size = os.terminal_size((0, 0))
        self._wake()

    def _leave(self) -> None:
        with suppress(OSError, termios.error):  # the terminal may be gone
            sys.stdout.write(LEAVE)
            sys.stdout.flush()
            if self._before is not None:
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)

    def _stop(self) -> None:
        """Handle Ctrl-Z: restore the shell's screen until the process is continued."""
        self._leave()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _hung_up(self) -> None:
        self.keys.append(END)
        self._wake()

    def _read(self) -> None:
        try:
            data = os.read(sys.stdin.fileno(), 1024)
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            self._hung_up()
            return
        if self._late:
            self._late.cancel()
        self._partial += data
        if is_partial(self._partial):
            self._late = asyncio.get_running_loop().call_later(ESCAPE_LIMIT, self._decode)
        else:
            self._decode()

    def _decode(self) -> None:
        self.keys += keys_of(self._partial)
        self._partial, self._late = b"", None
        self._wake()


def is_partial(data: bytes) -> bool:
    """Return whether data ends with an incomplete sequence."""
    tail = data[data.rfind(b"\x1b") :] if b"\x1b" in data else b""
    if tail in (b"\x1b", b"\x1bO"):
        return True
    return tail.startswith(b"\x1b[") and all(byte in PARAMETERS for byte in tail[2:])
