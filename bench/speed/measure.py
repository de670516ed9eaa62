"""Measure the program and the floor at the same time, each with its own simulator and bus.

They run at the same time because the speed of a shared machine changes from minute to minute.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.speed import floor
from bench.speed.process import cpu_seconds, resident
from bench.speed.watch import Watch, wire_size
from dbus_xbms.model import Notify
from tests.bus.daemon import private_daemon
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Seen, Venus

# All packs are equal, so that different numbers of packs can be compared; 16 cells are the most work.
PACK = {"cells": 16, "capacity": 280.0, "soc": 48.0, "sensors": 3}
MOST_BY_DEFAULT = 16  # connections on one adapter
ROOT = Path(__file__).parents[2]
START_LIMIT = 80.0  # s until all packs are on the bus
WARM_UP = 8.0  # s; values read only once, such as the counters, have been read by then
PROGRAM, FLOOR = "program", "floor"
SOCKETS, BEAT = "program, sockets", "floor, one beat"  # by AcquireNotify; with all packs polled at once
BANK = "program, bank"  # of all packs, in control of chargers
RESTING = "program, at rest"  # no current, and hardly any change of voltage
# Packs of other makes that only watch, by the word for them in a scenario, and the setting Protocol.
WATCHED_MAKES = {"jbd": "JBD", "litime": "redodo", "jikong": "jikong", "daly": "daly", "seplos": "seplos"}
CYTHON, PURE = "cython", "pure"  # builds of dbus-fast
EVICT = (sys.executable, "-m", "bench.speed.evict")
SLICES = 3  # of the first window; the median counts, since other programs share the machine
WATCHED = 1 / 3  # length of the second window, as a part of the first one


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One measurement to make."""

    build: str  # CYTHON or PURE
    python: str  # interpreter with that build
    packs: int
    rate: float  # polls per second
    seconds: float  # of the window in which CPU is measured
    control: int = 1  # setting Control of every pack: 1 is the most work
    subjects: tuple[str, ...] = (FLOOR, PROGRAM)
    cold: bool = False  # with caches evicted all the time


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of one measurement."""

    subject: str
    build: str
    packs: int
    polls: int
    slices: tuple[float, ...]  # CPU in ms per pack and poll, like the next
    daemon_cpu: float
    signals: float  # of packs and banks, per pack and poll, like the next
    signal_bytes: float
    resident: float  # MB
    first_value: float | None  # s from the start of the process, like the next
    last_value: float | None
    latency_p50: float | None  # ms from a pack's last notification on the bus to the signal
    latency_p99: float | None

    @property
    def cpu(self) -> float:
        """CPU in ms per pack and poll."""
        return median(self.slices)


async def measure(trial: Trial) -> list[Result]:
    """Measure CPU and memory without an observer, then the signals with one on each bus."""
    async with AsyncExitStack() as stack:
        stages = [await stack.enter_async_context(running(trial, subject)) for subject in trial.subjects]
        if trial.cold:
            await stack.enter_async_context(Program(command=EVICT))
        await asyncio.sleep(WARM_UP)
        used = [[await stage.used() for stage in stages]]
        for _ in range(SLICES):
            await asyncio.sleep(trial.seconds / SLICES)
            used.append([await stage.used() for stage in stages])
        watches = [
            await stack.enter_async_context(Watch(stage.address, stage.sim.addresses)) for stage in stages
        ]
        polled = [await stage.polls() for stage in stages]
        await asyncio.sleep(trial.seconds * WATCHED)
        watched = [await stage.polls() - polls for stage, polls in zip(stages, polled, strict=True)]
        return [
            _result(trial, *seen)
            for seen in zip(stages, zip(*used, strict=True), watches, watched, strict=True)
        ]


def _result(trial: Trial, stage: Stage, used: tuple[Used, ...], watch: Watch, watched: int) -> Result:
    polls = used[-1].polls - used[0].polls
    latencies = watch.latencies if stage.subject != SOCKETS else []  # notifications are not on the bus
    return Result(
        subject=stage.subject,
        build=trial.build,
        packs=trial.packs,
        polls=polls,
        slices=tuple((b.cpu - a.cpu) / (b.polls - a.polls) * 1000 for a, b in pairwise(used)),
        daemon_cpu=(used[-1].daemon_cpu - used[0].daemon_cpu) / polls * 1000,
        signals=len(watch.signals) / watched,
        signal_bytes=sum(map(wire_size, watch.signals)) / watched,
        resident=resident(stage.pid),
        first_value=stage.first_value,
        last_value=stage.last_value,
        latency_p50=_part(latencies, 0.50),
        latency_p99=_part(latencies, 0.99),
    )


def _part(seconds: Sequence[float], part: float) -> float | None:
    """Return a quantile, in ms."""
    return sorted(seconds)[int(part * (len(seconds) - 1))] * 1000 if seconds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Resources used so far."""

    polls: int
    cpu: float  # s, like the next
    daemon_cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A process that polls all packs."""

    pid: int
    first_value: float | None = None
    last_value: float | None = None


@dataclass(slots=True)
class Stage:
    """A subject, running."""

    subject: str
    address: str  # of the bus
    daemon: int  # its process
    sim: Simulation
    pid: int
    first_value: float | None
    last_value: float | None

    async def used(self) -> Used:
        """Return the resources used so far."""
        return Used(polls=await self.polls(), cpu=cpu_seconds(self.pid), daemon_cpu=cpu_seconds(self.daemon))

    async def polls(self) -> int:
        """Return the number of polls of all packs: of the most frequent request, or reply without one."""
        truths = [await self.sim.truth(address) for address in self.sim.addresses]
        return sum(max(truth["counters"]["requests"].values(), default=0) for truth in truths)


@asynccontextmanager
async def running(trial: Trial, subject: str) -> AsyncIterator[Stage]:
    """Run a subject with its packs, on a bus of its own."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="dbus-xbms-bench-")))
        address = stack.enter_context(private_daemon(directory))
        os.environ |= {"DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address}
        async with Watch(address, []) as watch:
            daemon = await watch.daemon_pid()
        make = subject if subject in WATCHED_MAKES else "jbd"
        rows = [
            {**PACK, **({"load": "rest"} if subject == RESTING else {}), "make": make}
            for _ in range(trial.packs)
        ]
        sim = await stack.enter_async_context(Simulation(rows))
        started = await START[subject](stack, trial, sim)
        yield Stage(subject, address, daemon, sim, started.pid, started.first_value, started.last_value)


async def _program(
    stack: AsyncExitStack,
    trial: Trial,
    sim: Simulation,
    notify: Notify,
    *,
    bank: bool = False,
    watched: str = "",
) -> Started:
    """Start the program; ``watched``: the protocol of packs that do not control."""
    now, shown = asyncio.get_running_loop().time, dict[str, float]()

    def changed(seen: Seen) -> None:
        if seen["/Dc/0/Voltage"] is not None:
            shown.setdefault(seen.name, now())

    async with Venus(changed) as venus:
        control = 0 if bank or watched else trial.control
        chosen: dict[str, float | str] = {"PollInterval": 1 / trial.rate, "NotifyMethod": notify.value}
        chosen |= {"Control": control} | ({"Protocol": watched} if watched else {})
        await venus.enable(*sim.addresses, **chosen, Chemistry="LiFePO4")
        if bank:
            await venus.confirm_bank(Control=trial.control)
        command, environment = as_on_a_gx(trial.python)
        async with Program("run", "--help", command=command, environment=environment) as compiling:
            await compiling.ended()
        start = now()
        program = await stack.enter_async_context(Program("run", command=command, environment=environment))
        await program.until(": enabled")  # its settings exist from now on
        await venus.set("", "MaxConnections", max(trial.packs, MOST_BY_DEFAULT))
        for pack in sim.addresses:
            await venus.until(pack, lambda seen: seen["/Dc/0/Voltage"] is not None, timeout=START_LIMIT)
        if bank:
            await venus.until_bank(lambda seen: seen["/System/NrOfModulesOffline"] == 0, timeout=START_LIMIT)
    first, last = min(shown.values()) - start, max(shown.values()) - start
    return Started(pid=program.pid, first_value=first, last_value=last)


def as_on_a_gx(python: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return command and environment that run the program as a release does (`bin/dbus-xbms`)."""
    (libraries,) = Path(python).absolute().parents[1].glob("lib/python3.*/site-packages")
    environment = {"PYTHONPATH": f"{ROOT}:{libraries}", "PYTHONDONTWRITEBYTECODE": ""}
    return (python, "-S", "-P", "-u", "-m", "dbus_xbms"), environment


async def _floor(stack: AsyncExitStack, trial: Trial, sim: Simulation, time: str) -> Started:
    command = (trial.python, "-m", "bench.speed.floor", str(1 / trial.rate), time)
    bare = await stack.enter_async_context(Program(*sim.addresses, command=command))
    await bare.until(floor.CONNECTED, timeout=START_LIMIT)
    return Started(pid=bare.pid)


START: dict[str, Callable[[AsyncExitStack, Trial, Simulation], Awaitable[Started]]] = {
    FLOOR: partial(_floor, time="own"),
    BEAT: partial(_floor, time="beat"),
    PROGRAM: partial(_program, notify=Notify.START),
    SOCKETS: partial(_program, notify=Notify.ACQUIRE),
    BANK: partial(_program, notify=Notify.START, bank=True),
    RESTING: partial(_program, notify=Notify.START),
    **{make: partial(_program, notify=Notify.START, watched=name) for make, name in WATCHED_MAKES.items()},
}
