"""Scheduler of one adapter's radio: who uses it next, and for how long."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from math import inf

LAST = inf  # rank of a scan: after every pack that can connect without one


class ChangeSignal:
    """Wakes all waiting tasks to check their condition again, in the order in which they began to wait."""

    def __init__(self) -> None:
        self._waiters: dict[asyncio.Future[None], None] = {}

    def notify(self) -> None:
        """Wake all waiting tasks."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds; no other task runs between the check and the return."""
        while not condition():
            waiter = asyncio.get_running_loop().create_future()
            self._waiters[waiter] = None
            try:
                await waiter
            finally:
                del self._waiters[waiter]


class RadioLease:
    """Exclusive use of the radio."""

    def __init__(self, others_wait: Callable[[], bool]) -> None:
        self._others_wait = others_wait
        self._timeout: asyncio.Timeout | None = None
        self._share_ends = inf

    @property
    def contested(self) -> bool:
        """Whether another task waits for the radio."""
        return self._others_wait()

    @asynccontextmanager
    async def limited(self, limit: float, share: float) -> AsyncIterator[None]:
        """Limit the body to ``limit`` seconds, and to ``share`` seconds while others wait.

        Raises:
            TimeoutError: the time has run out.
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
        """Grant the body ``limit`` seconds more, even if others wait."""
        self._share_ends = inf
        self._cut(asyncio.get_running_loop().time() + limit)

    def contest(self) -> None:
        """Cut a limited body to its share if others wait."""
        if self.contested and self._share_ends < inf:
            self._cut(self._share_ends)

    def end(self) -> None:
        """End a limited body now: the radio is gone."""
        self._cut(asyncio.get_running_loop().time())
        self._timeout = None  # so that it cannot be prolonged

    def _cut(self, when: float) -> None:
        if self._timeout and not self._timeout.expired():
            self._timeout.reschedule(when)


class RadioScheduler:
    """Leases the radio to one task at a time: lowest rank first, then first come."""

    def __init__(self, changed: ChangeSignal) -> None:
        self._changed = changed
        self._numbers = count()
        self._queue: list[tuple[float, int]] = []
        self._lease: RadioLease | None = None

    @asynccontextmanager
    async def lease(self, rank: float) -> AsyncIterator[RadioLease]:
        """Wait for the radio, and hold it for the body."""
        ticket = (rank, next(self._numbers))
        insort(self._queue, ticket)
        self._contest()
        try:
            await self._changed.until(lambda: self._lease is None and self._queue[0] == ticket)
        finally:
            self._queue.remove(ticket)
            self._changed.notify()
        self._lease = lease = RadioLease(lambda: bool(self._queue))
        try:
            yield lease
        finally:
            self._lease = None
            self._changed.notify()

    def _contest(self) -> None:
        if self._lease:
            self._lease.contest()
            self._changed.notify()

    def end(self) -> None:
        """End the present lease: the radio is gone."""
        if self._lease:
            self._lease.end()
