"""The storm: all faults with frequency and duration, drawn at random from a seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from tests.endurance.known import Known
from tests.endurance.truth import JBD

Parameters = Mapping[str, bool | int | float | str]
Draw = Callable[[random.Random, float], Parameters]

OFF: Parameters = {"on": False}  # ends a fault that was turned on
SHORTEST = 0.5  # s; to the simulator 0 is without end


class Scope(Enum):
    """Target of a fault."""

    PACK = "pack"
    ADAPTER = "adapter"
    WORLD = "world"
    PROGRAM = "program"


class Harm(Enum):
    """Packs that a fault may silence."""

    NOBODY = "nobody"
    OTHERS = "others"  # packs of other makes: the library that reads them takes it for a part of the reply
    SEARCHERS = "searchers"  # only those that have no link
    CONNECTING = "connecting"  # those, and packs that are connected for each poll
    TARGET = "target"  # the pack, or those on the adapter
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; ``end`` is what has to be injected to end it, if it does not end by itself."""

    name: str
    scope: Scope = Scope.PACK
    weight: float = 1.0
    lasts: tuple[float, float] = (0.0, 0.0)  # s, from, to
    after: float = 0.0  # s that it is felt beyond its end
    harm: Harm = Harm.TARGET
    draw: Draw = lambda random, seconds: {}
    end: Parameters | None = None
    also: str = ""  # a fault that has to strike at the same moment for this one to be felt
    slot: str = ""  # faults of one slot never overlap on a target; "": of this name

    def disturbs(self, known: Known) -> bool:
        """Return whether it may silence a pack, or keep it silent for longer."""
        return known.make != JBD if self.harm is Harm.OTHERS else self.harm is not Harm.NOBODY

    def silences(self, known: Known) -> bool:
        """Return whether it may silence a pack that was read until now."""
        if self.harm is Harm.CONNECTING:
            return known.per_poll
        return self.disturbs(known) and self.harm is not Harm.SEARCHERS


def _seconds(random: random.Random, seconds: float) -> Parameters:
    return {"seconds": seconds}


def _often(probability: float, amount: tuple[float, float] = (0.0, 0.0)) -> Draw:
    def draw(random: random.Random, seconds: float) -> Parameters:
        more = {"amount": random.uniform(*amount)} if amount[1] else {}
        return {"count": 0, "probability": probability, "seconds": seconds, **more}

    return draw


def _of(name: str, *choices: float | str, **fixed: bool | int | str) -> Draw:
    return lambda random, seconds: {**fixed, name: str(random.choice(choices))}


def _bit(random: random.Random, seconds: float) -> Parameters:
    return {"bit": random.choice([*range(12), 13, 14, 15]), "on": True}


