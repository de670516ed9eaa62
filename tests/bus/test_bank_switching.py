"""Switching a bank of two packs, and its current from a shunt, through the whole program on a real bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from dbus_fast import Variant

from dbus_xbms.model import CommandState
from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.bus.smart_shunt import SMART_SHUNT, smart_shunt
from tests.bus.switching import ACCEPTED, CHARGE, DISCHARGE, LAST, REFUSED, STATE, mosfets
from tests.bus.venus import BATTERY, SETTINGS, Seen, Venus

pytestmark = pytest.mark.usefixtures("private_bus")

BOW, STERN = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
BANK, HOUSE = "bank_1", f"{BATTERY}xbms_bank_1"
LAST_STATE = "/Io/LastCommandState"
PACKS = [{"address": address, "load": "rest"} for address in (BOW, STERN)]
ALLOWED: dict[str, float | str] = {
    "Chemistry": "LiFePO4",
    "AllowMosfetControl": 1,
    "AllowDischargeOff": 1,
}


@asynccontextmanager
async def house() -> AsyncIterator[tuple[Simulation, Venus]]:
    """The bank House of Bow and Stern, once both are read."""
    async with Simulation(PACKS) as sim, Venus() as venus, Program("run"):
        for address, name in ((BOW, "Bow"), (STERN, "Stern")):
            await venus.enable(address, CustomName=name, **ALLOWED)
            await venus.until(address, lambda seen: seen["/Dc/0/Voltage"] is not None)
        created = await command("bank", "create", "--name", "House", "--yes")
        assert created.status == 0, created.err
        await venus.until(BANK, lambda seen: seen["/System/NrOfModulesOnline"] == 2)
        yield sim, venus


async def masks(sim: Simulation) -> list[list[str]]:
    """The masks written to each pack."""
    return [[payload for _, _, payload in (await sim.truth(one))["writes"]] for one in (BOW, STERN)]


def ended(state: CommandState, words: str) -> Any:
    """A condition: the newest command has ended so, with these words."""

    def condition(seen: Seen) -> bool:
        return bool(seen[LAST_STATE] == state and words in (seen[LAST] or ""))

    return condition


async def test_a_bank_is_switched_as_a_whole_with_the_outcome_of_each_pack() -> None:
    async with house() as (sim, venus):
        assert await venus.write(HOUSE, CHARGE, 0) == ACCEPTED
        seen = await venus.until(BANK, ended(CommandState.DONE, "charge off: done"))
        await venus.until(BANK, lambda s: mosfets(s) == (0, 1))
        assert (seen["/Settings/ForceChargingOff"], seen[STATE]) == (1, 0)
        assert await masks(sim) == [["0001"], ["0001"]]

        await venus.set(STERN, "AllowDischargeOff", 0)
        assert await venus.write(HOUSE, DISCHARGE, 0) == REFUSED
        await venus.until(BANK, ended(CommandState.REFUSED, "set Stern AllowDischargeOff 1"))
        assert await masks(sim) == [["0001"], ["0001"]]

        await sim.fault("stuck", STERN, mosfet="charge", state="off")
        assert await venus.write(HOUSE, CHARGE, 1) == ACCEPTED
        await venus.until(BANK, ended(CommandState.FAILED, "Bow: done; Stern: failed"))
        await venus.until(BANK, lambda s: s.items[CHARGE]["Text"].value == "1 (off in Stern)")


async def test_the_command_line_switches_a_bank_and_reports_the_outcome_of_each_pack() -> None:
    async with house() as (sim, venus):
        done = await command("switch", "house", "charge", "off")
        assert (done.status, done.out) == (0, "charge off: done\n")
        await venus.set(STERN, "AllowMosfetControl", 0)
        refused = await command("switch", "house", "both", "on", "--force")
        assert refused.status == 1
        assert "Bow: done; Stern: refused: switching is off" in refused.err
        assert "dbus-xbms set Stern AllowMosfetControl 1" in refused.err
        assert await masks(sim) == [["0001", "0000"], ["0001"]]


async def test_a_pack_that_is_switched_by_itself_is_shown_as_different_from_the_others() -> None:
    async with house() as (_, venus):
        assert await venus.write(f"{BATTERY}xbms_a4c137000002", CHARGE, 0) == ACCEPTED
        seen = await venus.until(BANK, lambda s: s["/Settings/ForceChargingOff"] is None)
        await venus.until(BANK, lambda s: s.items[CHARGE]["Text"].value == "1 (off in Stern)")
        assert (seen["/Settings/MosfetMode"], seen["/Settings/ForceDischargingOff"]) == (None, 0)
        assert seen[LAST] is None  # the bank itself was not commanded


async def test_the_current_of_a_bank_is_that_of_its_shunt_while_it_is_there() -> None:
    async with house() as (_, venus):
        await venus.until(BANK, lambda seen: abs(seen["/Dc/0/Current"]) < 1)
        path = "/Settings/Services/Xbms/Banks/1/Shunt"
        async with smart_shunt() as shunt:  # it may differ from the packs by 4 A
            shunt.shown = Variant("d", -3.0)
            assert await venus.write(SETTINGS, path, SMART_SHUNT) == ACCEPTED
            await venus.until(BANK, lambda seen: seen["/Dc/0/Current"] == -3.0)
            await shunt.properties_changed(Variant("d", -2.5))
            await venus.until(BANK, lambda seen: seen["/Dc/0/Current"] == -2.5)
        await venus.until(BANK, lambda seen: abs(seen["/Dc/0/Current"]) < 1)
