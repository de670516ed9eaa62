"""Packs of other makes, which the library aiobmsble reads, in the whole program on a real bus."""

from __future__ import annotations

import asyncio
import sys
from itertools import pairwise
from typing import Any

import pytest

from dbus_xbms.simulator.scenario import address_of
from tests.bus.simulation import PATIENT, Program, Simulation
from tests.bus.venus import BATTERY, CONTROL, Seen, Venus

pytest.importorskip("aiobmsble", reason="needs Python 3.12 and aiobmsble")

pytestmark = pytest.mark.usefixtures("private_bus")

JBD = address_of(2)
MAKES = {"litime": "redodo", "jikong": "jikong", "daly": "daly", "seplos": "seplos"}  # the setting Protocol
WITHOUT_MOSFETS = {"litime"}  # does not report them
RESTING = {"load": "rest", "noise": 0.0, "sensors": 3, "cells": 8, "soc": 63.4, "capacity": 130.0}
VOLTAGE, CABLE, STATE = "/Dc/0/Voltage", "/Alarms/BmsCable", "/Bluetooth/State"
LIMITS = ("/Info/MaxChargeVoltage", "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent")
LEND = "/Settings/LendForMinutes"
SLOWEST = 4.0  # s between two polls of a pack that nothing disturbs, on a busy machine
ODD = (sys.executable, "-W", "error", "-m", "tests.bus.odd_library_program")
# Prints at the end whether the library was imported.
CONFESSING = f"""
import atexit, sys
atexit.register(lambda: print("imported:", sorted(name for name in sys.modules if "aiobmsble" in name
                                                 and not name.startswith("dbus_xbms"))))
{PATIENT}"""


def pack(make: str, **more: object) -> dict[str, Any]:
    """Return a pack of a scenario."""
    return {"make": make, "address": address_of(1, make), **RESTING, **more}


def jbd() -> dict[str, Any]:
    """Return the JBD beside it."""
    return {"address": JBD, "cells": 4}


def running(seen: Seen) -> bool:
    return seen[VOLTAGE] is not None


def cells(seen: Seen) -> list[float | None]:
    """Return the cell voltages that are shown, in V."""
    return [seen[f"/Voltages/Cell{n}"] for n in range(1, 9)]


def polled(truth: dict[str, Any], since: float = 0.0) -> list[float]:
    """Return when a JBD was polled, in s."""
    return [at for at, register, _ in truth["pack"]["reads"] if register == 3 and at >= since]


async def untouched(sim: Simulation, since: float, seconds: float) -> None:
    """Wait, and assert that the JBD was polled all the time."""
    await asyncio.sleep(seconds)
    times = polled(await sim.truth(JBD), since)
    assert len(times) >= seconds / SLOWEST
    assert max(later - earlier for earlier, later in pairwise(times)) < SLOWEST


@pytest.mark.parametrize("make", MAKES)
async def test_what_the_pack_measures_is_published_and_nothing_else(make: str) -> None:
    one = address_of(1, make)
    async with Simulation([pack(make)]) as sim, Venus() as venus:
        await sim.fault("current", one, amperes=31.4)
        async with Program("run") as program:
            await venus.enable(one, Protocol=MAKES[make], Chemistry="LiFePO4")
            seen = await venus.until(one, lambda s: running(s) and s["/Dc/0/Current"] > 31)
            truth = (await sim.truth(one))["pack"]
            assert seen[VOLTAGE] == pytest.approx(truth["voltage"], abs=0.06)
            assert seen["/Dc/0/Current"] == pytest.approx(31.4, abs=0.1)
            assert seen["/Soc"] == pytest.approx(truth["soc"], abs=1.1)
            assert seen["/Capacity"] == pytest.approx(truth["remaining"], abs=0.2)
            assert cells(seen) == pytest.approx(truth["cells"], abs=0.002)
            assert seen["/System/MaxCellVoltage"] == pytest.approx(max(truth["cells"]), abs=0.002)
            assert seen["/System/MinCellTemperature"] == pytest.approx(22.0, abs=1.5)
            switches = None if make in WITHOUT_MOSFETS else 1
            assert (seen["/Io/AllowToCharge"], seen["/Io/AllowToDischarge"]) == (switches, switches)
            assert [seen[path] for path in LIMITS if path in seen.items] in ([None] * 3, [])
            assert not {"/Settings/MosfetMode", "/SwitchableOutput/charge/State"} & seen.items.keys()
            assert (seen[CABLE], seen[STATE]) == (0, "connected")
            assert await program.stop() == 0
        assert program.left_behind == []
        assert (await sim.truth(one))["holder"] is None


