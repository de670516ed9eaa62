"""Use of CPU and memory by this process, and the memory that the machine has left, from /proc."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
EVERY = 60.0  # s
PAGE = 4096  # bytes; of every processor that a GX has had
MEGA = 1e6
KIBI = 1024


class Usage:
    """CPU and memory of this process, averaged over a minute."""

    def __init__(self, now: float) -> None:
        self.cpu: float | None = None  # % of a core
        self.memory = resident_memory()  # MB
        self._began = self._at = now  # s
        self._used = time.process_time()  # s of CPU time

    def update(self, now: float) -> None:
        """Measure again if a minute has passed; ``now``: s, monotonic."""
        if now - self._at < EVERY:
            return
        used = time.process_time()
        self.cpu = 100 * (used - self._used) / (now - self._at)
        self.memory = resident_memory()
        self._at, self._used = now, used

    def uptime(self, now: float) -> int:
        """Return s since the start, in whole minutes."""
        return int((now - self._began) // EVERY * EVERY)


def resident_memory(proc: Path = PROC) -> float | None:
    """Return the memory of this process in MB; ``None`` if that is unknown."""
    with suppress(OSError, ValueError, IndexError):
        return int((proc / "self/statm").read_text().split()[1]) * PAGE / MEGA
    return None


def available_memory(proc: Path = PROC) -> float | None:
    """Return the memory of this machine that is available, in MB; ``None`` if that is unknown."""
    with suppress(OSError, ValueError, IndexError):
        for line in (proc / "meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * KIBI / MEGA
    return None
