"""Results as tables, as JSON and as a page for docs/. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from statistics import median

from bench import markdown
from bench.speed.measure import BANK, BEAT, FLOOR, PROGRAM, PURE, SOCKETS, Result

FLEET = 16  # packs, for goals about many packs
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
    "Signals",
    "p99, ms",
)
SUBJECTS = {  # subject -> name in the table of the fleet, and how notifications arrive
    PROGRAM: ("program", "signals"),
    SOCKETS: ("program", "sockets"),
    BANK: ("program, all packs one bank", "signals"),
    FLOOR: ("floor, a timer per pack", "signals"),
    BEAT: ("floor, all packs at once", "signals"),
}


def of(results: Sequence[Result], subject: str, build: str) -> list[Result]:
    """Return the results of one subject and build, by number of packs."""
    found = (result for result in results if (result.subject, result.build) == (subject, build))
    return sorted(found, key=lambda result: result.packs)


def builds(results: Sequence[Result]) -> list[str]:
    """Return the measured builds."""
    return list(dict.fromkeys(result.build for result in results))


def judged_builds(results: Sequence[Result]) -> list[str]:
    """Return the builds by which the goals are judged: that of a GX if it was measured, else all."""
    measured = builds(results)
    return [PURE] if PURE in measured else measured


def judged(packs: Sequence[int]) -> int:
    """Return the number of packs at which the goals of a fleet are judged."""
    return FLEET if FLEET in packs else max(packs, default=FLEET)


def multiple(result: Result, floor: Result) -> float:
    """Return the CPU of a result as a multiple of the floor's in the same time."""
    return median(ours / least for ours, least in zip(result.slices, floor.slices, strict=True))


def row(result: Result, floor: Result, fewer: Result | None) -> tuple[str, ...]:
    """Return one line of the table: the program compared with the floor and with the next smaller fleet."""
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


def table(results: Sequence[Result]) -> str:
    """Return a table with a line per build and number of packs."""
    rows = []
    for build in builds(results):
        fewer = None
        for floor, result in zip(of(results, FLOOR, build), of(results, PROGRAM, build), strict=True):
            rows.append(row(result, floor, fewer))
            fewer = result
    return markdown.table(HEAD, rows)


def fleet_table(results: Sequence[Result]) -> str:
    """Return a table with a line per build and subject, for many packs."""
    rows = [
        (
            result.build,
            *names,
            f"{result.cpu:.2f}",
            f"{result.daemon_cpu:.2f}",
            f"{_together(result):.2f}",
            f"{result.signals:.2f}",
            _known(result.latency_p99),
        )
        for build in builds(results)
        for subject, names in SUBJECTS.items()
        for result in _fleet(results, subject, build)
    ]
    return markdown.table(FLEET_HEAD, rows)


def _fleet(results: Sequence[Result], subject: str, build: str) -> list[Result]:
    """Return the result at the number of packs that is judged, in a list; empty if there is none."""
    packs = judged([result.packs for result in results])
    return [result for result in of(results, subject, build) if result.packs == packs]


def _together(result: Result) -> float:
    return result.cpu + result.daemon_cpu


def _sums(result: Result, floor: Result) -> float:
    return _together(result) / _together(floor)


def _later(result: Result, floor: Result) -> float:
    return (result.latency_p99 or 0.0) - (floor.latency_p99 or 0.0)


def _growth(many: Result, few: Result) -> float:
    return (many.resident - few.resident) / (many.packs - few.packs)


def goals(results: Sequence[Result]) -> str:
    """Return a table of the goals, with what was measured; of several builds, the worse."""
    return markdown.table(
        ("Goal", "At most", "Measured", ""),
        [
            (name, f"{limit:g}", f"{max(found):.2f}" if found else NONE, _verdict(limit, found))
            for name, limit, found in _judgements(results)
        ],
    )


