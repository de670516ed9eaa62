"""Packs in parallel, strings of them in series, with a charger and loads at one busbar. Pure.

Each pack is a voltage behind a resistance, with a MOSFET in each direction; a MOSFET that is off blocks its
direction, and its body diode takes 0.6 V in the other. So the current of a string is a function of the
busbar's voltage that never falls, made of straight lines, and each step solves the busbar exactly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf
from random import Random

from bench.closed_loop.bank_pack import PackSpec, SimulatedPack
from bench.closed_loop.plant import Charger
from dbus_xbms.model import Limits

OBEYS_AFTER = (3.0, 8.0)  # s from a limit to the charger: systemcalc works every 3 s, chargers take up to 5 s
CLOSE = 0.01  # A; the charger regulates its voltage to within this current
STEEP, SHALLOW = 2.0, 15.0  # s of a step where the voltage of a cell is steep, and elsewhere
STEEP_FROM, STEEP_BELOW = 0.985, 0.04  # states of charge
CALM = 0.02  # C; with less, a long step changes little there, too


def voltage_at(packs: Sequence[SimulatedPack], current: float) -> float:
    """Return the voltage in V at which so many A flow into packs in parallel; infinite if they cannot."""
    if all(pack.passes_all for pack in packs):
        conductance = sum(1 / pack.resistance for pack in packs)
        return (current + sum(pack.resting / pack.resistance for pack in packs)) / conductance
    knots = sorted({volts for pack in packs for volts in pack.knots})
    before, flowing = knots[0], sum(pack.current_at(knots[0]) for pack in packs)
    if current < flowing:
        slope = sum(pack.conductance(charging=False) for pack in packs)
        return before - (flowing - current) / slope if slope else -inf
    for volts in knots[1:]:
        more = sum(pack.current_at(volts) for pack in packs)
        if more >= current and more > flowing:
            return before + (volts - before) * (current - flowing) / (more - flowing)
        before, flowing = volts, more
    if current <= flowing + CLOSE:
        return before
    slope = sum(pack.conductance(charging=True) for pack in packs)
    return before + (current - flowing) / slope if slope else inf


class BankPlant:
    """Strings in series, each of packs in parallel, with one charger."""

    def __init__(self, strings: Sequence[Sequence[PackSpec]], charger: Charger, seed: int = 1) -> None:
        numbers = iter(range(seed * 100, seed * 100 + 100))
        self.strings = [[SimulatedPack(spec, next(numbers)) for spec in string] for string in strings]
        self.packs = [pack for string in self.strings for pack in string]
        self.now = 0.0  # s
        self.voltage = 0.0  # V, of the busbar
        self.current = 0.0  # A into the bank
        self.dark = False  # the loads have no power
        self._charger = charger
        self._random = Random(seed)
        self._limits: Limits | None = None  # as the charger knows them
        self._newest: Limits | None = None
        self._sent: deque[tuple[float, Limits | None]] = deque()  # s when due
        self._loads: deque[tuple[float, float]] = deque()
        self._known_load = 0.0

    def send(self, limits: Limits | None) -> None:
        """Send limits to the charger, unless they are unchanged."""
        if _values(limits) != _values(self._newest):
            due = max(self.now + self._random.uniform(*OBEYS_AFTER), self._sent[-1][0] if self._sent else 0.0)
            self._sent.append((due, limits))
            self._newest = limits

    def advance(self, seconds: float, sun: float, load: float) -> None:
        """Simulate ``seconds`` with so many A from the sun and into loads."""
        end = self.now + seconds
        while self.now < end:
            step = min(end - self.now, STEEP if self._steep else SHALLOW)
            self.now += step
            self._step(step, sun, load)

    @property
    def _steep(self) -> bool:
        return any(
            (pack.fullest > STEEP_FROM or pack.emptiest < STEEP_BELOW)
            and abs(pack.current) > CALM * pack.spec.capacity
            for pack in self.packs
        )

    def _step(self, seconds: float, sun: float, load: float) -> None:
        while self._sent and self._sent[0][0] <= self.now:
            _, self._limits = self._sent.popleft()
        self._loads.append((self.now + OBEYS_AFTER[0], load))
        while self._loads and self._loads[0][0] <= self.now:
            self._known_load = self._loads.popleft()[1]
        limits = self._limits
        cvl, ccl, dcl = (limits.cvl, limits.ccl, limits.dcl) if limits else (0.0, 0.0, 0.0)
        allowed = ccl + self._known_load if self._charger.obeys_ccl else inf
        supply = min(sun, allowed, self._charger.current) if cvl else 0.0
        self._solve(supply, load if dcl else min(load, supply), cvl + self._charger.error)
        self.dark = bool(limits) and load > supply and (not dcl or self.dark)
        for string in self.strings:
            volts = voltage_at(string, self.current)
            for pack in string:
                pack.advance(pack.current_at(volts), seconds)

    def _solve(self, supply: float, load: float, setpoint: float) -> None:
        """Find the current into the bank, with at most ``supply`` A from the charger up to ``setpoint`` V."""
        most, least = supply - load, -load
        self.dark = False
        if self._busbar(most) <= setpoint:
            self.current = most
        elif self._busbar(least) >= setpoint:
            self.current = least
        else:
            self.current = self._between(least, most, setpoint)
        self.voltage = self._busbar(self.current)
        if self.voltage == -inf:  # no pack may be discharged
            self.dark, self.current = True, 0.0
            self.voltage = self._busbar(0.0)

    def _busbar(self, current: float) -> float:
        return sum(voltage_at(string, current) for string in self.strings)

    def _between(self, low: float, high: float, setpoint: float) -> float:
        """Return the current at which the busbar has ``setpoint`` V."""
        v_low, v_high = self._busbar(low), self._busbar(high)
        while high - low > CLOSE:
            middle = (low + high) / 2
            if inf not in (v_high, -v_low):  # the lines are almost straight
                middle = low + (high - low) * min(max((setpoint - v_low) / (v_high - v_low), 0.02), 0.98)
            volts = self._busbar(middle)
            if volts > setpoint:
                high, v_high = middle, volts
            else:
                low, v_low = middle, volts
        return low


def _values(limits: Limits | None) -> tuple[float, float, float] | None:
    return (limits.cvl, limits.ccl, limits.dcl) if limits else None
