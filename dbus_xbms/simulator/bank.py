"""Simulated batteries wired together, with one charger and its loads. Pure; time is an argument.

Packs of a string are in parallel and share its voltage; strings are in series and share the current. Each
pack is a voltage behind a resistance, which conducts in a direction only while the MOSFET for it is on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from dbus_xbms.simulator.battery import Battery, steps

SHORTEST = 0.1  # s of a step: 16 packs that are read one after the other are not 16 steps
HALVINGS = 40  # of an interval of currents that is searched


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSpec:
    """Packs of a scenario that are wired together, and how they are used."""

    packs: tuple[int, ...] = ()  # numbers of the packs, 1-based, string after string
    series: int = 1  # strings of the same number of packs
    load: str = "day"  # day: charge and discharge in turn; charge, discharge, rest: constant
    rate: float = 0.2  # C of one string, highest current
    period: float = 600.0  # s, of a day
    wiring: float = 0.001  # ohm between each pack and the busbar


@dataclass(slots=True)
class BankOverrides:
    """What faults impose on a bank in place of its charger and loads."""

    current: float | None = None  # A, from sources and loads
    voltage: float | None = None  # V that the charger holds at most
    off: set[Battery] = field(default_factory=set)  # whose breaker is off


class Bank:
    """Batteries wired together; they are advanced together."""

    def __init__(self, spec: BankSpec, batteries: Sequence[Battery]) -> None:
        self.spec = spec
        self.overrides = BankOverrides()
        self.batteries = tuple(batteries)
        each = max(1, len(self.batteries) // spec.series)
        self.strings = [self.batteries[at : at + each] for at in range(0, len(self.batteries), each)]
        self._capacity = min(sum(one.spec.capacity for one in string) for string in self.strings)
        self._now: float | None = None
        self._elapsed = 0.0
        for battery in self.batteries:
            battery.wired = self

    @property
    def current(self) -> float:
        """The current in A through the bank, positive while charging."""
        return min((sum(one.current for one in string) for string in self.strings), key=abs)

    @property
    def voltage(self) -> float:
        """The voltage in V at the terminals of the bank."""
        return sum(self._busbar(string) for string in self.strings)

    def _busbar(self, string: Sequence[Battery]) -> float:
        """Return the voltage of a string: that at the packs that carry current, or the mean."""
        at = [sum(one.cells) + one.current * self.spec.wiring for one in string if one.current]
        at = at or [sum(one.cells) for one in string]
        return sum(at) / len(at)

    def advance(self, now: float) -> None:
        """Simulate all batteries up to ``now``."""
        if self._now is None:
            self._now = now
            self._step(0.0, now)
        if now - self._now < SHORTEST:
            return
        for dt, at in steps(self._now, now):
            self._step(dt, at)
            for battery in self.batteries:
                battery.measure()
        self._now = now

    def settle(self) -> None:
        """Update the measurements after a fault has imposed values; no time passes."""
        if self._now is not None:
            self._step(0.0, self._now)

    def _step(self, dt: float, now: float) -> None:
        self._elapsed += dt
        for battery in self.batteries:
            battery.begin(dt, now)
        self._share()
        for battery in self.batteries:
            battery.protect(dt)
        self._share()
        for battery in self.batteries:
            battery.complete(dt)

    def _share(self) -> None:
        """Give each battery its part of the current."""
        strings = [_String([self._branch(one) for one in string]) for string in self.strings]
        current = self._offered(strings)
        for string, batteries in zip(strings, self.strings, strict=True):
            for battery, amperes in zip(batteries, string.currents(current), strict=True):
                battery.current = amperes

    def _branch(self, battery: Battery) -> _Branch:
        imposed, mosfets = battery.overrides.current, battery.mosfets
        if imposed is not None:
            return _Branch(imposed=imposed)
        closed = battery not in self.overrides.off
        return _Branch(
            volts=battery.open_circuit,
            ohms=battery.resistance + self.spec.wiring,
            charge=closed and mosfets.charge,
            discharge=closed and mosfets.discharge,
        )

    def _offered(self, strings: Sequence[_String]) -> float:
        """Return the current in A that flows from charger and loads through all strings."""
        wanted = self.overrides.current
        if wanted is None:
            turn = 2 * math.pi * self._elapsed / self.spec.period
            wave = {"day": math.sin(turn), "charge": 1.0, "discharge": -1.0, "rest": 0.0}[self.spec.load]
            wanted = self.spec.rate * self._capacity * wave
        if wanted <= 0:
            return wanted if all(one.discharges for one in strings) else 0.0
        return self._accepted(strings, wanted) if all(one.charges for one in strings) else 0.0

    def _accepted(self, strings: Sequence[_String], wanted: float) -> float:
        """Return the current in A at which the charger reaches its voltage, at most ``wanted``."""
        held = self.overrides.voltage
        if held is None:
            cells = sum(string[0].spec.cells for string in self.strings)
            held = cells * self.batteries[0].absorption
        if len(strings) == 1:
            return max(0.0, min(wanted, strings[0].current(held)))
        if sum(one.voltage(wanted) for one in strings) <= held:
            return wanted
        low, high = 0.0, wanted
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if sum(one.voltage(middle) for one in strings) <= held:
                low = middle
            else:
                high = middle
        return low


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branch:
    """A pack as an electrical part."""

    volts: float = 0.0  # V without current
    ohms: float = 1.0
    charge: bool = False  # current can flow into it
    discharge: bool = False
    imposed: float | None = None  # A that flows whatever the voltage is

    def at(self, volts: float) -> float:
        """Return the current in A at a voltage of the busbar."""
        if self.imposed is not None:
            return self.imposed
        amperes = (volts - self.volts) / self.ohms
        return amperes if (self.charge if amperes > 0 else self.discharge) else 0.0


class _String:
    """Packs in parallel."""

    def __init__(self, branches: Sequence[_Branch]) -> None:
        self._branches = branches
        free = [one for one in branches if one.imposed is None]
        self.charges = any(one.charge for one in free)
        self.discharges = any(one.discharge for one in free)
        self._corners = sorted(one.volts for one in free if one.charge or one.discharge)

    def currents(self, total: float) -> list[float]:
        """Return the current in A of each pack if ``total`` flows through the string."""
        volts = self.voltage(total)
        return [one.at(volts) for one in self._branches]

    def voltage(self, total: float) -> float:
        """Return the voltage at which ``total`` A flows; it rises with the current, in straight pieces."""
        corners = self._corners
        if not corners:
            return 0.0
        place = next((n for n, volts in enumerate(corners) if self.current(volts) > total), len(corners))
        start = corners[max(0, place - 1)]
        probe = corners[0] - 1.0 if place == 0 else corners[place] if place < len(corners) else start + 1.0
        slope = (self.current(probe) - self.current(start)) / (probe - start) if probe != start else 0.0
        return start + (total - self.current(start)) / slope if slope else start

    def current(self, volts: float) -> float:
        """Return the current in A through the string at a voltage."""
        return sum(one.at(volts) for one in self._branches)
