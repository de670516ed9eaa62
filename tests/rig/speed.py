"""CPU of the service and of a minimal program with one pack: tests/rig/run.sh speed [--python PYTHON].

Runs inside the virtual machine (see README.md). The two read the same pack by turns. The machine's speed
varies, so their costs are compared in times of a yardstick: a fixed piece of Python in the same seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle, islice
from statistics import median

from bench.speed import floor
from bench.speed.measure import as_on_a_gx
from bench.speed.process import cpu_seconds, resident
from tests.bus.simulation import Program
from tests.bus.venus import Venus
from tests.rig import machine
from tests.rig.measure import REQUESTS_PER_POLL, yardstick
from tests.rig.venus_bus import venus_bus

PACK = "A4:C1:38:00:00:01"
CURRENTS = (-12.3, -11.6, -10.9, -11.4, -12.8)  # A, by turns, once a second
START_LIMIT = 120.0  # s
ROUNDS = 10_000  # of the yardstick, once a second
WARM_UP = 20.0  # s; what is read only once has been read by then
FLOOR, SERVICE = "floor", "service"


@asynccontextmanager
async def running_floor(python: str) -> AsyncIterator[int]:
    """Run the minimal program; yield its process."""
    async with Program("1.0", "own", PACK, command=(python, "-m", "bench.speed.floor")) as program:
        await program.until(floor.CONNECTED, START_LIMIT)
        yield program.pid


@asynccontextmanager
async def running_service(python: str) -> AsyncIterator[int]:
    """Run the service as a GX does; yield its process."""
    command, environment = as_on_a_gx(python)
    async with Venus() as venus, Program("run", command=command, environment=environment) as program:
        await venus.until(PACK, lambda seen: seen["/Dc/0/Voltage"] is not None, timeout=START_LIMIT)
        yield program.pid


async def _measured(subject: str, pid: int, seconds: int) -> float:
    """Return the CPU time of a process per poll, in times that of the yardstick in the same seconds."""
    await asyncio.sleep(WARM_UP)
    used, asked, loops = cpu_seconds(pid), (await machine.pack(0))["requests"], 0.0
    for amperes in islice(cycle(CURRENTS), seconds):
        await machine.ctl("set", bms=0, field="current", value=amperes)
        loops += yardstick(ROUNDS)
        await asyncio.sleep(1.0)
    used, asked = cpu_seconds(pid) - used, (await machine.pack(0))["requests"] - asked
    cost: float = used / asked * REQUESTS_PER_POLL
    times = cost / (loops / seconds)
    print(
        f"{subject}: {cost * 1000:.1f} ms a poll, {times:.2f} yardsticks; {resident(pid):.1f} MB", flush=True
    )
    return times


async def run(python: str, seconds: int, rounds: int) -> None:
    """Measure both by turns, and print the medians."""
    costs: dict[str, list[float]] = {FLOOR: [], SERVICE: []}
    async with venus_bus():
        async with Venus() as venus:
            await venus.enable(PACK, Control=1, Chemistry="LiFePO4")
        for _ in range(rounds):
            for subject, start in ((FLOOR, running_floor), (SERVICE, running_service)):
                async with start(python) as pid:
                    costs[subject].append(await _measured(subject, pid, seconds))
    bare, ours = (median(costs[subject]) for subject in (FLOOR, SERVICE))
    print(f"{SERVICE} {ours:.2f}, {FLOOR} {bare:.2f} yardsticks a poll: {ours / bare:.2f} times")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/rig/run.sh speed", description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="interpreter with the dbus-fast to measure")
    parser.add_argument("--seconds", type=int, default=60, help="for which CPU is measured (60)")
    parser.add_argument("--rounds", type=int, default=3, help="of both (3)")
    args = parser.parse_args()
    asyncio.run(run(args.python, args.seconds, args.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
