"""Each command fits a terminal of each size: it breaks its lines itself, between words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dbus_xbms.text import columns_of
from tests.bus.shown_packs import valid
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import CONTROL, Venus
from tests.on_terminal import Shown, on_terminal

ONE = "A4:C1:37:00:00:01"
NAME = "House bank below the starboard berth"
SIZES = ((34, 20), (50, 30), (80, 24), (120, 40))
COMMANDS = {  # with their exit status
    ("list",): 0,
    ("get", ONE): 0,
    ("get", ONE, "CellFull"): 0,
    ("history", ONE): 0,
    ("switch", ONE, "discharge", "off"): 1,
    ("add", ONE): 0,
    ("set", ONE, "CellFull", "9"): 2,
    ("get", "unknown"): 2,
    ("frobnicate",): 2,
    ("scan", "--seconds", "1"): 0,
}

pytestmark = pytest.mark.usefixtures("private_bus")


async def test_no_line_of_any_command_is_wider_than_the_terminal(tmp_path: Path) -> None:
    commands = {**COMMANDS, ("doctor", "--root", str(tmp_path)): 0}
    async with Simulation(2), Venus() as venus, Program("run"):
        await venus.enable(ONE, CustomName=NAME, **CONTROL)
        await venus.until(ONE, valid)
        for columns, lines in SIZES:
            runs = (on_terminal(*command, columns=columns, lines=lines) for command in commands)
            shown = dict(zip(commands, await asyncio.gather(*runs), strict=True))
            assert {command: run.status for command, run in shown.items()} == commands
            assert {command: wide for command, run in shown.items() if (wide := too_wide(run, columns))} == {}
            assert [run.text for run in shown.values() if "Traceback" in run.text] == []


def too_wide(shown: Shown, columns: int) -> list[str]:
    """The lines that a terminal with this number of columns would break."""
    return [line for line in shown.lines if columns_of(line) > columns]
