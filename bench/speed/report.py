"""The results as tables, as JSON and as a page for docs. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from statistics import median

from bench.speed.measure import BEAT, FLOOR, PROGRAM, SOCKETS, Result

FLEET = 16  # packs; where a goal speaks of many
NONE = "-"
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
FLEET_HEAD = (
    "dbus-fast",
    "Subject",
    "Notifications",
    "CPU, ms",
    "dbus-daemon, ms",
    "Together, ms",
    "p99, ms",
)
SUBJECTS = {  # as the fleet's table calls them, and how notifications come
    PROGRAM: ("program", "signals"),
    SOCKETS: ("program", "sockets"),
    FLOOR: ("floor, each pack in its own time", "signals"),
    BEAT: ("floor, all packs in one moment", "signals"),
}


def of(results: Sequence[Result], subject: str, build: str) -> list[Result]:
    """The results of one subject and build, by rising number of packs."""
    found = (result for result in results if (result.subject, result.build) == (subject, build))
    return sorted(found, key=lambda result: result.packs)


def builds(results: Sequence[Result]) -> list[str]:
    """The builds that were measured."""
    return list(dict.fromkeys(result.build for result in results))


def judged(packs: Sequence[int]) -> int:
    """With how many packs the goals of a fleet are judged."""
    return FLEET if FLEET in packs else max(packs, default=FLEET)


def multiple(result: Result, floor: Result) -> float:
    """How many times the floor's CPU it takes, from what was measured in the same seconds."""
    return median(ours / least for ours, least in zip(result.slices, floor.slices, strict=True))


def row(result: Result, floor: Result, fewer: Result | None) -> tuple[str, ...]:
    """One line of the table: the program, what the floor takes for the same, and the next smaller fleet."""
    grown = (result.resident - fewer.resident) / (result.packs - fewer.packs) if fewer else None
    return (
        result.build,
        f"{result.packs}",
        f"{result.cpu:.2f}",
        f"{floor.cpu:.2f}",
        f"{multiple(result, floor):.2f}",
        f"{result.daemon_cpu:.2f}",
        f"{result.signals:.2f}",
        f"{result.signal_bytes:.0f}",
        f"{result.resident:.1f}",
        NONE if grown is None else f"{grown:.2f}",
        *map(_known, (result.first_value, result.last_value)),
        *map(_known, (result.latency_p50, result.latency_p99, floor.latency_p50, floor.latency_p99)),
    )


def _known(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f}"


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def table(results: Sequence[Result]) -> str:
    """A line for each build and number of packs."""
    rows = []
    for build in builds(results):
        fewer = None
        for floor, result in zip(of(results, FLOOR, build), of(results, PROGRAM, build), strict=True):
            rows.append(row(result, floor, fewer))
            fewer = result
    return _lines(HEAD, rows)


def fleet_table(results: Sequence[Result]) -> str:
    """A line for each build and each way of doing it, with many packs."""
    rows = [
        (
            result.build,
            *names,
            f"{result.cpu:.2f}",
            f"{result.daemon_cpu:.2f}",
            f"{_together(result):.2f}",
            _known(result.latency_p99),
        )
        for build in builds(results)
        for subject, names in SUBJECTS.items()
        for result in _fleet(results, subject, build)
    ]
    return _lines(FLEET_HEAD, rows)


def _fleet(results: Sequence[Result], subject: str, build: str) -> list[Result]:
    """The result with as many packs as are judged, if there is one."""
    packs = judged([result.packs for result in results])
    return [result for result in of(results, subject, build) if result.packs == packs]


def _together(result: Result) -> float:
    return result.cpu + result.daemon_cpu


def _sums(result: Result, floor: Result) -> float:
    return _together(result) / _together(floor)


def _later(result: Result, floor: Result) -> float:
    return (result.latency_p99 or 0.0) - (floor.latency_p99 or 0.0)


def _dearer(many: float, few: float) -> float:
    return max(many / few, few / many)


def _growth(many: Result, few: Result) -> float:
    return (many.resident - few.resident) / (many.packs - few.packs)


def goals(results: Sequence[Result]) -> str:
    """What is wanted, and what came of it in the worse build."""
    return _lines(
        ("Goal", "At most", "Measured", ""),
        [
            (name, f"{limit:g}", f"{max(found):.2f}" if found else NONE, _verdict(limit, found))
            for name, limit, found in _judgements(results)
        ],
    )


