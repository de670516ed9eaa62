"""Links shared with a phone: lent for a while, or connected per poll; in virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise

import pytest

from dbus_xbms import supervision
from dbus_xbms.ble.central import Central
from dbus_xbms.model import Phase
from dbus_xbms.pack.pack import Pack
from dbus_xbms.policy.freshness import longest_gap
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.venus.tables.switches import LEND
from tests.air.fakes import ADDRESSES, FakePack, FakeStack
from tests.air.simulated_pack import RecordingBoard, RecordingService, store_setting
from tests.air.virtual_time import now, virtual_time

ADDRESS = ADDRESSES[0]
OWNER = ":1.7"
SETTINGS: dict[str, Value] = {"Control": 1, "Chemistry": "LiFePO4", "AllowLending": 1}
CLOSED = 3.0  # s to close a link
BACK = 10.0  # s until a pack in range is polled again
CONNECT, SCAN = f"connect {ADDRESS}", "scan hci0"


@dataclass
class SupervisedPack:
    """A pack that runs under supervision."""

    pack: Pack
    radio: FakePack
    stack: FakeStack
    device: JbdDevice
    service: RecordingService

    def lend(self, minutes: int) -> float:
        """Lend the link; return the time."""
        assert self.service.writes[0](LEND, minutes, OWNER)
        return now()

    def attempts(self, since: float, until: float) -> list[float]:
        """Return the times at which a connection or scan began."""
        began = sorted(self.stack.did(CONNECT) + self.stack.did(SCAN))
        return [at for at in began if since <= at < until]

    async def until_closing(self) -> None:
        """Wait until the link is being closed, which takes 2 s."""
        async with asyncio.timeout(60):
            while not any(client.disconnects for client in self.radio.clients):  # noqa: ASYNC110 - virtual
                await asyncio.sleep(0.1)

    def reports(self, since: float, until: float) -> list[Report]:
        return [report for at, report in self.service.reports if since <= at < until]

    def phases(self, since: float, until: float) -> set[Phase]:
        return {report.decision.phase for report in self.reports(since, until)}

    def back_after(self, moment: float) -> float:
        """Return how many s after ``moment`` the first fresh report was published."""
        return (
            next(at for at, r in self.service.reports if at >= moment and r.decision.phase is Phase.FRESH)
            - moment
        )


@asynccontextmanager
async def supervised(**chosen: Value) -> AsyncIterator[SupervisedPack]:
    """A supervised pack that has been polled for a minute."""
    board, settings = RecordingBoard(), PackSettings({**SETTINGS, **chosen})
    service = RecordingService(board)
    service.hold = longest_gap(settings)
    device = JbdDevice(ADDRESS, board, WireSpec(), asyncio.get_running_loop())
    radio = FakePack(ADDRESS, device=device)
    stack = FakeStack(radio)
    central = Central([Jbd()], stack=stack)
    pack = Pack(
        ADDRESS, settings, central=central, protocol=Jbd(), service=service.present, store=store_setting
    )
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(central.run()),
            group.create_task(supervision.watch_progress(lambda: [pack])),
            group.create_task(supervision.run(pack)),
        ]
        await asyncio.sleep(60)
        yield SupervisedPack(pack, radio, stack, device, service)
        assert not tasks[2].done()
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])
    assert not stack.violations, stack.violations
    assert service.wrong == []


@virtual_time
async def test_a_lent_link_is_closed_and_reconnected_when_the_time_is_over() -> None:
    async with supervised() as run:
        lent = run.lend(30)
        await asyncio.sleep(CLOSED)
        assert run.radio.clients == []
        held = run.device.held
        await asyncio.sleep(60 * 30 - CLOSED + BACK)
        until = lent + 60 * 30
        assert run.attempts(lent, until) == []
        assert run.device.held - held < BACK
        assert run.phases(lent + 0.1, until) == {Phase.LENT, Phase.LENT_STOPPED}
        limits = [
            (at - lent, r.decision.limits.dcl)
            for at, r in run.service.reports
            if at > lent and r.decision.limits
        ]
        assert all(dcl > 0 for after, dcl in limits if 1 < after < 298)
        assert {dcl for after, dcl in limits if 301 < after < until - lent} == {0.0}
        assert all(r.decision.soc is not None for r in run.reports(lent + 0.1, until))
        assert run.back_after(until) < BACK
        assert run.phases(until + BACK, now()) <= {Phase.FRESH}


@virtual_time
async def test_the_remaining_minutes_are_published() -> None:
    async with supervised() as run:
        lent = run.lend(3)
        await asyncio.sleep(200)
        states = dict.fromkeys(r.link.state for r in run.reports(lent + 0.1, lent + 180))
        assert list(states) == ["lent, 3 min left", "lent, 2 min left", "lent, 1 min left"]
        left = [r.switching.lent_for for r in run.reports(lent + 0.1, lent + 180)]
        assert left == sorted(left, reverse=True)


@virtual_time
async def test_writing_zero_takes_the_link_back_at_once() -> None:
    async with supervised() as run:
        run.lend(240)
        await asyncio.sleep(100)
        taken = run.lend(0)
        await asyncio.sleep(BACK)
        assert run.back_after(taken) < BACK


@virtual_time
async def test_writing_zero_while_the_link_is_not_lent_changes_nothing() -> None:
    async with supervised() as run:
        began = run.lend(0)
        await asyncio.sleep(100)
        assert run.attempts(began, now()) == []
        assert run.phases(began, now()) == {Phase.FRESH}


@virtual_time
async def test_a_loan_can_be_shortened_but_not_extended() -> None:
    async with supervised() as run:
        lent = run.lend(10)
        await asyncio.sleep(300)
        assert not run.service.writes[0](LEND, 60, OWNER)
        await asyncio.sleep(0.1)
        assert "needs a good poll before it is lent again" in run.service.reports[-1][1].switching.text
        until = run.lend(2) + 120
        await asyncio.sleep(120 + BACK)
        assert run.attempts(lent, until) == []
        assert run.back_after(until) < BACK
        run.lend(10)
        await asyncio.sleep(100)


@virtual_time
async def test_a_link_is_not_lent_without_permission() -> None:
    async with supervised(AllowLending=0) as run:
        began = now()
        assert not run.service.writes[0](LEND, 30, OWNER)
        await asyncio.sleep(100)
        assert run.phases(began, now()) == {Phase.FRESH}
        assert run.service.writes[0](LEND, 0, OWNER)


@pytest.mark.parametrize(
    ("name", "value"), [("ConnectionMode", 1), ("Adapter", ""), ("Password", "123456"), ("PollInterval", 5.0)]
)
@virtual_time
async def test_a_changed_setting_does_not_reconnect_a_lent_link(name: str, value: Value) -> None:
    async with supervised() as run:
        lent = run.lend(10)
        await asyncio.sleep(100)
        run.pack.monitor.setting_stored(name, value)
        await asyncio.sleep(500)
        assert run.attempts(lent, lent + 600) == []
        await asyncio.sleep(BACK)
        assert run.attempts(lent + 600, now()) != []


@virtual_time
async def test_a_shared_pack_lent_while_its_link_closes_stays_lent_when_the_poll_interval_gets_shorter() -> (
    None
):
    async with supervised(ConnectionMode=1) as run:
        await run.until_closing()
        lent = run.lend(10)
        await asyncio.sleep(100)
        run.pack.monitor.setting_stored("PollInterval", 5.0)
        await asyncio.sleep(500 - BACK)
        assert run.attempts(lent, now()) == []
        await asyncio.sleep(2 * BACK)


@virtual_time
async def test_two_changes_while_a_link_closes_cause_one_new_link() -> None:
    async with supervised() as run:
        began = now()
        run.pack.monitor.setting_stored("Password", "123456")
        await asyncio.sleep(1)
        run.pack.monitor.setting_stored("Passkey", "123456")
        await asyncio.sleep(60)
        assert len(run.attempts(began, now())) == 1
        assert run.service.reports[-1][1].link.reconnects == 0
        run.lend(10)
        await asyncio.sleep(1)
        back = run.lend(2) + 120
        await asyncio.sleep(200)
        assert len(run.attempts(back, now())) == 1


@virtual_time
async def test_a_loan_of_four_hours_is_no_fault_and_counts_no_failed_poll() -> None:
    async with supervised() as run:
        lent = run.lend(240)
        await asyncio.sleep(240 * 60 + BACK)
        assert run.back_after(lent + 240 * 60) < BACK
        assert (run.pack.progress.possible, run.service.reports[-1][1].link.failed_polls) == (True, 0)


@virtual_time
async def test_the_link_of_a_pack_out_of_range_can_be_lent() -> None:
    async with supervised() as run:
        run.radio.go_out_of_range()
        await asyncio.sleep(30)
        lent = run.lend(5)
        await asyncio.sleep(CLOSED)
        run.radio.come_into_range()
        await asyncio.sleep(300)
        assert run.attempts(lent, lent + 300) == []
        assert run.back_after(lent + 300) < 2 * BACK


@virtual_time
async def test_a_phone_that_stays_connected_too_long_is_treated_as_no_contact() -> None:
    async with supervised() as run:
        lent = run.lend(5)
        run.radio.go_out_of_range()
        await asyncio.sleep(300 + 1000)
        run.radio.come_into_range()
        released = now()
        await asyncio.sleep(30)
        first = {phase: at - lent - 300 for at, phase in reversed(run.service.published) if at > lent + 0.1}
        assert first[Phase.DERATED] == pytest.approx(30, abs=0.5)
        assert first[Phase.LOST] == pytest.approx(300, abs=0.5)
        assert run.back_after(released) < 30


@virtual_time
async def test_the_counters_of_the_link_are_kept_while_it_is_lent() -> None:
    async with supervised() as run:
        run.radio.drop()
        await asyncio.sleep(60)
        before = run.service.reports[-1][1].link
        run.lend(1)
        await asyncio.sleep(90)
        after = run.service.reports[-1][1].link
        assert (before.reconnects, before.failed_polls, before.failed_last_hour) == (1, 1, 1)
        assert (after.reconnects, after.failed_polls) == (1, 1)
        assert after.rssi == before.rssi is not None


@virtual_time
async def test_lending_and_its_end_are_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    async with supervised() as run:
        with caplog.at_level(logging.INFO):
            caplog.clear()
            run.lend(10)
            await asyncio.sleep(700)
            run.lend(10)
            await asyncio.sleep(60)
            run.lend(0)
            await asyncio.sleep(60)
    messages = [record.getMessage().removeprefix(f"{ADDRESS}: ").split(" (")[0] for record in caplog.records]
    lent, ended = "the link is lent for 10 min", "the link is no longer lent"
    back = ["polling", "charging: Bulk"]
    assert [line.removesuffix(f", requested by {OWNER}") for line in messages] == [
        lent,
        *back,
        lent,
        ended,
        *back,
    ]


@virtual_time
async def test_with_a_poll_every_thirty_seconds_a_phone_can_connect_for_80_percent_of_the_time() -> None:
    async with supervised(ConnectionMode=1) as run:
        run.radio.disconnect_takes = 2.0  # as BlueZ does
        held, began = run.device.held, now()
        await asyncio.sleep(1800)
        assert (run.device.held - held) / 1800 < 0.2
        assert len(run.attempts(began, now())) >= 1800 / 37
        assert run.phases(began, now()) == {Phase.FRESH}
        states = [r.link.state for r in run.reports(began, now())]
        assert states.count("free until the next poll") > len(states) / 3


@virtual_time
async def test_a_shared_pack_that_a_phone_holds_is_tried_rarely_with_few_warnings(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with supervised(ConnectionMode=1) as run:
        with caplog.at_level(logging.INFO):
            caplog.clear()
            run.radio.go_out_of_range()
            taken = now()
            await asyncio.sleep(1200)
            run.radio.come_into_range()
            released = now()
            await asyncio.sleep(60)
    warnings = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(warnings) == 2  # derated, then stopped
    assert all("connected to a phone" in line for line in warnings)
    late = run.attempts(taken + 120, released)
    assert min(after - before for before, after in pairwise(late)) > 20
    assert run.back_after(released) < 45
    first = {phase: at - taken for at, phase in reversed(run.service.published) if at > taken}
    assert 30 < first[Phase.DERATED] <= 61  # the hold time counts from when the next poll was due


@pytest.mark.parametrize("mode", [0, 1])
@virtual_time
async def test_a_shorter_poll_interval_ends_the_current_pause(mode: int) -> None:
    async with supervised(Control=0, PollInterval=600.0, ConnectionMode=mode) as run:
        began = now()
        run.pack.monitor.setting_stored("PollInterval", 5.0)
        await asyncio.sleep(60)
        assert run.phases(began + BACK, now()) == {Phase.FRESH}
        assert all(
            report.decision.age is not None and report.decision.age < BACK
            for report in run.reports(began + BACK, now())
        )
