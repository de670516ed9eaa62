"""Which program writes to us: D-Bus tells its connection, the kernel what runs there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path, PurePath

from dbus_xbms.dbus.call import call_daemon
from dbus_xbms.dbus.errors import BusError
from dbus_xbms.dbus.trusted import TrustedBus
from dbus_xbms.text import printable

log = logging.getLogger(__name__)

ANSWER_LIMIT = 0.5  # s; the daemon answers within milliseconds, and a write waits for it
MOST = 64  # programs that are remembered
INTERPRETERS = ("python", "node", "sh", "bash", "ash", "busybox")
LONGEST_COMMAND = 4096  # bytes that are read of a command line


class Writers:
    """Programs by the unique names of their connections, asked for once each."""

    def __init__(self) -> None:
        self._named: dict[str, str] = {}

    def named(self, sender: str) -> str | None:
        """Who that is, if it was asked for already."""
        return self._named.get(sender)

    async def find(self, bus: TrustedBus, sender: str) -> str:
        """Who that is; its unique name alone, if nothing more can be found out in time."""
        if sender not in self._named:
            found = await _described(bus, sender)
            if len(self._named) >= MOST:
                del self._named[next(iter(self._named))]
            self._named[sender] = found
        return self._named[sender]


async def _described(bus: TrustedBus, sender: str) -> str:
    try:
        pid = await call_daemon(bus, "GetConnectionUnixProcessID", sender, limit=ANSWER_LIMIT)
    except BusError as err:
        log.debug("%s: %r", sender, err)
        return sender
    return f"{program(pid)} (pid {pid}, {sender})"


def program(pid: int) -> str:
    """What a process runs, in a word: its program, or the script that an interpreter runs."""
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
