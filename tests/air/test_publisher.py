"""When a pack is shown: at once after a poll, and again before what was shown has had its time."""

from __future__ import annotations

import asyncio

import pytest

from dbus_xbms.contact import ContactState
from dbus_xbms.dbus.errors import BusError, NameTaken
from dbus_xbms.pack.publisher import LONGEST_REST, Publisher
from dbus_xbms.report import Report
from tests.air.virtual_time import now, virtual_time
from tests.unit.samples import changed
from tests.unit.venus.tables.test_battery import REPORT


class Reporter:
    """Reports the same for ever."""

    def __init__(self, valid_for: float) -> None:
        self.changed = asyncio.Event()
        self.valid_for = valid_for

    def report(self, now: float) -> Report:
        return changed(REPORT, valid_for=self.valid_for)


class Screen:
    """Shows everything, and remembers when."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def update(self, report: Report, now: float) -> bool:
        self.at.append(now)
        return True

    async def show(self, report: Report, now: float) -> None:
        self.at.append(now)

    async def leave(self) -> None:
        """Nothing to leave."""


@pytest.mark.parametrize(("lasts", "next_look"), [(2.0, 3.0 + 2.0), (60.0, 3.0 + LONGEST_REST)])
@virtual_time
async def test_a_report_made_after_a_poll_is_made_anew_when_it_has_had_its_time(
    lasts: float, next_look: float
) -> None:
    screen, begun = Screen(), now()
    reporter = Reporter(LONGEST_REST)
    publisher = Publisher("A4:C1:37:00:00:01", reporter, screen)
    task = asyncio.ensure_future(publisher.run())
    await asyncio.sleep(3)
    reporter.valid_for = lasts
    publisher.publish(reporter.report(now()))  # after a poll: valid for another time than the one before
    await asyncio.sleep(LONGEST_REST + 4)
    task.cancel()
    await asyncio.wait([task])
    later = [at - begun for at in screen.at if at - begun > 3.2]
    assert later[0] == pytest.approx(next_look, abs=0.1)


class Refused(Screen):
    """A place where nothing can be shown."""

    def __init__(self, error: BusError) -> None:
        super().__init__()
        self.error = error

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
async def test_only_a_name_that_another_program_has_counts_as_taken(
    error: BusError, state: ContactState
) -> None:
    publisher = Publisher("A4:C1:37:00:00:01", Reporter(LONGEST_REST), Refused(error))
    task = asyncio.ensure_future(publisher.run())
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    assert publisher.trouble
    assert (publisher.trouble.state, publisher.trouble.words) == (state, str(error))
