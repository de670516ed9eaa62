"""A current limit over time: lowered at once, raised late and slowly. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor

# How long a limit stays down after it was lowered, in s: twice as long each time that it turns. So it turns
# 20 times in an hour at most, whatever noise and cells do.
RECOVERY_HOLD, LONGEST_HOLD = 30.0, 600.0
CALM = 3600.0  # s without a fall after which the hold is short again
RECOVERY_TIME = 60.0  # s from nothing to the ceiling
DEADBAND = 0.05  # part of the ceiling; smaller rises are not published
STEP = 0.1  # A; limits are rounded down to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What one rule allows, in A, and why."""

    limit: float
    words: str
    ceiling: bool = False  # nothing is wrong: it is the most that is ever allowed


def silence(mode: str) -> Bound:
    """Nothing is allowed; ``mode`` is what charge control says of a silence, or of a fault."""
    return Bound(limit=0.0, words=mode[:1].lower() + mode[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class RampedLimit:
    """One limit over time."""

    allowed: float  # A, with hold and slope
    shown: float  # A, as published: never above ``allowed``
    lowered_at: float  # s
    at: float  # s
    cause: str  # what holds it down, or held it down before it began to rise; empty: only its ceiling
    words: str  # as published
    rising: bool = False  # will rise by more than the deadband
    risen: bool = False  # has been raised since it was lowered
    hold: float = RECOVERY_HOLD  # s


def step(followed: RampedLimit | None, bound: Bound, top: float, now: float) -> RampedLimit:
    """Follow a bound to ``now``, below a ceiling of ``top`` A: down at once; up after a hold, at a slope."""
    if followed is None:
        return lowered(bound, now)
    allowed, lowered_at, hold = bound.limit, followed.lowered_at, followed.hold
    if allowed < followed.allowed:
        lowered_at = now
    else:
        since = max(followed.at, lowered_at + hold)
        climb = max(0.0, now - since) * top / RECOVERY_TIME
        allowed = min(allowed, followed.allowed + climb)
    recovering = allowed < bound.limit
    cause = followed.cause if recovering else _cause(bound)
    words = _rising(cause, bound) if recovering else bound.words
    shown = _shown(followed.shown, allowed, top)
    if shown == followed.shown and words != followed.words and _same(words, followed.words):
        words = followed.words
    risen = followed.risen or shown > followed.shown
    if shown < followed.shown:
        if followed.risen:
            calm = now - followed.lowered_at >= CALM
            hold = RECOVERY_HOLD if calm else min(2 * hold, LONGEST_HOLD)
        risen = False
    return RampedLimit(
        allowed=allowed,
        shown=shown,
        lowered_at=lowered_at,
        at=now,
        cause=cause,
        words=words,
        rising=bound.limit - allowed >= DEADBAND * top,
        risen=risen,
        hold=hold,
    )


def lowered(bound: Bound, now: float) -> RampedLimit:
    """A limit that stands at ``bound`` and recovers from there."""
    return RampedLimit(
        allowed=bound.limit,
        shown=_rounded(bound.limit),
        lowered_at=now,
        at=now,
        cause=_cause(bound),
        words=bound.words,
    )


def _cause(bound: Bound) -> str:
    return "" if bound.ceiling else bound.words


def _rising(cause: str, bound: Bound) -> str:
    """Why a limit is below what its rules allow: it rises late and slowly."""
    return f"rising again after: {cause}" if cause else f"rising to: {bound.words}"


def resumed(followed: RampedLimit, gap: float) -> RampedLimit:
    """A limit after ``gap`` s of silence: it stands where it stood, and nothing has recovered unseen."""
    return replace(followed, lowered_at=followed.lowered_at + gap, at=followed.at + gap)


def _rounded(limit: float) -> float:
    return min(limit, round(floor(limit / STEP + 1e-6) * STEP, 3))


def _shown(before: float, allowed: float, top: float) -> float:
    rounded = _rounded(allowed)
    if rounded < before or allowed >= top or rounded >= before + DEADBAND * top:
        return rounded
    return before


def _same(left: str, right: str) -> bool:
    """Whether two texts differ in numbers only."""
    numbers = str.maketrans("", "", "-0123456789.")
    return left.translate(numbers) == right.translate(numbers)
