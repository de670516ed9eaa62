"""Commands that only read, on a real bus: packs as services, in range, and stored."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace

import pytest

from dbus_xbms.rpc import RpcService
from dbus_xbms.settings_store.service import LocalSettings
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.tables.battery import values
from tests.bus.cli import command
from tests.bus.cli_peers import OTHER, pack, scanner, settings
from tests.bus.venus import show
from tests.patience import PATIENCE
from tests.unit.commands.reports import ADDRESS, REPORT
from tests.unit.samples import changed

__all__ = ["pack", "scanner", "settings"]  # fixtures


@pytest.mark.usefixtures("scanner")
async def test_wait_succeeds_once_the_service_runs() -> None:
    assert (await command("wait", "--seconds", "20")).status == 0


@pytest.mark.usefixtures("private_bus")
async def test_wait_fails_when_the_service_does_not_appear() -> None:
    done = await command("wait", "--seconds", "0.1")
    assert done.status == 1
    assert "did not appear on the bus within 0.1 s" in done.err


async def test_list_shows_the_state_of_each_pack(
    settings: LocalSettings, pack: ItemService, scanner: RpcService
) -> None:
    await command("add", ADDRESS, "--name", "House bank")
    await command("add", OTHER)
    await command("remove", OTHER)
    lines = [line.split("  ") for line in (await command("list")).out.splitlines()]
    rows = [[cell.strip() for cell in line if cell] for line in lines]
    assert rows == [
        ["Address", "State", "Instance", "Name"],
        [ADDRESS, "connected, discharge off", "battery:600", "House bank"],
        [OTHER, "removed, settings kept", "battery:601", "Neighbour"],
    ]


async def test_list_says_when_the_service_is_not_running(settings: LocalSettings) -> None:
    assert "No pack has been added yet" in (await command("list")).out
    await command("add", ADDRESS)
    assert "service stopped" in (await command("list")).out


async def test_scan_uses_the_running_service_and_lists_the_strongest_first(scanner: RpcService) -> None:
    done = await command("scan", "--seconds", "1")
    assert done.status == 0
    near, far = done.out.splitlines()[1:3]
    assert near.split() == [ADDRESS, "-50", "added", "JBD", "House"]
    assert far.split() == [OTHER, "-90", "new", "JBD", "Neighbour"]


async def test_probe_refuses_a_pack_that_the_service_is_connected_to(pack: ItemService) -> None:
    done = await command("probe", ADDRESS)
    assert done.status == 1
    assert "the service is connected to A4:C1:37:01:02:03" in done.err
    assert "dbus-xbms lend A4:C1:37:01:02:03 5" in done.err


async def test_watch_once_prints_the_packs_on_the_bus(pack: ItemService) -> None:
    done = await command("watch", "--once")
    assert done.status == 0
    assert "13.25V" in done.out


async def test_watch_once_without_any_pack_fails(private_bus: str) -> None:
    done = await command("watch", "--once")
    assert (done.status, done.out) == (
        1,
        "Nothing to show: the service is stopped; `dbus-xbms run` starts it.\n",
    )


async def test_watch_reports_changes_and_the_removal_of_a_pack(pack: ItemService) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dbus_xbms", "watch", "--json"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(PATIENCE):
            assert json.loads(await process.stdout.readline())[pack.name]["/Dc/0/Voltage"] == 13.25
            assert REPORT.decision.sample
            lower = changed(REPORT, sample=replace(REPORT.decision.sample, voltage=12.75))
            show(pack, values(pack.items, lower))
            assert json.loads(await process.stdout.readline())[pack.name]["/Dc/0/Voltage"] == 12.75
            await pack.stop()
            assert json.loads(await process.stdout.readline()) == {pack.name: None}
    finally:
        process.kill()
        await process.wait()


async def test_watch_ends_after_the_given_seconds(pack: ItemService) -> None:
    assert (await command("watch", "--seconds", "0.5")).status == 0


async def test_history_is_read_from_the_bus_or_else_from_the_stored_values(
    settings: LocalSettings, pack: ItemService
) -> None:
    await command("add", ADDRESS)
    settings.store.put("/Settings/Devices/xbms_a4c137010203/MinimumCellVoltage", 2.9)
    settings.store.put("/Settings/Devices/xbms_a4c137010203/MaximumCellVoltage", 3.5)
    shown = await command("history", ADDRESS)
    assert shown.status == 0
    assert "42 cycles by the BMS" in shown.out
    await pack.stop()
    stored = await command("history", ADDRESS)
    assert "cells       2.900V to 3.500V" in stored.out
    assert "trips       not stored" in stored.out
    assert "Stored values: the pack is not on the bus" in stored.out
    document = json.loads((await command("history", ADDRESS, "--json")).out)
    assert document["/History/MinimumCellVoltage"] == 2.9
