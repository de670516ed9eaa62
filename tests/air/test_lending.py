"""A link that is shared with a phone: lent for a while, or made for each poll only; in virtual time."""

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
from dbus_xbms.simulator.device import Device, WireSpec
from dbus_xbms.venus.tables.switches import LEND
from tests.air.fakes import ADDRESSES, FakePack, FakeStack
from tests.air.test_bad_radio import Judge, keep
from tests.air.test_supervision import Keeping
from tests.air.virtual_time import now, virtual_time

ADDRESS = ADDRESSES[0]
OWNER = ":1.7"
CHOSEN: dict[str, Value] = {"Control": 1, "Chemistry": "LiFePO4", "AllowLending": 1}
CLOSED = 3.0  # s in which a link is closed
BACK = 10.0  # s in which a pack in range is polled again
CONNECT, SCAN = f"connect {ADDRESS}", "scan hci0"


@dataclass
class Boat:
    """One pack that runs under supervision."""

    pack: Pack
    radio: FakePack
    stack: FakeStack
    device: Device
    screen: Keeping

    def lend(self, minutes: int) -> float:
        """Lend the link; returns the moment."""
        assert self.screen.writes[0](LEND, minutes, OWNER)
        return now()

    def attempts(self, since: float, until: float) -> list[float]:
        """When the radio was used."""
        begun = sorted(self.stack.did(CONNECT) + self.stack.did(SCAN))
        return [at for at in begun if since <= at < until]

    async def closing(self) -> None:
        """Wait until the link is being closed, which takes 2 s."""
        async with asyncio.timeout(60):
            while not any(client.disconnects for client in self.radio.clients):  # noqa: ASYNC110 - virtual
                await asyncio.sleep(0.1)

    def reports(self, since: float, until: float) -> list[Report]:
        return [report for at, report in self.screen.reports if since <= at < until]

    def phases(self, since: float, until: float) -> set[Phase]:
        return {report.decision.phase for report in self.reports(since, until)}

    def back_after(self, moment: float) -> float:
        """How many s after that moment the first poll was shown."""
        return (
            next(at for at, r in self.screen.reports if at >= moment and r.decision.phase is Phase.FRESH)
            - moment
        )


@asynccontextmanager
async def boat(**chosen: Value) -> AsyncIterator[Boat]:
    """A boat whose pack has been polled for a minute."""
    judge, settings = Judge(), PackSettings({**CHOSEN, **chosen})
    screen = Keeping(judge)
    screen.hold = longest_gap(settings)
    device = Device(ADDRESS, judge, WireSpec(), asyncio.get_running_loop())
    radio = FakePack(ADDRESS, device=device)
    stack = FakeStack(radio)
    air = Central([Jbd()], stack=stack)
    pack = Pack(ADDRESS, settings, central=air, protocol=Jbd(), service=screen.present, store=keep)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(air.run()),
            group.create_task(supervision.watch_progress(lambda: [pack])),
            group.create_task(supervision.run(pack)),
        ]
        await asyncio.sleep(60)
        yield Boat(pack, radio, stack, device, screen)
        assert not tasks[2].done()
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])
    assert not stack.complaints, stack.complaints
    assert screen.wrong == []


@virtual_time
async def test_a_lent_link_is_closed_not_tried_again_and_made_anew_when_the_time_is_over() -> None:
    async with boat() as one:
        lent = one.lend(30)
        await asyncio.sleep(CLOSED)
        assert one.radio.clients == []
        held = one.device.held
        await asyncio.sleep(60 * 30 - CLOSED + BACK)
        until = lent + 60 * 30
        assert one.attempts(lent, until) == []
        assert one.device.held - held < BACK
        assert one.phases(lent + 0.1, until) == {Phase.LENT, Phase.LENT_STOPPED}
        limits = [
            (at - lent, r.decision.limits.dcl)
            for at, r in one.screen.reports
            if at > lent and r.decision.limits
        ]
        assert all(dcl > 0 for after, dcl in limits if 1 < after < 298)
        assert {dcl for after, dcl in limits if 301 < after < until - lent} == {0.0}
        assert all(r.decision.soc is not None for r in one.reports(lent + 0.1, until))
        assert one.back_after(until) < BACK
        assert one.phases(until + BACK, now()) <= {Phase.FRESH}


