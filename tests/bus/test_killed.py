"""A killed program leaves the MOSFETs as commanded, and its successor commands nothing."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from dbus_xbms.settings import device_id
from tests.bus.simulation import Simulation
from tests.bus.venus import BATTERY, Venus
from tests.endurance.bus_loss import Supervision, charging_off

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
DISCHARGING = {"address": ONE, "load": "discharge", "soc": 60}
OPT_INS: dict[str, float | str] = {
    "Control": 1,
    "Chemistry": "LiFePO4",
    "AllowMosfetControl": 1,
    "AllowDischargeOff": 1,
}
LONGER_THAN_A_COMMAND_WAITS = 12.0  # s


async def test_after_a_kill_the_mosfets_are_as_commanded_and_a_waiting_command_is_dropped() -> None:
    supervision = Supervision()
    async with Simulation([DISCHARGING]) as sim, Venus() as venus, supervision.running():
        await venus.enable(ONE, **OPT_INS)
        await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        await charging_off(venus, ONE)
        await venus.write(BATTERY + device_id(ONE), "/Io/AllowToDischarge", 0)  # waits for the 20 A to fall
        await venus.until(ONE, lambda s: s["/Settings/MosfetMode"] == 3)
        os.kill(supervision.lives[-1].pid, signal.SIGKILL)
        await venus.until_gone(ONE)
        seen = await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        assert (seen["/Settings/MosfetMode"], seen["/Io/AllowToCharge"]) == (1, 0)
        await asyncio.sleep(LONGER_THAN_A_COMMAND_WAITS)
        assert (seen["/Settings/MosfetMode"], seen["/Io/AllowToDischarge"]) == (1, 1)
        truth = await sim.truth(ONE)
        assert [payload for _, _, payload in truth["writes"]] == ["0001"]
        assert len(supervision.lives) == 2
