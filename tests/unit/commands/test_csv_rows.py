"""The columns of `watch --log`."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import replace
from io import RawIOBase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.csv_log import CsvLog, logging_to, write_all
from dbus_xbms.commands.csv_rows import HEADER, OF_A_POLL, row
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.model import Level, Phase
from tests.air.virtual_time import virtual_time
from tests.patience import PATIENCE
from tests.unit.commands.reports import ADDRESS, CONTROLLING, REPORT, STARBOARD, shown
from tests.unit.commands.screen.house import HOUSE
from tests.unit.samples import changed

if TYPE_CHECKING:
    from typing_extensions import Buffer

TIME = "2026-11-22T07:40:00.123+00:00"
ALARMED = shown(changed(CONTROLLING, alarms={"/Alarms/LowSoc": Level.WARNING}))


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
        "lowest_cell": "C4",
        "highest_cell": "C3",
        "packs_online": "1",
    }


def test_a_row_of_a_bank_names_it_and_the_packs_of_its_extreme_cells() -> None:
    house = columns(HOUSE)
    assert (house["address"], house["name"], house["soc_percent"]) == ("bank1", "House", "58.3")
    assert (house["lowest_cell"], house["highest_cell"], house["packs_online"]) == ("2:C07", "1:C03", "2")
    assert (house["cells_V"], house["rssi_dBm"]) == ("", "")


def test_invalid_values_are_empty() -> None:
    lost = columns(shown(changed(REPORT, phase=Phase.LOST, sample=None)))
    assert lost["state"] == "no contact"
    assert (lost["voltage_V"], lost["cells_V"], lost["charge_mosfet"], lost["cvl_V"]) == ("", "", "", "")


def test_the_row_of_a_withdrawn_pack_has_only_its_identity_and_state() -> None:
    gone = columns(replace(STARBOARD, gone=True))
    assert {name for name, value in gone.items() if value} == {"time", "address", "name", "state"}
    assert gone["state"] == "left the bus"


@pytest.mark.parametrize("name", ["=1+1", "+49", "-1", "@x"])
def test_a_name_is_never_written_as_a_formula(name: str) -> None:
    assert columns(replace(STARBOARD, values={"/CustomName": name}))["name"] == f"'{name}"


async def lines_of(path: Path, *packs: Battery) -> list[list[str]]:
    log = CsvLog(path)
    for pack in packs:
        log.add(pack)
    log.close()
    with path.open(newline="") as file:
        return list(csv.reader(file))


async def test_a_file_has_one_header(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    awkward = replace(STARBOARD, values={"/CustomName": 'Bow, "the\nlittle" one'})
    await lines_of(path, STARBOARD)
    table = await lines_of(path, STARBOARD, awkward)
    assert [line[0] == "time" for line in table] == [True, False, False, False]
    assert {len(line) for line in table} == {len(HEADER)}
    assert len(path.read_text().splitlines()) == 4


@pytest.mark.parametrize("content", ["my notes\n", "time,address\n", "\xff\xfe"])
async def test_a_file_with_other_content_is_not_changed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(CommandError, match="has other contents"):
        CsvLog(path)
    assert path.read_bytes() == content.encode("latin-1")


async def test_the_error_for_an_unwritable_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=f"cannot write {tmp_path}: Is a directory"):
        CsvLog(tmp_path)


async def test_a_full_disk_ends_the_command_with_a_reason() -> None:
    with pytest.raises(CommandError, match="cannot write /dev/full: No space left on device"):
        CsvLog(Path("/dev/full"))


async def test_a_truncated_line_is_terminated_before_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    await lines_of(path, STARBOARD)
    with path.open("ab") as file:
        file.write(b"2026-11-22T07:4")
    assert [line[0][:15] for line in (await lines_of(path, STARBOARD))[2:3]] == ["2026-11-22T07:4"]
    assert [len(line) for line in await lines_of(path)] == [len(HEADER), len(HEADER), 1, len(HEADER)]


class Takes(RawIOBase):
    """A file that accepts a few bytes per write."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def write(self, text: Buffer) -> int:
        self.taken.append(bytes(text)[:4])
        return len(self.taken[-1])


def test_a_partial_write_is_completed() -> None:
    file = Takes()
    write_all(file, b"one line\n")
    assert file.taken == [b"one ", b"line", b"\n"]


@pytest.mark.parametrize(
    "path", ["/Bluetooth/State", "/Bluetooth/SampleAge", "/Voltages/Cell1", "/CustomName"]
)
def test_changes_between_polls_do_not_count_as_a_poll(path: str) -> None:
    assert path not in OF_A_POLL
    assert {"/Dc/0/Voltage", "/Dc/0/Current", "/Soc"} <= OF_A_POLL


class Slow(Batteries):
    """A fake service that takes 5 s to reply and polls its pack every 20 s."""

    def __init__(self) -> None:
        self.updated = lambda pack, paths: None
        self._packs = {STARBOARD.service: STARBOARD}
        self.began = asyncio.get_running_loop().time()

    async def contacts(self) -> dict[str, Contact]:
        silence = (asyncio.get_running_loop().time() - self.began) % 20.0
        await asyncio.sleep(5)
        return {ADDRESS: Contact(state=ContactState.CONNECTED, silence=silence)}


@virtual_time
async def test_a_slow_reply_of_the_service_adds_no_duplicate_row() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        async with logging_to(path, Slow(), lambda packs: packs):
            await asyncio.sleep(58)
        assert len(path.read_text().splitlines()) == 1 + 3  # the header, and the polls after 0, 20 and 40 s


async def test_pending_rows_are_written_while_the_command_runs(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log = CsvLog(path)
    running = asyncio.create_task(log.run())
    log.add(STARBOARD)
    async with asyncio.timeout(PATIENCE):
        while len(path.read_text().splitlines()) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
    running.cancel()
    log.close()
    assert "Starboard" in path.read_text()
