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
        f"{result.latency_p50:.1f}",
        f"{result.latency_p99:.1f}",
        f"{floor.latency_p50:.1f}",
        f"{floor.latency_p99:.1f}",
    )


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

CPU time of the process is per pack and poll, so are signals and their bytes. The floor is a bare script
(`bench/speed/floor.py`) in one process that only writes the same requests, receives the same
notifications and sends one signal of three values per poll. The packs are simulated and alike: 16 cells,
3 sensors, a current that always changes, each in control of chargers, which is the most work there is.
Nobody listens to the signals while CPU is measured; on a GX each listener costs the dbus-daemon and
itself something more. Latency is from the last notification of a poll to its signal, as a third process
on the bus sees them; memory is resident, shared libraries included. `cython`: dbus-fast compiled;
`pure`: in Python, as on a GX.

{table}
![Costs by number of packs](bench.svg)
"""


def page(results: Sequence[Result], where: str) -> str:
    """The page for docs; ``where`` says on what it was measured."""
    return PAGE.format(where=where, table=table(results))


def as_json(results: Sequence[Result], where: str) -> str:
    """Everything that was measured."""
    return json.dumps({"measured": where, "results": [asdict(result) for result in results]}, indent=1) + "\n"