def _judgements(results: Sequence[Result]) -> tuple[tuple[str, float, list[float]], ...]:
    """Return each goal with its limit and the results of the judged builds."""
    judging = judged_builds(results)

    def fleets(subject: str, floor: str, judge: Callable[[Result, Result], float]) -> list[float]:
        pairs = [(_fleet(results, subject, build), _fleet(results, floor, build)) for build in judging]
        return [judge(ours[0], least[0]) for ours, least in pairs if ours and least]

    ours = [{result.packs: result for result in of(results, PROGRAM, build)} for build in judging]
    least = [{result.packs: result for result in of(results, FLOOR, build)} for build in judging]
    spans = [(fleet[max(fleet)], fleet[4]) for fleet in ours if 4 in fleet and max(fleet) > 4]
    floors = [(fleet[max(fleet)], fleet[4]) for fleet in least if 4 in fleet and max(fleet) > 4]
    growth = [
        multiple(most, most_floor) / multiple(four, four_floor)
        for (most, four), (most_floor, four_floor) in zip(spans, floors, strict=True)
    ]
    fleet = [each[0] for build in judging if (each := _fleet(results, PROGRAM, build))]
    return (
        ("CPU of a fleet, times the floor", 1.0, fleets(PROGRAM, FLOOR, multiple)),
        ("the same, times the floor that polls all at once", 1.6, fleets(PROGRAM, BEAT, multiple)),
        (
            "CPU with sockets, dbus-daemon included, times the same of the floor",
            1.0,
            fleets(SOCKETS, FLOOR, _sums),
        ),
        ("the same, times the floor that polls all at once", 1.0, fleets(SOCKETS, BEAT, _sums)),
        ("CPU of a fleet as one bank, times the same of single packs", 1.1, fleets(BANK, PROGRAM, multiple)),
        ("Signals per pack and poll", 1.01, fleets(PROGRAM, PROGRAM, lambda result, _: result.signals)),
        ("Latency p99 beyond the floor, ms", 20.0, fleets(PROGRAM, FLOOR, _later)),
        ("Multiple with the most packs, times that with 4", 1.15, growth),
        ("Memory per further pack, MB", 0.2, [_growth(*span) for span in spans]),
        ("Memory with 4 packs, MB", 26.0, [packs[4].resident for packs in ours if 4 in packs]),
        ("First value of a fleet, s", 2.5, [each.first_value for each in fleet if each.first_value]),
        ("All values of a fleet, s", 6.0, [each.last_value for each in fleet if each.last_value]),
    )


def _verdict(limit: float, found: Sequence[float]) -> str:
    if not found:
        return "not measured"
    return "met" if max(found) <= limit else f"missed by {max(found) - limit:.2f}"


PAGE = """# CPU, memory and latency

Written by `script/bench --pure --keep` {where}.

CPU, signals and bytes are per pack and poll; CPU is the median of three parts of the measured time. The
program and a floor, a bare script that does the least possible, are measured at the same time, each on a
bus of its own, because the speed of a shared machine changes from minute to minute: compare columns
within a row, not rows. The simulated packs are alike: 16 cells, 3 sensors, a current that always
changes, one of them in control of chargers. There is no listener for the signals while CPU is measured;
on a GX, each listener costs CPU in dbus-daemon and in the listener. Latency is measured by a third
process on the bus, from the last notification of a poll to its signal. Memory is resident memory,
including shared libraries, of the program started as a GX starts it. `cython`: dbus-fast compiled; `pure`:
in Python, as on a GX.

{table}
The floor (`bench/speed/floor.py`) is one process that only writes the same requests, receives the same
notifications and sends one signal with three values per poll. Each of its packs has its own timer. The
program polls all packs at the same moment. With {many} packs there are three more measurements:
notifications over sockets (`NotifyMethod` 2), all packs as one bank that controls chargers, and a floor that
also polls all packs at the same moment:

{fleet}
The goals, with dbus-fast in Python if that was measured; a fleet is {many} packs. Whether a pack costs more
in a large fleet than in a small one is judged by the multiples, because the speed of the machine changes:

{goals}
{failures}{why}
![CPU by number of packs](bench.svg)

{elsewhere}{rest}
{makes}"""

