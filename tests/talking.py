"""An owner at a terminal, who answers each question of a command as it comes."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from contextlib import suppress

from tests.on_terminal import COMMAND, Shown

LIMIT = 60.0  # s for the whole conversation
CTRL_C, CTRL_D = "^C", "^D"


async def talk(
    *arguments: str, answers: Sequence[tuple[str, str]], columns: int = 80, lines: int = 24
) -> Shown:
    """Run a command on a terminal and give each answer when its question has been asked."""
    return await asyncio.to_thread(_talk, arguments, answers, columns, lines)


def _talk(arguments: Sequence[str], answers: Sequence[tuple[str, str]], columns: int, lines: int) -> Shown:
    terminal, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**environment, "TERM": "xterm"},
    )
    os.close(slave)
    try:
        text, end = "", time.monotonic() + LIMIT
        for question, reply in answers:
            asked = len(text)
            while question not in text[asked:]:
                text += _read(terminal, end)
            if reply == CTRL_C:
                _press_ctrl_c(process)
            else:
                os.write(terminal, b"\x04" if reply == CTRL_D else f"{reply}\n".encode())
        while chunk := _read(terminal, end):
            text += chunk
        return Shown(status=process.wait(LIMIT), text=text)
    finally:
        os.close(terminal)
        if process.poll() is None:
            process.kill()
            process.wait()


def _press_ctrl_c(process: subprocess.Popen[bytes]) -> None:
    """Press it until it is heard: Python misses a signal that comes just before it begins to read."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1.0)


def _read(terminal: int, end: float) -> str:
    """What is written next; empty when nobody has the terminal open any more."""
    if not select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
        raise TimeoutError("the command neither asks nor ends")
    try:
        return os.read(terminal, 65536).decode()
    except OSError as err:
        if err.errno != errno.EIO:
            raise
        return ""
