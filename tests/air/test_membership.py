"""What a pack decides and stores as a member of a bank, on a simulated BMS, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from dbus_xbms.ble.central import Central
from dbus_xbms.pack.pack import Pack
from dbus_xbms.policy.bank.records import Membership
from dbus_xbms.policy.freshness import LONGEST_CONTROLLED_HOLD, longest_gap, poll_interval
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.jbd_device import JbdDevice
from tests.air.fakes import FakePack, FakeStack
from tests.air.simulated_pack import ADDRESS, RecordingBoard, RecordingService
from tests.air.virtual_time import virtual_time

HOUSE = Membership(bank="House", managed=True)
SETTINGS: dict[str, Value] = {"Enabled": 1, "Chemistry": "LiFePO4"}


@dataclass
class Member:
    """A running pack, and what it stored."""

    pack: Pack
    service: RecordingService
    stored: dict[str, Value] = field(default_factory=dict)

    @property
    def newest(self) -> Report:
        return self.service.reports[-1][1]


@asynccontextmanager
async def running(
    before: Mapping[str, Value] | None = None, *, in_range: bool = True
) -> AsyncIterator[Member]:
    """Run a pack that begins with these settings besides :data:`SETTINGS`."""
    board, settings = RecordingBoard(), PackSettings(SETTINGS | dict(before or {}))
    service, stored = RecordingService(board), dict[str, Value]()
    device = JbdDevice(ADDRESS, board, WireSpec(), asyncio.get_running_loop())
    central = Central([Jbd()], stack=FakeStack(FakePack(ADDRESS, device=device, in_range=in_range)))

    async def store(path: str, value: Value) -> Value:
        stored[path.rpartition("/")[2]] = value
        return value

    pack = Pack(ADDRESS, settings, central=central, protocol=Jbd(), service=service.present, store=store)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(central.run()), group.create_task(pack.run())]
        yield Member(pack, service, stored)
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])


@virtual_time
async def test_a_member_of_a_controlling_bank_decides_limits_but_does_not_control() -> None:
    async with running() as member:
        member.pack.monitor.role.set_membership(HOUSE)
        await asyncio.sleep(20)
        assert member.newest.bank == "House"
        assert not member.newest.controls
        assert member.newest.decision.limits
        assert member.newest.decision.limits.ccl > 0
        assert member.newest.decision.control


@virtual_time
async def test_a_member_of_a_bank_that_is_only_shown_decides_no_limits() -> None:
    async with running() as member:
        member.pack.monitor.role.set_membership(Membership(bank="House"))
        await asyncio.sleep(20)
        assert member.newest.bank == "House"
        assert member.newest.decision.limits is None


@virtual_time
async def test_a_pack_that_leaves_its_bank_is_decided_alone_again() -> None:
    async with running() as member:
        member.pack.monitor.role.set_membership(HOUSE)
        await asyncio.sleep(20)
        assert member.stored["InBank"] == 1
        member.pack.monitor.role.set_membership(None)
        await asyncio.sleep(2)
        assert member.stored["InBank"] == 0
        assert (member.newest.bank, member.newest.decision.limits) == ("", None)


@virtual_time
async def test_the_limits_of_a_member_stand_over_a_restart_before_its_bank_exists() -> None:
    async with running() as member:
        member.pack.monitor.role.set_membership(HOUSE)
        await asyncio.sleep(20)
    async with running(member.stored, in_range=False) as restarted:
        await asyncio.sleep(2)
        limits, before = restarted.newest.decision.limits, member.newest.decision.limits
        assert limits
        assert before
        assert limits.dcl > 0
        assert limits.cvl <= before.cvl


@virtual_time
async def test_a_bank_sees_the_newest_decision_of_a_member_and_its_time() -> None:
    async with running() as member:
        await asyncio.sleep(20)
        monitor = member.pack.monitor
        assert monitor.view.decision is member.newest.decision
        assert monitor.view.decided_at == monitor.latest_at == member.service.reports[-1][0]


def test_a_member_of_a_bank_is_polled_and_held_like_a_controlling_pack() -> None:
    rare = {"PollInterval": 600.0, "HoldTime": 300.0}
    controlling, member = PackSettings({**rare, "Control": 1}), PackSettings({**rare, "InBank": 1})
    assert poll_interval(member) == poll_interval(controlling) < poll_interval(PackSettings(rare))
    assert longest_gap(member) == longest_gap(controlling) <= LONGEST_CONTROLLED_HOLD + 30
