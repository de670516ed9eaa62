"""A simulated battery with its BMS: current, measurements, protections. Pure; time is an argument."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from dbus_xbms.model import Mosfets, PackSample
from dbus_xbms.protocols.jbd.protections import LOCK, commanded, is_locked, protections
from dbus_xbms.simulator.balancer import BLEED, bleeding
from dbus_xbms.simulator.chemistry import CHEMISTRIES
from dbus_xbms.simulator.guards import Guards

MASK_DELAY = 0.2  # s until a MOSFET follows a command; 0.3 s after the acknowledgement in captures
LONGEST_STEP = 1.0  # s
MOST_STEPS = 120  # per advance(); a longer gap is divided into longer steps
AMBIENT_TO_CELLS = 900.0  # s, time constant
AMBIENT_TO_MOSFET = 120.0  # s
CHARGE_OFF, DISCHARGE_OFF = 1, 2  # bits of the MOSFET mask
UNLOCK_CURRENT = 2.0  # A through the body diode of a locked MOSFET
WEAK = 0.85  # capacity of a weak cell, as part of that of the others
WEAK_RESISTANCE = 2.5  # times that of the others


def steps(start: float, end: float) -> Iterator[tuple[float, float]]:
    """Yield length and end of each step of a simulation, in s."""
    step = max(LONGEST_STEP, (end - start) / MOST_STEPS)
    while (gap := end - start) > 0:
        start = end if gap <= step else start + step
        yield min(gap, step), start


class Wired(Protocol):
    """Batteries that are wired together."""

    def advance(self, now: float) -> None:
        """Simulate all of them up to ``now``."""
        ...

    def settle(self) -> None:
        """Update the measurements of all; no time passes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySpec:
    """Properties of a battery and how it is used."""

    cells: int = 4
    capacity: float = 100.0  # Ah
    chemistry: str = "lfp"
    soc: float = 60.0  # %, at the start
    spread: float = 0.01  # part of the capacity by which the cells differ
    resistance: float | None = None  # ohm per cell; None: 0.05 / capacity
    sensors: int = 2  # temperature sensors; of two or more the first sits on the MOSFETs
    ambient: float = 22.0  # °C
    load: str = "day"  # day: charge and discharge in turn; charge, discharge, rest: constant
    rate: float = 0.2  # C, highest current
    period: float = 600.0  # s, of a day
    noise: float = 0.001  # V, measurement error of a cell
    cycles: int = 42
    mask: int = 0  # MOSFETs switched off before the start
    weak: int = 0  # number of a cell with less capacity and more resistance; 0: none


@dataclass(slots=True)
class Overrides:
    """Values that faults impose on a battery in place of the simulated ones."""

    cells: dict[int, float] = field(default_factory=dict)  # V by cell number, 1-based
    temperatures: dict[int, float] = field(default_factory=dict)  # °C by sensor number, 1-based
    current: float | None = None  # A, from sources and loads
    protection: int = 0  # bits as in ProtectionBit
    stuck: dict[str, bool] = field(default_factory=dict)  # "charge", "discharge": the MOSFET's fixed state
    hides_lock: bool = False  # the BMS never sets bit 12
    unlocks: bool = False  # the BMS ends a lock when current flows backwards through the MOSFET


