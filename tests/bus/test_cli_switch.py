"""`dbus-xbms switch`: requests a command like any other program, and reports its outcome."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.lookup import find_battery
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.protocols import Advertised
from dbus_xbms.rpc import RpcService
from dbus_xbms.settings import device_id
from tests.bus.cli import command
from tests.bus.shown_packs import ONE, valid
from tests.bus.simulation import Program, Simulation
from tests.bus.switching import OPT_INS, RESTING, writes
from tests.bus.venus import Venus
from tests.on_terminal import on_terminal

TWO = "A4:C1:37:00:00:02"

pytestmark = pytest.mark.usefixtures("private_bus")


async def test_switch_requests_a_command_and_reports_its_outcome() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, CustomName="House bank", **OPT_INS)
        await venus.until(ONE, valid)
        done = await command("switch", "house bank", "charge", "off")
        assert (done.status, done.out, done.err) == (0, "charge off: done\n", "")
        assert venus.services[f"com.victronenergy.battery.{device_id(ONE)}"]["/Io/AllowToCharge"] == 0
        again = await command("switch", ONE, "charge", "off")
        assert (again.status, again.out) == (0, "charge off: done: already off\n")
        await asyncio.sleep(5)  # a MOSFET is switched at most once in 5 s
        assert (await command("switch", ONE, "both", "off")).status == 0
        shown = await on_terminal("switch", "house", "both", "on", columns=50)  # again after 5 s
        assert shown.status == 0
        assert "house: both on, waiting for the BMS ... 3" in shown.text
        assert shown.lines[0].startswith("charge on, discharge on: done")
        assert await writes(sim) == ["e1 0001", "e1 0003", "e1 0000"]


async def test_a_command_that_is_reversed_before_it_was_sent_is_not_reported_as_done() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        assert (await command("switch", ONE, "charge", "off")).status == 0
        async with asyncio.TaskGroup() as both:
            reversed_ = both.create_task(command("switch", ONE, "charge", "on"))  # waits for 5 s
            await program.until("requests charge on")
            last = both.create_task(command("switch", ONE, "charge", "off"))
        assert (last.result().status, last.result().out) == (0, "charge off: done: already off\n")
        assert (reversed_.result().status, reversed_.result().out) == (1, "")
        assert "another command followed" in reversed_.result().err
        await program.until("was not sent: another command makes it charge off")
        assert await writes(sim) == ["e1 0001"]


async def test_refused_and_failed_commands_are_reported_with_a_reason_and_a_status() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, AllowMosfetControl=1)
        await venus.until(ONE, valid)
        refused = await command("switch", ONE, "discharge", "off")
        assert (refused.status, "AllowDischargeOff" in refused.err) == (1, True)
        refused = await command("switch", ONE, "balancing", "off")
        assert (refused.status, "AllowParameterWrites" in refused.err) == (1, True)
        assert await writes(sim) == []
        await sim.fault("stuck", ONE, mosfet="charge", state="on")
        failed = await command("switch", ONE, "charge", "off")
        assert failed.status == 1
        assert failed.err.startswith("dbus-xbms: charge off: failed: commanded charge off,")


def on_the_bus(address: str, name: str) -> Battery:
    service = f"com.victronenergy.battery.{device_id(address)}"
    return Battery(service=service, values={"/CustomName": name, "/ProductName": "JBD BMS"})


async def test_a_pack_that_is_not_on_the_bus_cannot_be_switched() -> None:
    async with Simulation([]), Venus() as venus:
        await venus.enable(ONE, CustomName="House bank")
        done = await command("switch", "house", "charge", "off")
    assert (done.status, done.out) == (1, "")
    assert "House bank is not on the bus: the service is stopped; `dbus-xbms run` starts it" in done.err


async def test_switch_and_lend_say_why_a_pack_is_not_read_and_what_to_do() -> None:
    contact = Contact(state=ContactState.NEEDS_PASSWORD, reason="it needs its password", advice="set it")

    async def scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
        return []

    async with Simulation([]), Venus() as venus, RpcService(scan, dict, lambda: {ONE: contact}, list, list):
        await venus.enable(ONE, CustomName="House bank")
        for arguments in (("switch", "house", "Charge", "OFF"), ("lend", "house")):
            done = await command(*arguments)
            assert (done.status, done.out) == (1, "")
            assert "House bank is not on the bus: it needs its password -> set it\n" in done.err
        await venus.set(ONE, "Enabled", 0)
        done = await command("switch", "house", "charge", "off")
        assert f"House bank was removed; `dbus-xbms add {ONE}` adds it again" in done.err


async def test_a_prefix_never_selects_another_pack_than_the_one_with_that_exact_name() -> None:
    second = on_the_bus(TWO, "House 2")
    async with Simulation([]), Venus() as venus:
        await venus.enable(ONE, CustomName="House")
        assert (await find_battery("House", [second])).battery is None
        assert (await find_battery("house 2", [second])).battery is second
        assert (await find_battery(TWO.lower(), [second])).battery is second
        board = replace(second, values={**second.values, "/HardwareVersion": "JBD-SP04S034"})
        assert (await find_battery("jbd-sp04s034", [board])).battery is board


async def test_without_localsettings_only_an_address_or_a_full_name_selects_a_pack() -> None:
    packs = [on_the_bus(ONE, "House"), on_the_bus(TWO, "House 2")]
    assert (await find_battery(ONE, packs)).battery is packs[0]
    assert (await find_battery("HOUSE", packs)).battery is packs[0]
    with pytest.raises(ExceptionGroup) as raised:
        await find_battery("House 3", packs)
    assert raised.group_contains(CommandError, match="localsettings")
