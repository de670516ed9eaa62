"""Charge control with a simulated battery, charger, sun and loads, for any number of days. Pure.

The charger obeys CVL and CCL as a GX forwards them: 3 s late, with the loads' current added to the CCL, and
0.2 V above the CVL. In the battery one cell is ahead and no balancer corrects it, so every day ends the same
way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import pi, sin
from random import Random

from bench import markdown
from dbus_xbms.model import PackSample
from dbus_xbms.policy import engine, pack_state
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.chemistry import CHEMISTRIES

DELAY = 3.0  # s from a limit to the charger
ERROR = 0.2  # V, error of the charger above the CVL
FULL = 3.45  # V per cell
DAY, HOUR = 86400.0, 3600.0
SUNRISE, SUNSET = 6 * HOUR, 19 * HOUR
CLOUDY_EVERY = 5  # days
FINE, MIDDLING, COARSE = 1.0, 20.0, 60.0  # s between polls: at the top, resting there, elsewhere
OWNER: Mapping[str, Value] = {"Control": 1, "Chemistry": "LiFePO4", "TemperatureRoles": "cc"}
NEAR_TOP = 0.03  # V below full from where polls are FINE
SETTLED = 15.0  # s without a change until polls are less frequent


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One battery on one site."""

    name: str
    cells: int = 16
    capacity: float = 100.0  # Ah
    spread: float = 0.06  # V between cell 1 and the others when it is full
    sun: float = 45.0  # A at noon
    charge: float = 0.0  # A, setting MaxChargeCurrent; 0: not set
    balancer: bool = False
    error: float = ERROR
    grid: bool = False  # feeds the surplus into the grid: MPPTs then ignore the CCL


@dataclass(slots=True)
class Moment:
    """One step, for the plot."""

    at: float  # s
    cvl: float
    ccl: float
    voltage: float
    current: float
    highest: float
    lowest: float
    soc: float
    mode: str


@dataclass(slots=True)
class Result:
    """The result of one set-up."""

    setup: Setup
    highest: float = 0.0  # V, of any cell at any time
    soc_by_day: list[float] = field(default_factory=list)  # %, highest SoC of the BMS
    turns_by_hour: list[int] = field(default_factory=list)  # CVL changes of direction
    floats: int = 0  # days that reached float
    moments: list[Moment] = field(default_factory=list)

    @property
    def sunny(self) -> list[float]:
        """The highest SoC of each sunny day."""
        return [soc for day, soc in enumerate(self.soc_by_day) if not cloudy(day)]


def cloudy(day: int) -> bool:
    """Return whether this day has too little sun to fill the battery."""
    return day % CLOUDY_EVERY == CLOUDY_EVERY - 1


def sun(setup: Setup, now: float) -> float:
    """Return the output of the panels, in A; clouds pass every 15 min."""
    day, hour = divmod(now, DAY)
    if not SUNRISE < hour < SUNSET:
        return 0.0
    clear = setup.sun * sin(pi * (hour - SUNRISE) / (SUNSET - SUNRISE))
    if cloudy(int(day)):
        return clear * 0.2
    return clear * (0.3 if now % 900 < 60 else 1.0)


def load(now: float) -> float:
    """Return the load, in A: a base load, a fridge, a washing machine that reverses its drum, a kettle."""
    hour = now % DAY
    fridge = 6.0 if now % 1800 < 600 else 0.0
    washing = 15.0 if 13 * HOUR < hour < 13.2 * HOUR and now % 45 < 25 else 0.0
    kettle = 40.0 if hour % (5 * HOUR) < 180 else 0.0
    evening = 5.0 if hour > 18 * HOUR else 0.0
    return 1.5 + fridge + washing + kettle + evening


