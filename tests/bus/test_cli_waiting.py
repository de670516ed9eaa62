"""Commands that wait show on a terminal what for, and erase it afterwards."""

from __future__ import annotations

import re
from pathlib import Path

from tests.bus.simulation import Simulation
from tests.on_terminal import on_terminal


async def test_wait_counts_down_until_it_gives_up(private_bus: str) -> None:
    shown = await on_terminal("wait", "--seconds", "2", columns=34)
    assert shown.status == 1
    assert re.search(r"Waiting for the ser… \.\.\. \d s left", shown.text)
    assert " ".join(shown.lines).startswith("dbus-xbms: the dbus-xbms service did not appear")


async def test_doctor_shows_its_progress_and_counts_down_its_scan(private_bus: str, tmp_path: Path) -> None:
    async with Simulation(1):
        shown = await on_terminal("doctor", "--root", str(tmp_path), "--scan", "2", columns=50)
    assert re.search(r"Scanning for packs \.\.\. \d s left", shown.text)
    assert shown.lines[0].startswith("dbus-xbms")
    quick = await on_terminal("doctor", "--root", str(tmp_path))
    assert re.search(r"Checking \.\.\. \d+ s", quick.text)
