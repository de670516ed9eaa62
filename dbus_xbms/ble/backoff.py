"""How long to wait before the next try. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST = 1.0  # s
LONGEST = 10.0  # s: a pack has to be back within 30 s of a fault's end


class Backoff:
    """Delays that double up to a cap, each shortened by up to a quarter so that packs do not try in step."""

    def __init__(
        self, first: float = FIRST, longest: float = LONGEST, chance: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._delay = first

    def next(self) -> float:
        """Seconds to wait now; the next delay will be longer."""
        delay, self._delay = self._delay, min(2 * self._delay, self._longest)
        return delay * (1 - self._chance() / 4)

    def reset(self) -> None:
        """Begin with the shortest delay again: something worked."""
        self._delay = self._first
