"""What came of a simulated bank: cells, currents, charge, and how often limits turned. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from math import inf

from bench import markdown
from bench.closed_loop.bank_control import Scheme
from bench.closed_loop.bank_pack import CHEMISTRY
from bench.closed_loop.bank_site import FINE, BankSetup, PackNow, Site, Step, tolerance
from bench.closed_loop.simulation import DAY, HOUR, cloudy
from dbus_xbms.model import Limits

OBEY = 12.0  # s until a limit takes effect: 1 s until the next poll, 8 s for chargers, 3 s for loads
FOUND = 40.0  # s until chargers that ignore limits are found and stopped: the CVL may have to fall twice
RESTARTS_WITHIN = 10.0  # s
MOST_TURNS = 20  # in an hour
FULL_WITHIN = 10  # days until every pack has reached 100 %
FULL = 100  # %, as a BMS shows it
BETWEEN_PACKS = 2.0  # A into the bank; with less, a pack is charged by the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Overload:
    """A pack's current above its own limit."""

    pack: str
    current: float  # A
    limit: float  # A
    capacity: float  # Ah

    @property
    def rate(self) -> float:
        """C above the limit."""
        return (self.current - self.limit) / self.capacity

    def __str__(self) -> str:
        return f"{self.pack}: {self.current:.0f} A, its limit {self.limit:.0f} A"


@dataclass(slots=True)
class Excess:
    """How long and how far currents of packs have been above their own limits.

    No charger follows sooner than OBEY s after a limit has fallen or a load has ended: a limit counts from
    then on, and an excess once it has lasted for as long.

    That chargers ignore limits must be found once: what they exceed in the first :attr:`grace` s of the first
    such excess does not count as the worst.
    """

    grace: float = 0.0  # s

    longest: float = 0.0  # s, without interruption
    worst: Overload | None = None
    _found: float = inf  # s, until when the first excess that lasted too long may last
    _since: dict[str, float] = field(default_factory=dict)  # s, by pack
    _limits: dict[str, deque[tuple[float, float]]] = field(default_factory=dict)  # until when, and A; by pack

    def count(self, one: Overload, now: float, seconds: float) -> None:
        """Add the current of a pack, which lasts for ``seconds`` from ``now``."""
        limit = self._highest(one, now + seconds)
        if one.current - limit <= tolerance(limit):
            self._since.pop(one.pack, None)
            return
        end = now + seconds
        lasted = end - self._since.setdefault(one.pack, end - min(seconds, FINE))  # it is polled each second
        self.longest = max(self.longest, lasted)
        one = replace(one, limit=limit)
        if lasted > OBEY and self._found == inf:
            self._found = end - lasted + self.grace
        if lasted > OBEY and end > self._found and (self.worst is None or self.worst.rate < one.rate):
            self.worst = one

    def _highest(self, one: Overload, until: float) -> float:
        """The highest limit of a pack in the last OBEY s."""
        recent = self._limits.setdefault(one.pack, deque())
        recent.append((until, one.limit))
        while recent[0][0] < until - OBEY:
            recent.popleft()
        return max(limit for _, limit in recent)


