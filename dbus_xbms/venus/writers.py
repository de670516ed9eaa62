"""Which program writes: D-Bus knows the process behind a connection, the kernel what the process runs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path, PurePath

from dbus_fast.aio import MessageBus

from dbus_xbms.dbus import BusError, call_daemon
from dbus_xbms.text import printable

log = logging.getLogger(__name__)

ANSWER_LIMIT = 0.5  # s; the daemon answers within milliseconds, and a write waits for it
MOST = 64  # programs that are remembered
INTERPRETERS = ("python", "node", "sh", "bash", "ash", "busybox")
LONGEST_COMMAND = 4096  # bytes that are read of a command line


class Writers:
    """Programs by the unique names of their connections; each is looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def is_known(self, sender: str) -> bool:
        """Return whether a connection was looked up."""
        return sender in self._known

    def known(self, sender: str) -> str:
        """Return the program behind a connection as it was looked up, or the unique name."""
        return self._known.get(sender, sender)

    async def find(self, bus: MessageBus, sender: str) -> str:
        """Look a connection up, and return its program; its unique name if that takes over half a second."""
        if sender not in self._known:
            found = await _described(bus, sender)
            if len(self._known) >= MOST:
                del self._known[next(iter(self._known))]
            self._known[sender] = found
        return self._known[sender]


async def _described(bus: MessageBus, sender: str) -> str:
    try:
        pid = await call_daemon(bus, "GetConnectionUnixProcessID", sender, limit=ANSWER_LIMIT)
    except BusError as err:
        log.debug("%s: %s", sender, err)
        return sender
    return f"{program(pid)} (pid {pid}, {sender})"


def program(pid: int) -> str:
    """Return what a process runs in a word: its program, or the script that an interpreter runs."""
    try:
        with Path(f"/proc/{pid}/cmdline").open("rb") as file:
            words = file.read(LONGEST_COMMAND).decode("utf-8", "replace").split("\0")
    except OSError as err:
        log.debug("process %d: %s", pid, err)
        return "a program that has ended"
    return printable(_named(words) or "a program")


def _named(words: Sequence[str]) -> str:
    name, *arguments = [PurePath(word).name if not word.startswith("-") else word for word in words]
    if name.startswith(INTERPRETERS):
        if "-m" in arguments[:-1]:
            return arguments[arguments.index("-m") + 1]
        if "-c" in arguments:  # a program in the command line has no name
            return name
        return next((word for word in arguments if word and not word.startswith("-")), name)
    return name