class Pack(Battery):
    """The simulator's battery with a known spread, and steps as long as the polls."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(
            BatterySpec(cells=setup.cells, capacity=setup.capacity, noise=0.0, sensors=2, load="rest")
        )
        curve = CHEMISTRIES["lfp"]
        behind = next(n / 1e4 for n in range(400) if curve.open_circuit(1 - n / 1e4) <= FULL - setup.spread)
        self._offsets = [0.0, *(-behind for _ in range(setup.cells - 1))]
        self._balancer = setup.balancer
        self.set_soc(50.0)
        super().advance(0.0)

    def advance(self, now: float) -> None:
        """Simulate up to ``now`` in one step."""
        self._step(now - (self._now or 0.0), now)
        self._now = now

    @property
    def balancing(self) -> frozenset[int]:
        """Cells being balanced now, 1-based."""
        return super().balancing if self._balancer else frozenset()


class Site:
    """A battery with a charger that follows limits with a delay."""

    def __init__(self, setup: Setup, seed: int) -> None:
        self.battery = Pack(setup)
        self._setup = setup
        self._random = Random(seed)
        self._sent: deque[tuple[float, float, float]] = deque()  # s when due, CVL, CCL
        self._cvl, self._ccl = 0.0, 0.0
        self._loads: deque[tuple[float, float]] = deque()
        self._known_load = 0.0
        self.true = self.battery.sample()

    def send(self, now: float, cvl: float, ccl: float) -> None:
        """Send limits to the charger."""
        self._sent.append((now + DELAY, cvl, ccl))

    def advance(self, now: float) -> None:
        """Simulate up to ``now``; the charger follows the limits that have reached it."""
        drawn = load(now)
        self._loads.append((now + DELAY, drawn))
        while self._sent and self._sent[0][0] <= now:
            _, self._cvl, self._ccl = self._sent.popleft()
        while self._loads and self._loads[0][0] <= now:
            self._known_load = self._loads.popleft()[1]
        resistance = 0.05 / self._setup.capacity * self._setup.cells
        resting = self.true.voltage - self.true.current * resistance
        holding = (self._cvl + self._setup.error - resting) / resistance + drawn
        limit = (
            sun(self._setup, now)
            if self._setup.grid
            else min(sun(self._setup, now), self._ccl + self._known_load)
        )
        self.battery.overrides.current = max(0.0, min(limit, holding)) - drawn
        self.battery.advance(now)
        self.true = self.battery.sample()

    def measured(self) -> PackSample:
        """Return a sample of the BMS, with 1 mV of noise, rounded."""
        true = self.true
        cells = tuple(round(cell + self._random.uniform(-0.001, 0.001), 3) for cell in true.cells)
        return PackSample(
            voltage=round(true.voltage, 2),
            current=round(true.current, 2),
            soc=float(round(true.soc or 0.0)),
            remaining=round(true.remaining or 0.0, 2),
            nominal=true.nominal,
            cycles=true.cycles,
            mosfets=true.mosfets,
            protection=true.protection,
            cells=cells,
            balancing=true.balancing,
            temperatures=true.temperatures,
            learned=true.learned,
        )


class Pace:
    """Chooses the time between polls."""

    def __init__(self) -> None:
        self._before: tuple[object, ...] = ()
        self._changed = 0.0

    def next(self, now: float, highest: float, *changing: object) -> float:
        """Return the time to the next poll, in s."""
        if changing != self._before:
            self._before, self._changed = changing, now
        if highest < FULL - NEAR_TOP:
            return COARSE
        return FINE if now - self._changed < SETTLED else MIDDLING


def moments(setup: Setup, days: int, seed: int = 1) -> Iterator[Moment]:
    """Yield every poll of ``days`` days."""
    settings = PackSettings({**OWNER, **({"MaxChargeCurrent": setup.charge} if setup.charge else {})})
    site, pace = Site(setup, seed), Pace()
    state, now = pack_state.PackState(started=0.0), 0.0
    while now < days * DAY:
        state, decision = engine.step(state, site.measured(), now, settings, managed=True)
        limits = decision.limits
        assert limits
        site.send(now, limits.cvl, limits.ccl)
        true = site.true
        highest = max(true.cells)
        yield Moment(
            now, limits.cvl, limits.ccl, true.voltage, true.current, highest, min(true.cells),
            true.soc or 0.0, limits.mode,
        )  # fmt: skip
        now += pace.next(now, highest, limits.cvl, limits.mode, load(now))
        site.advance(now)


def run(
    setup: Setup, days: int, draw_day: int = 1, progress: Callable[[int], object] = lambda day: None
) -> Result:
    """Run one set-up; ``progress`` is called with the number of each day, from 0."""
    result = Result(setup=setup, soc_by_day=[0.0] * days, turns_by_hour=[0] * (days * 24))
    cvl, falling, floated, last_day = 0.0, False, set(), -1
    for moment in moments(setup, days):
        day = int(moment.at // DAY)
        if day != last_day:
            last_day = day
            progress(day)
        result.highest = max(result.highest, moment.highest)
        result.soc_by_day[day] = max(result.soc_by_day[day], round(moment.soc))
        if moment.cvl != cvl:
            if (moment.cvl < cvl) != falling:
                result.turns_by_hour[int(moment.at // HOUR)] += 1
            cvl, falling = moment.cvl, moment.cvl < cvl
        if moment.mode.startswith("Float"):
            floated.add(day)
        if day == draw_day:
            result.moments.append(moment)
    result.floats = len(floated)
    return result


SETUPS = (
    Setup(name="48 V, 16 cells"),
    Setup(name="24 V, 8 cells, 1 C", cells=8, sun=110.0, charge=100.0),
    Setup(name="12 V, 4 cells", cells=4),
    Setup(name="12 V, 4 cells, feed-in", cells=4, grid=True),
    Setup(name="48 V, 16 cells, balancer", balancer=True),
)
HEADINGS = (
    "Set-up",
    "Days",
    "Highest cell, V",
    "Worst SoC of a sunny day, %",
    "Most CVL turns in an hour",
    "Days with float",
)


def row(result: Result) -> tuple[str, ...]:
    """Return one line of the table of results."""
    days = len(result.soc_by_day)
    return (
        result.setup.name,
        str(days),
        f"{result.highest:.3f}",
        f"{min(result.sunny):g}",
        str(max(result.turns_by_hour)),
        f"{result.floats} of {len(result.sunny)} sunny",
    )


def table(results: list[Result]) -> str:
    """Return the results as a Markdown table."""
    return markdown.table(HEADINGS, map(row, results))
