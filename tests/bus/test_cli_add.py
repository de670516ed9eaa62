"""`dbus-xbms add` on a terminal and in a script: questions, the first contact, interruptions."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from dbus_fast import BusType

from dbus_xbms.commands.pack_contact import FINAL, first_contact
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.protocols import Advertised
from dbus_xbms.rpc import RpcService
from dbus_xbms.settings_store.service import LocalSettings
from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus
from tests.patience import PATIENCE
from tests.talking import CTRL_C, CTRL_D, talk

PACK, SECOND = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
QUESTIONS = (
    ("Name on the GX", "House bank"),
    ("Chemistry: ", "lifepo4"),
    ("Should this pack control", "yes"),
    ("Highest charge current", "50"),
    ("Highest discharge current", ""),
)

pytestmark = pytest.mark.usefixtures("private_bus")


async def test_scan_and_add_are_enough_for_a_pack_to_control_chargers() -> None:
    async with Simulation(packs=1), Program("run") as service:
        await service.until("no pack is enabled yet")
        assert PACK in (await command("scan", "--seconds", "2")).out
        shown = await talk("add", PACK, answers=QUESTIONS)
        assert shown.status == 0
        assert "Waiting for House bank to answer" in shown.text
        *_, control, added, found, limits, _ = shown.lines
        assert control == "Chargers and inverters obey this pack while DVCC is on."
        assert added == "House bank added (VRM instance 600)."
        assert found.startswith("Found: JBD BMS")
        assert "4 cells, 13." in found
        assert limits.startswith("Limits: CVL 13.80V, CCL ")
        fits = await command("set", "house", "Chemistry", "NMC", "--yes")
        assert "NMC does not fit: cells at 3." in fits.out
        await command("set", "house", "chemistry", "lifepo4", "--yes")
        refused = await command("add", "house", "--chemistry", "NMC")
        assert (refused.status, "NMC does not fit: cells at 3." in refused.err) == (1, True)
        assert "Chemistry = LiFePO4" in (await command("get", "house", "Chemistry")).out
        await command("set", "house", "Control", "off", "--yes")
        again = (await command("set", "house", "Control", "on")).out.splitlines()
        assert again[0].startswith("Chargers and inverters obey this pack while DVCC is on, up to 13.80 V")
        assert again[-1].startswith("Limits: CVL ")


@pytest.mark.parametrize(
    ("answered", "key", "status"), [(0, CTRL_C, 130), (4, CTRL_C, 130), (2, CTRL_D, 1)], ids=str
)
async def test_ctrl_c_and_ctrl_d_at_a_question_store_nothing(answered: int, key: str, status: int) -> None:
    simulated = LocalSettings(BusType.SESSION)
    await simulated.open()
    question, _ = QUESTIONS[answered]
    shown = await talk("add", PACK, answers=[*QUESTIONS[:answered], (question, key)], columns=34)
    assert shown.status == status
    assert "Traceback" not in shown.text
    assert simulated.store.entries == {}
    await simulated.close()


async def test_a_pack_that_needs_its_password_is_added_and_the_reason_shown() -> None:
    async with Simulation([{"password": "123123"}]), Program("run") as service:
        await service.until("no pack is enabled yet")
        done = await command("add", PACK, "--name", "Far", "--chemistry", "NMC")
        assert done.status == 0
        assert "Far added (VRM instance 600)." in done.out
        assert "No contact yet: the Bluetooth module needs its password" in done.out
        assert "The service keeps trying." in done.out
        assert "Password 123456" in done.out


@pytest.mark.parametrize("state", FINAL)
async def test_add_stops_waiting_in_states_that_waiting_does_not_resolve(state: ContactState) -> None:
    async def scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
        return []

    def contacts() -> dict[str, Contact]:
        return {PACK: Contact(state=state)}

    async with RpcService(scan, dict, contacts, list, list), asyncio.timeout(PATIENCE):
        assert await first_contact(PACK, "House", control=True, limit=600.0) is None


async def test_the_packs_of_a_file_are_added_and_each_line_is_answered(tmp_path: Path) -> None:
    file = tmp_path / "dbus-xbms-packs.txt"
    file.write_bytes(
        f"# Packs\r\n{PACK}, Büro, lifepo4\r\n{SECOND};Büro\r\n{SECOND}, service\r\nA4:C1, Bow\r\n".encode(
            "cp1252"
        )
    )
    async with Simulation(packs=2), Venus() as venus, Program("run") as service:
        await service.until("no pack is enabled yet")
        done = await command("add", "--file", str(file))
        assert done.status == 1
        assert done.out.splitlines()[0] == "Line 2: Büro added (VRM instance 600), LiFePO4."
        assert f"Line 3: {SECOND}: Büro ({PACK}) already has this name" in done.out
        assert "Line 5: 'A4:C1' is not a Bluetooth address" in done.out
        await venus.until(PACK, lambda seen: seen["/Soc"] is not None and seen["/CustomName"] == "Büro")
        assert await venus.setting(PACK, "Control") == 0
        again = await command("add", "--file", str(file))
        assert "Line 2: Büro is already added; nothing changed." in again.out
        file.write_text(f"{PACK}\n{SECOND}\n")
        right = await command("add", "--file", str(file))
        assert (right.status, right.out.splitlines()[-1]) == (
            0,
            "Line 2: JBD-SP17S005 added (VRM instance 601), no chemistry: it is only shown.",
        )
        await venus.until(SECOND, lambda seen: seen["/Soc"] is not None)