class Battery:
    """One battery with its BMS; call :meth:`advance` before reading it."""

    def __init__(self, spec: BatterySpec, seed: int = 1) -> None:
        self.spec = spec
        self.overrides = Overrides()
        self.wired: Wired | None = None  # with others; None: it has a charger and loads of its own
        self.current = 0.0  # A, positive while charging
        self.mask = spec.mask  # MOSFETs switched off by command
        self.balancing_allowed = True
        self._pending: tuple[float, int] | None = None  # time at which a mask takes effect, and the mask
        self._random = random.Random(seed)
        self._chemistry = CHEMISTRIES[spec.chemistry]
        each = spec.resistance or 0.05 / spec.capacity
        weak = [number == spec.weak for number in range(1, spec.cells + 1)]
        self._resistances = [each * (WEAK_RESISTANCE if one else 1.0) for one in weak]
        self._capacities = [spec.capacity * (WEAK if one else 1.0) for one in weak]
        half = spec.spread / 2
        self._offsets = [self._random.uniform(-half, half) for _ in range(spec.cells)]
        self._noise = [0.0] * spec.cells
        self._now: float | None = None
        self._elapsed = self._random.uniform(0, spec.period)
        self._throughput = 0.0  # Ah discharged
        self._cell_temperature = self._mosfet_temperature = spec.ambient
        self._guards = Guards(self._chemistry, spec.cells, 1.2 * max(spec.rate, 0.5) * spec.capacity)
        self.set_soc(spec.soc)

    def set_soc(self, soc: float) -> None:
        """Set the charge of the cells and of the BMS's coulomb counter."""
        self._charges = [
            soc / 100 + offset * min(1.0, soc / 50, (100 - soc) / 50) for offset in self._offsets
        ]
        self.remaining = self.spec.capacity * soc / 100

    def command(self, mask: int, now: float) -> None:
        """Set the MOSFET mask: a 1 bit switches off, a 0 bit leaves the MOSFET to the BMS."""
        self.advance(now)
        self._pending = (now + MASK_DELAY, mask)

    @property
    def commanded_mask(self) -> int:
        """The last mask commanded, whether it has taken effect or not."""
        return self.mask if self._pending is None else self._pending[1]

    def advance(self, now: float) -> None:
        """Simulate up to ``now``, with everything that it is wired to."""
        if self.wired is not None:
            self.wired.advance(now)
            return
        if self._now is None:
            self._now = now
            self._step(0.0, now)
        for dt, at in steps(self._now, now):
            self._step(dt, at)
            self.measure()
        self._now = max(self._now, now)

    def settle(self) -> None:
        """Update the measurements after a fault has imposed values; no time passes."""
        if self.wired is not None:
            self.wired.settle()
        elif self._now is not None:
            self._step(0.0, self._now)

    def measure(self) -> None:
        """Measure the cells again, with other errors."""
        self._noise = [self._random.uniform(-1, 1) * self.spec.noise for _ in self._noise]

    @property
    def soc(self) -> float:
        """State of charge in %, as the BMS counts it."""
        return 100 * self.remaining / self.spec.capacity

    @property
    def cycles(self) -> int:
        """Number of full discharges."""
        return self.spec.cycles + int(self._throughput / self.spec.capacity)

    @property
    def open_circuit(self) -> float:
        """Voltage in V without a current."""
        return sum(map(self._chemistry.open_circuit, self._charges))

    @property
    def resistance(self) -> float:
        """Resistance in ohm of all cells."""
        return sum(self._resistances)

    @property
    def absorption(self) -> float:
        """Highest voltage in V per cell of a charger for it."""
        return self._chemistry.absorption

    @property
    def cells(self) -> tuple[float, ...]:
        """Measured cell voltages in V."""
        measured = [
            self._chemistry.open_circuit(charge) + self.current * resistance + noise
            for charge, resistance, noise in zip(self._charges, self._resistances, self._noise, strict=True)
        ]
        for number, voltage in self.overrides.cells.items():
            measured[number - 1] = voltage
        return tuple(measured)

    @property
    def temperatures(self) -> tuple[float, ...]:
        """Measured temperatures in °C."""
        count = self.spec.sensors
        values = [self._cell_temperature + 0.3 * (i % 3) for i in range(count)]
        if count >= 2:
            values[0] = self._mosfet_temperature
        for number, celsius in self.overrides.temperatures.items():
            values[number - 1] = celsius
        return tuple(values)

    @property
    def balancing(self) -> frozenset[int]:
        """Cells being balanced now, 1-based."""
        if not self.balancing_allowed:
            return frozenset()
        return bleeding(self.cells, self._chemistry.balance_from, self.current)

    @property
    def protection(self) -> int:
        """The tripped protections, with the lock bit while a MOSFET is switched off."""
        locked = LOCK if self.mask and not self.overrides.hides_lock else 0
        return self._guards.tripped | self.overrides.protection | locked

    @property
    def mosfets(self) -> Mosfets:
        """The true state of the MOSFETs."""
        blocked = self._guards.blocks(self.protection)
        charge = not (self.mask & CHARGE_OFF or blocked.charge)
        discharge = not (self.mask & DISCHARGE_OFF or blocked.discharge)
        stuck = self.overrides.stuck
        return Mosfets(charge=stuck.get("charge", charge), discharge=stuck.get("discharge", discharge))

    def sample(self) -> PackSample:
        """Everything the BMS measures, unrounded."""
        voltages = self.cells
        return PackSample(
            voltage=sum(voltages),
            current=self.current,
            soc=self.soc,
            remaining=self.remaining,
            nominal=self.spec.capacity,
            cycles=self.cycles,
            mosfets=self.mosfets,
            protection=protections(self.protection),
            commanded=commanded(self.mosfets, self.protection),
            locked=is_locked(self.protection),
            cells=voltages,
            balancing=self.balancing,
            temperatures=self.temperatures,
            learned=self.spec.capacity,
            balance_current=BLEED * len(self.balancing),
        )

    def _step(self, dt: float, now: float) -> None:
        self.begin(dt, now)
        self.current = self._passed(self._offered())
        self.protect(dt)
        self.current = self._passed(self._offered())
        self.complete(dt)

    def begin(self, dt: float, now: float) -> None:
        """Begin a step of ``dt`` s that ends at ``now``: a command may take effect."""
        if self._pending is not None and now >= self._pending[0]:
            self.mask, self._pending = self._pending[1], None
        self._elapsed += dt

    def protect(self, dt: float) -> None:
        """Let the BMS act on the current."""
        self._unlock()
        self._guards.step(dt, self.cells, self.current, self.temperatures)

    def complete(self, dt: float) -> None:
        """Complete a step: charge and temperatures follow the current."""
        self._move_charge(self.current * dt / 3600, dt)
        self._warm(dt)

    def _offered(self) -> float:
        """Return the current in A from sources and loads, as if both MOSFETs were on."""
        if self.overrides.current is not None:
            return self.overrides.current
        peak = self.spec.rate * self.spec.capacity
        turn = 2 * math.pi * self._elapsed / self.spec.period
        wave = {"day": math.sin(turn), "charge": 1.0, "discharge": -1.0, "rest": 0.0}[self.spec.load]
        highest = max(self._chemistry.open_circuit(charge) for charge in self._charges)
        acceptance = (self._chemistry.absorption - highest) / max(self._resistances)
        return min(peak * wave, max(0.0, acceptance)) if wave > 0 else peak * wave

    def _passed(self, current: float) -> float:
        mosfets = self.mosfets
        return current if (mosfets.charge if current > 0 else mosfets.discharge) else 0.0

    def _unlock(self) -> None:
        """Protect the body diodes of locked MOSFETs, as newer boards do, by ending the lock."""
        if self.overrides.unlocks and abs(self.current) > UNLOCK_CURRENT:
            self.mask &= ~(CHARGE_OFF if self.current < 0 else DISCHARGE_OFF)

    def _move_charge(self, moved: float, dt: float) -> None:
        capacity, balanced = self.spec.capacity, self.balancing
        bled = BLEED * dt / 3600
        for i, charge in enumerate(self._charges):
            lost = bled if i + 1 in balanced else 0.0
            self._charges[i] = min(1.02, max(-0.02, charge + (moved - lost) / self._capacities[i]))
        self.remaining = min(capacity, max(0.0, self.remaining + moved))
        self._throughput += max(0.0, -moved)

    def _warm(self, dt: float) -> None:
        load = (self.current / self.spec.capacity) ** 2
        cells, mosfet = self.spec.ambient + 20 * load, self.spec.ambient + 60 * load
        self._cell_temperature += (cells - self._cell_temperature) * min(1.0, dt / AMBIENT_TO_CELLS)
        self._mosfet_temperature += (mosfet - self._mosfet_temperature) * min(1.0, dt / AMBIENT_TO_MOSFET)
