"""Count rare events: in total and in the last hour. Pure."""

from __future__ import annotations

from collections import deque

MINUTE = 60.0  # s
KEPT = 60  # minutes


class Tally:
    """Counts events per minute for an hour; bounded in size."""

    def __init__(self) -> None:
        self.total = 0  # since the start
        self._minutes: deque[tuple[float, int]] = deque(maxlen=KEPT)  # a minute's number, how often in it

    def count(self, now: float) -> None:
        """Count an event at ``now``, in s."""
        self.total += 1
        minute, times = now // MINUTE, 0
        if self._minutes and self._minutes[-1][0] == minute:
            _, times = self._minutes.pop()
        self._minutes.append((minute, times + 1))

    def last_hour(self, now: float) -> int:
        """Return the number of events in this minute and the previous 59."""
        oldest = now // MINUTE - KEPT
        return sum(times for minute, times in self._minutes if minute > oldest)
