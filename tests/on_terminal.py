"""The program on a real terminal of any size."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from dataclasses import dataclass

COMMAND = (sys.executable, "-W", "error", "-m", "dbus_xbms")
LIMIT = 60.0  # s for the command to end


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
    return await asyncio.to_thread(_run, arguments, columns, lines, kind)


def _run(arguments: Sequence[str], columns: int, lines: int, kind: str) -> Shown:
    terminal, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**environment, "TERM": kind},
    ) as process:
        os.close(slave)
        text = _read(terminal)
        os.close(terminal)
        return Shown(status=process.wait(LIMIT), text=text)


def _read(terminal: int) -> str:
    """All that is written until nobody has the terminal open any more."""
    chunks = []
    try:
        while chunk := os.read(terminal, 65536):
            chunks.append(chunk)
    except OSError as err:
        if err.errno != errno.EIO:
            raise
    return b"".join(chunks).decode()
