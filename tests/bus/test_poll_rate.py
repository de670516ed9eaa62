"""A pack at rest, end to end: how often it is polled, and what the bus shows."""

from __future__ import annotations

import asyncio
import sys

import pytest

from bench.speed.process import sleeps
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
OVERCURRENT = "/Alarms/HighDischargeCurrent"
# Shortens the time until a pack counts as resting.
SOON_AT_REST = """
import sys
from dbus_xbms import cli
from dbus_xbms.policy import poll_rate
poll_rate.REST_AFTER = 2.0
sys.exit(cli.main())
"""
COMMAND = (sys.executable, "-W", "error", "-c", SOON_AT_REST)


async def time_of_polls(sim: Simulation, polls: int) -> float:
    """Wait for ``polls`` polls and return how long they took, in s."""
    before, started = (await sim.truth(ONE))["counters"]["requests"]["04"], asyncio.get_running_loop().time()
    await sim.truth_when(ONE, lambda t: t["counters"]["requests"]["04"] >= before + polls)
    return asyncio.get_running_loop().time() - started


async def test_a_pack_at_rest_is_polled_rarely_and_a_protection_raises_an_alarm_in_time() -> None:
    still = {"load": "rest", "soc": 50.0}
    async with Simulation([still]) as sim, Venus() as venus, Program("run", command=COMMAND) as program:
        await venus.enable(ONE, Control=1, Chemistry="LiFePO4", RestInterval=3.0)
        await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        await asyncio.sleep(4)
        assert await time_of_polls(sim, 3) > 5.5  # two intervals, less the delay of the first poll
        limits = {"/Info/MaxDischargeCurrent": 50.0}
        seen = await venus.until(ONE, lambda s: all(s[path] == value for path, value in limits.items()))
        await sim.fault("protection", ONE, bit=9)
        await venus.until(ONE, lambda s: s[OVERCURRENT] == 2)
        assert seen["/Info/MaxDischargeCurrent"] == 0
        assert await time_of_polls(sim, 4) < 8  # a poll each second; at rest they take 9 s
        assert venus.left == []
        assert await program.stop() == 0
    assert program.left_behind == []


RESTED = 20.0  # s
MOST_WAKE_UPS = 20  # in that time: half of it on a quiet machine, where all replies come within 0.25 s


@pytest.mark.long
async def test_while_all_packs_rest_the_program_wakes_for_all_of_them_at_once() -> None:
    still = {"load": "rest", "soc": 50.0, "noise": 0.0}
    async with Simulation([still] * 4) as sim, Venus() as venus, Program("run", command=COMMAND) as program:
        await venus.enable(*sim.addresses, Control=1, Chemistry="LiFePO4")
        for address in sim.addresses:
            await venus.until(address, lambda s: s["/Dc/0/Voltage"] is not None)
        await asyncio.sleep(15)  # until the second poll at rest
        polls = (await sim.truth(ONE))["counters"]["requests"]["04"]
        before = sleeps(program.pid)
        await asyncio.sleep(RESTED)
        assert sleeps(program.pid) - before < MOST_WAKE_UPS
        assert (await sim.truth(ONE))["counters"]["requests"]["04"] - polls in (1, 2, 3)
