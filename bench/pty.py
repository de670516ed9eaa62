"""Run a command on a simulated terminal that shows what it draws."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import struct
import sys
import termios
from codecs import getincrementaldecoder
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from bench.terminal import Screen

COMMAND = (sys.executable, "-W", "error", "-m", "dbus_xbms")
LIMIT = 60.0  # s; starting an interpreter takes long on a busy machine


class Process(Protocol):
    """A started command, such as :class:`asyncio.subprocess.Process`."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def send_signal(self, signal: int, /) -> None: ...
    async def wait(self) -> int: ...


class Start(Protocol):
    """Start a command in a session of its own."""

    async def __call__(
        self, *command: str, streams: Sequence[int], environment: Mapping[str, str]
    ) -> Process: ...


async def new_process(*command: str, streams: Sequence[int], environment: Mapping[str, str]) -> Process:
    """Start a command with these standard streams, in a session of its own."""
    stdin, stdout, stderr = streams
    return await asyncio.create_subprocess_exec(
        *command, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True, env=environment
    )


class OnTerminal:
    """A running command: its screen, and keys to send."""

    def __init__(self, columns: int, lines: int) -> None:
        self.screen = Screen(columns, lines)
        self.sent = ""  # all output so far
        self.process: Process
        self._ours, self.theirs = os.openpty()
        self._decoder = getincrementaldecoder("utf-8")("replace")  # a chunk may end within a character
        self._more = asyncio.Event()
        self._set_size(columns, lines)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Change the size of the terminal."""
        self.screen = Screen(columns, lines, modes=self.screen.modes)
        self._set_size(columns, lines)
        self.process.send_signal(signal.SIGWINCH)

    async def until(self, condition: Callable[[list[str]], object]) -> list[str]:
        """Wait until the screen fulfils a condition, and return it."""
        try:
            async with asyncio.timeout(LIMIT):
                while not condition(self.screen.text):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError as err:
            raise AssertionError("\n".join(["it shows:", *self.screen.text])) from err
        return self.screen.text

    async def shows(self, words: str) -> list[str]:
        """Wait until the screen shows some words; line breaks count as spaces."""
        return await self.until(lambda lines: words in " ".join(" ".join(lines).split()))

    async def wrote(self, text: str, start: int = 0) -> None:
        """Wait until the output contains a text, from a position on."""
        await self.until(lambda _: text in self.sent[start:])

    async def ended(self) -> int:
        """Wait until the command ends, and return its exit status."""
        try:
            async with asyncio.timeout(LIMIT):
                status = await self.process.wait()
        except TimeoutError as err:
            raise AssertionError(f"it does not end; it sent {self.sent[-2000:]!r}") from err
        while self._read():
            continue
        return status

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        with suppress(ProcessLookupError):  # it has ended
            # Not process.send_signal: it may reap the process, after which asyncio reports status 255.
            os.killpg(self.process.pid, signal.SIGINT)

    async def stopped(self) -> None:
        """Wait until the command is stopped, for example by Ctrl-Z."""
        async with asyncio.timeout(LIMIT):
            while True:
                if self._state() == "T":
                    return
                await asyncio.sleep(0.01)

    def _state(self) -> str:
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]

    def echoes(self) -> bool:
        """Return whether the terminal echoes, as it did before the command."""
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)

    def open(self) -> None:
        """Start reading the command's output."""
        os.set_blocking(self._ours, False)
        asyncio.get_running_loop().add_reader(self._ours, self._read)

    def close(self) -> None:
        """Close the terminal."""
        asyncio.get_running_loop().remove_reader(self._ours)
        os.close(self._ours)
        os.close(self.theirs)

    def _read(self) -> bool:
        """Read pending output; return whether there was any."""
        try:
            text = self._decoder.decode(os.read(self._ours, 1 << 16))
        except BlockingIOError:
            return False
        self.sent += text
        self.screen.feed(text)
        self._more.set()
        return True

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))


@asynccontextmanager
async def on_terminal(
    *arguments: str,
    command: Sequence[str] = COMMAND,
    size: tuple[int, int] = (80, 24),
    keys: bool = True,
    environment: Mapping[str, str] = MappingProxyType({}),
    start: Start = new_process,
) -> AsyncIterator[OnTerminal]:
    """Run ``dbus-xbms`` on a terminal of this size; ``keys``: also connect its input."""
    terminal = OnTerminal(*size)
    terminal.open()
    bare = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS", "NO_COLOR")}
    terminal.process = await start(
        *(*command, *arguments),
        streams=(terminal.theirs if keys else asyncio.subprocess.DEVNULL, terminal.theirs, terminal.theirs),
        environment={**bare, "TERM": "xterm", **environment},
    )
    try:
        yield terminal
    finally:
        if terminal.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(terminal.process.pid, signal.SIGKILL)
            await terminal.process.wait()
        terminal.close()
