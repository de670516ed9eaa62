"""Packs in parallel with sun, loads, and chargers that obey the limits on the bus; what each BMS has told."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dbus_xbms.simulator.bank import Bank, BankSpec
from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.board import BatteryBoard, BoardSpec

HOUR = 3600.0
OBEYS_AFTER = 3.0  # s until chargers and inverters follow a limit
TOGETHER = 0.9  # s in which packs that are read one after the other are not simulated again
LONGEST_STEP = 10.0  # s

# Sun and loads in A, from and to an hour of the day that begins at 06:00.
SUN = ((0.2, 1.4, 110.0), (23.4, 23.6, 60.0))
LOADS = ((0.5, 0.55, 30.0), (1.4, 1.5, 60.0), (12.0, 12.3, 90.0))


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits on the bus; ``None``: no service has any."""

    cvl: float | None = None  # V
    ccl: float | None = None  # A
    dcl: float | None = None  # A


def _at(table: Sequence[tuple[float, float, float]], hour: float) -> float:
    return sum(amperes for begins, ends, amperes in table if begins <= hour < ends)


class Plant(Bank):
    """The wired packs. ``limits`` returns those on the bus now."""

    def __init__(self, batteries: Sequence[Battery], begun: float, limits: Callable[[], Limits]) -> None:
        super().__init__(BankSpec(packs=tuple(range(1, len(batteries) + 1))), batteries)
        self._begun = begun
        self._limits = limits
        self._seen: deque[tuple[float, Limits]] = deque()
        self._obeyed = Limits()

    def advance(self, now: float) -> None:
        """Simulate up to ``now``, in steps of a few seconds at rest."""
        if self._now is None:
            super().advance(now)
        elif now - self._now >= TOGETHER:
            while (gap := min(now - self._now, LONGEST_STEP)) > 0:
                self._now += gap
                self._follow(self._now)
                self._step(gap, self._now)
            for battery in self.batteries:
                battery.measure()
            self._now = now

    @property
    def flows(self) -> bool:
        """Whether a current flows that the sun or a load has caused."""
        return bool(self.overrides.current)

    def wants(self, now: float) -> bool:
        """Return whether sun or loads want a current."""
        hour = (now - self._begun) / HOUR
        return bool(_at(SUN, hour) or _at(LOADS, hour))

    def _follow(self, now: float) -> None:
        """Let chargers and inverters do what the limits of a few seconds ago allow."""
        limits = self._limits()
        if not self._seen or self._seen[-1][1] != limits:
            self._seen.append((now, limits))
        while self._seen and self._seen[0][0] <= now - OBEYS_AFTER:
            self._obeyed = self._seen.popleft()[1]
        hour = (now - self._begun) / HOUR
        obeyed = self._obeyed
        net = min(_at(SUN, hour), obeyed.ccl or 0.0) - _at(LOADS, hour)
        self.overrides.current = max(net, -(obeyed.dcl or 0.0))
        self.overrides.voltage = obeyed.cvl or 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a BMS last told of itself."""

    at: float  # s
    charge: bool  # MOSFETs
    discharge: bool
    high_since: float | None = None  # s, of the second reading in a row with a cell at the high cut-off
    low_since: float | None = None
    charge_off_since: float | None = None  # s, of the first reading in a row with this MOSFET off
    discharge_off_since: float | None = None


class TellingBoard(BatteryBoard):
    """A BMS that records what it told, and when."""

    def __init__(self, battery: Battery, high: float, low: float) -> None:
        super().__init__(battery, BoardSpec())
        self.told: Told | None = None
        self.when: dict[tuple[float, float], float] = {}  # s, by V and A as the bus rounds them
        self._high, self._low = high, low
        self._since: dict[str, list[float]] = {}  # s of the first two readings in a row, by what they told

    def read(self, register: int, now: float) -> bytes | int:
        payload = super().read(register, now)
        if register == 0x03 and isinstance(payload, bytes):
            volts, amperes = struct.unpack_from(">Hh", payload)
            self.when[volts / 100, round(amperes / 100, 1) + 0.0] = now
        if register == 0x04 and isinstance(payload, bytes):
            self._tell(now)
        return payload

    def _tell(self, now: float) -> None:
        cells, mosfets = self.battery.cells, self.battery.mosfets
        tells = {
            "high": max(cells) >= self._high,
            "low": min(cells) <= self._low,
            "charge off": not mosfets.charge,
            "discharge off": not mosfets.discharge,
        }
        self._since = {what: [*self._since.get(what, ()), now][:2] for what, holds in tells.items() if holds}
        self.told = Told(
            at=now,
            charge=mosfets.charge,
            discharge=mosfets.discharge,
            high_since=self._nth("high", 2),
            low_since=self._nth("low", 2),
            charge_off_since=self._nth("charge off", 1),
            discharge_off_since=self._nth("discharge off", 1),
        )

    def _nth(self, what: str, reading: int) -> float | None:
        """Return when the reading of this number in a row was told."""
        times = self._since.get(what, [])
        return times[reading - 1] if len(times) >= reading else None
