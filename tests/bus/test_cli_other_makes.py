"""The command line and packs of other makes: the make, the reason, and no question about control."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dbus_xbms.protocols import WATCH_ONLY
from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.talking import talk

pytest.importorskip("aiobmsble", reason="aiobmsble needs Python 3.12")
pytestmark = pytest.mark.usefixtures("private_bus")

QUESTIONS = (("Name on the GX", "Bow"), ("Chemistry: ", "lifepo4"))
# A Python to which the library is not installed.
WITHOUT_LIBRARY = """
import runpy
from dbus_xbms.protocols.aiobmsble import requirement
requirement.LIBRARY = "a_library_that_nobody_has"
runpy.run_module("dbus_xbms", run_name="__main__", alter_sys=True)
"""


async def test_a_pack_of_another_make_is_found_added_and_read_but_never_controls_or_is_switched() -> None:
    async with Simulation([{"make": "litime"}]) as sim, Program("run") as service:
        await service.until("no pack is enabled yet")
        scanned = await command("scan", "--seconds", "2")
        assert "LiTime (watch only)" in scanned.out
        assert WATCH_ONLY in " ".join(scanned.out.split())
        [address] = sim.addresses
        added = await talk("add", address, answers=QUESTIONS, columns=200)
        assert added.status == 0
        assert "control chargers? yes or no" not in added.text
        assert f"LiTime, watch only. {WATCH_ONLY}" in added.text
        assert "4 cells" in added.lines[-2] + added.lines[-1]
        listed = await command("list")
        assert "connected, watch only" in listed.out
        assert f"Watch only: Bow (LiTime). {WATCH_ONLY}" in listed.out
        for what in ("charge", "discharge", "both", "balancing"):
            switched = await command("switch", "bow", what, "off")
            assert (switched.status, WATCH_ONLY in switched.err) == (1, True)
        for refused in (("set", "bow", "Control", "1"), ("add", "bow", "--control", "yes")):
            done = await command(*refused)
            assert (done.status != 0, WATCH_ONLY in done.err) == (True, True)
        assert "LiTime (watch only)" in (await command("get", "bow", "Protocol")).out
        doctor = await command("doctor")
        assert "watch only: never control and are never switched: Bow" in " ".join(doctor.out.split())


async def test_a_pack_of_another_make_can_be_added_without_a_scan_before() -> None:
    async with Simulation([{"make": "daly"}]) as sim, Program("run") as service:
        await service.until("no pack is enabled yet")
        [address] = sim.addresses
        added = await command("add", address, "--name", "Bow")
        assert f"Daly, watch only. {WATCH_ONLY}" in " ".join(added.out.split())
        assert "Found: Daly BMS, 4 cells" in added.out


async def test_a_pack_of_another_make_that_a_scan_has_found_can_be_probed_and_added_by_a_file(
    tmp_path: Path,
) -> None:
    async with Simulation([{"make": "litime"}]) as sim, Program("run") as service:
        await service.until("no pack is enabled yet")
        [address] = sim.addresses
        await command("scan", "--seconds", "2")
        probed = await command("probe", address, "--json")
        assert json.loads(probed.out)["identity"]["cell_count"] == 4
        packs = tmp_path / "packs.txt"
        packs.write_text(f"{address}, Bow, LiFePO4\n")
        added = await command("add", "--file", str(packs))
        assert "Bow added: LiTime, watch only" in added.out
        assert "Protocol = redodo" in (await command("get", "bow", "Protocol")).out


async def test_without_the_library_a_pack_of_another_make_is_refused_with_what_to_do(tmp_path: Path) -> None:
    without = (sys.executable, "-W", "error", "-c", WITHOUT_LIBRARY)
    async with Simulation([{"make": "litime"}]) as sim, Program("run") as service:
        await service.until("no pack is enabled yet")
        await command("scan", "--seconds", "2")
        async with Program("add", sim.addresses[0], "--yes", command=without) as adding:
            assert await adding.ended() != 0
        assert any("is a LiTime, which needs the library" in line for line in adding.log)
        packs = tmp_path / "packs.txt"
        packs.write_text(f"{sim.addresses[0]}, Bow, LiFePO4\n")
        async with Program("add", "--file", str(packs), command=without) as adding:
            assert await adding.ended() != 0
        assert any(f"Line 1: {sim.addresses[0]} is a LiTime, which" in line for line in adding.output)
        async with Program("probe", sim.addresses[0], command=without) as probing:
            assert await probing.ended() != 0
        assert any("dbus-xbms: this make needs the library" in line for line in probing.log)
        assert "No pack has been added yet" in (await command("list")).out
