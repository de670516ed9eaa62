"""Measure CPU time and memory of the service, and of the daemons that it uses, without faults."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from bench.speed.process import cpu_seconds, resident
from tests.rig import machine
from tests.rig.faults import BOTH

if TYPE_CHECKING:
    from tests.rig.survive import Trial

SECONDS = 60.0
REQUESTS_PER_POLL = 2
ROUNDS = 200_000


def yardstick(rounds: int = ROUNDS) -> float:
    """Return the CPU seconds of a fixed piece of Python, to compare machines."""
    began, total = time.process_time(), 0
    for n in range(rounds):
        total += n * n % 7
    return time.process_time() - began


async def healthy(trial: Trial, service: int, venus_bus: int) -> None:
    """Measure for a minute in which each pack's current changes every second, and record the figures."""
    processes = {"dbus-xbms": service, "bluetoothd": machine.pid_of("bluetoothd")}
    for pid in machine.pids_named("dbus-daemon"):
        processes["dbus-daemon, Venus" if pid == venus_bus else "dbus-daemon, system"] = pid
    asked = [(await machine.pack(index))["requests"] for index in BOTH]
    signals = trial.watch.signal_counts()
    used = {name: cpu_seconds(pid) for name, pid in processes.items()}
    began = time.monotonic()
    while time.monotonic() < began + SECONDS:
        for index in BOTH:
            await trial.vary(index)
        await asyncio.sleep(1.0)
    used = {name: cpu_seconds(pid) - used[name] for name, pid in processes.items()}
    polls = time.monotonic() - began  # of each pack: one per second
    sent = [n - signals.get(name, 0) for name, n in trial.watch.signal_counts().items()]
    asked = [(await machine.pack(index))["requests"] - asked[index] for index in BOTH]
    for name, pid in processes.items():
        cost = f"{used[name] / polls / len(BOTH) * 1000:.1f} ms CPU per pack and poll"
        trial.check("well", name, True, f"{cost}, {resident(pid):.1f} MB resident")
    per_poll = [n / polls for n in asked]
    steady = all(0.9 * REQUESTS_PER_POLL < n < 1.1 * REQUESTS_PER_POLL for n in per_poll)
    trial.check("well", "two requests per poll", steady, f"{asked} in {polls:.0f} s")
    trial.check("well", "one signal per poll at most", max(sent) <= polls + 1, f"{sent} signals")
    trial.check("well", "yardstick", True, f"{yardstick() * 1000:.0f} ms CPU for {ROUNDS} rounds of Python")


if __name__ == "__main__":
    print(f"{yardstick() * 1000:.0f} ms CPU for {ROUNDS} rounds of Python")
