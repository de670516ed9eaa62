"""Who may use one adapter's radio next, and for how long."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from math import inf

LAST = inf  # rank of a scan: it gives way to every pack that can connect without one


class ChangeSignal:
    """Wakes all who wait, to look again at what they wait for; first come, first woken."""

    def __init__(self) -> None:
        self._waiters: dict[asyncio.Future[None], None] = {}

    def notify(self) -> None:
        """Something has changed."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once ``condition`` holds; on return nothing else has run since it was found true."""
        while not condition():
            waiter = asyncio.get_running_loop().create_future()
            self._waiters[waiter] = None
            try:
                await waiter
            finally:
                del self._waiters[waiter]


class RadioLease:
    """The radio is ours."""

    def __init__(self, others_wait: Callable[[], bool]) -> None:
        self._others_wait = others_wait
        self._timeout: asyncio.Timeout | None = None
        self._share_ends = inf

    @property
    def contested(self) -> bool:
        """Whether somebody else waits for the radio."""
        return self._others_wait()

    @asynccontextmanager
    async def limited(self, limit: float, share: float) -> AsyncIterator[None]:
        """Bound the body to ``limit`` seconds, and to ``share`` seconds while others wait.

        Raises:
            TimeoutError: that time was over.
        """
        now = asyncio.get_running_loop().time()
        self._share_ends = now + share
        try:
            async with asyncio.timeout_at(now + limit) as self._timeout:
                self.contest()
                yield
        finally:
            self._timeout = None

    def hold(self, limit: float) -> None:
        """What the body waited for has come: ``limit`` seconds more, whoever waits."""
        self._share_ends = inf
        self._cut(asyncio.get_running_loop().time() + limit)

    def contest(self) -> None:
        """Cut a limited body to its share if somebody waits."""
        if self.contested and self._share_ends < inf:
            self._cut(self._share_ends)

    def end(self) -> None:
        """Cut a limited body now: the radio is gone."""
        self._cut(asyncio.get_running_loop().time())
        self._timeout = None  # nothing prolongs it any more

    def _cut(self, when: float) -> None:
        if self._timeout and not self._timeout.expired():
            self._timeout.reschedule(when)


class RadioScheduler:
    """One radio, one user at a time: fewest failures first, then first come."""

    def __init__(self, changed: ChangeSignal) -> None:
        self._changed = changed
        self._numbers = count()
        self._queue: list[tuple[float, int]] = []
        self._turn: RadioLease | None = None

    @asynccontextmanager
    async def lease(self, rank: float) -> AsyncIterator[RadioLease]:
        """Wait for the radio, and keep it for the body."""
        ticket = (rank, next(self._numbers))
        insort(self._queue, ticket)
        self._contest()
        try:
            await self._changed.until(lambda: self._turn is None and self._queue[0] == ticket)
        finally:
            self._queue.remove(ticket)
            self._changed.notify()
        self._turn = turn = RadioLease(lambda: bool(self._queue))
        try:
            yield turn
        finally:
            self._turn = None
            self._changed.notify()

    def _contest(self) -> None:
        if self._turn:
            self._turn.contest()
            self._changed.notify()

    def end(self) -> None:
        """Cut the present turn: the radio is gone."""
        if self._turn:
            self._turn.end()
