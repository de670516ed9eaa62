"""Facts about a pack that do not change: ratings of its cells and settings of its owner. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tests.endurance.measured import Basic
from tests.endurance.truth import JBD

LIVELY = 5.0  # s and one poll: how old values of an undisturbed pack may be
RESTING = 10.0  # s between polls of a pack at rest, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Chemistry:
    """Limits of a cell chemistry, in V and °C."""

    full: float
    floating: float
    high: float
    low: float
    hottest: float  # while charging
    rested: float  # from here up a cell has recovered from the low cut-off


CHEMISTRIES = {
    "lfp": Chemistry(full=3.45, floating=3.375, high=3.60, low=2.60, hottest=55.0, rested=3.06),
    "nmc": Chemistry(full=4.15, floating=4.05, high=4.20, low=3.00, hottest=50.0, rested=3.46),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A pack and its settings."""

    address: str
    cells: int
    capacity: float  # Ah
    chemistry: Chemistry
    controls: bool
    make: str = JBD
    interval: float = 1.0  # s between polls
    per_poll: bool = False  # connected for each poll only
    hold: float = 30.0  # s, and so on
    stop: float = 300.0
    withdraw: float = 900.0
    slow: float = 1.0  # times as long as elsewhere takes what the speed of the machine decides

    @property
    def gap(self) -> float:
        """Validity of a sample, in s; with slow polls it counts from when the next one was due."""
        return self.hold + (self.interval if self.interval > 1 else 0.0)

    @property
    def resting(self) -> float:
        """Seconds between polls at rest; packs that are polled slowly anyway do not rest."""
        return 0.0 if self.interval > 1 else min(RESTING, self.hold / 3)

    def pace(self, basic: Basic) -> float:
        """Return the seconds between polls of a pack in this state."""
        may_rest = abs(basic.current) <= max(0.2, 0.005 * self.capacity)
        return max(self.interval, self.resting if may_rest else 0.0)

    def lively(self, basic: Basic) -> float:
        """Longest age of values while nothing disturbs the pack, in s."""
        return LIVELY * self.slow + self.pace(basic)
