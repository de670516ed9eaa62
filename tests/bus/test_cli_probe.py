"""`probe` by name, and of packs that the running service knows."""

from __future__ import annotations

import json
import re

from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus
from tests.on_terminal import on_terminal

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
LOCKED = {"name": "JBD-LOCKED", "password": "123123"}


async def test_probe_reads_a_pack_by_its_name_while_it_is_lent(private_bus: str) -> None:
    async with Simulation([LOCKED, {"name": "JBD-SECOND"}]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, CustomName="House bank", AllowLending=1, Password="123123")
        await venus.until(ONE, lambda seen: seen["/Dc/0/Voltage"] is not None)
        held = await command("probe", "house")
        assert held.status == 1
        assert "the service is connected to House bank; `dbus-xbms watch` shows what it reads" in held.err
        assert 'lend it first: dbus-xbms lend "House bank" 5' in held.err
        assert (await command("lend", "House bank", "5")).status == 0
        done = await command("probe", "House bank", "--json")  # with the stored password
        assert (done.status, done.err) == (0, "")
        assert json.loads(done.out)["address"] == ONE
        assert (await command("lend", "House bank", "0")).status == 0
        await venus.until(ONE, lambda seen: seen["/Dc/0/Voltage"] is not None, timeout=30)
        unknown = await command("probe", "Hose bank")
        assert unknown.status == 2
        assert "did you mean House bank?" in unknown.err
        assert (await command("scan", "--seconds", "2")).status == 0
        by_name = await command("probe", "jbd-second", "--json")
        assert json.loads(by_name.out)["address"] == TWO
        assert (await sim.truth(TWO))["counters"]["connections"] == 1


async def test_probe_says_on_a_terminal_what_it_waits_for(private_bus: str) -> None:
    async with Simulation([{"present": False}, {}]) as sim:
        shown = await on_terminal("probe", sim.addresses[0], columns=50)
        assert shown.status == 1
        assert re.search(rf"{ONE}: searching \.\.\. \d+ s", shown.text)
        done = await on_terminal("probe", sim.addresses[1], columns=50)
    assert done.status == 0
    assert "  mosfets                   charge on, discharge on" in done.text
    assert "None" not in done.text
