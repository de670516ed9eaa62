"""Plants that try to overcharge a cell despite the published limits, and their outcomes. Pure.

A row has the true battery, what its BMS reports instead, how the charger follows the limits, when
polls fail and when the program restarts. No plant has the protections of a BMS: only charge control keeps
its cells below their ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench import markdown
from bench.closed_loop.plant import CELLS, FEED_IN, Battery, Charger, Plant
from bench.closed_loop.simulation import OWNER
from dbus_xbms.model import PackSample
from dbus_xbms.policy import engine, pack_state
from dbus_xbms.policy.charge import silent_limits, snapshot
from dbus_xbms.policy.charge.snapshot import Moment
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.settings import PackSettings, Value

HOUR = 3600.0
FINE, COARSE = 1.0, 5.0  # s between polls: after a change of a limit, and otherwise, as for an idle pack
SETTLED = 20.0  # s without a change until polls are COARSE

Bms = Callable[[float, PackSample], PackSample | None]  # (s, true sample) -> reported sample, or None


def honest() -> Bms:
    """Return a BMS that reports the truth."""
    return lambda now, sample: sample


def gaps(every: float, lasts: float) -> Callable[[], Bms]:
    """Return a maker of BMSes whose link is silent for ``lasts`` s in every ``every`` s."""
    return lambda: lambda now, sample: None if now % every >= every - lasts else sample


def silent_from(begin: float) -> Callable[[], Bms]:
    """Return a maker of BMSes whose link is silent from ``begin`` (s) on."""
    return lambda: lambda now, sample: sample if now < begin else None


def unloaded(now: float) -> float:
    """Return the current of no load, in A."""
    return 0.0


def household(now: float) -> float:
    """Return the current of a fridge and of a washing machine that reverses its drum, in A."""
    return 2.0 + (6.0 if now % 1800 < 600 else 0.0) + (15.0 if now % 45 < 25 else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One plant; ``name`` describes what is wrong with it."""

    name: str
    battery: Battery = field(default_factory=Battery)
    charger: Charger = field(default_factory=Charger)
    load: Callable[[float], float] = unloaded
    bms: Callable[[], Bms] = honest
    owner: Mapping[str, Value] = field(default_factory=dict)  # settings besides OWNER
    poll: float | None = None  # s between polls; None: FINE or COARSE
    restarts: float | None = None  # s between restarts of the program; None: never
    hours: float = 5.0
    least_soc: float = 0.0  # %, real, minimum at the end: overcautious limits fail too
    ceiling: float | None = None  # V; None: the highest charge voltage of the data sheets
    most_soc: float = 110.0  # %, real, maximum at the end
    most_turns: int = 20  # of the CCL in an hour
    always_limited: bool = False  # once there are limits, they must never disappear
    must_show: str = ""  # a mode must have begun with this


