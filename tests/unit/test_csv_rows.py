"""The columns of `watch --log`."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import replace
from pathlib import Path

import pytest

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.csv_log import CsvLog
from dbus_xbms.commands.csv_rows import HEADER, row
from dbus_xbms.commands.table import Battery
from dbus_xbms.model import Level, Phase
from tests.unit.test_watch import ADDRESS, CONTROLLING, REPORT, STARBOARD, shown

TIME = "2026-11-22T07:40:00.123+00:00"
ALARMED = shown(replace(CONTROLLING, alarms={"/Alarms/LowSoc": Level.WARNING}))


def columns(pack: Battery) -> dict[str, str]:
    return dict(zip(HEADER, row(pack, TIME), strict=True))


def test_a_row_has_every_measured_value_the_limits_and_the_alarms() -> None:
    assert columns(ALARMED) == {
        "time": TIME,
        "address": ADDRESS,
        "name": "Starboard",
        "state": "charging",
        "soc_percent": "76.3",
        "voltage_V": "13.25",
        "current_A": "12.4",
        "power_W": "164.0",
        "charge_left_Ah": "152.6",
        "time_to_go_s": "",
        "lowest_cell_V": "3.309",
        "highest_cell_V": "3.315",
        "cells_V": "3.312 3.311 3.315 3.309",
        "balancing_cells": "3",
        "temperatures_C": "31.0 24.1 24.3",
        "mosfet_temperature_C": "31.0",
        "charge_mosfet": "1",
        "discharge_mosfet": "0",
        "cvl_V": "13.8",
        "ccl_A": "24.0",
        "dcl_A": "50.0",
        "charge_mode": "Absorption, balancing",
        "charge_limited_by": "Cell 3 at 3.462 V",
        "discharge_limited_by": "0.5 C of 100 Ah",
        "alarms": "LowSoc=1",
        "link": "connected",
        "rssi_dBm": "-62",
    }


def test_what_is_invalid_is_empty() -> None:
    lost = columns(shown(replace(REPORT, phase=Phase.LOST, sample=None)))
    assert lost["state"] == "no contact"
    assert (lost["voltage_V"], lost["cells_V"], lost["charge_mosfet"], lost["cvl_V"]) == ("", "", "", "")


def test_of_a_pack_that_has_left_only_who_it_is_and_that_it_left_is_written() -> None:
    gone = columns(replace(STARBOARD, gone=True))
    assert {name for name, value in gone.items() if value} == {"time", "address", "name", "state"}
    assert gone["state"] == "left the bus"


@pytest.mark.parametrize("name", ["=1+1", "+49", "-1", "@x"])
def test_no_name_is_a_formula(name: str) -> None:
    assert columns(replace(STARBOARD, values={"/CustomName": name}))["name"] == f"'{name}"


async def lines_of(path: Path, *packs: Battery) -> list[list[str]]:
    log = CsvLog(path)
    for pack in packs:
        log.add(pack)
    log.close()
    with path.open(newline="") as file:
        return list(csv.reader(file))


async def test_a_file_begins_with_the_names_of_its_columns_once(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    awkward = replace(STARBOARD, values={"/CustomName": 'Bow, "the\nlittle" one'})
    await lines_of(path, STARBOARD)
    table = await lines_of(path, STARBOARD, awkward)
    assert [line[0] == "time" for line in table] == [True, False, False, False]
    assert {len(line) for line in table} == {len(HEADER)}
    assert len(path.read_text().splitlines()) == 4


@pytest.mark.parametrize("content", ["my notes\n", "time,address\n", "\xff\xfe"])
async def test_a_file_that_holds_something_else_is_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(CommandError, match="holds something else"):
        CsvLog(path)
    assert path.read_bytes() == content.encode("latin-1")


async def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=f"cannot write {tmp_path}: Is a directory"):
        CsvLog(tmp_path)


async def test_a_disk_that_is_full_ends_the_command_with_a_reason() -> None:
    with pytest.raises(CommandError, match="cannot write /dev/full: No space left on device"):
        CsvLog(Path("/dev/full"))


async def test_what_waits_is_written_while_the_command_runs(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log = CsvLog(path)
    running = asyncio.create_task(log.run())
    log.add(STARBOARD)
    async with asyncio.timeout(5):
        while len(path.read_text().splitlines()) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
    running.cancel()
    log.close()
    assert "Starboard" in path.read_text()
