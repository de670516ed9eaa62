"""Counts what should be rare: in all, and in the last hour. Pure."""

from __future__ import annotations

from collections import deque

MINUTE = 60.0  # s
KEPT = 60  # minutes


class Tally:
    """Knows the last hour to the minute, and stays small however often a thing happens."""

    def __init__(self) -> None:
        self.total = 0  # since the start
        self._minutes: deque[tuple[float, int]] = deque(maxlen=KEPT)  # a minute's number, how often in it

    def count(self, now: float) -> None:
        """It has happened at ``now``, s."""
        self.total += 1
        minute, times = now // MINUTE, 0
        if self._minutes and self._minutes[-1][0] == minute:
            _, times = self._minutes.pop()
        self._minutes.append((minute, times + 1))

    def last_hour(self, now: float) -> int:
        """How often it has happened in this minute and the 59 before."""
        oldest = now // MINUTE - KEPT
        return sum(times for minute, times in self._minutes if minute > oldest)
