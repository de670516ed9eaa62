"""`scan` on a terminal, in a pipe and as JSON, by the service and by itself."""

from __future__ import annotations

import json
import re

import pytest

from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus
from tests.on_terminal import on_terminal

PACK, OTHER = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"


@pytest.mark.parametrize(
    ("columns", "header"),
    [
        (34, ["Address            RSSI  Pack is", "    Make  Name"]),
        (80, ["Address            RSSI  Pack is  Make                      Name"]),
    ],
)
async def test_a_scan_by_the_service_lists_packs_as_they_are_found_with_a_countdown(
    private_bus: str, columns: int, header: list[str]
) -> None:
    async with Simulation(2), Program("run") as service, Venus() as venus:
        await service.until("bluetoothd is running")
        await venus.enable(PACK, CustomName="House bank")
        shown = await on_terminal("scan", "--seconds", "4", columns=columns)
    assert shown.status == 0
    text = shown.text
    assert re.search(r"Scanning, none yet \.\.\. \d+ s left", text)
    assert re.search(r"Scanning, (1 pack|2 packs) \.\.\. \d+ s left", text)
    first = text.index(OTHER)
    assert "s left" in text[first:]  # it was listed during the scan
    assert text.count(OTHER) == 1
    lines = [line for line in shown.lines if line]
    assert lines[: len(header)] == header
    assert [line for line in lines if len(line) > columns] == []
    assert "House bank" in text
    assert lines[-1] == "To add one: dbus-xbms add ADDRESS"


async def test_a_later_scan_by_the_service_shows_what_packs_advertise_now(private_bus: str) -> None:
    async with Simulation(2) as sim, Program("run") as service:
        await service.until("bluetoothd is running")
        for dbm in (-80, -40):
            await sim.fault("rssi", OTHER, dbm=dbm)
            done = await command("scan", "--seconds", "2", "--json")
            packs = {pack["address"]: pack for pack in json.loads(done.out)}
            assert abs(packs[OTHER]["rssi"] - dbm) <= 2


async def test_a_scan_without_the_service_lists_packs_as_they_are_found(private_bus: str) -> None:
    async with Simulation(2):
        shown = await on_terminal("scan", "--seconds", "4", columns=50)
    assert shown.status == 0
    assert "s left" in shown.text[shown.text.index(PACK) :]
    assert sorted(line.split()[0] for line in shown.lines if line.startswith("A4:")) == [PACK, OTHER]


async def test_a_dumb_terminal_gets_no_countdown(private_bus: str) -> None:
    async with Simulation(1):
        shown = await on_terminal("scan", "--seconds", "2", kind="dumb")
    assert (shown.status, "\x1b" in shown.text, "s left" in shown.text) == (0, False, False)
    assert PACK in shown.text


async def test_a_scan_as_json_prints_one_list(private_bus: str) -> None:
    async with Simulation(2), Program("run") as service, Venus() as venus:
        await service.until("bluetoothd is running")
        await venus.enable(PACK, CustomName="House bank")
        done = await command("scan", "--seconds", "2", "--json")
    assert (done.status, done.err) == (0, "")
    packs = {pack["address"]: pack for pack in json.loads(done.out)}
    assert packs[PACK]["name"] == "House bank"
    assert packs[PACK]["state"] == "added"
    assert packs[OTHER] == {
        "address": OTHER,
        "name": "JBD-SP17S005",
        "advertised_name": "JBD-SP17S005",
        "rssi": packs[OTHER]["rssi"],
        "state": "new",
        "protocol": "JBD",
        "make": "JBD",
        "watch_only": False,
    }
    assert -100 < packs[OTHER]["rssi"] < 0


async def test_a_scan_as_json_that_finds_nothing_prints_an_empty_list_and_fails(private_bus: str) -> None:
    async with Simulation([{"present": False}]):
        done = await command("scan", "--seconds", "1", "--json")
    assert (done.status, json.loads(done.out)) == (1, [])
    assert "no pack in range" in done.err
