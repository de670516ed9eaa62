"""The program on a real terminal of any size."""

from __future__ import annotations

import asyncio
import codecs
import errno
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

COMMAND = (sys.executable, "-W", "error", "-m", "dbus_xbms")
LIMIT = 60.0  # s for the command to end; it is killed then
WAIT_LIMIT = 5.0  # s after it has closed the terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a command has shown, and how it ended."""

    status: int
    text: str  # with all that moves the cursor

    @property
    def lines(self) -> list[str]:
        """The lines that remain on the screen when nothing scrolls: what was erased is gone."""
        whole = self.text.replace("\r\n", "\n")
        return [line.rpartition("\x1b[K")[2].rpartition("\r")[2] for line in whole.split("\n")]


async def on_terminal(*arguments: str, columns: int = 80, lines: int = 24, kind: str = "xterm") -> Shown:
    """Run a command to its end on a terminal: all three of its streams."""
    return await asyncio.to_thread(_run, [*COMMAND, *arguments], columns, lines, kind)


async def interrupted(command: Sequence[str], at: str, columns: int = 80) -> Shown:
    """Run any command on a terminal and send it Ctrl-C as soon as it shows a text."""
    return await asyncio.to_thread(_run, command, columns, 24, "xterm", at)


@contextmanager
def started(
    command: Sequence[str], columns: int, lines: int, kind: str
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A command on a new terminal, and the other end of that."""
    terminal, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**environment, "TERM": kind},
    ) as process:
        os.close(slave)
        try:
            yield terminal, process
        finally:
            os.close(terminal)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _run(command: Sequence[str], columns: int, lines: int, kind: str, at: str = "") -> Shown:
    with started(command, columns, lines, kind) as (terminal, process):
        text = ""
        for chunk in _chunks(terminal):
            text += chunk
            if at and at in text:
                os.killpg(process.pid, signal.SIGINT)  # as the terminal does
                at = ""
        return Shown(status=process.wait(WAIT_LIMIT), text=text)


def _chunks(terminal: int) -> Iterator[str]:
    """All that is written until nobody has the terminal open any more, or for too long."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    end = time.monotonic() + LIMIT
    try:
        while select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
            yield decoder.decode(os.read(terminal, 65536))
    except OSError as err:
        if err.errno != errno.EIO:
            raise
