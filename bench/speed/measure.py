"""One measurement: the simulator, and the program or the floor, as processes on a bus of their own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.speed import floor
from bench.speed.process import cpu_seconds, resident
from bench.speed.watch import Watch, wire_size
from tests.bus.daemon import private_daemon
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Seen, Venus

# All packs alike, so that numbers of packs compare; 16 cells, because that is the most work.
PACK = {"cells": 16, "capacity": 280.0, "soc": 48.0, "sensors": 3}
START_LIMIT = 120.0  # s until all packs are shown
WARM_UP = 8.0  # s; what is read once, e.g. the counters, is read by then
PROGRAM, FLOOR = "program", "floor"
CYTHON, PURE = "cython", "pure"  # builds of dbus-fast


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What to measure."""

    subject: str  # PROGRAM or FLOOR
    build: str  # CYTHON or PURE
    python: str  # interpreter with that build
    packs: int
    rate: float  # polls per second
    seconds: float  # of each of the two windows
    control: int = 1  # setting Control of every pack: 1 is the most work


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it."""

    subject: str
    build: str
    packs: int
    polls: int
    cpu: float  # ms per pack and poll, like the next
    daemon_cpu: float
    signals: float  # per pack and poll, like the next
    signal_bytes: float
    resident: float  # MB
    first_value: float | None  # s from the start of the process, like the next
    last_value: float | None
    latency_p50: float  # ms from a pack's last notification to the signal
    latency_p99: float


async def measure(trial: Trial) -> Result:
    """Measure the costs unobserved, then the signals with an observer on the bus."""
    async with _stage(trial) as stage:
        await asyncio.sleep(WARM_UP)
        async with Watch([]) as watch:
            daemon = await watch.daemon_pid()
        before = [cpu_seconds(stage.pid), cpu_seconds(daemon)]
        polls = await stage.polls()
        await asyncio.sleep(trial.seconds)
        polls = await stage.polls() - polls
        used, daemon_used = cpu_seconds(stage.pid) - before[0], cpu_seconds(daemon) - before[1]
        async with Watch(stage.sim.addresses) as watch:
            watched = await stage.polls()
            await asyncio.sleep(trial.seconds)
            watched = await stage.polls() - watched
        return Result(
            subject=trial.subject,
            build=trial.build,
            packs=trial.packs,
            polls=polls,
            cpu=used / polls * 1000,
            daemon_cpu=daemon_used / polls * 1000,
            signals=len(watch.signals) / watched,
            signal_bytes=sum(map(wire_size, watch.signals)) / watched,
            resident=resident(stage.pid),
            first_value=stage.first_value,
            last_value=stage.last_value,
            latency_p50=_part(watch.latencies, 0.50) * 1000,
            latency_p99=_part(watch.latencies, 0.99) * 1000,
        )


def _part(values: Sequence[float], part: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))]


@dataclass(slots=True)
class _Stage:
    sim: Simulation
    pid: int
    first_value: float | None = None
    last_value: float | None = None

    async def polls(self) -> int:
        """Requests for basic info that all packs together have had."""
        truths = [await self.sim.truth(address) for address in self.sim.addresses]
        return sum(truth["counters"]["requests"].get("03", 0) for truth in truths)


@asynccontextmanager
async def _stage(trial: Trial) -> AsyncIterator[_Stage]:
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="dbus-xbms-bench-")))
        address = stack.enter_context(private_daemon(directory))
        os.environ |= {"DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address}
        sim = await stack.enter_async_context(Simulation([{**PACK} for _ in range(trial.packs)]))
        begin = _program if trial.subject == PROGRAM else _floor
        yield await begin(stack, trial, sim)


async def _program(stack: AsyncExitStack, trial: Trial, sim: Simulation) -> _Stage:
    now, shown = asyncio.get_running_loop().time, dict[str, float]()

    def told(seen: Seen) -> None:
        if seen["/Dc/0/Voltage"] is not None:
            shown.setdefault(seen.name, now())

    async with Venus(told) as venus:
        await venus.enable(*sim.addresses, PollInterval=1 / trial.rate, Control=trial.control)
        begun = now()
        command = (trial.python, "-m", "dbus_xbms")
        program = await stack.enter_async_context(Program("run", command=command))
        for pack in sim.addresses:
            await venus.until(pack, lambda seen: seen["/Dc/0/Voltage"] is not None, timeout=START_LIMIT)
    return _Stage(sim, program.pid, min(shown.values()) - begun, max(shown.values()) - begun)


async def _floor(stack: AsyncExitStack, trial: Trial, sim: Simulation) -> _Stage:
    command = (trial.python, "-m", "bench.speed.floor", str(1 / trial.rate))
    bare = await stack.enter_async_context(Program(*sim.addresses, command=command))
    await bare.until(floor.CONNECTED, timeout=START_LIMIT)
    return _Stage(sim, bare.pid)
