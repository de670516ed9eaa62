"""Ctrl-C at random moments of the commands that wait: one line, status 130."""

from __future__ import annotations

import random

import pytest

from tests.bus.simulation import Simulation
from tests.interrupting import Ended, interrupt

INTERRUPTED = Ended(status=130, err=["dbus-xbms: interrupted"])
PACK = "A4:C1:37:00:00:01"
AWAY = "A4:C1:37:00:00:09"
COMMANDS = (
    ("scan", "--seconds", "50"),
    ("watch",),
    ("wait", "--seconds", "50"),
    ("probe", AWAY),
    ("doctor", "--scan", "50"),
)
TIMES = 4  # for each command


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
async def test_ctrl_c_ends_a_command_that_waits(private_bus: str, command: tuple[str, ...]) -> None:
    generator = random.Random(command[0])
    async with Simulation(1):
        for _ in range(TIMES):
            end = await interrupt(*command, after=generator.uniform(0.0, 2.0))
            assert end == INTERRUPTED