def _judgements(results: Sequence[Result]) -> tuple[tuple[str, float, list[float]], ...]:
    """Each goal with its limit and what was measured in each build."""

    def fleets(subject: str, floor: str, judge: Callable[[Result, Result], float]) -> list[float]:
        pairs = [
            (_fleet(results, subject, build), _fleet(results, floor, build)) for build in builds(results)
        ]
        return [judge(ours[0], least[0]) for ours, least in pairs if ours and least]

    ours = [{result.packs: result for result in of(results, PROGRAM, build)} for build in builds(results)]
    least = [{result.packs: result for result in of(results, FLOOR, build)} for build in builds(results)]
    spans = [(fleet[max(fleet)], fleet[4]) for fleet in ours if 4 in fleet and max(fleet) > 4]
    floors = [(fleet[max(fleet)], fleet[4]) for fleet in least if 4 in fleet and max(fleet) > 4]
    constant = [
        _dearer(*(multiple(*both) for both in zip(*pair, strict=True)))
        for pair in zip(spans, floors, strict=True)
    ]
    return (
        ("CPU of a fleet, times the floor", 1.3, fleets(PROGRAM, FLOOR, multiple)),
        ("the same, times the floor that polls all in one moment", 1.3, fleets(PROGRAM, BEAT, multiple)),
        ("CPU with sockets and dbus-daemon, times the floor and its own", 1.0, fleets(SOCKETS, FLOOR, _sums)),
        ("the same, times the floor that polls all in one moment", 1.0, fleets(SOCKETS, BEAT, _sums)),
        ("Signals per pack and poll", 1.01, fleets(PROGRAM, PROGRAM, lambda result, _: result.signals)),
        ("Latency p99 beyond the floor, ms", 20.0, fleets(PROGRAM, FLOOR, _later)),
        ("The multiple with 4 packs and with the most, the one times the other", 1.15, constant),
        ("Memory per further pack, MB", 0.4, [_growth(*span) for span in spans]),
        ("Memory with 4 packs, MB", 32.0, [fleet[4].resident for fleet in ours if 4 in fleet]),
    )


def _verdict(limit: float, found: Sequence[float]) -> str:
    if not found:
        return "not measured"
    return "met" if max(found) <= limit else f"missed by {max(found) - limit:.2f}"


PAGE = """# What it costs

Written by `script/bench --pure --keep` {where}.

CPU is per pack and poll, so are signals and their bytes: the median of three parts of the time measured.
Program and floor run at the same time, each on a bus of its own, because a shared machine changes its speed
from minute to minute: compare columns of a line, not lines. The packs are simulated and alike: 16 cells, 3
sensors, a current that always changes, one of them in control of chargers.
Nobody listens to the signals while CPU is measured; on a GX each listener costs the dbus-daemon and itself
something more. Latency is from the last notification of a poll to its signal, as a third process on the bus
sees them. Memory is resident, shared libraries included. `cython`: dbus-fast compiled; `pure`: in Python, as
on a GX.

{table}
The floor is a bare script (`bench/speed/floor.py`) in one process that only writes the same requests,
receives the same notifications and sends one signal of three values per poll; each pack has a timer of its
own. The program polls all packs in one moment. With {many} packs, also with notifications over sockets
(`NotifyMethod` 2), and next to a floor that polls in one moment, too:

{fleet}
The goals, in the worse build; a fleet is {many} packs. Since the machine changes its speed, that a pack costs
the same among few and many is judged by the multiples:

{goals}
{failures}{why}
![Costs by number of packs](bench.svg)
"""

WHY = """Next to the floor that polls in one moment the goal is not reached. Both wake equally often and make
as many system calls; what the program adds is Python that the floor has none of: frames are cut and checked,
some 40 values decoded, alarms, limits and history judged (half of it), some 160 paths compared, and a signal
made of what has changed. Done again and again that takes 0.2 ms; in its place, after other processes have
had the processor and its caches, several times as much. To wait, so that several packs are judged in a row,
was tried: 15 ms of delay brought 4 %.

With sockets, notifications go past the dbus-daemon, and past the unmarshalling in this process. `bluetoothd`
is simulated here: what sockets spare it is not counted.
"""


def page(results: Sequence[Result], where: str, failures: Sequence[str] = ()) -> str:
    """The page for docs; ``where`` says on what it was measured."""
    return PAGE.format(
        where=where,
        many=judged([result.packs for result in results]),
        table=table(results),
        fleet=fleet_table(results),
        goals=goals(results),
        failures="".join(f"{failure}\n\n" for failure in failures),
        why=WHY,
    )


def as_json(results: Sequence[Result], where: str) -> str:
    """Everything that was measured."""
    return json.dumps({"measured": where, "results": [asdict(result) for result in results]}, indent=1) + "\n"
