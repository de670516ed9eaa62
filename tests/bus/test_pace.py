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
from dbus_xbms.control import pace
pace.REST_AFTER = 2.0
sys.exit(cli.main())
"""
COMMAND = (sys.executable, "-W", "error", "-c", SOON_AT_REST)


async def asked(sim: Simulation, seconds: float) -> tuple[int, int]:
    """How often basic info and cells are read in so many seconds."""
    before = (await sim.truth(ONE))["counters"]["requests"]
    await asyncio.sleep(seconds)
    after = (await sim.truth(ONE))["counters"]["requests"]
    return after["03"] - before["03"], after["04"] - before["04"]


async def test_a_pack_at_rest_is_asked_rarely_and_a_protection_is_an_alarm_in_time() -> None:
    still = {"load": "rest", "soc": 50.0}
    async with Simulation([still]) as sim, Venus() as venus, Program("run", command=COMMAND) as program:
        await venus.enable(ONE, Control=1, Chemistry="LiFePO4", RestInterval=3.0)
        await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        await asyncio.sleep(4)
        basics, cells = await asked(sim, 6.5)
        assert basics in (2, 3)
        assert cells in (1, 2)
        limits = {"/Info/MaxDischargeCurrent": 50.0}
        seen = await venus.until(ONE, lambda s: all(s[path] == value for path, value in limits.items()))
        await sim.fault("protection", ONE, bit=9)
        await venus.until(ONE, lambda s: s[OVERCURRENT] == 2, timeout=4)
        assert seen["/Info/MaxDischargeCurrent"] == 0
        assert (await asked(sim, 3.5))[1] >= 3
        assert venus.left == []
        assert await program.stop() == 0
    assert program.left_behind == []