@virtual_time
async def test_the_minutes_that_are_left_count_down_and_the_bus_is_told_of_each() -> None:
    async with boat() as one:
        lent = one.lend(3)
        await asyncio.sleep(200)
        told = dict.fromkeys(r.link.state for r in one.reports(lent + 0.1, lent + 180))
        assert list(told) == ["lent, 3 min left", "lent, 2 min left", "lent, 1 min left"]
        left = [r.switching.lent_for for r in one.reports(lent + 0.1, lent + 180)]
        assert left == sorted(left, reverse=True)


@virtual_time
async def test_zero_takes_it_back_at_once() -> None:
    async with boat() as one:
        one.lend(240)
        await asyncio.sleep(100)
        taken = one.lend(0)
        await asyncio.sleep(BACK)
        assert one.back_after(taken) < BACK


@virtual_time
async def test_zero_while_nothing_is_lent_leaves_the_link_alone() -> None:
    async with boat() as one:
        begun = one.lend(0)
        await asyncio.sleep(100)
        assert one.attempts(begun, now()) == []
        assert one.phases(begun, now()) == {Phase.FRESH}


@virtual_time
async def test_a_second_time_may_only_end_earlier() -> None:
    async with boat() as one:
        lent = one.lend(10)
        await asyncio.sleep(300)
        assert not one.screen.writes[0](LEND, 60, OWNER)
        await asyncio.sleep(0.1)
        assert "needs a good poll before it is lent again" in one.screen.reports[-1][1].switching.text
        until = one.lend(2) + 120
        await asyncio.sleep(120 + BACK)
        assert one.attempts(lent, until) == []
        assert one.back_after(until) < BACK
        one.lend(10)
        await asyncio.sleep(100)


@virtual_time
async def test_a_link_that_may_not_be_lent_stays() -> None:
    async with boat(AllowLending=0) as one:
        begun = now()
        assert not one.screen.writes[0](LEND, 30, OWNER)
        await asyncio.sleep(100)
        assert one.phases(begun, now()) == {Phase.FRESH}
        assert one.screen.writes[0](LEND, 0, OWNER)


@pytest.mark.parametrize(
    ("name", "value"), [("ConnectionMode", 1), ("Adapter", ""), ("Password", "123456"), ("PollInterval", 5.0)]
)
@virtual_time
async def test_settings_changed_meanwhile_do_not_bring_the_link_back(name: str, value: Value) -> None:
    async with boat() as one:
        lent = one.lend(10)
        await asyncio.sleep(100)
        one.pack.monitor.setting_stored(name, value)
        await asyncio.sleep(500)
        assert one.attempts(lent, lent + 600) == []
        await asyncio.sleep(BACK)
        assert one.attempts(lent + 600, now()) != []


@virtual_time
async def test_a_shared_pack_that_is_lent_while_its_link_closes_stays_lent_when_its_interval_shrinks() -> (
    None
):
    async with boat(ConnectionMode=1) as one:
        await one.closing()
        lent = one.lend(10)
        await asyncio.sleep(100)
        one.pack.monitor.setting_stored("PollInterval", 5.0)
        await asyncio.sleep(500 - BACK)
        assert one.attempts(lent, now()) == []
        await asyncio.sleep(2 * BACK)


@virtual_time
async def test_two_changes_while_a_link_closes_take_one_new_link() -> None:
    async with boat() as one:
        begun = now()
        one.pack.monitor.setting_stored("Password", "123456")
        await asyncio.sleep(1)
        one.pack.monitor.setting_stored("Passkey", "123456")
        await asyncio.sleep(60)
        assert len(one.attempts(begun, now())) == 1
        assert one.screen.reports[-1][1].link.reconnects == 0
        one.lend(10)
        await asyncio.sleep(1)
        back = one.lend(2) + 120
        await asyncio.sleep(200)
        assert len(one.attempts(back, now())) == 1


@virtual_time
async def test_four_hours_are_nothing_that_hangs_and_cost_no_failed_poll() -> None:
    async with boat() as one:
        lent = one.lend(240)
        await asyncio.sleep(240 * 60 + BACK)
        assert one.back_after(lent + 240 * 60) < BACK
        assert (one.pack.progress.possible, one.screen.reports[-1][1].link.failed_polls) == (True, 0)


