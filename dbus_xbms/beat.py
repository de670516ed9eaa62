"""Moments that all periodic work shares, so that the machine wakes once for all of it. Pure."""

from __future__ import annotations

from math import floor

SLOW = 10.0  # s between looks of what watches over packs; also between polls of packs at rest
ROUNDING = 1e-6  # parts of an interval


def next_beat(after: float, interval: float) -> float:
    """Return the first multiple of ``interval`` after a moment, both in s.

    All packs with the same interval are polled at the same moment: each finds the program in the processor's
    cache.
    """
    return floor(after / interval + 1 + ROUNDING) * interval
