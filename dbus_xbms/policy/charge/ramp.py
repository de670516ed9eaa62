"""Ramp a current limit: lower it at once, raise it late and slowly. Pure."""

from __future__ import annotations

from math import floor

from dbus_xbms.record import record, replace

# s that a limit stays down after it was lowered: doubled each time that it falls again after a rise. So it
# changes direction at most 20 times an hour, whatever noise and cells do.
RECOVERY_HOLD, LONGEST_HOLD = 30.0, 600.0
STABLE_TIME = 3600.0  # s without a fall after which the hold is short again
RECOVERY_TIME = 60.0  # s from 0 to the ceiling
DEADBAND = 0.05  # fraction of the ceiling; smaller rises are not published
RISING_AGAIN, RISING_TO = "rising again after: ", "rising to: "  # in words, before the reason
STEP = 0.1  # A; limits are rounded down to it


@record
class Allowance:
    """The current that one rule allows, and why."""

    current: float  # A
    reason: str
    ceiling: bool = False  # nothing is wrong: it is the highest current that is ever allowed


def no_current(mode: str) -> Allowance:
    """Allow no current; ``mode`` is the mode of charge control in a silence or after a fault."""
    return Allowance(current=0.0, reason=mode[:1].lower() + mode[1:])


@record
class RampedLimit:
    """A current limit over time. Times in s."""

    allowed: float  # A, with hold and slope
    published: float  # A, never above ``allowed``
    lowered_at: float
    at: float  # time of the newest step
    cause: str  # what holds it down, or did before it began to rise; empty: only its ceiling
    reason: str  # as published
    rising: bool = False  # will rise by more than the deadband
    raised: bool = False  # has been raised since it was lowered
    hold: float = RECOVERY_HOLD


def step(
    previous: RampedLimit | None,
    allowance: Allowance,
    top: float,
    now: float,
    *,
    decided_at: float | None = None,
) -> RampedLimit:
    """Advance a limit to ``now``: down at once; up after a hold, at a slope in proportion to ``top`` A.

    ``now`` is the time of a sample, and ``decided_at`` that of the decision if it is later: a silence lowers
    the limit then.
    """
    if previous is None:
        return hold_at(allowance, now)
    allowed, lowered_at, hold = allowance.current, previous.lowered_at, previous.hold
    if allowed < previous.allowed:
        lowered_at = now if decided_at is None else decided_at
    else:
        since = max(previous.at, lowered_at + hold)
        climb = max(0.0, now - since) * top / RECOVERY_TIME
        allowed = min(allowed, previous.allowed + climb)
    recovering = allowed < allowance.current
    cause = previous.cause if recovering else _cause(allowance)
    reason = _rising_reason(cause, allowance) if recovering else allowance.reason
    published = _to_publish(previous.published, allowed, top)
    if (
        published == previous.published
        and reason != previous.reason
        and _same_but_numbers(reason, previous.reason)
    ):
        reason = previous.reason
    raised = previous.raised or published > previous.published
    if published < previous.published:
        if previous.raised:
            stable = now - previous.lowered_at >= STABLE_TIME
            hold = RECOVERY_HOLD if stable else min(2 * hold, LONGEST_HOLD)
        raised = False
    return RampedLimit(
        allowed=allowed,
        published=published,
        lowered_at=lowered_at,
        at=now,
        cause=cause,
        reason=reason,
        rising=allowance.current - allowed >= DEADBAND * top,
        raised=raised,
        hold=hold,
    )


def hold_at(allowance: Allowance, now: float) -> RampedLimit:
    """Set a limit to an allowance; it recovers from there."""
    return RampedLimit(
        allowed=allowance.current,
        published=_round_down(allowance.current),
        lowered_at=now,
        at=now,
        cause=_cause(allowance),
        reason=allowance.reason,
    )


def _cause(allowance: Allowance) -> str:
    return "" if allowance.ceiling else allowance.reason


def _rising_reason(cause: str, allowance: Allowance) -> str:
    """Return why a limit is below what its rules allow, in words; a pack of a bank may say it already."""
    prefix, words = (RISING_AGAIN, cause) if cause else (RISING_TO, allowance.reason)
    return words if RISING_AGAIN in words or RISING_TO in words else prefix + words


def resume(previous: RampedLimit, gap: float) -> RampedLimit:
    """Resume a limit after ``gap`` s of silence, in which it has neither fallen nor recovered."""
    return replace(previous, lowered_at=previous.lowered_at + gap, at=previous.at + gap)


def at_ceiling(limit: RampedLimit, top: float) -> bool:
    """Return whether a limit is at its ceiling of ``top`` A, and stays there as long as nothing lowers it."""
    settled = not limit.cause and not limit.rising
    return settled and limit.allowed == top and limit.published == _round_down(top)


def _round_down(limit: float) -> float:
    return min(limit, round(floor(limit / STEP + 1e-6) * STEP, 3))


def _to_publish(before: float, allowed: float, top: float) -> float:
    rounded = _round_down(allowed)
    if rounded < before or allowed >= top or rounded >= before + DEADBAND * top:
        return rounded
    return before


def _same_but_numbers(left: str, right: str) -> bool:
    """Return whether two texts differ in numbers only."""
    numbers = str.maketrans("", "", "-0123456789.")
    return left.translate(numbers) == right.translate(numbers)
