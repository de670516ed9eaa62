"""A pack at rest, end to end: what its BMS is asked for, and what the bus shows."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
OVERCURRENT = "/Alarms/HighDischargeCurrent"
# The program with less patience, so that nobody has to wait a minute for each rest.
SOON_AT_REST = """
import sys
from dbus_xbms import cli
from dbus_xbms.policy import pace
pace.REST_AFTER = 2.0
sys.exit(cli.main())
"""
COMMAND = (sys.executable, "-W", "error", "-c", SOON_AT_REST)


async def asked(sim: Simulation, basics: int) -> tuple[int, float]:
    """How often cells are read while basic info is read so many times, and how many seconds that takes."""
    before, begun = (await sim.truth(ONE))["counters"]["requests"], asyncio.get_running_loop().time()
    after = await sim.truth_when(ONE, lambda t: t["counters"]["requests"]["03"] >= before["03"] + basics)
    return after["counters"]["requests"]["04"] - before["04"], asyncio.get_running_loop().time() - begun


async def test_a_pack_at_rest_is_asked_rarely_and_a_protection_is_an_alarm_in_time() -> None:
    still = {"load": "rest", "soc": 50.0}
    async with Simulation([still]) as sim, Venus() as venus, Program("run", command=COMMAND) as program:
        await venus.enable(ONE, Control=1, Chemistry="LiFePO4", RestInterval=3.0)
        await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        await asyncio.sleep(4)
        cells, took = await asked(sim, 3)
        assert cells in (1, 2)
        assert took > 5.5  # two intervals, but for what the first poll was late
        limits = {"/Info/MaxDischargeCurrent": 50.0}
        seen = await venus.until(ONE, lambda s: all(s[path] == value for path, value in limits.items()))
        await sim.fault("protection", ONE, bit=9)
        await venus.until(ONE, lambda s: s[OVERCURRENT] == 2)
        assert seen["/Info/MaxDischargeCurrent"] == 0
        cells, _ = await asked(sim, 4)
        assert cells >= 3
        assert venus.left == []
        assert await program.stop() == 0
    assert program.left_behind == []
