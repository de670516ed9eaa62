"""The protections of a simulated BMS: one row each, with limits, delay and hold time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbus_xbms.model import Mosfets
from dbus_xbms.protocols.jbd.protections import ProtectionBit
from dbus_xbms.simulator.chemistry import Chemistry

P = ProtectionBit
STOPS_CHARGE = (
    P.CELL_OVERVOLTAGE | P.PACK_OVERVOLTAGE | P.CHARGE_OVERTEMPERATURE | P.CHARGE_UNDERTEMPERATURE
) | (P.CHARGE_OVERCURRENT | P.SHORT_CIRCUIT | P.FRONTEND_IC_ERROR | P.VENDOR_BIT_13 | P.VENDOR_BIT_15)
STOPS_DISCHARGE = (
    P.CELL_UNDERVOLTAGE | P.PACK_UNDERVOLTAGE | P.DISCHARGE_OVERTEMPERATURE | P.DISCHARGE_UNDERTEMPERATURE
) | (P.DISCHARGE_OVERCURRENT | P.SHORT_CIRCUIT | P.FRONTEND_IC_ERROR | P.VENDOR_BIT_14 | P.VENDOR_BIT_15)
HOLD_CURRENT = 32.0  # s an over-current stays tripped, JBD's default release time


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One protection: trips ``delay`` s beyond ``trip``, releases within ``release`` after ``hold`` s."""

    bit: ProtectionBit
    reads: str  # highest, lowest, pack, current, hottest, coldest
    trip: float
    release: float
    delay: float = 2.0  # s
    hold: float = 0.0  # s

    def beyond(self, reading: float, limit: float) -> bool:
        """Return whether a reading is beyond a limit."""
        return reading > limit if self.trip >= self.release else reading < limit


def _table(chemistry: Chemistry, n: int, limit: float) -> tuple[Guard, ...]:
    over, over_release = chemistry.overvoltage, chemistry.overvoltage_release
    under, under_release = chemistry.undervoltage, chemistry.undervoltage_release
    return (
        Guard(bit=P.CELL_OVERVOLTAGE, reads="highest", trip=over, release=over_release),
        Guard(bit=P.CELL_UNDERVOLTAGE, reads="lowest", trip=under, release=under_release),
        Guard(bit=P.PACK_OVERVOLTAGE, reads="pack", trip=n * over, release=n * over_release),
        Guard(bit=P.PACK_UNDERVOLTAGE, reads="pack", trip=n * under, release=n * under_release),
        Guard(bit=P.CHARGE_OVERTEMPERATURE, reads="hottest", trip=65.0, release=55.0),
        Guard(bit=P.CHARGE_UNDERTEMPERATURE, reads="coldest", trip=0.0, release=5.0),
        Guard(bit=P.DISCHARGE_OVERTEMPERATURE, reads="hottest", trip=70.0, release=60.0),
        Guard(bit=P.DISCHARGE_UNDERTEMPERATURE, reads="coldest", trip=-20.0, release=-15.0),
        Guard(bit=P.CHARGE_OVERCURRENT, reads="current", trip=limit, release=0.0, hold=HOLD_CURRENT),
        Guard(bit=P.DISCHARGE_OVERCURRENT, reads="current", trip=-limit, release=0.0, hold=HOLD_CURRENT),
    )


class Guards:
    """All protections of a BMS with ``cells`` cells that allows ``current_limit`` A."""

    def __init__(self, chemistry: Chemistry, cells: int, current_limit: float) -> None:
        self.tripped = 0  # bits as in ProtectionBit
        self._table = _table(chemistry, cells, current_limit)
        self._timers = dict.fromkeys((guard.bit for guard in self._table), 0.0)

    def step(self, dt: float, cells: Sequence[float], current: float, temperatures: Sequence[float]) -> None:
        """Simulate ``dt`` s at these readings."""
        readings = {
            "highest": max(cells),
            "lowest": min(cells),
            "pack": sum(cells),
            "current": current,
            "hottest": max(temperatures, default=20.0),
            "coldest": min(temperatures, default=20.0),
        }
        for guard in self._table:
            self._update(guard, readings[guard.reads], dt)

    def _update(self, guard: Guard, reading: float, dt: float) -> None:
        timer = self._timers[guard.bit] + dt
        if not self.tripped & guard.bit:
            waiting = guard.beyond(reading, guard.trip)
            self._timers[guard.bit] = timer if waiting else 0.0
            if waiting and timer >= guard.delay:
                self._timers[guard.bit], self.tripped = 0.0, self.tripped | guard.bit
        elif timer >= guard.hold and not guard.beyond(reading, guard.release):
            self._timers[guard.bit], self.tripped = 0.0, self.tripped & ~guard.bit
        else:
            self._timers[guard.bit] = timer

    @staticmethod
    def blocks(tripped: int) -> Mosfets:
        """Return which MOSFETs a set of protections turns off (True)."""
        return Mosfets(charge=bool(tripped & STOPS_CHARGE), discharge=bool(tripped & STOPS_DISCHARGE))
