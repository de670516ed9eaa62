"""State of charge with decimals, consumed charge and time to go, from the BMS's counts. Pure."""

from __future__ import annotations

from typing import TypeGuard

from dbus_xbms.model import PackSample
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings

FULL = 100.0  # %; a BMS that reports this has just detected it, and corrects its count later
COUNT_TOLERANCE = 2.0  # % that the BMS's counts of charge and of SoC may differ
UNKNOWN_CAPACITIES = frozenset((655.35, 6553.5))  # Ah; all bits set, in units of 10 mAh and of 100 mAh
UNKNOWN_FROM = 655.0  # Ah; below the least of them
ASSUMED_CAPACITY = 100.0  # Ah, for rules that cannot do without one
IDLE_CURRENT = 0.1  # A; less than this is not worth a prediction
AVERAGING_TIME = 180.0  # s
LONGEST_TO_GO = 240 * 3600  # s; Victron's monitors stop at ten days too


def is_known(nominal: float | None) -> TypeGuard[float]:
    """Return whether a nominal capacity in Ah, as a BMS reports it, is a real value."""
    if nominal is None or nominal <= 0:
        return False
    return nominal < UNKNOWN_FROM or round(nominal, 2) not in UNKNOWN_CAPACITIES


def installed(nominal: float | None, settings: PackSettings | None = None) -> float:
    """The pack's capacity in Ah for C rates: the owner's, else the BMS's; 0: unknown."""
    if settings is not None and settings.capacity:
        return settings.capacity
    return nominal if is_known(nominal) else 0.0


def assumed(nominal: float | None, settings: PackSettings | None = None) -> float:
    """The installed capacity in Ah, or an assumed one if it is unknown."""
    return installed(nominal, settings) or ASSUMED_CAPACITY


def full_charge(sample: PackSample) -> float:
    """Charge in Ah of the full pack, to which the BMS's state of charge refers; 0: unknown."""
    return sample.learned or sample.nominal or 0.0


def _counted(sample: PackSample) -> float | None:
    """State of charge in % by the count of charge; ``None`` if it differs from the BMS's."""
    full = full_charge(sample)
    if sample.soc is None or sample.remaining is None or full <= 0 or sample.soc >= FULL:
        return None
    counted = sample.remaining / full * 100
    return counted if abs(counted - sample.soc) <= COUNT_TOLERANCE else None


def soc(sample: PackSample) -> float | None:
    """The BMS's state of charge in %, with decimals from its count of charge if the two agree.

    ``None``: the BMS reports none.
    """
    counted = _counted(sample)
    return sample.soc if counted is None else min(100.0, round(counted, 1))


def consumed(sample: PackSample) -> float | None:
    """Charge in Ah consumed from the full pack: negative, or 0 at 100 %; ``None``: unknown."""
    full, counted = full_charge(sample), _counted(sample)
    if counted is not None and sample.remaining is not None:
        return min(0.0, sample.remaining - full)
    return min(0.0, full * (sample.soc / 100 - 1)) if sample.soc is not None and full else None


def health(sample: PackSample) -> float | None:
    """State of health in %: the BMS's, else by the capacity that it has learned; ``None``: unknown."""
    if sample.health is not None:
        return sample.health
    return min(100.0, sample.learned / sample.nominal * 100) if sample.learned and sample.nominal else None


@record
class AverageDischarge:
    """Discharge current, averaged."""

    current: float | None = None  # A, positive; None: not discharging
    at: float = 0.0  # s


def update_average(discharge: AverageDischarge, sample: PackSample, now: float) -> AverageDischarge:
    """Add a sample taken at ``now`` to the average; charging resets it."""
    if sample.current > -IDLE_CURRENT:
        return AverageDischarge(at=now)
    if discharge.current is None:
        return AverageDischarge(current=-sample.current, at=now)
    dt = now - discharge.at
    weight = dt / (AVERAGING_TIME + dt)
    return AverageDischarge(
        current=discharge.current + (-sample.current - discharge.current) * weight, at=now
    )


def time_to_go(discharge: AverageDischarge, sample: PackSample, settings: PackSettings) -> int | None:
    """Time in s, in whole minutes, until the discharge floor; ``None`` while not discharging, or unknown."""
    if discharge.current is None or sample.remaining is None:
        return None
    floor = settings.discharge_floor / 100 * full_charge(sample)
    seconds = max(0.0, sample.remaining - floor) / discharge.current * 3600
    return round(min(seconds, LONGEST_TO_GO) / 60) * 60
