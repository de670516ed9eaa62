"""Detect unexpected currents: above a limit, or through a MOSFET that is off. Pure.

Chargers need 3 to 5 s to obey, and loads come and go, so a current must last. Not every load and every source
is a Victron device that obeys: a little above a limit is a warning, a lot is an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from math import inf

from dbus_xbms.model import Level, Limits, Mosfet, PackSample
from dbus_xbms.policy.alarms import HIGH_CHARGE_CURRENT, HIGH_DISCHARGE_CURRENT, INTERNAL_FAILURE, worst
from dbus_xbms.policy.state_of_charge import ASSUMED_CAPACITY
from dbus_xbms.record import record, replace

REPORT_AFTER = 30.0  # s that a current must last
TOLERANCE = 0.1  # fraction of the limit
LEAST_RATE, LEAST_CURRENT = 0.01, 1.0  # C and A above the limit; Multis round to whole amperes
SERIOUS_RATE = 0.05  # C above a limit of 0


@record
class UnexpectedCurrent:
    """A current that should not flow."""

    level: Level
    words: str


Rule = Callable[[PackSample, Limits | None, float], UnexpectedCurrent | None]  # with the capacity in Ah


def _beyond(current: float, limit: float, capacity: float) -> Level:
    if current <= limit + max(TOLERANCE * limit, LEAST_RATE * capacity, LEAST_CURRENT):
        return Level.OK
    return Level.ALARM if current - limit > max(limit, SERIOUS_RATE * capacity) else Level.WARNING


def _charge(sample: PackSample, published: Limits | None, capacity: float) -> UnexpectedCurrent | None:
    if published is None or (level := _beyond(sample.current, published.ccl, capacity)) is Level.OK:
        return None
    words = f"{sample.current:.1f} A charge, but the limit is {published.ccl:.1f} A: a charger does not obey"
    return UnexpectedCurrent(level=level, words=words)


def _discharge(sample: PackSample, published: Limits | None, capacity: float) -> UnexpectedCurrent | None:
    if published is None or (level := _beyond(-sample.current, published.dcl, capacity)) is Level.OK:
        return None
    words = f"{-sample.current:.1f} A discharge, but the limit is {published.dcl:.1f} A: a load does not obey"
    return UnexpectedCurrent(level=level, words=words)


def _charge_mosfet(sample: PackSample, published: Limits | None, capacity: float) -> UnexpectedCurrent | None:
    if sample.is_on(Mosfet.CHARGE) is not False or _beyond(sample.current, 0.0, capacity) is Level.OK:
        return None
    words = f"{sample.current:.1f} A charge although the charge MOSFET is off: it may be welded"
    return UnexpectedCurrent(level=Level.ALARM, words=words)


def _discharge_mosfet(
    sample: PackSample, published: Limits | None, capacity: float
) -> UnexpectedCurrent | None:
    if sample.is_on(Mosfet.DISCHARGE) is not False or _beyond(-sample.current, 0.0, capacity) is Level.OK:
        return None
    words = f"{-sample.current:.1f} A discharge although the discharge MOSFET is off: it may be welded"
    return UnexpectedCurrent(level=Level.ALARM, words=words)


RULES: tuple[tuple[str, Rule], ...] = (
    (INTERNAL_FAILURE, _charge_mosfet),
    (INTERNAL_FAILURE, _discharge_mosfet),
    (HIGH_CHARGE_CURRENT, _charge),
    (HIGH_DISCHARGE_CURRENT, _discharge),
)


@record
class Ongoing:
    """An unexpected current over time."""

    since: float  # s
    found: UnexpectedCurrent  # with the words of the first report and the newest level
    reported: bool = False


@record
class UnexpectedCurrents:
    """All unexpected currents at the newest sample."""

    at: float = -inf  # s, of the newest sample
    lasting: Mapping[int, Ongoing] = field(default_factory=dict)  # by the number of the rule

    @property
    def levels(self) -> dict[str, Level]:
        """Alarm levels by path."""
        raised: dict[str, Level] = {}
        for n, one in self.lasting.items():
            if one.reported:
                path = RULES[n][0]
                raised[path] = worst(one.found.level, raised.get(path, Level.OK))
        return raised

    @property
    def words(self) -> str:
        """The first reported current, in words; empty if there is none."""
        return next((one.found.words for _, one in sorted(self.lasting.items()) if one.reported), "")


def step(
    state: UnexpectedCurrents,
    sample: PackSample,
    published: Limits | None,
    capacity: float,
    at: float,
    longest: float,
) -> UnexpectedCurrents:
    """Check the currents of a sample.

    Args:
        state: as returned for the previous sample.
        sample: the newest.
        published: limits on the bus when it was taken.
        capacity: Ah; 0: unknown.
        at: s, when it was taken; a repeated sample changes nothing.
        longest: s between consecutive samples; a longer gap starts over.
    """
    if at == state.at:
        return state
    previous = state.lasting if at - state.at <= longest else {}
    updated: dict[int, Ongoing] = {}
    for n, (_, rule) in enumerate(RULES):
        if (found := rule(sample, published, capacity or ASSUMED_CAPACITY)) is None:
            continue
        before = previous.get(n)
        since = before.since if before else at
        if before and before.reported:
            found = replace(found, words=before.found.words)
        updated[n] = Ongoing(since=since, found=found, reported=at - since >= REPORT_AFTER)
    return UnexpectedCurrents(at=at, lasting=updated)
