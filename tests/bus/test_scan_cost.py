"""CPU time of the search for a missing pack among many devices, and no scanning without need."""

from __future__ import annotations

import asyncio

import pytest

from bench.speed.process import cpu_seconds, sleeps
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Seen, Venus
from tests.endurance.process import counted

pytestmark = pytest.mark.usefixtures("private_bus")

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
SEARCHED = 12.0  # s, one search of 8 s and part of the pause after it
MOST = 0.05  # of a core, on average; a quiet machine needs a tenth of that


def valid(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


async def test_a_search_among_200_devices_at_10_hz_is_cheap_and_disturbs_no_other_pack() -> None:
    async with Simulation(2) as sim, Venus() as venus, Program("run") as program:
        await sim.fault("crowd", "hci0", devices=200, rate=10.0)
        await sim.fault("vanish", TWO)
        await venus.enable(ONE, TWO)
        seen = await venus.until(ONE, valid)
        used, scanned = cpu_seconds(program.pid), (await sim.counters())["hci0"]["discovery_seconds"]
        await asyncio.sleep(SEARCHED)
        used = (cpu_seconds(program.pid) - used) / SEARCHED
        scanned = (await sim.counters())["hci0"]["discovery_seconds"] - scanned
        print(f"{100 * used:.1f} % of a core, scanning {100 * scanned / SEARCHED:.0f} % of the time")
        assert scanned > 1
        assert used < MOST
        assert all(change.get("/Dc/0/Voltage", 0) is not None for _, change in seen.signals)
        await sim.fault("appear", TWO)
        await venus.until(TWO, valid)


async def test_nothing_scans_while_all_packs_are_connected() -> None:
    async with Simulation(2) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, TWO)
        for address in (ONE, TWO):
            await venus.until(address, valid)
        before = (await sim.counters())["hci0"]
        assert not before["discovering"]
        for address in (ONE, TWO):
            seen = await venus.until(address, valid)
            seen.signals.clear()
            await venus.until(address, lambda s: len(s.signals) > 3)
        after = (await sim.counters())["hci0"]
        assert (after["discoveries"], after["discovery_seconds"]) == (
            before["discoveries"],
            before["discovery_seconds"],
        )


QUIET = 5.0  # s
MOST_WAKE_UPS = 15  # in that time, of a program with nothing to do: it checks packs and tasks periodically


async def test_the_program_sleeps_between_polls() -> None:
    async with Simulation(2) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, TWO, RestInterval=0.0)
        for address in (ONE, TWO):
            await venus.until(address, valid)
            await venus.set(address, "PollInterval", 600.0)
        await asyncio.sleep(2.0)  # the polls that were due still come
        polls = [(await sim.truth(address))["counters"]["requests"] for address in (ONE, TWO)]
        before = sleeps(program.pid)
        await asyncio.sleep(QUIET)
        assert sleeps(program.pid) - before < MOST_WAKE_UPS
        assert polls == [(await sim.truth(address))["counters"]["requests"] for address in (ONE, TWO)]


async def test_an_adapter_that_returns_under_another_name_leaves_no_match_rules() -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE)
        await venus.until(ONE, valid)
        before = (await counted(venus))["rules"]
        await sim.fault("unplug", "", name="hci3", seconds=0.5)
        await venus.until(ONE, lambda s: s["/ConnectionInformation"] != "connected")
        await venus.until(ONE, lambda s: s["/ConnectionInformation"] == "connected")
        assert (await counted(venus))["rules"] <= before
