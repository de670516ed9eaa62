"""Resources of a process, as counted by the kernel, the bus and the process itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dbus_xbms.rpc import INTERFACE, NAME, PATH
from tests.bus.venus import DBUS, Venus

ANSWER_LIMIT = 3.0  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Resources of a process at one moment."""

    at: float  # s, monotonic
    rss: float  # MB
    fds: int
    threads: int
    cpu: float  # s, since its start
    rules: int  # match rules on the bus, of all programs
    connections: int  # to the bus, of all programs
    tasks: int  # coroutines that run side by side


async def counted(venus: Venus) -> Mapping[str, int]:
    """Counts of the program and of the bus; match rules are 0 if the daemon does not report them.

    Raises:
        AssertionError, TimeoutError: no answer: the program has ended, or is stopped.
    """
    async with asyncio.timeout(ANSWER_LIMIT):
        counts: dict[str, int] = await venus.call(NAME, PATH, INTERFACE, "Health")
        try:
            stats = await venus.call(DBUS, "/org/freedesktop/DBus", f"{DBUS}.Debug.Stats", "GetStats")
        except AssertionError:
            return {**counts, "rules": 0, "connections": 0}
    return {
        **counts,
        "rules": stats["MatchRules"].value,
        "connections": stats["ActiveConnections"].value,
    }


def usage(pid: int, at: float, counts: Mapping[str, int]) -> Usage:
    """Read the rest from /proc."""
    proc = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
    fields = (proc / "stat").read_text().rpartition(")")[2].split()
    return Usage(
        at=at,
        rss=int(status["VmRSS"].split()[0]) / 1024,
        fds=len(list((proc / "fd").iterdir())),
        threads=int(status["Threads"]),
        cpu=(int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
        rules=counts["rules"],
        connections=counts["connections"],
        tasks=counts["tasks"],
    )
