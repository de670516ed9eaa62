"""MOSFET commands from the bus: each is done, refused or fails visibly, and nothing else is written."""

from __future__ import annotations

import asyncio

import pytest

from dbus_xbms.model import CommandState
from tests.bus.shown_packs import ONE, valid
from tests.bus.simulation import Program, Simulation
from tests.bus.switching import (
    ACCEPTED,
    CCL,
    CHARGE,
    DISCHARGE,
    LAST,
    OPT_INS,
    REFUSED,
    RESTING,
    STATE,
    STATUS,
    last_command_has,
    mosfets,
    writes,
)
from tests.bus.venus import BATTERY, Venus

pytestmark = pytest.mark.usefixtures("private_bus")

SERVICE = f"{BATTERY}xbms_a4c137000001"


async def test_every_path_of_a_mosfet_switches_it_and_shows_what_the_bms_reports() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **OPT_INS)
        seen = await venus.until(ONE, valid)
        assert mosfets(seen) == (1, 1)
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: mosfets(s) == (0, 1) and last_command_has(s, "charge off: done"))
        assert (seen[STATE], seen[STATUS], seen["/Settings/MosfetMode"]) == (0, 0x00, 1)
        assert (seen["/Settings/ForceChargingOff"], seen["/Settings/ForceDischargingOff"]) == (1, 0)
        assert seen[CCL] == 0
        assert await venus.write(SERVICE, "/Settings/ForceDischargingOff", 1) == ACCEPTED
        await venus.until(ONE, lambda s: mosfets(s) == (0, 0))
        await asyncio.sleep(5)  # a MOSFET is switched at most once in 5 s
        assert await venus.write(SERVICE, "/Settings/MosfetMode", 0) == ACCEPTED
        await venus.until(ONE, lambda s: mosfets(s) == (1, 1) and s["/Settings/MosfetMode"] == 0)
        assert await writes(sim) == ["e1 0001", "e1 0003", "e1 0000"]
        assert ":1." in await program.until("requests charge off")


async def test_the_current_of_a_controlling_pack_falls_before_its_mosfet_turns_off() -> None:
    pack = {"address": ONE, "load": "charge", "soc": 40, "rate": 0.2}
    async with Simulation([pack]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        seen = await venus.until(ONE, lambda s: valid(s) and s["/Dc/0/Current"] > 10 and (s[CCL] or 0) > 0)
        assert await venus.write(SERVICE, STATE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: s[CCL] == 0)
        assert (seen[STATE], seen[CHARGE], seen[STATUS]) == (0, 1, 0x09)
        assert await writes(sim) == []
        await sim.fault("current", ONE, amperes=0.4)
        await venus.until(ONE, lambda s: s[CHARGE] == 0)
        assert await writes(sim) == ["e1 0001"]


async def test_a_current_that_does_not_fall_is_cut_off_after_ten_seconds() -> None:
    pack = {"address": ONE, "load": "charge", "soc": 40, "rate": 0.2}
    async with Simulation([pack]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, lambda s: valid(s) and s["/Dc/0/Current"] > 10)
        requested_at = asyncio.get_running_loop().time()
        assert await venus.write(SERVICE, STATE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: s[CHARGE] == 0)
        assert asyncio.get_running_loop().time() - requested_at > 9
        assert await writes(sim) == ["e1 0001"]


@pytest.mark.parametrize(
    ("chosen", "path", "value", "setting"),
    [
        ({}, CHARGE, 0, "AllowMosfetControl"),
        ({}, "/Settings/MosfetMode", 3, "AllowMosfetControl"),
        ({"AllowMosfetControl": 1}, DISCHARGE, 0, "AllowDischargeOff"),
        ({"AllowMosfetControl": 1}, "/Settings/MosfetMode", 2, "AllowDischargeOff"),
        (OPT_INS, "/Settings/TurnBalancingOff", 1, "AllowParameterWrites"),
    ],
)
async def test_a_command_that_is_not_allowed_is_refused_and_names_the_setting(
    chosen: dict[str, float | str], path: str, value: int, setting: str
) -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **chosen)
        await venus.until(ONE, valid)
        assert await venus.write(SERVICE, path, value) == REFUSED
        seen = await venus.until(ONE, lambda s: last_command_has(s, setting))
        assert mosfets(seen) == (1, 1)
        assert await writes(sim) == []
        assert setting in await program.until("refused")


async def test_a_stuck_mosfet_fails_the_command_and_is_shown_as_it_is() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        await sim.fault("stuck", ONE, mosfet="charge", state="on")
        assert await venus.write(SERVICE, STATE, 0) == ACCEPTED
        seen = await venus.until(ONE, lambda s: s[STATUS] == 0x08)
        assert (seen[STATE], seen[CHARGE]) == (1, 1)
        assert last_command_has(seen, "failed: commanded charge off, discharge on; the BMS reports charge on")
        assert await writes(sim) == ["e1 0001"]  # stored, as the lock bit shows: not repeated
        assert "ERROR" in await program.until("failed: commanded")
        assert seen["/Io/LastCommandState"] == CommandState.FAILED
        await asyncio.sleep(3)
        assert len(await writes(sim)) == 1


