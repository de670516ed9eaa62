"""Start the program as a fork of a process that has imported it: 20 ms of computing instead of 300.

The fork is a process of its own, with its arguments, environment, directory, streams, signals and exit
status. What a start of Python itself does is tested with new processes: by `tests/process`, `tests/bundle`,
and the tests in `NEW_PROCESSES` of `tests/bus`.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path

from tests.fork_server import Request

ROOT = Path(__file__).parents[1]
COUNTED = "COVERAGE_PROCESS_CONFIG"  # set by coverage for the processes in which it counts


def obeys(environment: Mapping[str, str]) -> bool:
    """Return whether a fork obeys an environment: it has what Python reads at its start from this process."""
    differing = {*environment.items()} ^ {*os.environ.items()}
    return not any(name.startswith(("LANG", "LC_", "PYTHON")) for name, _ in differing)


class Forked(asyncio.Protocol):
    """A running program, with what tests use of ``asyncio.subprocess.Process``."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._pid: asyncio.Future[int] = loop.create_future()
        self._status: asyncio.Future[int] = loop.create_future()
        self._lines = b""
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None

    def data_received(self, data: bytes) -> None:
        self._lines += data
        if b"\n" in self._lines and not self._pid.done():
            self._pid.set_result(int(self._lines.partition(b"\n")[0]))

    def connection_lost(self, exc: Exception | None) -> None:
        match self._lines.split():
            case [_, status]:
                self._status.set_result(int(status))
            case _:
                result = self._status if self._pid.done() else self._pid
                result.set_exception(ChildProcessError("the fork server has ended"))

    async def started(self) -> None:
        """Wait until the process exists."""
        await self._pid

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._pid.result()

    @property
    def returncode(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._status.result() if self._status.done() else None

    async def wait(self) -> int:
        """Wait until it ends, and return its exit status."""
        return await asyncio.shield(self._status)

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if not self._status.done():
            with suppress(ProcessLookupError):  # it has ended just now
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        self.send_signal(signal.SIGKILL)


async def start(
    *arguments: str, streams: Sequence[int], environment: Mapping[str, str], new_session: bool = False
) -> Forked:
    """Run the program with the descriptors ``streams`` as its standard streams, in a given environment."""
    request = Request(
        arguments=arguments,
        environment=environment,
        directory=str(Path.cwd()),
        new_session=new_session,
    )
    loop = asyncio.get_running_loop()
    ours, theirs = os.pipe()
    try:
        _, forked = await loop.connect_read_pipe(Forked, os.fdopen(ours, "rb", buffering=0))
        socket.send_fds(_server(COUNTED in environment), [request.encode()], [*streams, theirs])
    finally:
        os.close(theirs)
    await forked.started()
    return forked


async def start_with_pipes(*arguments: str, environment: Mapping[str, str], typed: bytes = b"") -> Forked:
    """Run the program with ``typed`` as its standard input, and pipes for its output."""
    (stdin, typing), (out, theirs_out), (err, theirs_err) = os.pipe(), os.pipe(), os.pipe()
    streams = (stdin, theirs_out, theirs_err)
    try:
        os.write(typing, typed)
        os.close(typing)
        stdout, stderr = await _reader(out), await _reader(err)
        forked = await start(*arguments, streams=streams, environment=environment)
    finally:
        for stream in streams:
            os.close(stream)
    forked.stdout, forked.stderr = stdout, stderr
    return forked


async def _reader(descriptor: int) -> asyncio.StreamReader:
    """Return a reader of a pipe, which closes it at its end."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


def end_servers() -> None:
    """End what the forks were made of, so that it writes the coverage of its imports."""
    _servers.close()
    _server.cache_clear()


_servers = ExitStack()  # ends all
atexit.register(end_servers)


@cache
def _server(counted: bool) -> socket.socket:
    """Start the server whose forks count coverage, or the one whose forks do not; return its socket."""
    environment = {name: value for name, value in os.environ.items() if counted or name != COUNTED}
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.fork_server", str(theirs.fileno())],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,  # not a terminal, on which Python would write line by line
            pass_fds=[theirs.fileno()],
        )
    _servers.callback(server.wait)
    _servers.enter_context(ours)
    return ours
