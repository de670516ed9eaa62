"""Answer the questions of a command on a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bench import pty
from tests.on_terminal import Shown, shown, start_program

CTRL_C, CTRL_D = "^C", "^D"


async def talk(
    *arguments: str, answers: Sequence[tuple[str, str]], columns: int = 80, lines: int = 24
) -> Shown:
    """Run a command on a terminal and give each answer once its question appears."""
    async with pty.on_terminal(*arguments, size=(columns, lines), start=start_program) as terminal:
        start = 0
        for question, reply in answers:
            await terminal.wrote(question, start)
            start = len(terminal.sent)
            if reply == CTRL_C:
                await _press_ctrl_c(terminal)
            else:
                terminal.type("\x04" if reply == CTRL_D else f"{reply}\n")
        return await shown(terminal)


async def _press_ctrl_c(terminal: pty.OnTerminal) -> None:
    """Press Ctrl-C until the process ends: Python misses a signal just before it begins to read."""
    while terminal.process.returncode is None:
        terminal.interrupt()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await terminal.process.wait()