STORM = (
    # The link
    Fault(name="drop", weight=5),
    Fault(name="link_loss", weight=3, after=6),
    Fault(
        name="fail_connects",
        lasts=(5, 20),
        draw=lambda random, seconds: {"count": 99},
        end={"count": 0},
        also="drop",
    ),
    Fault(name="vanish", weight=3, lasts=(2, 60), draw=_seconds, slot="presence"),
    Fault(name="vanish", weight=0.5, lasts=(60, 400), draw=_seconds, slot="presence"),
    Fault(name="vanish", weight=0, lasts=(3600, 3600), draw=_seconds, slot="presence"),  # once
    Fault(name="phone", weight=2, lasts=(5, 60), draw=_seconds),
    Fault(name="rssi", harm=Harm.NOBODY, draw=lambda random, seconds: {"dbm": random.randint(-95, -40)}),
    # The wire
    Fault(name="mute", weight=3, lasts=(1, 60), draw=_seconds),
    Fault(name="late", weight=3, lasts=(5, 40), draw=_often(0.3, (0.5, 6.0))),
    Fault(name="lose", weight=3, lasts=(5, 40), draw=_often(0.3)),
    Fault(name="tear", weight=3, lasts=(5, 40), draw=_often(0.3)),
    Fault(name="corrupt", weight=3, lasts=(5, 40), draw=_often(0.3)),
    Fault(name="refuse", weight=2, lasts=(2, 20), draw=_often(0.3)),
    Fault(name="echo", weight=2, lasts=(5, 40), harm=Harm.OTHERS, draw=_often(0.3)),
    Fault(name="duplicate", weight=2, lasts=(5, 40), harm=Harm.NOBODY, draw=_often(0.3)),
    Fault(name="foreign", weight=2, lasts=(5, 40), harm=Harm.NOBODY, draw=_often(0.3)),
    # Switching
    Fault(name="lost_acknowledge", weight=2, lasts=(5, 40), harm=Harm.NOBODY, draw=_often(0.7)),
    Fault(name="lost_read_back", weight=2, lasts=(5, 40), draw=_often(0.5)),
    # What the pack measures: to be shown, whatever it is
    Fault(
        name="cell",
        weight=4,
        lasts=(5, 60),
        harm=Harm.NOBODY,
        draw=_of("volts", 3.46, 3.59, 3.61, 3.67, 2.85, 2.55, 2.3, 4.3, 0.0, number=1),
        end={"number": 1, "volts": ""},
    ),
    Fault(
        name="temperature",
        weight=3,
        lasts=(5, 60),
        harm=Harm.NOBODY,
        draw=_of("celsius", -25, -5, 0, 3, 52, 58, 72, "open", "short", number=2),
        end={"number": 2, "celsius": ""},
    ),
    Fault(
        name="current",
        weight=2,
        lasts=(5, 60),
        harm=Harm.NOBODY,
        draw=_of("amperes", -200, -20, 0, 20, 200),
        end={"amperes": ""},
    ),
    Fault(name="soc", harm=Harm.NOBODY, draw=lambda random, seconds: {"percent": random.uniform(3, 100)}),
    Fault(name="protection", weight=4, lasts=(5, 60), harm=Harm.NOBODY, draw=_bit, end=OFF),
    Fault(
        name="stuck",
        lasts=(5, 60),
        harm=Harm.NOBODY,
        draw=_of("state", "on", "off", mosfet="charge"),
        end={"mosfet": "charge", "state": "free"},
    ),
    # The adapters
    Fault(
        name="power",
        scope=Scope.ADAPTER,
        weight=1.5,
        lasts=(2, 40),
        draw=lambda random, seconds: {"on": False, "seconds": seconds},
        slot="adapter",
    ),
    Fault(name="unplug", scope=Scope.ADAPTER, weight=1.5, lasts=(2, 40), draw=_seconds, slot="adapter"),
    Fault(name="busy", scope=Scope.ADAPTER, weight=1.5, lasts=(10, 90), harm=Harm.SEARCHERS, draw=_seconds),
    Fault(name="busy", scope=Scope.ADAPTER, weight=0.3, lasts=(120, 400), harm=Harm.SEARCHERS, draw=_seconds),
    # Other programs, the machine
    Fault(
        name="restart_bluetoothd",
        scope=Scope.WORLD,
        weight=2,
        lasts=(0.2, 20),
        harm=Harm.ALL,
        draw=lambda random, seconds: {"signal": random.choice(["TERM", "KILL"]), "seconds": seconds},
    ),
    Fault(
        name="restart_settings",
        scope=Scope.WORLD,
        weight=1.5,
        lasts=(0.2, 20),
        harm=Harm.NOBODY,
        draw=_seconds,
    ),
    Fault(name="stop", scope=Scope.PROGRAM, weight=1, lasts=(1, 45), harm=Harm.ALL),
    Fault(name="stop", scope=Scope.PROGRAM, weight=0.2, lasts=(90, 90), harm=Harm.ALL),
    Fault(
        name="clock",
        scope=Scope.PROGRAM,
        lasts=(2, 60),
        harm=Harm.NOBODY,
        draw=_of("offset", "-3600", "+7200", "-15y", "+5y"),
    ),
    Fault(name="full_disk", scope=Scope.PROGRAM, weight=0.3, lasts=(3, 20), harm=Harm.NOBODY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One fault at one time."""

    at: float  # s after the storm's begin
    fault: Fault
    target: str  # address of a pack or an adapter, or ""
    seconds: float
    parameters: Parameters

    def __str__(self) -> str:
        parameters = [str(value) for name, value in self.parameters.items() if name != "seconds"]
        return " ".join([self.fault.name, self.target[-2:], *parameters, f"at {self.at:.0f}"])

    @property
    def end(self) -> Parameters | None:
        """What to inject to end it."""
        return None if self.fault.end is None else {**self.parameters, **self.fault.end}


@dataclass(slots=True)
class Weather:
    """Draw strikes; the same for the same seed."""

    packs: Sequence[str]
    adapters: Sequence[str]
    seed: int
    every: float = 8.0  # s between strikes, in the mean
    table: Sequence[Fault] = STORM
    longest: float = 400.0  # s of a fault
    _taken: dict[tuple[str, str], float] = field(default_factory=dict)  # slot and target -> until

    def strikes(self, seconds: float) -> Iterator[Strike]:
        """Return all strikes of a storm of ``seconds`` s: each fault once, then by weight."""
        lots = random.Random(self.seed)
        once = lots.sample(self.table, len(self.table))
        at = 0.0
        while (at := at + lots.expovariate(1 / self.every)) < seconds - SHORTEST:
            fault = once.pop() if once else lots.choices(self.table, [row.weight for row in self.table])[0]
            strike = self._strike(lots, at, fault, seconds - at)
            if self._take(strike):
                yield strike

    def _strike(self, lots: random.Random, at: float, fault: Fault, left: float) -> Strike:
        targets = {Scope.PACK: self.packs, Scope.ADAPTER: self.adapters}.get(fault.scope, ("",))
        shortest, longest = fault.lasts
        drawn = shortest * (longest / shortest) ** lots.random() if longest else 0.0
        seconds = round(min(drawn, self.longest, left), 2)
        return Strike(
            at=at,
            fault=fault,
            target=lots.choice(targets),
            seconds=seconds,
            parameters=fault.draw(lots, seconds),
        )

    def _take(self, strike: Strike) -> bool:
        """Return whether this fault may strike now: not while the same one is active there."""
        slot = strike.fault.slot or strike.fault.name
        if strike.at < self._taken.get((slot, strike.target), -1.0):
            return False
        self._taken[slot, strike.target] = strike.at + strike.seconds + 1.0
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """A time in which a pack may be silent; without ``hits`` it only delays the return of a lost one."""

    begin: float  # s, monotonic
    end: float
    hits: bool = True


def quiet_since(disturbances: Sequence[Disturbance], now: float, recovery: float) -> float:
    """Return when the last fault is over that may silence a pack."""
    over, before = float("-inf"), None
    while over != before:
        before = over
        for one in disturbances:
            if one.begin <= now and (one.hits or (one.begin <= over + recovery and one.end > over)):
                over = max(over, one.end)
    return over
