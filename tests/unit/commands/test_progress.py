"""The progress line: on a terminal only, within its width, and erased at the end."""

from __future__ import annotations

import asyncio
import fcntl
import io
import os
import pty
import struct
import termios
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from dbus_xbms.commands.progress import ERASE, Line, steps, waiting
from tests.patience import PATIENCE


class FakeTerminal(io.StringIO):
    """A fake terminal: its width, and the text written to it."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor


class Terminal:
    """A terminal with this many columns, and its output."""

    def __init__(self, columns: int) -> None:
        self._ends = pty.openpty()
        fcntl.ioctl(self._ends[1], termios.TIOCSWINSZ, struct.pack("HHHH", 20, columns, 0, 0))
        self.stream = FakeTerminal(self._ends[1])

    def written(self) -> str:
        """Return the text written since the last call."""
        written = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return written

    def close(self) -> None:
        for end in self._ends:
            os.close(end)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("TERM", "xterm")
    one = Terminal(34)
    yield one
    one.close()


async def test_the_line_counts_down_and_is_erased_at_the_end(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbus_xbms.commands.progress.REDRAW", 0.01)
    monkeypatch.setattr(
        "dbus_xbms.commands.progress.monotonic", iter([0.0, 0.0, 1.5, *[3.0] * 1000]).__next__
    )
    async with waiting("Scanning", 3.0, Line(terminal.stream)):
        written = ""
        async with asyncio.timeout(PATIENCE):
            while "... 3 s" not in written.partition("... 3 s left")[2]:
                await asyncio.sleep(0.01)
                written += terminal.written()
    assert written.split(ERASE)[1:4] == [
        "Scanning ... 3 s left",
        "Scanning ... 2 s left",
        "Scanning ... 3 s",
    ]
    assert terminal.written().endswith(ERASE)


async def test_without_a_limit_the_line_counts_up(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbus_xbms.commands.progress.monotonic", chain([0.0], repeat(2.0)).__next__)
    async with waiting(lambda: "Connecting", line=Line(terminal.stream)):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert terminal.written() == f"{ERASE}Connecting ... 2 s{ERASE}"


async def test_the_line_is_erased_when_the_work_fails(terminal: Terminal) -> None:
    async def fail() -> None:
        async with waiting("Connecting", line=Line(terminal.stream)):
            await asyncio.sleep(0)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await fail()
    assert terminal.written().endswith(ERASE)


def test_a_line_never_wraps(terminal: Terminal) -> None:
    Line(terminal.stream).say("A wait with more words than a phone has columns")
    assert terminal.written() == f"{ERASE}A wait with more words than a ph…"


def test_a_narrow_line_still_shows_the_time(terminal: Terminal) -> None:
    Line(terminal.stream).say("A wait with more words than a phone has columns", " ... 8 s left")
    assert terminal.written() == f"{ERASE}A wait with more wo… ... 8 s left"


def test_unprintable_characters_are_replaced(terminal: Terminal) -> None:
    Line(terminal.stream).say("pack \x1b[2J")
    assert terminal.written().count("\x1b") == 1


def test_a_result_is_printed_above_the_line(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(terminal.stream)
    line.say("Scanning")
    line.print_above("a pack")
    assert capsys.readouterr().out == "a pack\n"
    assert terminal.written() == f"{ERASE}Scanning{ERASE}{ERASE}Scanning"


def test_steps_are_shown_and_erased(terminal: Terminal) -> None:
    with steps(Line(terminal.stream)) as step:
        step("day 1 of 30")
        step("day 2 of 30")
    assert terminal.written() == f"{ERASE}day 1 of 30{ERASE}day 2 of 30{ERASE}"


async def test_a_pipe_gets_nothing() -> None:
    stream = io.StringIO()
    async with waiting("Scanning", 3.0, Line(stream)) as line:
        await asyncio.sleep(0)
        line.say("Scanning")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("kind", ["dumb", None])
def test_a_terminal_that_cannot_erase_gets_nothing(
    kind: str | None, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind is None:
        monkeypatch.delenv("TERM")
    else:
        monkeypatch.setenv("TERM", kind)
    Line(terminal.stream).say("Scanning")
    assert terminal.written() == ""


def test_a_closed_terminal_does_not_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream:
        line = Line(stream)
        line.say("Scanning")
        os.close(terminal)
        line.say("Scanning on")
        with pytest.raises(OSError, match="Input/output error"):
            stream.flush()  # closed
        with Path(os.devnull).open("w") as sink:  # for the remaining output
            os.dup2(sink.fileno(), slave)
