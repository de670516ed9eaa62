"""Measure packs at rest next to busy ones, and keep the table: python -m bench.speed.rest [--keep].

Both are read by a process of their own at the same time.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench import markdown
from bench.speed.kept import Kept
from bench.speed.measure import CYTHON, PROGRAM, PURE, RESTING, Stage, Trial, running
from bench.speed.process import cpu_seconds, sleeps
from dbus_xbms.commands.arguments import seconds
from dbus_xbms.process.interrupt import ended_by_ctrl_c

FLEETS = (4, 16)  # packs
# s until all packs rest, and the first checks of `doctor` are over; they run every 10 min, in a child process
SETTLED = 150.0
HEAD = (
    "dbus-fast",
    "Packs",
    "Load",
    "Polls per second and pack",
    "Wake-ups per second",
    "CPU, % of a core",
    "Part of busy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What one subject used, per second."""

    build: str
    subject: str
    packs: int
    polls: float  # of all packs
    wake_ups: float
    cpu: float  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    polls: int
    wake_ups: int
    cpu: float

    @classmethod
    async def now(cls, stage: Stage) -> _Counted:
        return cls(polls=await stage.polls(), wake_ups=sleeps(stage.pid), cpu=cpu_seconds(stage.pid))


def table(results: Sequence[Rest]) -> str:
    """Return a table with a line per fleet and load."""
    busy = {(one.build, one.packs): one for one in results if one.subject == PROGRAM}
    rows = [
        (
            one.build,
            str(one.packs),
            "at rest" if one.subject == RESTING else "busy",
            f"{one.polls / one.packs:.2f}",
            f"{one.wake_ups:.2f}",
            f"{100 * one.cpu:.2f}",
            f"{one.cpu / busy[one.build, one.packs].cpu:.2f}",
        )
        for one in results
    ]
    return markdown.table(HEAD, rows)


async def _measured(args: argparse.Namespace) -> list[Rest]:
    pythons = {CYTHON: sys.executable} | ({PURE: args.pure} if args.pure else {})
    return [
        result
        for build, python in pythons.items()
        for packs in args.packs
        for result in await _fleet(build, python, packs, args.seconds)
    ]


async def _fleet(build: str, python: str, packs: int, duration: float) -> list[Rest]:
    """Measure a fleet at rest and a busy one at the same time."""
    trial = Trial(build=build, python=python, packs=packs, rate=1.0, seconds=duration, control=1)
    async with AsyncExitStack() as stack:
        stages = [await stack.enter_async_context(running(trial, one)) for one in (PROGRAM, RESTING)]
        await asyncio.sleep(SETTLED)
        before = [await _Counted.now(stage) for stage in stages]
        await asyncio.sleep(duration)
        after = [await _Counted.now(stage) for stage in stages]
    return [
        Rest(
            build=build,
            subject=stage.subject,
            packs=packs,
            polls=(end.polls - start.polls) / duration,
            wake_ups=(end.wake_ups - start.wake_ups) / duration,
            cpu=(end.cpu - start.cpu) / duration,
        )
        for stage, start, end in zip(stages, before, after, strict=True)
    ]


KEPT = Kept("bench-rest.json", table, lambda row: Rest(**row))


def main() -> int:
    """Measure, print the table, and keep it if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed.rest", description=__doc__)
    numbers = lambda text: [int(number) for number in text.split(",")]  # noqa: E731
    parser.add_argument("--packs", type=numbers, default=FLEETS, metavar="N,N", help="how many (4,16)")
    parser.add_argument("--seconds", type=seconds, default=60.0, metavar="N", help="to measure (60)")
    parser.add_argument("--pure", metavar="PYTHON", help="measure with this interpreter, too")
    return KEPT.measure(parser, _measured)


if __name__ == "__main__":
    sys.exit(ended_by_ctrl_c(main))
