"""A process that has imported the program, and forks for each start of it: see :mod:`tests.forked`.

    python -m tests.fork_server SOCKET

It ends when the socket closes.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import selectors
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TextIO

from dbus_xbms.commands.catalogue import COMMANDS
from dbus_xbms.process import watchdog
from tests.patience import PATIENCE

LARGEST_REQUEST = 1 << 18  # bytes; more than any environment
FIRST_OTHER = 3  # the first descriptor after the standard streams
MODULES = (
    *("dbus_xbms.app", "dbus_xbms.serve", "dbus_xbms.simulator.server", "bleak.backends.bluezdbus.client"),
    *(f"dbus_xbms.commands.{command.name}" for command in COMMANDS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One start of the program."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str  # the working directory
    new_session: bool

    def encode(self) -> bytes:
        """Return the request as one message."""
        values = (self.arguments, dict(self.environment), self.directory, self.new_session)
        return json.dumps(values).encode()

    @classmethod
    def decode(cls, message: bytes) -> Self:
        """Return the request in a message."""
        arguments, environment, directory, new_session = json.loads(message)
        return cls(
            arguments=tuple(arguments),
            environment=environment,
            directory=directory,
            new_session=new_session,
        )


def main(descriptor: int) -> None:
    """Serve requests; in each fork, run the program and end as it ends."""
    # With a watchdog that waits longer at the end, for busy machines; tests of the watchdog start Python.
    watchdog.END_LIMIT = PATIENCE
    for name in MODULES:
        importlib.import_module(name)
    gc.freeze()  # the forks then share this memory
    with suppress(KeyboardInterrupt):
        with socket.socket(fileno=descriptor) as requests:
            forked = _forked(requests)
        if forked:
            run()


def run() -> None:
    """Run the program and end without freeing the imported modules, which would copy their memory."""
    status: object = 0
    try:
        runpy.run_module("dbus_xbms", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code or 0
    gc.collect()  # reports what was left open
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    if not isinstance(status, int):
        sys.exit(status)  # type: ignore[arg-type]
    os._exit(status)


def _forked(requests: socket.socket) -> bool:
    """Fork at each request, and report the process and its exit status. Return True in a fork, else False."""
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not requests:
                    selector.unregister(key.fd)
                    _report_end(key.fd, *key.data)
                    continue
                message, streams, _, _ = socket.recv_fds(requests, LARGEST_REQUEST, 4)
                if not message:
                    return False
                if not (pid := os.fork()):
                    _become(Request.decode(message), streams[:3])
                    requests.detach()
                    return True
                result = streams.pop()
                os.write(result, f"{pid}\n".encode())
                selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, result))
                for stream in streams:
                    os.close(stream)


def _report_end(handle: int, pid: int, result: int) -> None:
    """Collect a process that has ended, and write its exit status, negative for a signal."""
    _, status = os.waitpid(pid, 0)
    os.write(result, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os.close(handle)
    os.close(result)


def _become(request: Request, streams: list[int]) -> None:
    """Make this fork what a new process would be."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(FIRST_OTHER, 1 + max(int(file.name) for file in Path("/proc/self/fd").iterdir()))
    if request.new_session:
        os.setsid()
    os.chdir(request.directory)
    os.environ.clear()
    os.environ.update(request.environment)
    sys.argv = ["-c", *request.arguments]
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        old: TextIO = getattr(sys, name)
        mode = "w" if number else "r"
        setattr(sys, name, os.fdopen(number, mode, encoding=old.encoding, errors=old.errors, closefd=False))


if __name__ == "__main__":
    main(int(sys.argv[1]))
