"""Every command where the bus is there but not all that it needs: a status, words, never a traceback."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.bus.simulation import Program
from tests.bus.test_cli_packs import Done, command
from tests.every_command import PACK

AT_A_TIME = 3
STATUSES = (0, 1, 2)
# Those that look for somebody: the rest is decided before that, and walked in the unit layer.
ASKING: tuple[tuple[str, ...], ...] = (
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
    ("watch", "--once", "nobody"),
    ("history", PACK),
    ("wait", "--seconds", "0.5"),
    ("probe", "nobody"),
    ("doctor",),
    ("run", "--capture", "/nonexistent/frames"),
)


async def all_of(commands: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Done]:
    """All of them, a few at a time."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def one(arguments: tuple[str, ...]) -> Done:
        async with turns:
            return await command(*arguments)

    done = await asyncio.gather(*(one(arguments) for arguments in commands))
    return dict(zip(commands, done, strict=True))


def judge(results: dict[tuple[str, ...], Done]) -> None:
    for arguments, done in results.items():
        said = done.out + done.err
        assert done.status in STATUSES, (arguments, done)
        assert "Traceback" not in said, (arguments, said)
        assert said or arguments[0] == "wait", arguments


@pytest.mark.timeout(150)
async def test_on_an_empty_bus_every_command_says_what_is_missing(private_bus: str) -> None:
    results = await all_of(ASKING)
    judge(results)
    assert [arguments for arguments, done in results.items() if not done.status] == []


@pytest.mark.timeout(150)
async def test_without_service_and_bluetooth_every_command_says_so(private_bus: str) -> None:
    async with Program("simulate", "--settings-only") as simulator:
        await simulator.until("ready:")
        results = await all_of(ASKING)
    judge(results)
    assert results["scan", "--seconds", "1"].status == 1
    assert results["scan", "--seconds", "1"].err.startswith("dbus-xbms: bluetoothd is not running; ")
    watched = results["watch", "--once"]
    assert "the service is stopped" in watched.out + watched.err
