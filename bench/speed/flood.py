"""Measure the search for a missing pack among many devices: python -m bench.speed.flood [--pure PYTHON].

One pack is connected, another is out of range, and 200 other devices advertise ten times a second each.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.interrupted import obeying_ctrl_c
from bench.speed.measure import CYTHON, PACK, PURE
from bench.speed.process import cpu_seconds
from dbus_xbms.commands.arguments import seconds, whole
from dbus_xbms.process.interrupt import ended_by_ctrl_c
from dbus_xbms.serve import unclaimed
from tests.bus.daemon import private_daemon
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Seen, Venus

DEVICES, RATE = 200, 10.0  # other devices, and advertisements of each per second
START_LIMIT = 80.0  # s
ROUND = 37.0  # s between two returns; not a multiple of the 20 s in which the service scans once


def _valid(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


def _gone(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is None


@asynccontextmanager
async def _flooded(python: str) -> AsyncIterator[tuple[Simulation, Venus, Program]]:
    """Run the program with a connected pack and a missing one."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="dbus-xbms-bench-")))
        address = stack.enter_context(private_daemon(directory))
        os.environ |= {"DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address}
        sim = await stack.enter_async_context(Simulation([PACK, PACK]))
        venus = await stack.enter_async_context(Venus())
        await sim.fault("crowd", "hci0", devices=DEVICES, rate=RATE)
        await venus.enable(*sim.addresses, HoldTime=5.0)
        program = await stack.enter_async_context(Program("run", command=(python, "-m", "dbus_xbms")))
        for pack in sim.addresses:
            await venus.until(pack, _valid, timeout=START_LIMIT)
        yield sim, venus, program


async def _measured(python: str, duration: float, returns: int) -> tuple[float, float, list[float]]:
    """Return the part of a core used, the part of the time spent scanning, and s from returns to values."""
    now = asyncio.get_running_loop().time
    asyncio.get_running_loop().set_exception_handler(unclaimed)  # a bus that ends before its users
    async with _flooded(python) as (sim, venus, program):
        missing, found = sim.addresses[1], []
        await sim.fault("vanish", missing)
        await venus.until(missing, _gone, timeout=START_LIMIT)
        used, scanned = cpu_seconds(program.pid), (await sim.counters())["hci0"]["discovery_seconds"]
        await asyncio.sleep(duration)
        used = (cpu_seconds(program.pid) - used) / duration
        scanned = ((await sim.counters())["hci0"]["discovery_seconds"] - scanned) / duration
        for _ in range(returns):
            await sim.fault("appear", missing)
            began = now()
            await venus.until(missing, _valid, timeout=START_LIMIT)
            found.append(now() - began)
            await sim.fault("vanish", missing)
            await asyncio.sleep(ROUND)
    return used, scanned, found


def main() -> int:
    """Measure and print a line per build."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed.flood", description=__doc__)
    parser.add_argument("--seconds", type=seconds, default=60.0, metavar="N", help="to measure CPU (60)")
    parser.add_argument(
        "--returns", type=whole(1, 100, "returns"), default=10, metavar="N", help="of the pack (10)"
    )
    parser.add_argument("--pure", metavar="PYTHON", help="measure with this interpreter, too")
    args = parser.parse_args()
    pythons = {CYTHON: sys.executable} | ({PURE: args.pure} if args.pure else {})
    for build, python in pythons.items():
        used, scanned, found = asyncio.run(obeying_ctrl_c(_measured(python, args.seconds, args.returns)))
        print(
            f"{build}: {100 * used:.2f} % of a core, scanning {100 * scanned:.0f} % of the time; "
            f"read {median(found):.1f} s after its return, at most {max(found):.1f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(ended_by_ctrl_c(main))
