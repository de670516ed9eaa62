"""A battery without the protections of a BMS, and a charger that may be slow or ignore limits. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from random import Random

from dbus_xbms.model import Limits, Mosfets, PackSample
from dbus_xbms.simulator.chemistry import CHEMISTRIES

RESISTANCE = 0.05  # ohm x Ah per cell: 0.5 milliohm at 100 Ah


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The true properties of the cells, whatever the settings or the BMS say."""

    curve: tuple[tuple[float, float], ...]  # V by state of charge (0 to 1, and beyond); extrapolated
    ceiling: float  # V, highest allowed cell voltage

    def open_circuit(self, charge: float) -> float:
        """Return the voltage of a resting cell; beyond the curve it is extrapolated."""
        at = min(max(bisect_right(self.curve, (charge, inf)), 1), len(self.curve) - 1)
        (low, v_low), (high, v_high) = self.curve[at - 1], self.curve[at]
        return max(0.0, v_low + (v_high - v_low) * (charge - low) / (high - low))


# The ceilings are the highest charge voltages in the makers' data sheets.
CELLS = {
    "LiFePO4": Cells(curve=CHEMISTRIES["lfp"].curve, ceiling=3.65),
    "NMC": Cells(curve=CHEMISTRIES["nmc"].curve, ceiling=4.20),
    "LTO": Cells(
        curve=((-0.02, 1.30), (0.0, 1.80), (0.1, 2.15), (0.5, 2.30), (0.9, 2.45), (1.0, 2.65), (1.02, 2.90)),
        ceiling=2.80,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery at the start: its cells and their differences. Cell numbers count from 1."""

    cells: int = 16
    capacity: float = 100.0  # Ah
    chemistry: str = "LiFePO4"  # a name in CELLS
    soc: float = 50.0  # %, true
    ahead: Mapping[int, float] = field(
        default_factory=dict
    )  # % by which a cell's charge exceeds that of the others
    resistance: Mapping[int, float] = field(default_factory=dict)  # ohm, of cells that differ
    shorted: frozenset[int] = frozenset()  # cells at 0 V
    temperatures: tuple[float, ...] = (20.0, 20.0)  # °C, in the BMS's own order
    noise: float = 0.0  # V, standard deviation of measured cell voltages, in addition to 1 mV
    counted: float | None = None  # %, the SoC from which the BMS counts; None: the true one


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """A charger that a GX controls."""

    current: float = 30.0  # A, highest output
    delay: float = 3.0  # s from a limit to the charger
    error: float = 0.2  # V, error above the CVL
    obeys_ccl: bool = True


def rounded(
    voltage: float, current: float, remaining: float, capacity: float, cells: Iterable[float]
) -> PackSample:
    """Return a sample as rounded by a BMS: both MOSFETs on, no sensors."""
    return PackSample(
        voltage=round(voltage, 2),
        current=round(current, 2),
        soc=float(round(100 * remaining / capacity)),
        remaining=round(remaining, 2),
        nominal=capacity,
        cycles=42,
        mosfets=Mosfets(charge=True, discharge=True),
        protection=frozenset(),
        cells=tuple(round(cell, 3) for cell in cells),
        learned=capacity,
    )


# With ESS and DC feed-in systemcalc gives MPPTs their own maximum current at CVL + 0.4 V, whatever the CCL.
FEED_IN = Charger(current=60.0, error=0.4, obeys_ccl=False)


@dataclass(slots=True)
class Plant:
    """A battery with a charger and a load, over time."""

    battery: Battery
    charger: Charger
    load: Callable[[float], float]  # A, by s
    current: float = 0.0  # A into the battery
    now: float = 0.0  # s
    _charges: list[float] = field(init=False)
    _counted: float = field(init=False)  # Ah, by the BMS
    _sent: deque[tuple[float, float, float]] = field(default_factory=deque)  # s when due, CVL, CCL
    _cvl: float = 0.0
    _ccl: float = 0.0
    _random: Random = field(default_factory=lambda: Random(1))
    _resistances: list[float] = field(init=False)  # ohm, of each cell; a shorted one has none
    _resting: list[float] = field(init=False)  # V, of each cell without current

    def __post_init__(self) -> None:
        spec = self.battery
        numbers = range(1, spec.cells + 1)
        each = RESISTANCE / spec.capacity
        self._charges = [(spec.soc + spec.ahead.get(n, 0.0)) / 100 for n in numbers]
        self._counted = spec.capacity * (spec.soc if spec.counted is None else spec.counted) / 100
        self._resistances = [0.0 if n in spec.shorted else spec.resistance.get(n, each) for n in numbers]
        self._rest()

    def send(self, limits: Limits | None) -> None:
        """Send limits to the charger; without limits, a charger that expects a BMS stops (error 67)."""
        cvl, ccl = (limits.cvl, limits.ccl) if limits else (0.0, 0.0)
        self._sent.append((self.now + self.charger.delay, cvl, ccl))

    def advance(self, seconds: float) -> None:
        """Simulate ``seconds``, in which the charger follows its last limits."""
        self.now += seconds
        while self._sent and self._sent[0][0] <= self.now:
            _, self._cvl, self._ccl = self._sent.popleft()
        load = self.load(self.now)
        resting, resistance = sum(self._resting), sum(self._resistances)
        holding = (self._cvl + self.charger.error - resting) / resistance + load
        allowed = self._ccl + load if self.charger.obeys_ccl else inf
        given = max(0.0, min(holding, allowed, self.charger.current)) if self._cvl else 0.0
        self.current = given - load
        moved = self.current * seconds / 3600
        part = moved / self.battery.capacity
        self._charges = [charge + part for charge in self._charges]
        self._counted = min(max(self._counted + moved, 0.0), self.battery.capacity)
        self._rest()

    def _rest(self) -> None:
        """Update the voltages without current; most cells are alike."""
        charges = self._charges
        volts = {charge: CELLS[self.battery.chemistry].open_circuit(charge) for charge in set(charges)}
        shorted = self.battery.shorted
        self._resting = [0.0 if n in shorted else volts[charge] for n, charge in enumerate(charges, 1)]

    @property
    def cells(self) -> tuple[float, ...]:
        """Return the true cell voltages, in V."""
        current = self.current
        return tuple([v + current * ohms for v, ohms in zip(self._resting, self._resistances, strict=True)])

    @property
    def soc(self) -> float:
        """Return the true state of charge of the emptiest working cell, in %."""
        shorted = self.battery.shorted
        return 100 * min(charge for n, charge in enumerate(self._charges, 1) if n not in shorted)

    def measured(self) -> PackSample:
        """Return a sample of a truthful BMS, with 1 mV of noise, rounded."""
        true = self.cells
        cells = tuple([max(0.0, cell + self._error()) for cell in true])
        sample = rounded(sum(true), self.current, self._counted, self.battery.capacity, cells)
        return replace(sample, temperatures=self.battery.temperatures)

    def _error(self) -> float:
        noise = self.battery.noise
        return self._random.uniform(-0.001, 0.001) + (self._random.gauss(0.0, noise) if noise else 0.0)
