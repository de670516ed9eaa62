"""One pack shared by the service and a phone, on a real bus with the simulator."""

from __future__ import annotations

import asyncio

import pytest

from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, CONTROL, Seen, Venus

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
SERVICE = f"{BATTERY}xbms_a4c137000001"
LEND, TOGGLE = "/Settings/LendForMinutes", "/SwitchableOutput/lend/State"
CCL, DCL, CVL = "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent", "/Info/MaxChargeVoltage"
VOLTAGE, BLUETOOTH, CABLE = "/Dc/0/Voltage", "/Bluetooth/State", "/Alarms/BmsCable"
ACCEPTED = 0
RESTING = {"address": ONE, "load": "rest", "soc": 60}
REAL = {"disconnect": 2.0}  # as long as BlueZ takes


def running(seen: Seen) -> bool:
    return seen[VOLTAGE] is not None


def charging(seen: Seen) -> bool:
    return running(seen) and (seen[CCL] or 0) > 1


async def connections(sim: Simulation) -> int:
    counted: int = (await sim.truth(ONE))["counters"]["connections"]
    return counted


@pytest.mark.long
async def test_a_phone_has_the_pack_while_it_is_lent_and_the_limits_are_derated() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, AllowLending=1, **CONTROL)
        seen = await venus.until(ONE, charging)
        discharge, voltage = seen[DCL], seen[CVL]
        assert await venus.write(SERVICE, LEND, 1) == ACCEPTED
        await venus.until(ONE, lambda s: s[LEND] == 1 and not running(s))
        assert (seen[BLUETOOTH], seen[TOGGLE]) == ("lent, 1 min left", 1)
        assert (seen[CCL], seen[DCL]) == (0, pytest.approx(discharge / 2, abs=0.1))
        assert seen[CVL] <= voltage
        assert seen["/Info/ChargeMode"] == "Lent to the phone app"
        assert seen[CABLE] in (None, 0)
        await sim.truth_when(ONE, lambda t: t["holder"] is None)
        await sim.fault("phone", ONE)
        lent, started = await connections(sim), asyncio.get_running_loop().time()
        await asyncio.sleep(56)
        assert (await sim.truth(ONE))["holder"] == "phone"
        assert (await connections(sim), (await sim.truth(ONE))["counters"]["failed"]) == (lent, 0)
        assert not running(seen)
        assert (seen[CCL], seen["/State"]) == (0, 18)
        await sim.fault("phone", ONE, on=False)
        await venus.until(ONE, running)
        assert asyncio.get_running_loop().time() - started > 56
        assert (seen[LEND], seen[TOGGLE], seen[BLUETOOTH]) == (0, 0, "connected")
        assert seen[CABLE] == 0
    lines = [line for line in program.output if ONE in line]
    assert sum("the link is lent for 1 min, requested by " in line for line in lines) == 1
    assert sum("polling" in line for line in lines) == 2
    assert [line for line in lines if line.startswith(("WARNING", "ERROR"))] == []


async def test_the_toggle_of_the_switch_pane_lends_for_half_an_hour_and_ends_it() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, AllowMosfetControl=1, AllowLending=1)
        seen = await venus.until(ONE, running)
        assert await venus.write(SERVICE, TOGGLE, 1) == ACCEPTED
        await venus.until(ONE, lambda s: s[LEND] == 30 and s[TOGGLE] == 1)
        assert seen["/SwitchableOutput/lend/Status"] == 0x09
        await sim.truth_when(ONE, lambda t: t["holder"] is None)
        assert await venus.write(SERVICE, "/Io/AllowToCharge", 0) != ACCEPTED
        assert "no contact with the pack (lent for another 30 min)" in await program.until("refused")
        assert await venus.set(ONE, "ConnectionMode", 1) == 0  # the new link stays lent
        await asyncio.sleep(3)
        assert await connections(sim) == 1
        assert await venus.write(SERVICE, TOGGLE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: running(s) and s[LEND] == 0 and s[TOGGLE] == 0)
        assert await connections(sim) == 2


async def test_lend_starts_and_ends_lending_and_list_and_watch_show_it() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, AllowLending=1, **CONTROL)
        assert (await command("lend", ONE)).status == 1
        await venus.until(ONE, running)
        done = await command("lend", ONE, "12")
        assert (done.status, " is lent for 12 min.\n" in done.out) == (0, True)
        assert "lent for another 12 min (until " in (await command("list")).out
        shown = (await command("watch", "--once")).out
        assert "link    lent, 12 min left" in shown
        assert "Lent to the phone app" in shown
        await sim.truth_when(ONE, lambda t: t["holder"] is None)
        assert " is no longer lent.\n" in (await command("lend", ONE, "0")).out
        await venus.until(ONE, running)
        await venus.set(ONE, "AllowLending", 0)
        refused = await command("lend", ONE, "12")
        assert (refused.status, "AllowLending 1" in refused.err) == (1, True)
        for minutes in ("-1", "241", "1.5", "soon"):
            assert (await command("lend", ONE, minutes)).status == 2
        assert (await command("lend", "A4:C1:37:00:00:99")).status == 2


async def test_restarting_the_program_ends_lending() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus:
        await venus.enable(ONE, AllowLending=1)
        async with Program("run"):
            await venus.until(ONE, running)
            assert await venus.write(SERVICE, LEND, 60) == ACCEPTED
            await sim.truth_when(ONE, lambda t: t["holder"] is None)
        async with Program("run"):
            await venus.until(ONE, lambda s: running(s) and s[LEND] == 0)


async def test_in_per_poll_mode_the_pack_is_connected_to_every_interval_and_free_until_the_next_one() -> None:
    async with Simulation([RESTING], timing=REAL) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, ConnectionMode=1, PollInterval=5.0)
        seen = await venus.until(ONE, running)
        before = await sim.truth_when(ONE, lambda t: t["counters"]["disconnections"] == 1)
        started = asyncio.get_running_loop().time()
        after = await sim.truth_when(ONE, lambda t: t["counters"]["disconnections"] == 3)
        cycle = (asyncio.get_running_loop().time() - started) / 2
        held = (after["held"] - before["held"]) / 2
        assert after["counters"]["failed"] == 0
        assert cycle > 5
        assert held < 3.5  # with 2 s in which BlueZ disconnects
        shown = [changed for at, changed in seen.signals if at > started]
        assert len(shown) <= 2 * 6  # connecting, connected, values, free; cells, which are slow; the pace
        assert [changed for changed in shown if None in changed.values()] == []


@pytest.mark.long
async def test_in_per_poll_mode_a_pack_held_by_a_phone_is_reported_once_and_read_when_it_is_free() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, ConnectionMode=1, PollInterval=3.0, HoldTime=26.0, Control=0)
        seen = await venus.until(ONE, running)
        await venus.until(ONE, lambda s: s[BLUETOOTH] == "free until the next poll")
        taken = asyncio.get_running_loop().time()
        await sim.fault("phone", ONE)
        await venus.until(ONE, lambda s: not running(s))
        assert asyncio.get_running_loop().time() - taken > 24  # HoldTime, less the time since the last poll
        assert seen[CABLE] == 1
        await asyncio.sleep(20)
        failed = (await sim.truth(ONE))["counters"]["failed"]
        assert failed <= 2  # connection attempts; otherwise the program scans
        await sim.fault("phone", ONE, on=False)
        await venus.until(ONE, lambda s: running(s) and s[CABLE] == 0)
    warnings = [line for line in program.output if line.startswith(("WARNING", "ERROR"))]
    assert len(warnings) == 1
    assert "connected to a phone" in warnings[0]
