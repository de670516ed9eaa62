"""Exponential backoff. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST = 1.0  # s
LONGEST = 10.0  # s; a pack must be back within 30 s after a fault has ended


class Backoff:
    """Delays that double up to a cap, each shortened at random by up to a quarter, to spread retries."""

    def __init__(
        self, first: float = FIRST, longest: float = LONGEST, chance: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._delay = first

    def next(self) -> float:
        """Return the delay in s, and double the next one."""
        delay, self._delay = self._delay, min(2 * self._delay, self._longest)
        return delay * (1 - self._chance() / 4)

    def reset(self) -> None:
        """Start over with the shortest delay."""
        self._delay = self._first
