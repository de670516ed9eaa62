"""Switching and lending a bank of the running service, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dbus_xbms.bank.bank import Bank
from dbus_xbms.model import CommandState, MosfetTarget
from dbus_xbms.report import BankReport, Lend
from tests.air.bank_boat import ONE, TWO, Boat
from tests.air.virtual_time import virtual_time

OWNER = ":1.7"
ALLOWED = {"AllowMosfetControl": 1, "AllowDischargeOff": 1, "AllowLending": 1}
CHARGE_OFF, BOTH_OFF = MosfetTarget(charge=False), MosfetTarget(charge=False, discharge=False)
BOTH_ON = MosfetTarget(charge=True, discharge=True)


@asynccontextmanager
async def bank_of_two() -> AsyncIterator[tuple[Boat, Bank]]:
    """A bank that controls, of two packs that allow everything."""
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, **ALLOWED)
        boat.bank(Enabled=1)
        async with boat.running() as app:
            await asyncio.sleep(90)
            assert boat.bus.newest("bank 1").controls
            yield boat, app._banks.candidates()[0]


def newest(boat: Boat) -> BankReport:
    report: BankReport = boat.bus.newest("bank 1")
    return report


def carry(boat: Boat, current: float) -> None:
    for battery in boat.batteries.values():
        battery.overrides.current = current


@virtual_time
async def test_the_banks_limit_is_0_and_the_current_falls_before_charging_is_turned_off() -> None:
    async with bank_of_two() as (boat, bank):
        carry(boat, 30.0)
        await asyncio.sleep(5)
        assert bank.request(CHARGE_OFF, OWNER)
        await asyncio.sleep(3)
        report = newest(boat)
        assert report.decision.limits
        assert report.decision.limits.ccl == 0
        assert report.decision.limits.dcl > 0
        assert report.switching.state is CommandState.WAITING
        assert [battery.mask for battery in boat.batteries.values()] == [0, 0]
        carry(boat, 0.0)
        await asyncio.sleep(5)
        report = newest(boat)
        assert (report.switching.state, report.switching.text) == (CommandState.DONE, "charge off: done")
        assert [battery.mask for battery in boat.batteries.values()] == [1, 1]
        assert report.outcomes == (f"{ONE}: done", f"{TWO}: done")


@virtual_time
async def test_a_bank_that_was_switched_off_is_switched_on_again() -> None:
    async with bank_of_two() as (boat, bank):
        assert bank.request(BOTH_OFF, OWNER)
        await asyncio.sleep(15)
        assert [battery.mask for battery in boat.batteries.values()] == [3, 3]
        assert bank.request(BOTH_ON, OWNER)
        await asyncio.sleep(15)
        assert [battery.mask for battery in boat.batteries.values()] == [0, 0]
        assert newest(boat).switching.state is CommandState.DONE


@virtual_time
async def test_a_pack_that_is_off_and_has_another_voltage_is_not_switched_on_beside_the_other() -> None:
    async with bank_of_two() as (boat, bank):
        two = boat.app._packs.running[TWO].monitor
        assert two.request(BOTH_OFF, OWNER)
        await asyncio.sleep(15)
        for cell in range(1, 5):
            boat.batteries[TWO].overrides.cells[cell] = 3.0
        await asyncio.sleep(15)
        assert not two.request(BOTH_ON, OWNER)
        assert "the packs beside it" in two.switching.text
        bank.request(BOTH_ON, OWNER)
        await asyncio.sleep(15)
        assert [battery.mask for battery in boat.batteries.values()] == [0, 3]
        assert newest(boat).switching.state is CommandState.REFUSED


@virtual_time
async def test_the_bank_keeps_control_and_reduced_limits_while_its_packs_are_lent_one_by_one() -> None:
    async with bank_of_two() as (boat, bank):
        before = newest(boat).decision.limits
        assert bank.request(Lend(2), OWNER)
        await asyncio.sleep(60)
        report = newest(boat)
        assert (report.lent, report.decision.online, report.controls) == (ONE, 1, True)
        assert report.decision.limits
        assert before
        assert 0 < report.decision.limits.dcl < before.dcl
        await asyncio.sleep(110)
        assert newest(boat).lent == TWO
        await asyncio.sleep(150)
        report = newest(boat)
        assert (report.lent, report.decision.online) == ("", 2)
        assert boat.bus.limits.keys() == {"bank 1"}


@virtual_time
async def test_of_two_packs_that_are_off_and_differ_only_the_first_is_switched_on() -> None:
    async with bank_of_two() as (boat, bank):
        bank.request(BOTH_OFF, OWNER)
        await asyncio.sleep(15)
        for cell in range(1, 5):
            boat.batteries[TWO].overrides.cells[cell] = 3.0
        await asyncio.sleep(30)
        one, two = (boat.app._packs.running[address].monitor for address in (ONE, TWO))
        assert not bank.request(BOTH_ON, OWNER)
        assert one.request(BOTH_ON, OWNER)
        await asyncio.sleep(1.5)
        assert not two.request(BOTH_ON, OWNER)
        await asyncio.sleep(15)
        assert [battery.mask for battery in boat.batteries.values()] == [0, 3]
