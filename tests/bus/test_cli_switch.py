"""`dbus-xbms switch`: gives an order like any other program, and tells what became of it."""

from __future__ import annotations

import asyncio

import pytest

from tests.bus.simulation import Program, Simulation
from tests.bus.test_cli_packs import command
from tests.bus.test_switching import ONE, OPT_INS, RESTING, running, writes
from tests.bus.venus import Venus

pytestmark = pytest.mark.usefixtures("private_bus")


async def test_an_order_is_given_and_its_outcome_told() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, CustomName="House bank", **OPT_INS)
        await venus.until(ONE, running)
        done = await command("switch", "house bank", "charge", "off")
        assert (done.status, done.out, done.err) == (0, "charge off: done\n", "")
        again = await command("switch", ONE, "charge", "off")
        assert (again.status, again.out) == (0, "charge off: done: already off\n")
        await asyncio.sleep(5)  # a MOSFET changes once in 5 s
        assert (await command("switch", ONE, "both", "off")).status == 0
        assert await writes(sim) == ["e1 0001", "e1 0003"]


async def test_what_is_refused_or_fails_is_told_with_its_reason_and_a_status() -> None:
    async with Simulation([RESTING]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, AllowMosfetControl=1)
        await venus.until(ONE, running)
        refused = await command("switch", ONE, "discharge", "off")
        assert (refused.status, "AllowDischargeOff" in refused.out) == (1, True)
        refused = await command("switch", ONE, "balancing", "off")
        assert (refused.status, "AllowParameterWrites" in refused.out) == (1, True)
        assert await writes(sim) == []
        await sim.fault("stuck", ONE, mosfet="charge", state="on")
        failed = await command("switch", ONE, "charge", "off")
        assert (failed.status, failed.out.split(",")[0]) == (1, "charge off: failed: asked for charge off")


async def test_a_pack_that_is_not_on_the_bus_cannot_be_switched() -> None:
    done = await command("switch", ONE, "charge", "off")
    assert (done.status, done.out) == (1, "")
    assert "not on the bus" in done.err
