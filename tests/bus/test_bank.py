"""A bank of simulated packs on the bus: it appears, takes over control, and returns after a kill."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from dbus_xbms.settings import bank_path, device_id
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, CONTROL, SETTINGS, Seen, Venus
from tests.endurance.bus_loss import Supervision

pytestmark = pytest.mark.usefixtures("private_bus")

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
HOUSE = "bank_1"  # as an address: its service ends in xbms_bank_1
CVL, CHARGE_MODE = "/Info/MaxChargeVoltage", "/Info/ChargeMode"
PACKS: list[dict[str, Any]] = [{"cells": 4, "capacity": 100.0}, {"cells": 4, "capacity": 200.0}]
PARALLEL: list[dict[str, Any]] = [{"packs": [1, 2]}]


class Limits(Venus):
    """Venus, with a record of which services had a CVL."""

    def __init__(self) -> None:
        super().__init__(self._look)
        self.holders: list[set[str]] = [set()]

    def _look(self, seen: Seen) -> None:
        now = {one.name for one in self.services.values() if one.items and controls(one)}
        if now != self.holders[-1]:
            self.holders.append(now)

    async def confirm(self, **chosen: float | str) -> None:
        """Confirm bank 1 with some settings, as an owner does."""
        wanted = {"Control": 1, **chosen, "Enabled": 1}
        await self._add({bank_path(1, name): type(value)() for name, value in wanted.items()})
        for name, value in wanted.items():
            assert await self.write(SETTINGS, bank_path(1, name), value) == 0


def controls(seen: Seen) -> bool:
    return CVL in seen.items and seen[CVL] is not None


def both_online(seen: Seen) -> bool:
    return controls(seen) and seen["/System/NrOfModulesOnline"] == 2


async def test_a_bank_takes_over_from_the_pack_that_controls_and_two_never_have_a_cvl() -> None:
    async with Simulation(PACKS, banks=PARALLEL), Limits() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        await venus.enable(TWO, Chemistry="LiFePO4")
        await venus.until(ONE, controls)
        await venus.confirm(Name="House")
        seen = await venus.until(HOUSE, both_online)
        assert (seen["/ProductId"], seen["/CustomName"]) == (0xBA59, "House")
        assert seen["/DeviceInstance"] == 590
        member = await venus.until(ONE, lambda one: not controls(one))
        assert member[CHARGE_MODE] == "Not controlling: part of the bank House"
        assert await venus.write(SETTINGS, bank_path(1, "Enabled"), 0) == 0
        await venus.until_gone(HOUSE)
        await venus.until(ONE, controls)
        assert all(len(holders) <= 1 for holders in venus.holders)


async def test_a_killed_service_returns_with_its_bank_and_no_member_controls_meanwhile() -> None:
    supervision = Supervision()
    async with Simulation(PACKS, banks=PARALLEL), Limits() as venus, supervision.running():
        await venus.enable(ONE, TWO, **CONTROL)
        await venus.confirm()
        seen = await venus.until(HOUSE, both_online)
        venus.holders.clear()
        venus.holders.append({seen.name})
        os.kill(supervision.lives[-1].pid, signal.SIGKILL)
        await venus.until_gone(HOUSE)
        await venus.until(HOUSE, both_online)
        assert set().union(*venus.holders) == {BATTERY + device_id(HOUSE)}
        assert len(supervision.lives) == 2


async def test_a_bank_that_is_not_confirmed_is_proposed_and_does_not_appear() -> None:
    async with Simulation(PACKS, banks=PARALLEL), Limits() as venus, Program("run") as program:
        await venus.enable(ONE, TWO, Chemistry="LiFePO4")
        await program.until("can act as one battery")
        assert (
            await venus.call(SETTINGS, bank_path(1, "Enabled"), "com.victronenergy.BusItem", "GetText") == "0"
        )
        await asyncio.sleep(1)
        assert BATTERY + device_id(HOUSE) not in venus.services
