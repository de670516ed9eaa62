"""When a pack is published: at once after a poll, and again when its last report expires."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

import pytest

from dbus_xbms.contact import ContactState
from dbus_xbms.dbus.errors import BusError, NameTaken
from dbus_xbms.pack.publisher import LONGEST_REST, Publisher
from dbus_xbms.report import Report
from tests.air.virtual_time import now, virtual_time
from tests.unit.samples import changed
from tests.unit.venus.tables.battery_reports import REPORT


class Reporter:
    """A source of constant reports, valid for ``valid_for`` s."""

    def __init__(self, valid_for: float) -> None:
        self.changed = asyncio.Event()
        self.valid_for = valid_for

    def report(self, now: float) -> Report:
        return changed(REPORT, valid_for=self.valid_for)


class FakeService:
    """A fake D-Bus service that records when it was updated."""

    def __init__(self) -> None:
        self.updates: list[float] = []  # s
        self.closed = False

    def update(self, report: Report, now: float) -> bool:
        self.updates.append(now)
        return True

    async def show(self, report: Report, now: float) -> None:
        self.updates.append(now)

    def offers(self, path: str) -> bool:
        return False

    async def leave(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("valid_for", "next_update"), [(2.0, 3.0 + 2.0), (60.0, 3.0 + LONGEST_REST)])
@virtual_time
async def test_a_report_published_after_a_poll_is_replaced_when_it_expires(
    valid_for: float, next_update: float
) -> None:
    service, began = FakeService(), now()
    reporter = Reporter(LONGEST_REST)
    publisher = Publisher("A4:C1:37:00:00:01", reporter, service)
    task = asyncio.ensure_future(publisher.run())
    await asyncio.sleep(3)
    reporter.valid_for = valid_for
    publisher.publish(reporter.report(now()))  # after a poll; valid for another time than the previous one
    await asyncio.sleep(LONGEST_REST + 4)
    task.cancel()
    await asyncio.wait([task])
    later = [at - began for at in service.updates if at - began > 3.2]
    assert later[0] == pytest.approx(next_update, abs=0.1)


class Replaced(FakeService):
    """A service that no longer fits, and takes a moment to leave the bus."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []  # names

    def update(self, report: Report, now: float) -> bool:
        return bool(self.shown)

    async def leave(self) -> None:
        await asyncio.sleep(0.5)

    async def show(self, report: Report, now: float) -> None:
        self.shown.append(report.custom_name)


class Renamed(Reporter):
    """A source of reports with a name that changes."""

    name = "Bow"

    def report(self, now: float) -> Report:
        return replace(super().report(now), custom_name=self.name)


@virtual_time
async def test_a_service_that_is_replaced_appears_with_what_was_requested_while_it_left() -> None:
    service, reporter = Replaced(), Renamed(LONGEST_REST)
    task = asyncio.ensure_future(Publisher("A4:C1:37:00:00:01", reporter, service).run())
    await asyncio.sleep(0.2)
    reporter.name = "Stern"
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    assert service.shown == ["Stern"]


class Refused(FakeService):
    """A service that cannot appear on the bus."""

    def __init__(self, error: BusError) -> None:
        super().__init__()
        self.error = error

    def update(self, report: Report, now: float) -> bool:
        return False

    async def show(self, report: Report, now: float) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NameTaken("another has the name"), ContactState.NAME_TAKEN),
        (BusError("cannot take the name: not allowed by the policy"), ContactState.UNPUBLISHED),
    ],
)
@virtual_time
async def test_only_a_name_owned_by_another_program_counts_as_taken(
    error: BusError, state: ContactState
) -> None:
    publisher = Publisher("A4:C1:37:00:00:01", Reporter(LONGEST_REST), Refused(error))
    task = asyncio.ensure_future(publisher.run())
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    assert publisher.trouble
    assert (publisher.trouble.state, publisher.trouble.words) == (state, str(error))


@asynccontextmanager
async def publishing(
    service: FakeService, valid_for: float = LONGEST_REST
) -> AsyncIterator[Publisher[Report]]:
    """Run a publisher."""
    publisher = Publisher("A4:C1:37:00:00:01", Reporter(valid_for), service)
    task = asyncio.create_task(publisher.run())
    await asyncio.sleep(0.5)
    try:
        yield publisher
    finally:
        task.cancel()
        await asyncio.wait([task])


@virtual_time
async def test_a_report_is_published_at_once_after_a_poll() -> None:
    service = FakeService()
    async with publishing(service) as publisher:
        await asyncio.sleep(1)
        publisher.publish(changed(REPORT, valid_for=5.0))
        assert service.updates[-1] == now()
        assert publisher.published_at == now()


class Busy(FakeService):
    """A service that cannot be updated without waiting, as while it takes its name."""

    def update(self, report: Report, now: float) -> bool:
        return False


@virtual_time
async def test_a_report_that_cannot_be_published_without_waiting_is_published_by_the_task() -> None:
    service = Busy()
    async with publishing(service) as publisher:
        await asyncio.sleep(1)
        before, began = len(service.updates), now()
        publisher.publish(changed(REPORT, valid_for=5.0))
        assert len(service.updates) == before
        await asyncio.sleep(0.01)
        assert service.updates[before:] == [began]


@virtual_time
async def test_an_announced_change_is_published_at_once() -> None:
    service = FakeService()
    async with publishing(service) as publisher:
        await asyncio.sleep(1)
        before, began = len(service.updates), now()
        publisher._reporter.changed.set()
        await asyncio.sleep(0.01)
        assert service.updates[before:] == [began]


@virtual_time
async def test_a_refused_publication_is_retried_until_it_succeeds() -> None:
    service = Refused(BusError("not allowed"))
    tries: list[float] = []

    async def show(report: Report, now: float) -> None:
        tries.append(now)
        if len(tries) < 3:
            raise service.error

    service.show = show  # type: ignore[method-assign]
    async with publishing(service) as publisher:
        assert publisher.trouble
        await asyncio.sleep(3 * LONGEST_REST)
        assert [later - before for before, later in pairwise(tries[:3])] == [LONGEST_REST] * 2
        assert publisher.trouble is None


@virtual_time
async def test_a_lasting_refusal_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING")
    async with publishing(Refused(BusError("not allowed"))):
        await asyncio.sleep(5 * LONGEST_REST)
    assert [record.getMessage() for record in caplog.records] == ["A4:C1:37:00:00:01: not allowed"]


@virtual_time
async def test_a_publisher_that_is_cancelled_leaves_the_bus() -> None:
    service = FakeService()
    async with publishing(service):
        assert not service.closed
    assert service.closed
