"""The results as a table, as JSON and as a page for docs. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from bench.speed.measure import FLOOR, PROGRAM, Result

HEAD = (
    "dbus-fast",
    "Packs",
    "CPU, ms",
    "Floor, ms",
    "Multiple",
    "dbus-daemon, ms",
    "Signals",
    "Bytes",
    "Memory, MB",
    "MB per further pack",
    "First value, s",
    "All values, s",
    "Latency p50, ms",
    "p99, ms",
    "Floor p50, ms",
    "p99, ms",
)


def of(results: Sequence[Result], subject: str, build: str) -> list[Result]:
    """The results of one subject and build, by rising number of packs."""
    found = (result for result in results if (result.subject, result.build) == (subject, build))
    return sorted(found, key=lambda result: result.packs)


def builds(results: Sequence[Result]) -> list[str]:
    """The builds that were measured."""
    return list(dict.fromkeys(result.build for result in results))


def row(result: Result, floor: Result, fewer: Result | None) -> tuple[str, ...]:
    """One line of the table: the program, what the floor takes for the same, and the next smaller fleet."""
    grown = (result.resident - fewer.resident) / (result.packs - fewer.packs) if fewer else None
    return (
        result.build,
        f"{result.packs}",
        f"{result.cpu:.2f}",
        f"{floor.cpu:.2f}",
        f"{result.cpu / floor.cpu:.2f}",
        f"{result.daemon_cpu:.2f}",
        f"{result.signals:.2f}",
        f"{result.signal_bytes:.0f}",
        f"{result.resident:.1f}",
        "" if grown is None else f"{grown:.2f}",
        f"{result.first_value:.1f}",
        f"{result.last_value:.1f}",
        *map(_known, (result.latency_p50, result.latency_p99, floor.latency_p50, floor.latency_p99)),
    )


def _known(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def table(results: Sequence[Result]) -> str:
    """A line for each build and number of packs."""
    lines = [HEAD, tuple("---" for _ in HEAD)]
    for build in builds(results):
        fewer = None
        for floor, result in zip(of(results, FLOOR, build), of(results, PROGRAM, build), strict=True):
            lines.append(row(result, floor, fewer))
            fewer = result
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


PAGE = """# What it costs

Written by `script/bench` {where}.

CPU time of the process is per pack and poll, so are signals and their bytes. Program and floor run at
the same time, each on a bus of its own, because a shared machine changes its speed from minute to
minute: compare columns of a line, not lines. The program polls all packs in the same moment, and the
simulated packs answer equally soon, so that work comes in bursts, which the processor's caches like; the
floor's packs, and the answers of real ones, are spread more. The floor is a bare script
(`bench/speed/floor.py`) in one process that only writes the same requests, receives the same
notifications and sends one signal of three values per poll. The packs are simulated and alike: 16 cells,
3 sensors, a current that always changes, each in control of chargers, which is the most work there is.
Nobody listens to the signals while CPU is measured; on a GX each listener costs the dbus-daemon and
itself something more. Latency is from the last notification of a poll to its signal, as a third process
on the bus sees them; memory is resident, shared libraries included. `cython`: dbus-fast compiled;
`pure`: in Python, as on a GX.

{table}
The goals, in the worse build:

{goals}
Beyond the floor are the decoding and checking of frames, the decisions (nearly half of it where a pack
controls chargers), the reading of some 160 paths and a signal of three times as many values.

![Costs by number of packs](bench.svg)
"""


JUDGED = 16  # packs; where a goal speaks of a fleet


def _judged(fleet: Sequence[Result]) -> Result:
    return next((result for result in fleet if result.packs == JUDGED), fleet[-1])


def goals(results: Sequence[Result]) -> str:
    """What is wanted, and what came of it in the worse build."""
    ours = [of(results, PROGRAM, build) for build in builds(results)]
    floors = [_judged(of(results, FLOOR, build)) for build in builds(results)]
    judged = [_judged(fleet) for fleet in ours]
    pairs = list(zip(judged, floors, strict=True))
    multiple = max(program.cpu / floor.cpu for program, floor in pairs)
    later = max((program.latency_p99 or 0.0) - (floor.latency_p99 or 0.0) for program, floor in pairs)
    signals = max(result.signals for result in judged)
    rows = [
        (f"CPU with {judged[0].packs} packs, times the floor", 1.3, multiple),
        ("Signals per pack and poll", 1.01, signals),
        ("Latency p99 beyond the floor, ms", 20.0, later),
    ]
    grown = [(fleet[-1], few) for fleet in ours for few in fleet[:-1] if few.packs == 4]
    if grown:
        dearer = max(max(many.cpu / few.cpu, few.cpu / many.cpu) for many, few in grown)
        growth = max((many.resident - few.resident) / (many.packs - few.packs) for many, few in grown)
        rows += [
            (
                f"CPU per pack and poll with 4 and {grown[0][0].packs} packs, the one times the other",
                1.15,
                dearer,
            ),
            ("Memory per further pack, MB", 0.4, growth),
        ]
    if fours := [result.resident for fleet in ours for result in fleet if result.packs == 4]:
        rows.append(("Memory with 4 packs, MB", 32.0, max(fours)))
    lines = [("Goal", "At most", "Measured", ""), ("---", "---", "---", "---")]
    lines += [
        (name, f"{limit:g}", f"{found:.2f}", "met" if found <= limit else f"missed by {found - limit:.2f}")
        for name, limit, found in rows
    ]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def page(results: Sequence[Result], where: str) -> str:
    """The page for docs; ``where`` says on what it was measured."""
    return PAGE.format(where=where, table=table(results), goals=goals(results))


def as_json(results: Sequence[Result], where: str) -> str:
    """Everything that was measured."""
    return json.dumps({"measured": where, "results": [asdict(result) for result in results]}, indent=1) + "\n"
