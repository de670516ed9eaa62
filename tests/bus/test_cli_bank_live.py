"""Banks on the command line, with simulated packs and the running service."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.talking import talk

BOW, STERN, PORT = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "A4:C1:37:00:00:03"
PACK: dict[str, Any] = {"cells": 4, "capacity": 100.0, "soc": 60.0}
ONE_BATTERY = "wired in parallel and act as one battery?"

pytestmark = pytest.mark.usefixtures("private_bus")


def parallel(*packs: int) -> dict[str, Any]:
    """A scenario's wiring of these packs, 1-based."""
    return {"banks": [{"packs": list(packs), "load": "rest"}]}


def questions(name: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Name on the GX", name), ("Chemistry: ", "lifepo4"), *more]


async def test_add_is_enough_for_two_packs_to_act_as_one_battery() -> None:
    async with Simulation([PACK] * 3, **parallel(1, 2)), Program("run") as service:
        await service.until("no pack is enabled yet")
        await talk("add", BOW, answers=questions("Bow", ("control", "no")))
        shown = await talk("add", STERN, answers=questions("Stern", ("control", "no"), (ONE_BATTERY, "yes")))
        assert shown.status == 0
        text = " ".join(shown.text.split())
        assert "wired in parallel, act as one battery of 200 Ah." in text
        assert "The bank Bank 1 was created (bank1, VRM instance 590)." in text
        assert "2 of 2 packs online." in text
        assert "Limits: CVL 13.80V, CCL " in text
        (bank,) = json.loads((await command("list", "--json")).out)["banks"]
        assert (bank["controls"], bank["online"], bank["members"]) == (True, 2, [BOW, STERN])

        # A third pack, elsewhere.
        shown = await talk("add", PORT, answers=questions("Port", ("Is this pack wired in parallel", "")))
        assert "JoinBank = 0" in (await command("get", "port", "JoinBank")).out
        joined = await command("bank", "add", "bank1", "port", "--yes")
        assert (joined.status, "Port becomes part of the bank Bank 1" in joined.out) == (0, True)

        # What acts on the whole bank.
        refused = await command("switch", "bank1", "charge", "off")
        assert (
            "Bow: refused: switching is off; to allow it: dbus-xbms set Bow AllowMosfetControl 1"
            in refused.err
        )
        for name in ("Bow", "Stern", "Port"):
            await command("set", name, "AllowMosfetControl", "1")
        # The bank's service comes with 2 packs, then 3, and then with switches. A command before that
        # would have no outcome.
        await service.until("xbms_bank_1 is on the bus", times=3)
        assert (await command("switch", "bank 1", "charge", "off")).out.strip().endswith("charge off: done")
        assert "charge off" in (await command("bank")).out

        ended = await command("bank", "delete", "bank1", "--yes")
        assert (ended.status, "The bank Bank 1 was deleted; its packs stay." in ended.out) == (0, True)


async def test_packs_that_differ_in_voltage_are_not_offered_as_a_bank_and_are_refused() -> None:
    full = {**PACK, "soc": 100.0, "load": "rest"}
    empty = {**PACK, "soc": 2.0, "load": "rest"}
    async with Simulation([full, empty]), Program("run") as service:
        await service.until("no pack is enabled yet")
        await command("add", BOW, "--name", "Bow", "--chemistry", "LiFePO4")
        added = await command("add", STERN, "--name", "Stern", "--chemistry", "LiFePO4")
        assert "bank create" not in added.out
        refused = await command("bank", "create", "--yes")
        assert refused.status == 1
        assert "they are not in parallel: Stern has 11." in refused.err
        assert "If they are wired in series: --topology series" in refused.err
        assert (await command("bank", "create", "bow", "stern", "--topology", "series", "--yes")).status == 0


async def test_without_a_terminal_add_prints_the_command_for_a_bank() -> None:
    async with Simulation([PACK] * 2, **parallel(1, 2)), Program("run") as service:
        await service.until("no pack is enabled yet")
        await command("add", BOW, "--name", "Bow", "--chemistry", "LiFePO4")
        added = await command("add", STERN, "--name", "Stern", "--chemistry", "LiFePO4")
        assert added.out.splitlines()[-1] == (
            "If Bow and Stern are wired in parallel, they can act as one battery: dbus-xbms bank create"
        )