@pytest.mark.parametrize(("fault", "attempts"), [("lost_acknowledge", 1), ("ignored_write", 2)])
async def test_a_command_is_confirmed_by_reading_and_repeated_once_if_it_had_no_effect(
    fault: str, attempts: int
) -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        await sim.fault(fault, ONE)
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: mosfets(s) == (0, 1) and last_command_has(s, "done"))
        assert await writes(sim) == ["e1 0001"] * attempts


async def test_a_lost_read_back_is_repeated() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        await sim.fault("lost_read_back", ONE, count=50)  # in the first 3 s
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: mosfets(s) == (0, 1) and last_command_has(s, "done"))
        assert await writes(sim) == ["e1 0001"]


async def test_silence_after_a_command_fails_it_and_the_state_is_read_again() -> None:
    pack = {**RESTING, "quickest": 0.4, "slowest": 0.5}
    async with Simulation([pack]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await sim.truth_when(ONE, lambda t: t["writes"] != [])
        await sim.fault("mute", ONE)
        seen = await venus.until(ONE, lambda s: last_command_has(s, "failed"))
        assert seen[STATE] == 1
        await sim.fault("clear", ONE)
        await venus.until(ONE, lambda s: mosfets(s) == (0, 1) and s["/Settings/MosfetMode"] == 1)
        assert seen[STATE] == 0
        assert await writes(sim) == ["e1 0001"]


@pytest.mark.long
async def test_a_link_lost_during_a_command_fails_it_and_nothing_is_written_later() -> None:
    pack = {"address": ONE, "load": "charge", "soc": 40, "rate": 0.2}
    async with Simulation([pack]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, lambda s: valid(s) and s["/Dc/0/Current"] > 10)
        assert await venus.write(SERVICE, STATE, 0) == ACCEPTED  # waits for the current
        await sim.fault("drop", ONE)
        seen = await venus.until(ONE, lambda s: last_command_has(s, "failed: connection lost"))
        await venus.until(ONE, lambda s: valid(s) and s["/ConnectionInformation"] == "connected")
        await asyncio.sleep(12)
        assert await writes(sim) == []
        assert (seen[STATE], seen[CHARGE]) == (1, 1)


async def test_without_contact_a_command_is_refused() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        await sim.fault("mute", ONE)
        await venus.until(ONE, lambda s: s["/Bluetooth/State"].startswith("held"))
        assert await venus.write(SERVICE, CHARGE, 0) == REFUSED
        await venus.until(ONE, lambda s: last_command_has(s, "no contact"))
        await sim.fault("clear", ONE)
        await venus.until(ONE, lambda s: s["/ConnectionInformation"] == "connected")
        await asyncio.sleep(2)
        assert await writes(sim) == []


async def test_a_mosfet_blocked_by_a_protection_is_shown_as_tripped_and_left_alone() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        await sim.fault("protection", ONE, bit=0)
        seen = await venus.until(ONE, lambda s: s[CHARGE] == 0)
        assert (seen[STATE], seen[STATUS], seen["/Settings/ForceChargingOff"]) == (0, 0x02, 0)
        assert await venus.write(SERVICE, DISCHARGE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: mosfets(s) == (0, 0) and last_command_has(s, "done"))
        assert await writes(sim) == ["e1 0002"]  # not 3: charging was never switched off
        await sim.fault("clear", ONE)
        await sim.fault("protection", ONE, bit=0, on=False)
        await venus.until(ONE, lambda s: mosfets(s) == (1, 0))


async def test_a_lock_that_the_bms_ends_by_itself_is_shown_and_not_set_again() -> None:
    pack = {"address": ONE, "load": "rest", "soc": 60}
    async with Simulation([pack]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        await sim.fault("unlocks", ONE)
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: s[CHARGE] == 0 and last_command_has(s, "done"))
        await sim.fault("current", ONE, amperes=-8.0)
        seen = await venus.until(ONE, lambda s: s[CHARGE] == 1)
        await asyncio.sleep(3)
        assert (seen[STATE], seen["/Settings/MosfetMode"]) == (1, 0)
        assert await writes(sim) == ["e1 0001"]


async def test_two_simultaneous_writes_are_each_done_or_refused() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Venus() as other, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        answers = await asyncio.gather(venus.write(SERVICE, CHARGE, 0), other.write(SERVICE, DISCHARGE, 0))
        wanted = tuple(int(answer != ACCEPTED) for answer in answers)
        await venus.until(ONE, lambda s: mosfets(s) == wanted)
        assert ACCEPTED in answers
        assert (await writes(sim))[-1] == f"e1 000{(not wanted[0]) | (not wanted[1]) << 1}"


async def test_commands_that_are_sent_together_are_reported_together() -> None:
    pack = {"address": ONE, "load": "charge", "soc": 40, "rate": 0.2}
    async with Simulation([pack]) as sim, Venus() as venus, Venus() as other, Program("run") as program:
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, lambda s: valid(s) and s["/Dc/0/Current"] > 10)
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED  # waits for the current
        assert await other.write(SERVICE, DISCHARGE, 0) == ACCEPTED
        seen = await venus.until(ONE, lambda s: s["/Io/LastCommandState"] == CommandState.WAITING)
        await sim.fault("current", ONE, amperes=0.0)
        await venus.until(ONE, lambda s: mosfets(s) == (0, 0) and last_command_has(s, "done"))
        assert seen[LAST] == "charge off, discharge off: done"
        line = await program.until("requested by")
        assert line.count(":1.") == 2
        assert await writes(sim) == ["e1 0003"]


