"""The faults of a day, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from tests.endurance.day.plant import HOUR

FIRST, LAST = 0.3 * HOUR, 23.2 * HOUR  # s of the day between which faults begin
RECOVERY = 60.0  # s from the end of a fault to the next one, at least
MEAN_GAP = 2700.0  # s more, in the mean


class Kind(Enum):
    """What happens to a pack."""

    DROP = "the link breaks"
    BRIEF = "no replies, for less than HoldTime"
    SILENT = "no replies, for longer than HoldTime"
    STOPPED = "no replies, for longer than StopAfter"
    GONE = "out of range, for longer than ControlRemoveAfter"
    LENT = "lent"
    LENT_LONG = "lent, for longer than StopAfter"
    NO_CHARGE = "a protection against charging"
    NO_DISCHARGE = "a protection against discharging"
    HIGH_CELL = "a cell at the high cut-off"
    LOW_CELL = "a cell at the low cut-off"


# The least and most s that each lasts.
LASTS: dict[Kind, tuple[float, float]] = {
    Kind.DROP: (0.0, 0.0),
    Kind.BRIEF: (5.0, 45.0),
    Kind.SILENT: (90.0, 250.0),
    Kind.STOPPED: (400.0, 900.0),
    Kind.GONE: (1900.0, 2200.0),
    Kind.LENT: (60.0, 120.0),
    Kind.LENT_LONG: (420.0, 480.0),
    Kind.NO_CHARGE: (20.0, 90.0),
    Kind.NO_DISCHARGE: (20.0, 90.0),
    Kind.HIGH_CELL: (30.0, 90.0),
    Kind.LOW_CELL: (30.0, 90.0),
}
LONG = [kind for kind, (least, _) in LASTS.items() if least >= 400.0 and kind is not Kind.LENT_LONG]
# A pack in parallel has the voltage of the others, or does not count: their cells change together.
OF_ALL = (Kind.HIGH_CELL, Kind.LOW_CELL)
COMMON = [kind for kind in Kind if kind is not Kind.GONE]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Times in s since the day began."""

    at: float
    kind: Kind
    lasts: float
    packs: tuple[int, ...]  # numbers, from 0


def faults(seed: int, packs: int, quiet: tuple[tuple[float, float], ...]) -> Iterator[Fault]:
    """Yield the faults of a day in their order, none in a ``quiet`` time: each kind once, then at random.

    Long ones come later, so that the charge in the morning is completed.
    """
    chance = random.Random(seed)
    due = _once(chance)
    at = FIRST
    while at < LAST:
        kind, of_all = due.pop(0) if due else (chance.choice(COMMON), False)
        lasts = chance.uniform(*LASTS[kind])
        together = of_all or kind in OF_ALL
        chosen = tuple(range(packs)) if together else (chance.randrange(packs),)
        at = next((ends for begins, ends in quiet if at < ends and at + lasts + RECOVERY > begins), at)
        yield Fault(at, kind, lasts, chosen)
        at += lasts + RECOVERY + chance.expovariate(1 / MEAN_GAP)


def _once(chance: random.Random) -> list[tuple[Kind, bool]]:
    """Return each kind once, and silences of all packs at a time (True)."""
    every = [(kind, False) for kind in Kind] + [(kind, True) for kind in (Kind.SILENT, *LONG)]
    chance.shuffle(every)
    return sorted(every, key=lambda one: one[0] in LONG)