# Filled by bench.tables from what bench.speed.rest kept.
REST = """## Packs at rest

Written by `python -m bench.speed.rest --pure PYTHON --keep`, then `python -m bench.tables`, on the same
machine. Packs [at rest](architecture.md#poll-rate) and busy ones are read by a process of their own, at the
same time. A wake-up is a return from sleep, of any thread. The goals are 0.5 wake-ups per second, and 0.15
of what a busy pack costs.

<!-- rest -->
<!-- end -->
"""

# Filled by bench.tables from what bench.speed.makes kept.
MAKES = """## Packs of other makes

Written by `python -m bench.speed.makes --keep`, then `python -m bench.tables`, on the same machine. The packs
of each make are read by a process of their own, and so are JBDs that only watch, all at the same time, once a
second, with dbus-fast compiled. The packs are as above. CPU, dbus-daemon and signals are per pack and poll of
four packs. A JBD and a Daly take two requests per poll, a LiTime one, a Seplos five; a JK sends its
measurements unasked. The library that reads other makes is imported for the first such pack, and by no
process without one.

<!-- makes -->
<!-- end -->
"""

WHY = """The program runs Python code that the floor does not have: it parses frames, decodes some 40 values,
evaluates alarms, limits and history, compares some 160 paths, and builds a signal from the changes. In a
tight loop this takes 0.2 ms; in practice, after other processes have used the processor and its caches,
several times as much. It saves elsewhere: it decodes no D-Bus message that a poll repeats, writes to all
packs with one system call, and, from 8 packs on, handles together what arrives within 10 ms, which delays a
signal by as much. With fewer packs there is little to handle together, so the multiple is higher.

In a bank, the limits of every pack are decided at each poll, not only of the one that controls. That is about
a fifth of what a bank costs beyond single packs; its own decision, its values and its signal are the rest.

With sockets, notifications bypass dbus-daemon and the unmarshalling in this process. `bluetoothd` is
simulated here: what sockets save in it is not counted.
"""

# Measured by hand, with the commands named in it.
ELSEWHERE = """## Before and after

16 packs with dbus-fast in Python, at three commits: before polls were made cheaper and several links opened
at a time, after that, and the newest program. The last was measured beside two soaks.

| | 032f0de7 | 8ea30de9 | a1a26cc0 |
| --- | --- | --- | --- |
| CPU, times the floor | 1.19 | 0.85 | 0.86 |
| the same, times the floor that polls all at once | 1.91 | 1.31 | 1.27 |
| CPU of one pack, times the floor | 1.97 | 1.43 | 1.34 |
| Memory with 4 packs; per further pack, MB | 30.9; 0.29 | 25.8; 0.16 | 25.9; 0.15 |
| First value; all values, s | 1.9; 9.5 | 1.7; 4.8 | 2.0; 5.7 |
| Latency p99, ms | 2.3 | 12.7 | 22.1 |

## Elsewhere

With the caches of the processor evicted constantly (`script/bench --packs 1,16 --pure --cold --seconds 21`,
commit 400bdcb9, the same machine with other load), 16 packs cost 0.82 times the floor that polls in its own
time, and 1.35 times the one that polls all at once (1.32 and 0.98 ms; dbus-fast in Python). One pack costs
1.39 times the floor.

On the [real BlueZ](../tests/rig/README.md#speed) in a virtual machine, one pack costs 1.37 times the floor
(medians of three times 60 s by turns, dbus-fast in Python, commit 904fadcf, beside a soak; 1.32 in four times
60 s at a86b9f7e). The goal is 1.15. With one pack there is nothing to share: what the program does beyond
the floor, it does for this pack alone.

"""


def page(results: Sequence[Result], where: str, failures: Sequence[str] = ()) -> str:
    """Return the page for docs/; ``where``: the conditions of the measurement."""
    return PAGE.format(
        where=where,
        many=judged([result.packs for result in results]),
        table=table(results),
        fleet=fleet_table(results),
        goals=goals(results),
        failures="".join(f"{failure}\n\n" for failure in failures),
        why=WHY,
        elsewhere=ELSEWHERE,
        rest=REST,
        makes=MAKES,
    )


def as_json(results: Sequence[Result], where: str) -> str:
    """Return all results as JSON."""
    return json.dumps({"measured": where, "results": [asdict(result) for result in results]}, indent=1) + "\n"