@dataclass(slots=True)
class Turns:
    """Changes of direction of a limit by hour."""

    by_hour: dict[int, int] = field(default_factory=dict)
    _last: float | None = None
    _falling: bool = False

    def count(self, value: float, now: float) -> None:
        """Add the value at ``now``."""
        if self._last is not None and value != self._last:
            if (value < self._last) is not self._falling:
                hour = int(now // HOUR)
                self.by_hour[hour] = self.by_hour.get(hour, 0) + 1
            self._falling = value < self._last
        self._last = value

    @property
    def most(self) -> int:
        """In the worst hour."""
        return max(self.by_hour.values(), default=0)


@dataclass(slots=True)
class Verdict:
    """The result of one set-up under one scheme."""

    setup: BankSetup
    scheme: Scheme
    days: int
    highest: float = 0.0  # V, of any cell at any time
    highest_pack: str = ""
    seconds_above: float = 0.0  # with a cell above the ceiling
    charge: Excess = field(init=False)
    discharge: Excess = field(default_factory=Excess)
    between: float = 0.0  # A, most that flowed from pack to pack without a charger
    ccl: Turns = field(default_factory=Turns)
    cvl: Turns = field(default_factory=Turns)
    without: float = 0.0  # s without limits, most at a time
    _without_now: float = 0.0  # s
    dark: float = 0.0  # s without power for the loads
    tops: list[list[float]] = field(default_factory=list)  # %, highest SoC by day and pack
    cold_charge: float = 0.0  # Ah charged into packs whose cells are below 0 °C
    drawn: list[Step] = field(default_factory=list)  # steps of the plotted day

    def __post_init__(self) -> None:
        self.charge = Excess(grace=0.0 if self.setup.charger.obeys_ccl else FOUND)

    def count(self, step: Step) -> None:
        """Add one step."""
        if step.limits is None:
            self._without_now += step.seconds
            self.without = max(self.without, self._without_now)
        else:
            self._without_now = 0.0
            self.ccl.count(step.limits.ccl, step.at)
            self.cvl.count(step.limits.cvl, step.at)
        self.dark += step.seconds if step.dark else 0.0
        day = self.tops[int(step.at // DAY)]
        for n, pack in enumerate(step.packs):
            if pack.highest > self.highest:
                self.highest, self.highest_pack = pack.highest, pack.name
            day[n] = max(day[n], pack.soc)
            self._count_current(step, pack, step.own[n])
            if pack.celsius < 0:
                self.cold_charge += max(0.0, pack.current) * step.seconds / 3600
        if max(pack.highest for pack in step.packs) > CHEMISTRY.ceiling:
            self.seconds_above += step.seconds

    def _count_current(self, step: Step, pack: PackNow, own: Limits | None) -> None:
        if own is None:
            return
        charged, drawn = max(0.0, pack.current), max(0.0, -pack.current)
        if step.current < BETWEEN_PACKS:
            self.between, charged = max(self.between, charged), 0.0
        if step.current > -BETWEEN_PACKS:
            drawn = 0.0
        for excess, current, limit in (
            (self.charge, charged, own.ccl),
            (self.discharge, drawn, own.dcl),
        ):
            one = Overload(pack=pack.name, current=current, limit=limit, capacity=pack.capacity)
            excess.count(one, step.at, step.seconds)

    @property
    def complaints(self) -> list[str]:
        """What went wrong, in words; empty if nothing did."""
        found = []
        if self.highest > CHEMISTRY.ceiling:
            found.append(f"a cell of {self.highest_pack} at {self.highest:.3f} V")
        if self.charge.worst:
            found.append(f"too much charge current for {self.charge.longest:.0f} s ({self.charge.worst})")
        if self.worst_top < self.setup.least_top:
            found.append(f"a pack at only {self.worst_top} % after a sunny day")
        if self.setup.balanced and self.days >= FULL_WITHIN and self.full_day is None:
            found.append("not all packs full on any day")
        if (after := self.lowest_after) is not None and after < FULL:
            found.append(f"a pack at only {after} % on a sunny day after all were full")
        if max(self.ccl.most, self.cvl.most) > MOST_TURNS:
            found.append(f"{self.ccl.most} turns of the CCL and {self.cvl.most} of the CVL in an hour")
        if self.without > (RESTARTS_WITHIN if self.setup.restarts else 0.0):
            found.append(f"{self.without:.0f} s without limits")
        if self.dark:
            found.append(f"{self.dark:.0f} s without power")
        return found

    @property
    def worst_top(self) -> int:
        """The lowest SoC in % that a pack reached on a sunny day, as its BMS shows it."""
        return min(lowest for _, lowest in self._sunny)

    @property
    def full_day(self) -> int | None:
        """The first sunny day, from 1, on which every pack reached 100 %; ``None``: none."""
        return next((day for day, lowest in self._sunny if lowest == FULL), None)

    @property
    def lowest_after(self) -> int | None:
        """The lowest SoC in % that a pack reached on a sunny day after :attr:`full_day`; ``None``: no day."""
        first = self.full_day or inf
        return min((lowest for day, lowest in self._sunny if day > first), default=None)

    @property
    def _sunny(self) -> list[tuple[int, int]]:
        """The number of each sunny day, from 1, and the highest SoC in % of the pack that had the lowest."""
        return [(day + 1, round(min(socs))) for day, socs in enumerate(self.tops) if not cloudy(day)]


def judged(
    setup: BankSetup,
    scheme: Scheme,
    days: int,
    draw_day: int | None = None,
    progress: Callable[[int], object] = lambda day: None,
) -> Verdict:
    """Simulate a set-up for some days; ``progress`` is called with the number of each day, from 0."""
    verdict, last_day = Verdict(setup=setup, scheme=scheme, days=days), -1
    for step in Site(setup, scheme).steps(days):
        day = int(step.at // DAY)
        if day != last_day:
            last_day = day
            verdict.tops.append([0.0] * len(setup.packs))
            progress(day)
        verdict.count(step)
        if day == draw_day:
            verdict.drawn.append(step)
    return verdict


HEADINGS = (
    "Bank",
    "Days",
    "Chargers obey",
    "Highest cell, V",
    "Longest time above a pack's limit, s",
    "Highest charge current after that time",
    "Lowest SoC on a sunny day, %",
    "All packs at 100 % on day",
    "Lowest SoC on a sunny day after that, %",
    "Most turns of CCL and CVL in an hour",
    "Time without power, s",
)


def row(verdict: Verdict) -> tuple[str, ...]:
    """Return one line of the table of results."""
    return (
        verdict.setup.name if verdict.scheme is Scheme.BANK else "",
        str(verdict.days),
        verdict.scheme.value,
        f"{verdict.highest:.3f}",
        f"{verdict.charge.longest:.0f}",
        str(verdict.charge.worst or "within limits"),
        f"{verdict.worst_top}",
        str(verdict.full_day or "none"),
        "-" if verdict.lowest_after is None else str(verdict.lowest_after),
        f"{verdict.ccl.most}, {verdict.cvl.most}",
        f"{verdict.dark:.0f}",
    )


def table(verdicts: Iterable[Verdict]) -> str:
    """Return the results as a Markdown table."""
    return markdown.table(HEADINGS, map(row, verdicts))
