"""Run the program on a terminal of any size."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench import pty
from tests import forked
from tests.bus.simulation import Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Output and exit status of a command."""

    status: int
    text: str  # with all that moves the cursor

    @property
    def lines(self) -> list[str]:
        """The lines that remain on the screen if nothing scrolls, without erased text."""
        whole = self.text.replace("\r\n", "\n")
        return [line.rpartition("\x1b[K")[2].rpartition("\r")[2] for line in whole.split("\n")]


async def shown(terminal: pty.OnTerminal) -> Shown:
    """Wait for a command to end, and return its output."""
    return Shown(status=await terminal.ended(), text=terminal.sent)


async def start_program(*command: str, streams: Sequence[int], environment: Mapping[str, str]) -> pty.Process:
    """Start the program as a fork if other programs of the test are forks."""
    known = command[: len(pty.COMMAND)] == pty.COMMAND
    if not (Start.forks and known and forked.obeys(environment)) or asyncio.subprocess.DEVNULL in streams:
        return await pty.new_process(*command, streams=streams, environment=environment)
    arguments = command[len(pty.COMMAND) :]
    return await forked.start(*arguments, streams=streams, environment=environment, new_session=True)


async def on_terminal(*arguments: str, columns: int = 80, lines: int = 24, kind: str = "xterm") -> Shown:
    """Run a command with all three streams on a terminal."""
    async with pty.on_terminal(
        *arguments, size=(columns, lines), environment={"TERM": kind}, start=start_program
    ) as terminal:
        return await shown(terminal)


async def interrupted(command: Sequence[str], at: str, columns: int = 80) -> Shown:
    """Run any command on a terminal and press Ctrl-C as soon as it shows a text."""
    async with pty.on_terminal(command=command, size=(columns, 24)) as terminal:
        await terminal.wrote(at)
        terminal.interrupt()
        return await shown(terminal)
