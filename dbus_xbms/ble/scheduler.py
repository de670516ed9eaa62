"""Scheduler of one adapter's radio: who uses it next, and for how long."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from math import inf
from typing import NamedTuple

LAST = inf  # when a scan is due: after every pack that can connect without one


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


class Ticket(NamedTuple):
    """A place in the queue for the radio."""

    due: float  # s
    number: int  # first come, first served
    expected: bool  # its pack is expected to answer at once


class Budget(NamedTuple):
    """How long the radio may be held from the start of a turn, in s."""

    limit: float  # while nobody waits
    share: float  # while anybody waits
    least: float  # while a pack waits that is expected to answer


class RadioLease:
    """Exclusive use of the radio, until it is released."""

    def __init__(self, queue: list[Ticket], released: Callable[[], None]) -> None:
        self._queue = queue
        self._released = released
        self._timeout: asyncio.Timeout | None = None
        self._began = 0.0  # s
        self._budget = Budget(inf, inf, inf)
        self.held = True

    @property
    def contested(self) -> bool:
        """Whether another task waits for the radio."""
        return bool(self._queue)

    @asynccontextmanager
    async def limited(self, budget: Budget) -> AsyncIterator[None]:
        """Limit the body to the budget.

        Raises:
            TimeoutError: the time has run out.
        """
        self._began, self._budget = asyncio.get_running_loop().time(), budget
        try:
            async with asyncio.timeout_at(self._began + budget.limit) as self._timeout:
                self.contest()
                yield
        finally:
            self._timeout = None

    def contest(self) -> None:
        """Cut a limited body to what it may use while others wait."""
        if self.held and self._queue:
            expected = any(ticket.expected for ticket in self._queue)
            self._cut(self._began + (self._budget.least if expected else self._budget.share))

    def release(self, limit: float = 0.0) -> None:
        """Give the radio to the next task; a limited body may go on for ``limit`` s without it."""
        if self.held:
            self.held = False
            self._cut(asyncio.get_running_loop().time() + limit)
            self._released()

    def end(self) -> None:
        """End a limited body now."""
        self._cut(asyncio.get_running_loop().time())
        self._timeout = None  # so that it cannot be prolonged

    def _cut(self, when: float) -> None:
        if self._timeout and not self._timeout.expired():
            self._timeout.reschedule(when)


class RadioScheduler:
    """Leases the radio to one task at a time: what is due first, then first come."""

    def __init__(self, changed: ChangeSignal) -> None:
        self._changed = changed
        self._numbers = count()
        self._queue: list[Ticket] = []
        self._leases: list[RadioLease] = []  # released ones too, while their bodies go on

    @property
    def _free(self) -> bool:
        return not any(lease.held for lease in self._leases)

    @asynccontextmanager
    async def lease(self, due: float, *, expected: bool = False) -> AsyncIterator[RadioLease]:
        """Wait for the radio, and hold it until it is released, or the body ends.

        Args:
            due: s; whoever is due first gets the radio next.
            expected: the user needs the radio for a moment only; see :class:`Budget`.
        """
        ticket = Ticket(due, next(self._numbers), expected)
        insort(self._queue, ticket)
        self._contest()
        try:
            await asyncio.sleep(0)  # others that were woken by the same event, such as a free slot, queue too
            await self._changed.until(lambda: self._free and self._queue[0] == ticket)
        finally:
            self._queue.remove(ticket)
            self._changed.notify()
        lease = RadioLease(self._queue, self._changed.notify)
        self._leases.append(lease)
        try:
            yield lease
        finally:
            self._leases.remove(lease)
            lease.release()

    def _contest(self) -> None:
        for lease in self._leases:
            lease.contest()
        self._changed.notify()

    def end(self) -> None:
        """End the present leases: the radio is gone."""
        for lease in self._leases:
            lease.end()
