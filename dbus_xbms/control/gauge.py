"""State of charge with decimals, charge used and time to go, from what the BMS counts. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dbus_xbms.model import PackSample
from dbus_xbms.settings import Settings

FULL = 100.0  # %
AGREEMENT = 2.0  # % that the BMS's counts of charge and of SoC may differ to be taken as one
IDLE_CURRENT = 0.1  # A; less than this is not worth a prediction
AVERAGED_OVER = 180.0  # s
LONGEST_TO_GO = 240 * 3600  # s; Victron's monitors stop at ten days too


def capacity(sample: PackSample) -> float:
    """Charge in Ah when full, on which the BMS bases its state of charge."""
    return sample.learned or sample.nominal


def soc(sample: PackSample) -> float:
    """State of charge in %: the BMS's, with decimals from its count of charge where the two agree."""
    full = capacity(sample)
    if full <= 0:
        return sample.soc
    counted = sample.remaining / full * 100
    return min(100.0, round(counted, 1)) if abs(counted - sample.soc) <= AGREEMENT else sample.soc


def consumed(sample: PackSample) -> float:
    """Charge in Ah that is missing from a full pack: zero or negative, and zero at 100 %."""
    return 0.0 if sample.soc >= FULL else min(0.0, sample.remaining - capacity(sample))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Discharge current, averaged."""

    average: float | None = None  # A, positive; None: not discharging
    at: float = 0.0  # s


def follow(draw: Draw, sample: PackSample, now: float) -> Draw:
    """Average the current; charging begins the average anew."""
    if sample.current > -IDLE_CURRENT:
        return Draw(at=now)
    if draw.average is None:
        return Draw(average=-sample.current, at=now)
    dt = now - draw.at
    weight = dt / (AVERAGED_OVER + dt)
    return Draw(average=draw.average + (-sample.current - draw.average) * weight, at=now)


def time_to_go(draw: Draw, sample: PackSample, settings: Settings) -> int | None:
    """Whole minutes, in s, until the discharge floor is reached; ``None`` while not discharging."""
    if draw.average is None:
        return None
    floor = settings.number("DischargeFloor") / 100 * capacity(sample)
    seconds = max(0.0, sample.remaining - floor) / draw.average * 3600
    return round(min(seconds, LONGEST_TO_GO) / 60) * 60