@dataclass(slots=True)
class Outcome:
    """The outcome of one attack."""

    attack: Attack
    highest: float = 0.0  # V, of any cell at any time
    seconds_above: float = 0.0  # with a cell above the ceiling
    soc: float = 0.0  # %, real, of the emptiest cell at the end
    turns: dict[int, int] = field(default_factory=dict)  # changes of the CCL's direction by hour
    seconds_without: float = 0.0  # without limits, after the first ones
    modes: set[str] = field(default_factory=set)
    _ccl: float = 0.0
    _falling: bool = False

    @property
    def ceiling(self) -> float:
        """Highest allowed cell voltage, in V."""
        return self.attack.ceiling or CELLS[self.attack.battery.chemistry].ceiling

    def count(self, plant: Plant, decision: Decision, seconds: float) -> None:
        """Add the current state, which lasts for ``seconds``."""
        highest = max(plant.cells)
        self.highest = max(self.highest, highest)
        self.seconds_above += seconds if highest > self.ceiling else 0.0
        if not decision.limits:
            self.seconds_without += seconds if self.modes else 0.0
            return
        self.modes.add(decision.limits.mode)
        ccl = decision.limits.ccl
        if ccl != self._ccl:
            if (ccl < self._ccl) is not self._falling:
                hour = int(plant.now // HOUR)
                self.turns[hour] = self.turns.get(hour, 0) + 1
            self._ccl, self._falling = ccl, ccl < self._ccl

    @property
    def most_turns(self) -> int:
        """Number of the CCL's changes of direction in the worst hour."""
        return max(self.turns.values(), default=0)

    @property
    def complaints(self) -> list[str]:
        """What went wrong, in words; empty if nothing did."""
        found = []
        if self.highest > self.ceiling:
            found.append(f"a cell at {self.highest:.3f} V")
        if self.soc < self.attack.least_soc:
            found.append(f"only {self.soc:.0f} % charge")
        if self.soc > self.attack.most_soc:
            found.append(f"{self.soc:.0f} % charge")
        if self.most_turns > self.attack.most_turns:
            found.append(f"the CCL turned {self.most_turns} times in an hour")
        if self.attack.always_limited and self.seconds_without:
            found.append(f"{self.seconds_without:.0f} s without limits")
        if self.attack.must_show and not any(mode.startswith(self.attack.must_show) for mode in self.modes):
            found.append(f"never {self.attack.must_show}")
        return found


def stored(state: PackState, before: str) -> str:
    """Return the text that the program stores before a restart."""
    if state.control is None or state.sampled_at is None:
        return before
    sampled = Moment(boot="one", monotonic=state.sampled_at, wall=0.0)
    return snapshot.to_text(silent_limits.to_snapshot(state.control), sampled)


def restarted(left: str, now: float, settings: PackSettings) -> PackState:
    """Return the state of the program after a restart."""
    state, kept = PackState(started=now), snapshot.from_text(left)
    if kept is None:
        return state
    passed = snapshot.age(kept[1], Moment(boot="one", monotonic=now, wall=0.0))
    return pack_state.restored(state, kept[0], passed, settings)


def attacked(attack: Attack) -> Outcome:
    """Run one attack to the end."""
    settings = PackSettings({**OWNER, **attack.owner})
    plant, bms, outcome = Plant(attack.battery, attack.charger, attack.load), attack.bms(), Outcome(attack)
    state, restart = PackState(started=0.0), attack.restarts
    shown: tuple[object, ...] = ()
    changed_at, left = 0.0, ""
    while plant.now < attack.hours * HOUR:
        if restart is not None and attack.restarts and plant.now >= restart:
            left = stored(state, left)
            state, restart = restarted(left, plant.now, settings), restart + attack.restarts
        sample = bms(plant.now, plant.measured())
        state, decision = engine.step(state, sample, plant.now, settings, managed=True)
        plant.send(decision.limits)
        if shown != _changing(decision):
            shown, changed_at = _changing(decision), plant.now
        passed = attack.poll or (FINE if plant.now - changed_at < SETTLED else COARSE)
        outcome.count(plant, decision, passed)
        plant.advance(passed)
    outcome.soc = plant.soc
    return outcome


def _changing(decision: Decision) -> tuple[object, ...]:
    limits = decision.limits
    return (decision.phase, limits.cvl, limits.ccl) if limits else (decision.phase,)


AHEAD = {1: 2.0}
COLD = (0.0, 0.0)  # °C
ATTACKS: tuple[Attack, ...] = (
    Attack(
        name="16 cells, one 2 % ahead",
        battery=Battery(soc=85.0, ahead=AHEAD),
        least_soc=95.0,
    ),
    Attack(
        name="the same with feed-in: CCL ignored, CVL + 0.4 V",
        battery=Battery(soc=85.0, ahead=AHEAD),
        charger=FEED_IN,
        least_soc=95.0,
    ),
    Attack(
        name="4 cells, one 4 % ahead, feed-in",
        battery=Battery(cells=4, soc=85.0, ahead={1: 4.0}),
        charger=FEED_IN,
        least_soc=90.0,
    ),
    Attack(
        name="a charger 10 s late and 0.5 V high, 1 C",
        battery=Battery(soc=85.0, ahead=AHEAD),
        charger=Charger(current=100.0, delay=10.0, error=0.5),
        owner={"MaxChargeCurrent": 100.0},
        least_soc=95.0,
    ),
    Attack(
        name="38 s of silence every 130 s: less than half of the charge lost",
        battery=Battery(soc=20.0, ahead=AHEAD),
        bms=gaps(130.0, 38.0),
        poll=1.0,
        hours=2.0,
        least_soc=70.0,
        most_turns=60,  # two per gap
    ),
    Attack(
        name="silent until the end while charging, feed-in",
        battery=Battery(soc=60.0, ahead=AHEAD),
        charger=FEED_IN,
        bms=silent_from(600.0),
        most_soc=75.0,
    ),
    Attack(
        name="cells at 0 °C, feed-in",
        battery=Battery(soc=60.0, ahead=AHEAD, temperatures=COLD),
        charger=FEED_IN,
        least_soc=58.0,
        most_soc=60.5,
    ),
    Attack(
        name="4 cells at 0 °C, feed-in, 60 A",
        battery=Battery(cells=4, soc=60.0, temperatures=COLD),
        charger=FEED_IN,
        most_soc=60.7,
    ),
    Attack(
        name="cells at 2 °C with a CCL of 1 A, feed-in",
        battery=Battery(soc=60.0, ahead=AHEAD, temperatures=(2.0, 2.0)),
        charger=FEED_IN,
        most_soc=72.0,
    ),
    Attack(
        name="cells at 0 °C, sun and loads: not discharged empty",
        battery=Battery(soc=60.0, ahead=AHEAD, temperatures=COLD),
        load=household,
        least_soc=55.0,
        most_soc=60.5,
    ),
    Attack(
        name="cells at 0 °C, loads, feed-in: not discharged empty",
        battery=Battery(soc=60.0, ahead=AHEAD, temperatures=COLD),
        charger=FEED_IN,
        load=household,
        least_soc=40.0,
        most_soc=60.5,
    ),
    Attack(
        name="restarted every 10 min at the top: still reaches float",
        battery=Battery(soc=95.0, ahead=AHEAD),
        restarts=600.0,
        least_soc=95.0,
        always_limited=True,
        must_show="Float",
    ),
    Attack(
        name="silent and restarted, feed-in",
        battery=Battery(soc=60.0, ahead=AHEAD),
        charger=FEED_IN,
        bms=silent_from(600.0),
        restarts=700.0,
        hours=0.5,
        most_soc=75.0,
        always_limited=True,
    ),
    Attack(
        name="280 Ah, a cell with a bad joint, 1 mV of noise",
        battery=Battery(capacity=280.0, soc=95.0, ahead=AHEAD, resistance={1: 0.0007}, noise=0.001),
        charger=Charger(current=84.0),
        poll=1.0,
        hours=1.5,
        least_soc=97.0,
    ),
    Attack(
        name="polled every 30 s, 1 C",
        battery=Battery(soc=85.0, ahead=AHEAD),
        charger=Charger(current=100.0),
        owner={"ConnectionMode": 1, "MaxChargeCurrent": 100.0},
        poll=30.0,
        least_soc=90.0,
    ),
)

HEADINGS = (
    "Plant",
    "Hours",
    "Highest cell, V",
    "Ceiling, V",
    "Charge at the end, %",
    "Most CCL turns in an hour",
)


def row(outcome: Outcome) -> tuple[str, ...]:
    """Return one line of the table of results."""
    return (
        outcome.attack.name,
        f"{outcome.attack.hours:g}",
        f"{outcome.highest:.3f}",
        f"{outcome.ceiling:.2f}",
        f"{outcome.soc:.0f}",
        str(outcome.most_turns),
    )


def table(outcomes: list[Outcome]) -> str:
    """Return the results as a Markdown table."""
    return markdown.table(HEADINGS, map(row, outcomes))