async def test_an_on_right_after_an_off_waits_five_seconds_and_a_wrong_value_is_refused() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        assert await venus.write(SERVICE, CHARGE, 3) == REFUSED
        assert await venus.write(SERVICE, CHARGE, "off") != ACCEPTED
        assert await venus.write(SERVICE, "/Settings/MosfetMode", 5) == REFUSED
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: s[CHARGE] == 0 and last_command_has(s, "done"))
        assert await venus.write(SERVICE, CHARGE, 1) == ACCEPTED
        await venus.until(ONE, lambda s: last_command_has(s, "charge on: waiting"))
        await venus.until(ONE, lambda s: s[CHARGE] == 1 and last_command_has(s, "charge on: done"))
        assert await writes(sim) == ["e1 0001", "e1 0000"]


async def test_nothing_is_written_by_connecting_reconnecting_starting_or_ending() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus:
        await venus.enable(ONE, **OPT_INS)
        async with Program("run"):
            await venus.until(ONE, valid)
            assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
            await venus.until(ONE, lambda s: s[CHARGE] == 0 and last_command_has(s, "done"))
            await sim.fault("drop", ONE)
            await sim.truth_when(ONE, lambda t: t["counters"]["connections"] == 2)
        async with Program("run"):
            seen = await venus.until(ONE, lambda s: valid(s) and s["/Settings/MosfetMode"] == 1)
            assert mosfets(seen) == (0, 1)
        assert await writes(sim) == ["e1 0001"]


async def test_a_newer_bms_is_switched_by_its_own_command_only_if_that_is_allowed() -> None:
    async with Simulation([{**RESTING, "commands": "fb"}]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, valid)
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await venus.until(
            ONE, lambda s: last_command_has(s, "failed") and last_command_has(s, "does not know this command")
        )
        await venus.set(ONE, "UseFbCommand", 1)
        await asyncio.sleep(5)
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: mosfets(s) == (0, 1) and last_command_has(s, "done"))
        assert await writes(sim) == ["e1 0001", "e1 0001", "fb 0101", "fb 0000"]


async def test_balancing_is_switched_in_factory_mode_which_is_left_afterwards() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, AllowParameterWrites=1)
        await venus.until(ONE, valid)
        assert await venus.write(SERVICE, "/Settings/TurnBalancingOff", 1) == ACCEPTED
        await venus.until(ONE, lambda s: s["/Settings/TurnBalancingOff"] == 1 and last_command_has(s, "done"))
        pack = (await sim.truth(ONE))["pack"]
        assert (pack["factory"], pack["functions"], pack["stored"]) == (False, 0x0002, 0)
        assert await writes(sim) == ["00 5678", "2d 0002", "01 0000"]
        assert await venus.setting(ONE, "Balancing") == 0


async def test_a_command_that_was_sent_is_completed_before_the_program_ends() -> None:
    async with Simulation([{**RESTING, "slowest": 0.5, "quickest": 0.4}]) as sim, Venus() as venus:
        await venus.enable(ONE, **OPT_INS)
        async with Program("run") as program:
            await venus.until(ONE, valid)
            assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
            await sim.truth_when(ONE, lambda t: t["writes"] != [])
            assert await program.stop() == 0
        assert any("charge off, requested by" in line and "done" in line for line in program.output)
        assert program.left_behind == []


async def test_in_per_poll_mode_the_program_connects_for_a_command() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **OPT_INS, ConnectionMode=1, PollInterval=60.0)
        await venus.until(ONE, valid)
        await sim.truth_when(ONE, lambda t: t["counters"]["disconnections"] == 1)
        assert await venus.write(SERVICE, CHARGE, 0) == ACCEPTED
        await venus.until(ONE, lambda s: s[CHARGE] == 0 and last_command_has(s, "done"))
        await sim.truth_when(ONE, lambda t: t["counters"]["disconnections"] == 2)
        assert await writes(sim) == ["e1 0001"]
