"""Publish a pack or a bank when its report changes, or when its last report expires."""

from __future__ import annotations

import asyncio
import logging
from typing import Generic, Protocol, TypeVar

from dbus_xbms.contact import ContactState, Failure
from dbus_xbms.dbus import BusError, NameTaken, NoBus
from dbus_xbms.report import AnyReport

log = logging.getLogger(__name__)

# s until a new report is made even if the last one stands; supervision counts on it. Longer than the interval
# between polls at rest, so that nothing but a poll is due while a pack rests.
LONGEST_REST = 12.0
SOONEST = 0.05  # s until a new report; the rest of a phase may be shorter than a clock's tick


R = TypeVar("R", bound=AnyReport)
R_co = TypeVar("R_co", bound=AnyReport, covariant=True)
R_contra = TypeVar("R_contra", bound=AnyReport, contravariant=True)


class Reporter(Protocol[R_co]):
    """Where reports come from, such as a :class:`dbus_xbms.pack.monitor.PackMonitor`."""

    changed: asyncio.Event  # a new report is worth publishing

    def report(self, now: float) -> R_co:
        """Report what holds now, in s."""
        ...


class Service(Protocol[R_contra]):
    """Where reports are published, such as a :class:`dbus_xbms.venus.battery.BatteryService`."""

    def update(self, report: R_contra, now: float) -> bool:
        """Publish a report if that takes no waiting."""
        ...

    async def show(self, report: R_contra, now: float) -> None:
        """Publish a report; ``now`` is monotonic seconds."""
        ...

    def offers(self, path: str) -> bool:
        """Return whether consumers may see this path now."""
        ...

    async def leave(self) -> None:
        """Leave the bus."""
        ...


class Publisher(Generic[R]):
    """A timer for silence: publishes when the last report expires or has changed."""

    def __init__(self, name: str, reporter: Reporter[R], service: Service[R]) -> None:
        self.published_at = _now()  # s
        self.trouble: Failure | None = None  # why it is not on the bus, as last found
        self._name = name
        self._reporter = reporter
        self._service = service
        self._expires = _now()  # s, of the last report
        self._timer: asyncio.Timeout | None = None  # wakes :meth:`run`

    def publish(self, report: R) -> None:
        """Publish a report at once; if that takes waiting, :meth:`run` does it."""
        now = _now()
        published = self._service.update(report, now)
        if published:
            self.published_at = now
        self._set_expiry(report, now)
        if not published:
            self._reporter.changed.set()
        elif self._timer and not self._timer.expired():
            self._timer.reschedule(self._expires)

    async def run(self) -> None:
        """Publish until cancelled; then leave the bus."""
        try:
            while True:
                self._reporter.changed.clear()
                now = _now()
                await self._show(now)
                self.published_at = now
                await self._rest()
        finally:
            await self._service.leave()

    def _report(self, now: float) -> R:
        report = self._reporter.report(now)
        self._set_expiry(report, now)
        return report

    def _set_expiry(self, report: R, now: float) -> None:
        self._expires = now + max(min(report.decision.valid_for, LONGEST_REST), SOONEST)

    async def _show(self, now: float) -> None:
        """Publish what holds now; a service that is replaced appears with what was requested meanwhile."""
        try:
            report = self._report(now)
            if not self._service.update(report, now):
                await self._service.leave()
                await self._service.show(self._report(_now()), now)
            self.trouble = None
        except BusError as err:
            state = ContactState.NAME_TAKEN if isinstance(err, NameTaken) else ContactState.UNPUBLISHED
            trouble = Failure(state, str(err))
            # Without a bus the program ends, and reports it.
            known = trouble == self.trouble or isinstance(err, NoBus)
            log.log(logging.DEBUG if known else logging.WARNING, "%s: %s", self._name, err)
            self.trouble = trouble

    async def _rest(self) -> None:
        """Wait for a change, or until the last published report expires."""
        try:
            async with asyncio.timeout_at(self._expires) as self._timer:
                await self._reporter.changed.wait()
        except TimeoutError:
            pass
        finally:
            self._timer = None


def _now() -> float:
    return asyncio.get_running_loop().time()
