"""A clock that a test advances."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count


@dataclass
class Ticket:
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class FakeClock:
    """A clock that a test advances."""

    now: float = 100.0
    queue: list[tuple[float, int, Callable[[], object], Ticket]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> Ticket:
        ticket = Ticket()
        heapq.heappush(self.queue, (self.now + delay, next(self._numbers), callback, ticket))
        return ticket

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.queue and self.queue[0][0] <= end:
            self.now, _, callback, ticket = heapq.heappop(self.queue)
            if not ticket.cancelled:
                callback()
        self.now = end
