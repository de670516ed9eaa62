"""CPU time and memory of a process, as the kernel counts them."""

from __future__ import annotations

from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of all threads in s, to 1 ns: a clock tick is longer than a poll."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def resident(pid: int) -> float:
    """Return the resident memory, in MB."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) / 1024


def sleeps(pid: int) -> int:
    """Return how often all threads have gone to sleep; each is one wake-up."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    found = ((task / "status").read_text().partition("\nvoluntary_ctxt_switches:")[2] for task in tasks)
    return sum(int(text.split()[0]) for text in found)