@virtual_time
async def test_a_pack_that_could_not_be_reached_can_be_lent_too() -> None:
    async with boat() as one:
        one.radio.leave_air()
        await asyncio.sleep(30)
        lent = one.lend(5)
        await asyncio.sleep(CLOSED)
        one.radio.enter_air()
        await asyncio.sleep(300)
        assert one.attempts(lent, lent + 300) == []
        assert one.back_after(lent + 300) < 2 * BACK


@virtual_time
async def test_a_phone_that_does_not_let_go_in_time_is_silence_and_nothing_worse() -> None:
    async with boat() as one:
        lent = one.lend(5)
        one.radio.leave_air()
        await asyncio.sleep(300 + 1000)
        one.radio.enter_air()
        freed = now()
        await asyncio.sleep(30)
        first = {phase: at - lent - 300 for at, phase in reversed(one.screen.shown) if at > lent + 0.1}
        assert first[Phase.DERATED] == pytest.approx(30, abs=0.5)
        assert first[Phase.LOST] == pytest.approx(300, abs=0.5)
        assert one.back_after(freed) < 30


@virtual_time
async def test_what_the_link_has_counted_survives() -> None:
    async with boat() as one:
        one.radio.drop()
        await asyncio.sleep(60)
        before = one.screen.reports[-1][1].link
        one.lend(1)
        await asyncio.sleep(90)
        after = one.screen.reports[-1][1].link
        assert (before.reconnects, before.failed_polls, before.failed_last_hour) == (1, 1, 1)
        assert (after.reconnects, after.failed_polls) == (1, 1)
        assert after.rssi == before.rssi is not None


@virtual_time
async def test_the_log_tells_of_it_once(caplog: pytest.LogCaptureFixture) -> None:
    async with boat() as one:
        with caplog.at_level(logging.INFO):
            caplog.clear()
            one.lend(10)
            await asyncio.sleep(700)
            one.lend(10)
            await asyncio.sleep(60)
            one.lend(0)
            await asyncio.sleep(60)
    told = [record.getMessage().removeprefix(f"{ADDRESS}: ").split(" (")[0] for record in caplog.records]
    lent, taken = "the link is lent for 10 min", "the link is no longer lent"
    back = ["polling", "charging: Bulk"]
    assert [line.removesuffix(f", requested by {OWNER}") for line in told] == [
        lent,
        *back,
        lent,
        taken,
        *back,
    ]


@virtual_time
async def test_between_two_polls_of_thirty_seconds_a_phone_has_the_pack_for_four_fifths_of_the_time() -> None:
    async with boat(ConnectionMode=1) as one:
        one.radio.disconnect_takes = 2.0  # as BlueZ does
        held, begun = one.device.held, now()
        await asyncio.sleep(1800)
        assert (one.device.held - held) / 1800 < 0.2
        assert len(one.attempts(begun, now())) >= 1800 / 37
        assert one.phases(begun, now()) == {Phase.FRESH}
        states = [r.link.state for r in one.reports(begun, now())]
        assert states.count("free until the next poll") > len(states) / 3


@virtual_time
async def test_a_shared_pack_that_a_phone_holds_is_asked_for_rarely_and_quietly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with boat(ConnectionMode=1) as one:
        with caplog.at_level(logging.INFO):
            caplog.clear()
            one.radio.leave_air()
            taken = now()
            await asyncio.sleep(1200)
            one.radio.enter_air()
            freed = now()
            await asyncio.sleep(60)
    warnings = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(warnings) == 2  # derated, then stopped
    assert all("connected to a phone" in line for line in warnings)
    late = one.attempts(taken + 120, freed)
    assert min(after - before for before, after in pairwise(late)) > 20
    assert one.back_after(freed) < 45
    first = {phase: at - taken for at, phase in reversed(one.screen.shown) if at > taken}
    assert 30 < first[Phase.DERATED] <= 61  # the hold counts from when the next poll was due


@pytest.mark.parametrize("mode", [0, 1])
@virtual_time
async def test_a_shorter_interval_ends_the_pause_that_is_on(mode: int) -> None:
    async with boat(Control=0, PollInterval=600.0, ConnectionMode=mode) as one:
        begun = now()
        one.pack.monitor.setting_stored("PollInterval", 5.0)
        await asyncio.sleep(60)
        assert one.phases(begun + BACK, now()) == {Phase.FRESH}
        assert all(
            report.decision.age is not None and report.decision.age < BACK
            for report in one.reports(begun + BACK, now())
        )
