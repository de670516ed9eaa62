"""What an owner decides about a bank, as the whole program carries it out on a bus."""

from __future__ import annotations

import asyncio

import pytest

from dbus_xbms.settings import bank_id, device_id
from tests.bus.bank_boat import (
    BANK,
    CCL,
    DCL,
    MEMBER,
    ONE,
    ONLINE,
    THREE,
    TWO,
    boat,
    complete,
    fresh,
    house,
    says,
)
from tests.bus.control_record import CVL, controlling
from tests.bus.simulation import Program
from tests.bus.venus import BATTERY, CONTROL
from tests.bus.venus_services import venus_service

pytestmark = pytest.mark.usefixtures("private_bus")


async def test_a_bank_is_proposed_once_and_forms_when_it_is_confirmed_as_over_mqtt() -> None:
    async with boat(2) as running, Program("run") as program:
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await program.until("dbus-xbms bank create")
        assert BANK not in running.venus.services
        assert await running.venus.set_bank("Enabled", 1) == 0  # the setting is there to be written
        bank = await running.venus.until_bank(complete(2))
        assert bank["/ProductId"] == 0xBA59
        assert bank["/DeviceInstance"] >= 590
        assert len(program.lines("bank create")) == 1


async def test_a_pack_that_controls_hands_over_to_the_bank_that_is_confirmed_and_takes_over_after_it() -> (
    None
):
    async with boat(2) as running, Program("run"):
        await running.venus.enable(ONE, **CONTROL, HoldTime=6.0)
        await running.venus.until(ONE, controlling)
        await house(running)
        await running.venus.until(ONE, says("Not controlling: part of the bank House"))
        await running.venus.until(TWO, says("Not controlling: part of the bank House"))
        await running.venus.set_bank("Enabled", 0)
        await running.venus.until_bank_gone()
        await running.venus.until(ONE, controlling)
        assert running.record.holders == [device_id(ONE), bank_id(1), device_id(ONE)]
        running.judge()


async def test_a_bank_without_control_is_only_shown() -> None:
    async with boat(2) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank(Control=0)
        bank = await running.venus.until_bank(lambda s: s[ONLINE] == 2 and fresh(s))
        assert not [path for path in (CVL, CCL, DCL) if path in bank.items]
        await running.venus.set_bank("Control", 1)
        await running.venus.until_bank(complete(2))
        running.judge()


async def test_packs_join_and_leave_a_bank_that_keeps_its_place_on_the_bus() -> None:
    async with boat(3) as running, Program("run"):
        await running.venus.enable(ONE, TWO, **MEMBER)
        await running.venus.confirm_bank(Name="House")
        await running.venus.until_bank(complete(2))
        await running.venus.enable(THREE, **MEMBER)
        await running.venus.until_bank(complete(3))
        await running.venus.set(TWO, "JoinBank", 0)
        await running.venus.until_bank(complete(2))
        await running.venus.until(TWO, says("Control is 0"))
        await running.venus.set(TWO, "JoinBank", 1)
        await running.venus.until_bank(complete(3))
        await running.venus.set(THREE, "Enabled", 0)
        await running.venus.until_gone(THREE)
        await running.venus.until_bank(complete(2))
        assert running.record.holders == [bank_id(1)]
        running.judge()


async def test_members_that_are_named_are_the_bank_and_the_others_are_not() -> None:
    async with boat(3) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank(Name="House", Members=f"{ONE} {THREE}")
        bank = await running.venus.until_bank(complete(2))
        assert [bank[f"/Members/{n}/Address"] for n in (1, 2)] == [ONE, THREE]
        await running.venus.until(TWO, says("Control is 0"))
        running.judge()


async def test_a_topology_that_does_not_fit_is_told_and_ends_the_bank_only_if_it_stays() -> None:
    async with boat(2) as running, Program("run") as program:
        bank = await house(running)
        await running.venus.set_bank("Topology", "2s2p")
        await program.until("House: ends in 5 s unless that is changed: 2s2p needs 4 packs, not 2")
        await running.venus.set_bank("Topology", "parallel")
        await running.venus.set_bank("MaxChargeCurrent", 50.0)  # the bank goes on
        assert await running.venus.until_bank(lambda s: s[CCL] == 50.0) is bank
        running.judge()
        await running.venus.set_bank("Topology", "3s1p")
        await running.venus.until_bank_gone()
        await running.venus.until(ONE, says("Control is 0"))


async def test_a_bank_gives_way_to_another_bms_and_its_packs_do_not_take_over() -> None:
    pylontech = f"{BATTERY}socketcan_can0"
    async with boat(2) as running, Program("run"):
        await house(running)
        await running.venus.set(ONE, "Control", 1)  # refused: the bank controls
        async with venus_service(pylontech, {CVL: 14.0, "/DeviceInstance": 512}):
            await running.venus.until_bank(says("battery.socketcan_can0 has a charge voltage limit"))
            await running.venus.until(ONE, says("part of the bank House"))
        await running.venus.until_bank(says("within the last 10 min"))
        assert running.record.holders == [bank_id(1)]  # of the services of this program


async def test_an_owner_who_changes_everything_at_once_never_has_two_controlling_services() -> None:
    async with boat(3) as running, Program("run") as program:
        await running.venus.enable(ONE, **CONTROL, HoldTime=6.0)
        await running.venus.enable(TWO, **CONTROL, HoldTime=6.0)
        await running.venus.enable(THREE, **MEMBER)
        await running.venus.confirm_bank(Name="House")
        await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 3)
        for name, value in (
            *(("Enabled", 0), ("Enabled", 1), ("Control", 0), ("Control", 1)),
            *(("Members", f"{ONE} {THREE}"), ("Members", f"{TWO} {THREE}"), ("Members", "")),
            *(("Enabled", 0), ("Control", 0), ("Enabled", 1), ("Control", 1)),
        ):
            await running.venus.set_bank(name, value)
            await running.venus.set(THREE, "JoinBank", int(name != "Control"))
            await asyncio.sleep(0.7)  # some changes follow before the last one has taken effect
        await running.venus.set(THREE, "JoinBank", 1)
        await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 3)
        for address in (ONE, TWO):
            await running.venus.until(address, says("part of the bank House"))
        assert running.record.overlaps() == []
    assert program.left_behind == []
