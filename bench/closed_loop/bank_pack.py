"""A pack of a simulated bank: its cells, its MOSFETs, and the balancer and protections of its BMS. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import cos, inf, pi
from random import Random

from bench.closed_loop.plant import CELLS, RESISTANCE, rounded
from bench.closed_loop.simulation import DAY, HOUR
from dbus_xbms.model import NOTHING_TRIPPED, Mosfets, PackSample, Protection
from dbus_xbms.settings import Value
from dbus_xbms.simulator.balancer import BLEED, bleeding
from dbus_xbms.simulator.chemistry import CHEMISTRIES

CHEMISTRY = CELLS["LiFePO4"]
BALANCE_FROM = CHEMISTRIES["lfp"].balance_from  # V
WIRING = 0.0005  # ohm; cables, fuse and MOSFETs of one pack
DIODE = 0.6  # V across the body diode of a MOSFET that is off
WARMEST = 16 * HOUR  # time of the day
TRIPPED = frozenset({Protection.CELL_OVERVOLTAGE})
TRIP_DELAY = 2.0  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """A cell that differs from the others of its pack."""

    capacity: float = 1.0  # fraction of the others'
    resistance: float = 1.0  # times the others'
    behind: float = 0.0  # % of its capacity that it lacks when the fullest cell is full
    leak: float = 0.0  # A, self-discharge


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSpec:
    """A pack at the start. Cell numbers count from 1."""

    name: str
    capacity: float = 100.0  # Ah
    soc: float = 50.0  # %
    cells: int = 4
    odd: Mapping[int, Odd] = field(default_factory=dict)
    resistance: float = 1.0  # times that of good cells of this capacity
    wiring: float = WIRING  # ohm
    celsius: float = 20.0  # mean of a day
    swing: float = 0.0  # K above it at :data:`WARMEST`, and below it 12 h later
    overvoltage: float = inf  # V; the BMS turns the charge MOSFET off above it ...
    release: float = inf  # V; ... and on again below this
    owner: Mapping[str, Value] = field(default_factory=dict)  # settings

    def temperature(self, now: float) -> float:
        """Return the temperature of the cells in °C."""
        return self.celsius + self.swing * cos(2 * pi * (now % DAY - WARMEST) / DAY)


class SimulatedPack:
    """A pack over time. ``current`` is in A, positive while charging."""

    cells: tuple[float, ...]  # V, the true voltage of each
    fullest: float  # state of charge of the fullest cell, as a fraction
    emptiest: float

    def __init__(self, spec: PackSpec, seed: int) -> None:
        self.spec = spec
        self.connected = True  # to the others; its owner may open its breaker
        self.mosfets = Mosfets(charge=True, discharge=True)
        self.current = 0.0
        self.remaining = spec.capacity * spec.soc / 100  # Ah, as its BMS counts
        odd = [spec.odd.get(n + 1, Odd()) for n in range(spec.cells)]
        self._capacities = [spec.capacity * one.capacity for one in odd]
        self._resistances = [one.resistance * spec.resistance * RESISTANCE / spec.capacity for one in odd]
        self._leaks = [one.leak for one in odd]
        missing = spec.capacity - self.remaining
        self._charges = [  # Ah
            capacity * (1 - one.behind / 100) - missing
            for capacity, one in zip(self._capacities, odd, strict=True)
        ]
        self._random = Random(seed)
        self._above = 0.0  # s with a cell above the over-voltage
        self.resistance = spec.wiring + sum(self._resistances)  # ohm
        self._settle()

    def advance(self, current: float, seconds: float) -> None:
        """Move charge for ``seconds`` with a current in A."""
        self.current = current
        moved = current * seconds / 3600
        bled = dict.fromkeys(bleeding(self._loaded(), BALANCE_FROM, current), BLEED * seconds / 3600)
        for n, leak in enumerate(self._leaks):
            self._charges[n] += moved - leak * seconds / 3600 - bled.get(n + 1, 0.0)
        self.remaining = min(max(self.remaining + moved, 0.0), self.spec.capacity)
        self._settle()
        self._protect(seconds)

    def current_at(self, voltage: float) -> float:
        """Return the current in A that flows while the busbar has ``voltage`` V."""
        drop = voltage - self.resting
        towards, other = self.mosfets.charge, self.mosfets.discharge
        if drop < 0:
            towards, other = other, towards
        if not self.connected or not towards:
            return 0.0
        through_diode = 0.0 if other else DIODE
        size = max(0.0, abs(drop) - through_diode) / self.resistance
        return size if drop > 0 else -size

    @property
    def passes_all(self) -> bool:
        """Whether current flows in both directions without a diode."""
        return self.connected and self.mosfets.charge and self.mosfets.discharge

    @property
    def knots(self) -> tuple[float, ...]:
        """Busbar voltages at which the current's slope changes."""
        return self.resting - DIODE, self.resting, self.resting + DIODE

    def conductance(self, charging: bool) -> float:
        """Return by how much the current grows far from rest, in A/V."""
        passes = self.mosfets.charge if charging else self.mosfets.discharge
        return 1 / self.resistance if passes and self.connected else 0.0

    def measured(self, now: float) -> PackSample:
        """Return what a truthful BMS reports, with 1 mV of noise."""
        true = self.cells
        noisy = [max(0.0, cell + self._random.uniform(-0.001, 0.001)) for cell in true]
        celsius = round(self.spec.temperature(now), 1)
        return replace(
            rounded(sum(true), self.current, self.remaining, self.spec.capacity, noisy),
            mosfets=self.mosfets,
            balancing=bleeding(true, BALANCE_FROM, self.current),
            protection=NOTHING_TRIPPED if self.mosfets.charge else TRIPPED,
            temperatures=(celsius, celsius),
        )

    def _loaded(self) -> tuple[float, ...]:
        """The voltage in V of each cell with the current that flows."""
        current = self.current
        return tuple(
            volts + current * ohms for volts, ohms in zip(self._resting, self._resistances, strict=True)
        )

    def _settle(self) -> None:
        fractions = [
            charge / capacity for charge, capacity in zip(self._charges, self._capacities, strict=True)
        ]
        self.fullest, self.emptiest = max(fractions), min(fractions)
        self._resting = [CHEMISTRY.open_circuit(fraction) for fraction in fractions]
        self.resting = sum(self._resting)  # V
        self.cells = self._loaded()

    def _protect(self, seconds: float) -> None:
        """Turn the charge MOSFET off above the over-voltage, and on again below its release."""
        highest = max(self.cells)
        self._above = self._above + seconds if highest > self.spec.overvoltage else 0.0
        if self._above >= TRIP_DELAY:
            self.mosfets = replace(self.mosfets, charge=False)
        elif not self.mosfets.charge and highest < self.spec.release:
            self.mosfets = replace(self.mosfets, charge=True)
