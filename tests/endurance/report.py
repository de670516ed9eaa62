"""Report of a soak: a table, JSON, and a verdict. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from tests.endurance.plan import Plan
from tests.endurance.process import Usage
from tests.endurance.storm import STORM, Fault, Harm, Scope
from tests.endurance.truth import JBD
from tests.endurance.watch import Watch

MOST_GROWTH = 1.5  # MB in the last quarter, when all that warms up has
MOST_IN_ALL = 8.0  # MB from the first look to the last
CALM_LINES = 4  # of the log for each pack, after the storm
FIRST_LOOKS, LAST_LOOKS = 3, 8  # at the process, before the storm and after it
# Lines of the log that a strike may cost: a change is told once, and its end once.
LINES_AT_START = 40
LINES_OF_VALUES = 12  # of an imposed value: a handful of alarms, each up and down
LINES_OF_SILENCE = 6  # of a pack: silent, stopped, gone, and back
LINES_OF_AN_ORDER = 2  # that it was given, and what became of it
BAD_LINE = re.compile(r"^(ERROR|CRITICAL) |^Traceback|Warning: ")
# Errors that the storm causes: a write that failed, and its cell of 4.3 V when a pack's chemistry is checked.
EXPECTED_LINE = re.compile(
    r"^ERROR dbus_xbms\.pack\.(commands: .*, requested by .*: failed: "
    r"|state_log: .*: charging stays off: LiFePO4 does not fit: a cell at 4\.30 V)"
)


@dataclass(slots=True, kw_only=True)
class Report:
    """All findings; ``broken`` is empty if the soak passed."""

    seconds: float
    packs: int
    seed: int
    figures: dict[str, Any]
    struck: dict[str, int]
    findings: list[str]
    log: list[str]
    broken: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the soak passed."""
        return not self.broken and not self.findings

    def table(self) -> str:
        """Return the report as Markdown."""
        head = f"{self.packs} packs, {self.seconds / 60:.0f} min, seed {self.seed}: " + (
            "every promise kept" if self.good else f"{len(self.findings) + len(self.broken)} broken promises"
        )
        figures = [f"| {name} | {_words(value)} |" for name, value in self.figures.items()]
        strikes = ", ".join(f"{name} {count}" for name, count in sorted(self.struck.items()))
        lines = [head, "", "| | |", "| --- | --- |", *figures, "", f"Strikes: {strikes}", ""]
        return (
            "\n".join([*lines, *(f"- {words}" for words in [*self.broken, *self.findings])]).rstrip() + "\n"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the report as an object for JSON."""
        told = asdict(self)
        del told["log"]
        return {**told, "good": self.good}


def _words(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def log_budget(struck: Mapping[str, int], packs: int, orders: int = 0, table: Sequence[Fault] = STORM) -> int:
    """Return how many log lines a storm may cause."""
    rows = {row.name: row for row in table}
    lines = LINES_AT_START + 4 * packs + LINES_OF_AN_ORDER * orders
    for name, count in struck.items():
        row = rows[name]
        if row.harm is Harm.NOBODY:
            lines += count * LINES_OF_VALUES
        else:
            lines += count * LINES_OF_SILENCE * (1 if row.scope is Scope.PACK else packs)
    return lines


def memory_growth(usages: Sequence[Usage]) -> float:
    """Return the growth from the third quarter of a soak to the last, in MB."""
    course = memory_course(usages, 4)
    return course[3] - course[2] if course else 0.0


def memory_course(usages: Sequence[Usage], parts: int = 8) -> list[float]:
    """Return the medians of equal parts of a soak, in MB; nothing for a very short one."""
    size = len(usages) // parts
    return (
        [median(u.rss for u in usages[n * size : (n + 1) * size]) for n in range(parts)] if size > 1 else []
    )


def settled(counts: Sequence[int]) -> tuple[int, int]:
    """Return the most before the storm and the least after it: a pack that shares its link comes and goes."""
    return max(counts[:FIRST_LOOKS]), min(counts[-LAST_LOOKS:])


def _grown(counts: Sequence[int]) -> bool:
    before, after = settled(counts)
    return after > before


def _counts(watch: Watch) -> dict[str, list[int]]:
    """Return the resources that must not grow."""
    return {
        "file descriptors": [usage.fds for usage in watch.usages],
        "threads": [usage.threads for usage in watch.usages],
        "tasks": [usage.tasks for usage in watch.usages],
        "match rules": [usage.rules for usage in watch.usages],
        "connections to the bus": [usage.connections for usage in watch.usages],
    }


def _course(counts: Sequence[int]) -> str:
    return f"{counts[0]} at first, {max(counts)} at most, {counts[-1]} at last"


def _outcomes(watch: Watch) -> Counter[str]:
    """Return how many commands were accepted, refused, done and failed."""
    return sum((Counter(book.outcomes) for book in watch.books.values()), Counter())


def _figures(watch: Watch, end: Ending) -> dict[str, Any]:
    usages, recoveries = watch.usages, sorted(watch.recoveries)
    first, last = usages[0], usages[-1]
    return {
        "looks judged": watch.judged,
        "of undisturbed packs": watch.strict,
        "polls answered": sum(pack.reads.count for pack in watch.packs.values()),
        "signals with measurements": sum(pack.signals for pack in watch.packs.values()),
        "orders": ", ".join(f"{count} {outcome}" for outcome, count in sorted(_outcomes(watch).items())),
        "recoveries": len(recoveries),
        "recovery, median s": median(recoveries) if recoveries else None,
        "recovery, longest s": recoveries[-1] if recoveries else None,
        "CPU, % of a core": 100 * (last.cpu - first.cpu) / max(last.at - first.at, 1.0),
        "memory at first, MB": first.rss,
        "memory at last, MB": last.rss,
        "memory by eighths of the time, MB": ", ".join(f"{rss:.1f}" for rss in memory_course(usages)),
        "memory, growth in the last quarter, MB": memory_growth(usages),
        **{name: _course(counts) for name, counts in _counts(watch).items()},
        "log lines": len(end.log),
        "log, kB": sum(len(line) + 1 for line in end.log) / 1000,
        "log lines in the calm": end.calm_lines,
        "minutes": (last.at - first.at) / 60,
        "seconds to exit": end.exit_seconds,
        "stalls of the machine": watch.stalls,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a soak."""

    status: int
    exit_seconds: float
    log: Sequence[str]
    calm_lines: int  # of the log, after the storm
    left_behind: Sequence[str]
    doubled: Sequence[str]  # packs whose notifications came twice
    truths: Mapping[str, Mapping[str, Any]]  # by pack, after the program's end
    trouble: str = ""  # why the soak itself broke off


def _promises(plan: Plan, watch: Watch, struck: Mapping[str, int], end: Ending) -> dict[str, bool]:
    """Return the requirements of a whole soak in words, and whether each holds."""
    held = [address for address, truth in end.truths.items() if truth["holder"] not in (None, "phone")]
    # Of JBDs: the library for other makes also tries requests of other models.
    garbled = sum(
        truth["counters"]["garbled"]
        for address, truth in end.truths.items()
        if watch.packs[address].known.make == JBD
    )
    budget = log_budget(struck, plan.count, sum(_outcomes(watch).values()), plan.table)
    signals = sum(pack.signals for pack in watch.packs.values())
    polls = sum(pack.reads.count for pack in watch.packs.values())
    growth = memory_growth(watch.usages)
    in_all = watch.usages[-1].rss - watch.usages[0].rss
    return {
        f"broken off: {end.trouble}": not end.trouble,
        f"exit status {end.status}": end.status == 0,
        f"{end.exit_seconds:.1f} s to end": end.exit_seconds < plan.exit_limit,
        f"left behind: {end.left_behind}": not end.left_behind,
        f"notified twice: {end.doubled}": not end.doubled,
        f"still connected after the end: {held}": not held,
        f"requests that no JBD could read: {garbled}": not garbled,
        f"memory grew by {growth:.1f} MB in the last quarter": growth < MOST_GROWTH,
        f"memory grew by {in_all:.1f} MB": in_all < MOST_IN_ALL,
        f"{end.calm_lines} lines of log in the calm": end.calm_lines <= CALM_LINES * plan.count,
        f"{len(end.log)} lines of log, {budget} would do": len(end.log) <= budget,
        f"{signals} signals for {polls} polls": signals <= 1.05 * polls + 2 * sum(struck.values()),
        **{f"{name}: {_course(counts)}": not _grown(counts) for name, counts in _counts(watch).items()},
        **{
            f"log: {line}": False
            for line in end.log
            if BAD_LINE.search(line) and not EXPECTED_LINE.search(line)
        },
    }


def report(plan: Plan, watch: Watch, struck: Mapping[str, int], end: Ending) -> Report:
    """Return the report of a soak that has ended."""
    return Report(
        seconds=plan.seconds,
        packs=plan.count,
        seed=plan.seed,
        figures=_figures(watch, end),
        struck=dict(struck),
        log=list(end.log),
        findings=[str(one) for one in watch.findings.values()],
        broken=[words for words, kept in _promises(plan, watch, struck, end).items() if not kept],
    )
