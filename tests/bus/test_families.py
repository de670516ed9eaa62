"""A family that pushes, has no MOSFETs and cannot be switched runs through the whole program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import toy
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus

pytestmark = pytest.mark.usefixtures("private_bus")

COMMAND = (sys.executable, "-W", "error", "-m", "tests.bus.toy_program")
ONE = "C8:00:00:00:00:01"
OTHER = "A4:C1:37:00:00:02"
PACKS = [{"address": ONE, "name": "TOY-1", "layout": "fff0"}, {"address": OTHER, "name": "JBD-SP04S020A"}]


async def command(*arguments: str) -> str:
    """Run a command that must succeed, and return its output."""
    async with Program(*arguments, command=COMMAND) as program:
        assert await program.ended() == 0, program.log
    assert program.left_behind == []
    return "\n".join(program.output)


@pytest.mark.long
async def test_another_family_is_found_added_read_and_shown_and_has_no_switches() -> None:
    simulation = Simulation(PACKS)
    simulation.command = COMMAND
    async with simulation as sim, Venus() as venus, Program("run", command=COMMAND) as service:
        await service.until("no pack is enabled yet")
        assert "TOY-1" in await command("scan", "--seconds", "2")
        assert "13.28 V" in await command("probe", "TOY-1")
        await command("add", ONE, "--name", "Toy pack", "--chemistry", "LiFePO4", "--yes")
        await command("add", OTHER, "--name", "Other", "--yes", "--no-wait")
        assert "Protocol = Toy" in await command("get", "Toy pack", "Protocol")
        assert "Protocol = JBD" in await command("get", "Other", "Protocol")
        seen = await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        await venus.until(OTHER, lambda s: s["/Dc/0/Voltage"] is not None)
        assert (seen["/Dc/0/Voltage"], seen["/Dc/0/Current"], seen["/Soc"]) == (13.28, -5.0, 72.0)
        assert (seen["/System/MinCellTemperature"], seen["/System/MOSTemperature"]) == (21.0, None)
        assert (seen["/ProductName"], seen["/Io/AllowToCharge"]) == ("Toy BMS", None)
        assert not {"/Settings/MosfetMode", "/SwitchableOutput/charge/State"} & seen.items.keys()
        shown = await command("watch", "--once", "Toy pack")
        assert "13.28" in shown
        refused = Program("switch", "Toy pack", "charge", "off", command=COMMAND)
        async with refused:
            assert await refused.ended() == 1
        assert refused.left_behind == []
        await command("remove", "Toy pack", "--yes")
        await command("set", "Other", "Protocol", "Toy", "--yes")
        await service.until(f"{OTHER}: no contact")  # it does not have the service of a toy
        await command("set", "Other", "Protocol", "JBD", "--yes")
        await venus.until(OTHER, lambda s: s["/Dc/0/Voltage"] is not None)
        truth = await sim.truth(ONE)
        assert truth["counters"]["garbled"] == 0  # nothing was written to it
        assert await service.stop() == 0
    assert service.left_behind == []


def test_a_family_takes_less_than_eighty_lines() -> None:
    assert len(Path(toy.__file__).read_text().splitlines()) < 80
