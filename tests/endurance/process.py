"""What a process takes of the machine, as the kernel counts it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One process at one moment."""

    at: float  # s, monotonic
    rss: float  # MB
    fds: int
    threads: int
    cpu: float  # s, since its start
    rules: int  # match rules on the bus, of all programs


def usage(pid: int, at: float, rules: int) -> Usage:
    """Read it from /proc."""
    proc = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
    fields = (proc / "stat").read_text().rpartition(")")[2].split()
    return Usage(
        at=at,
        rss=int(status["VmRSS"].split()[0]) / 1024,
        fds=len(list((proc / "fd").iterdir())),
        threads=int(status["Threads"]),
        cpu=(int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
        rules=rules,
    )