@pytest.mark.parametrize("make", MAKES)
async def test_a_cell_of_0_v_gives_no_cell_the_voltage_of_another(make: str) -> None:
    one = address_of(1, make)
    async with Simulation([pack(make)]) as sim, Venus() as venus, Program("run"):
        await venus.enable(one, Protocol=MAKES[make])
        seen = await venus.until(one, lambda s: bool(s["/Voltages/Cell8"]))
        true = cells(seen)
        await sim.fault("cell", one, number=1, volts=0.0)
        await venus.until(one, lambda s: not s["/Voltages/Cell1"])
        assert cells(seen) in ([None] * 8, [0.0, *true[1:]])
        await sim.fault("drop", one)
        await sim.truth_when(one, lambda t: t["counters"]["connections"] == 2)
        await sim.fault("current", one, amperes=0.3)
        await venus.until(one, lambda s: s["/Dc/0/Current"] == pytest.approx(0.3, abs=0.1))
        assert not seen["/Voltages/Cell1"]
        assert "Another BMS" not in seen["/Diagnostics/Doubt"]
        await sim.fault("clear", one)
        await venus.until(one, lambda s: cells(s) == pytest.approx(true, abs=0.01))


@pytest.mark.parametrize("make", MAKES)
async def test_a_pack_that_drops_its_link_is_read_again(make: str) -> None:
    one = address_of(1, make)
    async with Simulation([pack(make)]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(one, Protocol=MAKES[make])
        seen = await venus.until(one, running)
        await sim.fault("drop", one)
        await sim.truth_when(one, lambda t: t["counters"]["connections"] == 2)
        await sim.fault("current", one, amperes=-12.3)
        await venus.until(one, lambda s: running(s) and s["/Dc/0/Current"] == pytest.approx(-12.3, abs=0.1))
        assert (seen[CABLE], seen[STATE]) == (0, "connected")
        assert (await sim.truth(one))["notify_sessions"] == 1
        assert await program.stop() == 0
    assert program.left_behind == []


@pytest.mark.parametrize("make", MAKES)
async def test_a_silent_pack_is_held_then_invalid_with_an_alarm_and_returns(make: str) -> None:
    one = address_of(1, make)
    async with Simulation([pack(make), jbd()]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(one, Protocol=MAKES[make], HoldTime=8)
        await venus.enable(JBD)
        await venus.until(JBD, running)
        await venus.until(one, running)
        now = asyncio.get_running_loop().time
        begun = now()
        await sim.fault("mute", one)
        seen = await venus.until(one, lambda s: not running(s))
        assert now() - begun > 6
        assert seen["/Soc"] is None
        await venus.until(one, lambda s: bool(s[CABLE]))
        await untouched(sim, begun, 12.0)
        await sim.fault("clear", one)
        await venus.until(one, lambda s: running(s) and s[CABLE] == 0)
        assert await program.stop() == 0
    assert program.left_behind == []


async def test_a_pack_that_stays_away_leaves_the_bus_and_returns() -> None:
    one = address_of(1, "daly")
    async with Simulation([pack("daly")]) as sim, Venus() as venus, Program("run"):
        await venus.enable(one, Protocol="daly", HoldTime=5, RemoveAfter=20, StopAfter=10)
        seen = await venus.until(one, running)
        await sim.fault("vanish", one)
        await venus.until(one, lambda s: not running(s))
        await venus.until_gone(one)
        assert seen[CABLE] > 0
        await sim.fault("appear", one)
        returned = await venus.until(one, running)
        assert returned["/DeviceInstance"] == seen["/DeviceInstance"]
        assert venus.left == [seen.name]


@pytest.mark.parametrize("make", MAKES)
async def test_in_per_poll_mode_the_pack_is_free_between_two_polls(make: str) -> None:
    one = address_of(1, make)
    async with Simulation([pack(make)]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(one, Protocol=MAKES[make], ConnectionMode=1, PollInterval=6, HoldTime=20)
        await venus.until(one, running)
        await sim.truth_when(one, lambda t: t["holder"] is None)
        await sim.fault("current", one, amperes=21.0)
        await venus.until(one, lambda s: running(s) and s["/Dc/0/Current"] == pytest.approx(21.0, abs=0.1))
        truth = await sim.truth_when(one, lambda t: t["counters"]["connections"] >= 3)
        assert truth["counters"]["failed"] == 0
        assert await program.stop() == 0
    assert program.left_behind == []


async def test_a_pack_is_lent_to_a_phone_and_read_again_afterwards() -> None:
    one = address_of(1, "litime")
    service = f"{BATTERY}xbms_{one.replace(':', '').lower()}"
    async with Simulation([pack("litime")]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(one, Protocol="redodo", AllowLending=1)
        await venus.until(one, running)
        assert await venus.write(service, LEND, 10) == 0
        await venus.until(one, lambda s: s[LEND] == 10 and not running(s))
        await sim.truth_when(one, lambda t: t["holder"] is None)
        await sim.fault("phone", one)
        await sim.fault("phone", one, on=False)
        assert await venus.write(service, LEND, 0) == 0
        await venus.until(one, running)
        assert await program.stop() == 0
    assert program.left_behind == []


async def test_a_module_of_the_library_that_never_ends_delays_no_other_pack() -> None:
    one = address_of(1, "litime")
    async with Simulation([pack("litime"), jbd()]) as sim, Venus() as venus:
        program = Program("run", command=ODD)
        async with program:
            await venus.enable(JBD, **CONTROL)
            await venus.enable(one, Protocol="redodo", HoldTime=5)
            seen = await venus.until(JBD, running)
            await sim.truth_when(one, lambda t: t["counters"]["connections"] == 1)
            await untouched(sim, asyncio.get_running_loop().time(), 30.0)
            assert (seen[CABLE], running(seen)) == (0, True)
            await sim.truth_when(one, lambda t: t["counters"]["connections"] >= 2)  # it is tried again
            # The loop waits for what was left behind, until the watchdog ends the process.
            assert await program.stop() == 1
        assert "ending now" in "\n".join([*program.output, *program.log])
        assert [line for line in program.output if line.startswith("ERROR") or "Traceback" in line] == []


@pytest.mark.parametrize(("protocol", "imported"), [("JBD", False), ("redodo", True)])
async def test_the_library_is_imported_only_for_a_pack_that_needs_it(protocol: str, imported: bool) -> None:
    one = address_of(1, "litime")
    confessing = (sys.executable, "-W", "error", "-c", CONFESSING)
    async with Simulation([pack("litime"), jbd()]) as sim, Venus() as venus:
        async with Program("run", command=confessing) as program:
            await venus.enable(JBD)
            await venus.enable(one, Protocol=protocol)
            await venus.until(JBD, running)
            await sim.truth_when(one, lambda t: t["counters"]["connections"] >= 1)
            if imported:
                await venus.until(one, running)
            assert await program.stop() == 0
        (line,) = [line for line in program.output if line.startswith("imported: ")]
        assert ("aiobmsble" in line) is imported
