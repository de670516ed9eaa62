"""Every command without the programs that it needs: an exit status, a message, never a traceback."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.bus.cli import Done, command
from tests.bus.simulation import Program
from tests.every_command import PACK

AT_A_TIME = 3
STATUSES = (0, 1, 2)
# Commands that call another program; the others are tested in the unit layer.
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("scan", "--seconds", "1"),
    ("add", PACK),
    ("remove", PACK),
    ("remove", "--all"),
    ("list",),
    ("get", PACK),
    ("get", "service"),
    ("set", PACK, "HoldTime", "30"),
    ("switch", PACK, "charge", "off"),
    ("lend", PACK),
    ("watch", "--once"),
    ("watch", "--once", "unknown"),
    ("history", PACK),
    ("wait", "--seconds", "0.5"),
    ("probe", "unknown"),
    ("doctor",),
    ("run", "--capture", "/nonexistent/frames"),
)


async def run_all(commands: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Done]:
    """Run commands, a few at a time."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def one(arguments: tuple[str, ...]) -> Done:
        async with turns:
            return await command(*arguments)

    done = await asyncio.gather(*(one(arguments) for arguments in commands))
    return dict(zip(commands, done, strict=True))


def check(results: dict[tuple[str, ...], Done]) -> None:
    for arguments, done in results.items():
        output = done.out + done.err
        assert done.status in STATUSES, (arguments, done)
        assert "Traceback" not in output, (arguments, output)
        assert output or arguments[0] == "wait", arguments


@pytest.mark.timeout(150)
async def test_on_an_empty_bus_every_command_says_what_is_missing(private_bus: str) -> None:
    results = await run_all(COMMANDS)
    check(results)
    assert [arguments for arguments, done in results.items() if not done.status] == []


@pytest.mark.timeout(150)
async def test_without_service_and_bluetooth_every_command_says_so(private_bus: str) -> None:
    async with Program("simulate", "--settings-only") as simulator:
        await simulator.until("ready:")
        results = await run_all(COMMANDS)
    check(results)
    assert results["scan", "--seconds", "1"].status == 1
    assert results["scan", "--seconds", "1"].err.startswith("dbus-xbms: bluetoothd is not running; ")
    watched = results["watch", "--once"]
    assert "the service is stopped" in watched.out + watched.err
