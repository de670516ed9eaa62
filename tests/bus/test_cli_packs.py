"""The command line on a real bus: settings in a simulated localsettings, packs as real services."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from dataclasses import replace

import pytest
from dbus_fast import BusType

from dbus_xbms.commands.remove import _remove
from dbus_xbms.protocols import Advertised
from dbus_xbms.rpc import RpcService
from dbus_xbms.settings import switch_path
from dbus_xbms.settings_store.service import LocalSettings
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.tables.battery import BATTERY, items_for, values
from tests.bus.cli import command
from tests.bus.venus import show
from tests.patience import PATIENCE
from tests.unit.commands.reports import ADDRESS, REPORT
from tests.unit.samples import changed

OTHER = "A4:C1:37:0A:0B:0C"


@pytest.fixture
async def settings(private_bus: str) -> AsyncIterator[LocalSettings]:
    """A simulated localsettings on the bus."""
    simulated = LocalSettings(BusType.SESSION)
    await simulated.open()
    yield simulated
    await simulated.close()


@pytest.fixture
async def pack(private_bus: str) -> AsyncIterator[ItemService]:
    """A pack on the bus, as the service publishes it."""
    items = items_for(REPORT.identity)
    name = f"{BATTERY}.xbms_a4c137010203"
    service = ItemService(name, items, values(items, REPORT), lambda path, value, sender: True)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def scanner(private_bus: str) -> AsyncIterator[RpcService]:
    """The D-Bus interface of a running service that finds two packs."""

    async def scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
        near = Advertised(address=ADDRESS, name="House", manufacturer={}, rssi=-50)
        far = Advertised(address=OTHER, name="Neighbour", manufacturer={}, rssi=-90)
        return [(far, False, False), (near, True, True)]

    async with RpcService(scan, dict, dict, list, list) as remote:
        yield remote


def stored(settings: LocalSettings, name: str, device: str = "xbms_a4c137010203") -> object:
    entry = settings.store.entries.get(f"/Settings/Devices/{device}/{name}")
    return entry and entry.value


async def test_add_stores_a_pack_with_its_name_and_says_that_the_service_is_stopped(
    settings: LocalSettings,
) -> None:
    done = await command("add", "a4c137010203", "--name", "House bank")
    assert done.status == 0
    assert stored(settings, "Enabled") == 1
    assert stored(settings, "CustomName") == "House bank"
    assert "House bank added (VRM instance 600)." in done.out
    assert stored(settings, "Chemistry") == ""
    assert "Without a chemistry the pack is shown but cannot control." in done.out
    assert "dbus-xbms run" in done.out


async def test_two_packs_get_two_instances(settings: LocalSettings) -> None:
    await command("add", ADDRESS)
    assert "VRM instance 601" in (await command("add", OTHER)).out


async def test_remove_keeps_name_and_instance_and_add_brings_them_back(settings: LocalSettings) -> None:
    await command("add", ADDRESS, "--name", "House bank")
    assert (await command("remove", "house bank")).status == 0
    assert stored(settings, "Enabled") == 0
    await command("add", "House bank")
    assert stored(settings, "Enabled") == 1
    assert stored(settings, "ClassAndVrmInstance") == "battery:600"


async def test_remove_forget_erases_one_pack_and_no_other(settings: LocalSettings) -> None:
    await command("add", ADDRESS)
    await command("add", OTHER)
    settings.store.add(switch_path(ADDRESS), "s", "switch:1")
    assert (await command("remove", ADDRESS, "--forget")).status == 0
    assert [path for path in settings.store.entries if "xbms_a4c137010203" in path] == []
    assert stored(settings, "Enabled", "xbms_a4c1370a0b0c") == 1


async def test_remove_all_with_forget_erases_all_settings_of_the_program(settings: LocalSettings) -> None:
    before = set(settings.store.entries)
    await command("add", ADDRESS)
    await command("add", OTHER)
    await command("set", "service", "MaxConnections", "3")
    done = await command("remove", "--all", "--forget")
    assert (done.status, done.out.count("removed, and its settings erased")) == (0, 2)
    assert set(settings.store.entries) == before


async def test_remove_needs_a_pack_or_all(settings: LocalSettings) -> None:
    assert (await command("remove", "--forget")).status == 2


async def test_a_pack_controls_only_with_control_yes_and_a_chemistry(
    settings: LocalSettings,
) -> None:
    done = await command("add", ADDRESS, "--chemistry", "LiFePO4")
    assert "It does not control chargers." in done.out
    assert (stored(settings, "Chemistry"), stored(settings, "Control")) == ("LiFePO4", 0)
    done = await command("add", ADDRESS, "--control", "yes")
    assert "Chargers and inverters obey this pack" in done.out
    assert (stored(settings, "Chemistry"), stored(settings, "Control")) == ("LiFePO4", 1)


async def test_control_without_a_chemistry_is_refused_by_add_and_has_no_effect_with_set(
    settings: LocalSettings,
) -> None:
    done = await command("add", ADDRESS, "--control", "yes")
    assert (done.status, "--chemistry LiFePO4" in done.err) == (2, True)
    assert settings.store.entries == {}
    await command("add", ADDRESS)
    done = await command("set", ADDRESS, "Control", "yes")
    assert done.out == "Control = 1 (no effect yet: Chemistry is not chosen)\n"


async def test_adding_a_pack_again_changes_only_the_given_settings(settings: LocalSettings) -> None:
    await command("add", ADDRESS, "--name", "House", "--chemistry", "LiFePO4", "--control", "yes")
    done = await command("add", "house")
    assert done.status == 0
    assert done.out.startswith("House is already added (VRM instance 600); nothing changed.\n")
    done = await command("add", "house", "--charge-current", "20")
    assert done.out == "House is already added (VRM instance 600); changed:\nMaxChargeCurrent = 20 A\n"
    assert (stored(settings, "Control"), stored(settings, "MaxChargeCurrent")) == (1, 20.0)


async def test_a_second_controlling_pack_is_refused_and_nothing_is_stored(
    settings: LocalSettings,
) -> None:
    await command("add", ADDRESS, "--name", "House bank", "--chemistry", "LiFePO4", "--control", "yes")
    before = {path: entry.value for path, entry in settings.store.entries.items()}
    done = await command("add", OTHER, "--chemistry", "NMC", "--control", "yes")
    assert done.status == 1
    assert "House bank already controls chargers" in done.err
    assert {path: entry.value for path, entry in settings.store.entries.items()} == before


async def test_adding_a_second_pack_leaves_control_unchanged_and_says_so(settings: LocalSettings) -> None:
    await command("add", ADDRESS, "--name", "House bank", "--chemistry", "LiFePO4", "--control", "yes")
    done = await command("add", OTHER, "--chemistry", "NMC")
    assert "It does not control chargers; House bank still does." in done.out
    assert stored(settings, "Control") == 1


async def test_ending_control_needs_confirmation(settings: LocalSettings) -> None:
    await command("add", ADDRESS, "--name", "House bank", "--chemistry", "LiFePO4", "--control", "yes")
    for action in (("remove", "--all"), ("set", "house", "Enabled", "no"), ("set", "house", "Control", "0")):
        done = await command(*action)
        assert (done.status, "House bank no longer controls chargers" in done.err) == (1, True)
        assert "error 67" in done.err
        assert "add --yes" in done.err
    assert (stored(settings, "Enabled"), stored(settings, "Control")) == (1, 1)
    assert (await command("set", "house", "Control", "0", "--yes")).status == 0
    assert (await command("remove", "house")).out == "House bank removed; its settings are kept.\n"
    assert (stored(settings, "Enabled"), stored(settings, "Control")) == (0, 0)


async def test_moving_control_to_a_pack_of_another_voltage_needs_confirmation(
    settings: LocalSettings,
) -> None:
    await command("add", ADDRESS, "--name", "House", "--chemistry", "LiFePO4", "--control", "yes")
    await command("add", OTHER, "--name", "Thruster", "--chemistry", "LiFePO4")
    for device, cells in (("xbms_a4c137010203", 4), ("xbms_a4c1370a0b0c", 8)):
        settings.store.put(f"/Settings/Devices/{device}/Cells", cells)
    settings.store.entries["/Settings/Devices/xbms_a4c1370a0b0c/Control"].value = 1  # as another program may
    done = await command("remove", "House")
    assert done.status == 1
    assert "Thruster will then control chargers instead of House, up to 27.60 V (8 cells" in done.err
    assert "until now up to 13.80 V" in done.err
    assert stored(settings, "Enabled") == 1
    assert (await command("remove", "House", "--yes")).status == 0


class Terminal:
    """A terminal that gives ``answers``; ``meanwhile`` is called before the first one."""

    def __init__(self, *answers: str, meanwhile: Callable[[], object]) -> None:
        self._answers = list(answers)
        self._meanwhile = [meanwhile]

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        while self._meanwhile:
            self._meanwhile.pop()()
        return f"{self._answers.pop(0)}\n"


@pytest.mark.parametrize(("second", "enabled"), [("no", 1), ("yes", 0)])
async def test_remove_asks_again_if_another_pack_may_control_since_the_question(
    second: str,
    enabled: int,
    settings: LocalSettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await command("add", ADDRESS, "--name", "House", "--chemistry", "LiFePO4", "--control", "yes")
    await command("add", OTHER, "--name", "Bow", "--chemistry", "LiFePO4")

    def let_bow_control() -> None:
        settings.store.entries["/Settings/Devices/xbms_a4c1370a0b0c/Control"].value = 1

    monkeypatch.setattr("sys.stdin", Terminal("yes", second, meanwhile=let_bow_control))
    with nullcontext() if second == "yes" else pytest.raises(ExceptionGroup, match="unhandled"):
        await _remove("House", False, yes=False)
    before, after = capsys.readouterr().out.split("Meanwhile another program changed the settings:\n")
    assert "House no longer controls chargers" in before
    assert "Bow will then control chargers instead of House" in after
    assert stored(settings, "Enabled") == enabled


@pytest.mark.usefixtures("scanner")
async def test_wait_succeeds_once_the_service_runs() -> None:
    assert (await command("wait", "--seconds", "20")).status == 0


@pytest.mark.usefixtures("private_bus")
async def test_wait_fails_when_the_service_does_not_appear() -> None:
    done = await command("wait", "--seconds", "0.1")
    assert done.status == 1
    assert "did not appear on the bus within 0.1 s" in done.err


async def test_set_stores_a_checked_value_that_get_shows(settings: LocalSettings) -> None:
    await command("add", ADDRESS)
    done = await command("set", ADDRESS, "holdtime", "60")
    assert (done.status, done.out) == (0, "HoldTime = 60 s\n")
    assert stored(settings, "HoldTime") == 60.0
    shown = await command("get", ADDRESS, "HoldTime")
    assert shown.out.splitlines()[:2] == ["HoldTime = 60 s", "    5 to 300; default 30"]


async def test_add_refuses_a_name_that_is_an_address_and_a_forgotten_pack_is_unknown(
    settings: LocalSettings,
) -> None:
    await command("add", ADDRESS)
    done = await command("add", OTHER, "--name", ADDRESS)
    assert (done.status, "is an address; choose another name" in done.err) == (2, True)
    assert stored(settings, "Enabled", "xbms_a4c1370a0b0c") is None
    done = await command("set", ADDRESS, "CustomName", "Service")
    assert (done.status, "is reserved for the settings of the service" in done.err) == (2, True)
    await command("remove", ADDRESS, "--forget")
    done = await command("set", ADDRESS, "HoldTime", "20")
    assert done.status == 2
    assert f"no pack with the address {ADDRESS} was added" in done.err


async def test_an_unknown_name_is_answered_with_a_similar_one(settings: LocalSettings) -> None:
    await command("add", ADDRESS, "--name", "House bank")
    done = await command("set", "House bnak", "HoldTime", "60")
    assert done.status == 2
    assert "did you mean House bank?" in done.err


async def test_set_refuses_a_value_that_would_stop_the_pack_and_says_why(settings: LocalSettings) -> None:
    await command("add", ADDRESS)
    await command("set", ADDRESS, "Chemistry", "LiFePO4")
    await command("set", ADDRESS, "Control", "1")
    done = await command("set", ADDRESS, "CellFull", "4.9")
    assert done.status == 2
    assert "CellFull 4.9 V: LiFePO4 cells take at most 3.65 V" in done.err
    assert stored(settings, "CellFull") == 0.0
    assert (await command("set", ADDRESS, "CellFull", "3.6")).status == 0
    assert (await command("set", ADDRESS, "MaxChargeCurrent", "-1")).status == 0
    assert (await command("set", ADDRESS, "Chemistry", "custom")).status == 1
    custom = await command("set", ADDRESS, "Chemistry", "custom", "--yes")
    assert custom.status == 0
    assert "needs CellFloat" in custom.out
    assert "is neither charged nor discharged for now" in custom.out


async def test_set_shows_what_localsettings_stored_in_place_of_a_taken_instance(
    settings: LocalSettings,
) -> None:
    await command("add", ADDRESS)
    await command("add", OTHER)
    done = await command("set", OTHER, "ClassAndVrmInstance", "battery:600")
    assert done.out.splitlines()[0] == "ClassAndVrmInstance = battery:601"
    assert (done.status, "did not store battery:600" in done.err) == (1, True)


async def test_get_shows_the_owners_settings_and_not_the_persisted_state(
    settings: LocalSettings,
) -> None:
    await command("add", ADDRESS)
    out = (await command("get", ADDRESS)).out
    assert "  ConnectionMode = 0 (stays connected)\n" in out
    assert "AdvertisedName" not in out
    assert out.startswith("Pack\n  Enabled = 1 (read and shown)\n")
    changed = (await command("get", ADDRESS, "--changed")).out
    assert changed == "Pack\n  Enabled = 1 (read and shown)\n"
    as_json = json.loads((await command("get", ADDRESS, "Chemistry", "--json")).out)
    assert as_json["Chemistry"]["meaning"] == "not chosen; the pack is only shown"
    assert "one of LiFePO4, NMC, LTO, custom, none" in (await command("get", ADDRESS, "chemistry")).out


async def test_service_selects_the_settings_of_the_program(settings: LocalSettings) -> None:
    assert (await command("set", "service", "MaxConnections", "3")).status == 0
    assert (await command("get", "SERVICE")).out == "Program\n  MaxConnections = 3\n"


async def test_an_unknown_pack_is_refused_with_advice(settings: LocalSettings) -> None:
    done = await command("set", OTHER, "HoldTime", "60")
    assert done.status == 2
    assert "`dbus-xbms scan` lists those in range" in done.err
    assert settings.store.entries == {}


async def test_a_taken_name_is_refused_and_a_shared_name_is_ambiguous(
    settings: LocalSettings,
) -> None:
    await command("add", ADDRESS, "--name", "Twin")
    assert (await command("add", OTHER, "--name", "twin")).status == 2
    await command("add", OTHER)
    assert (await command("set", OTHER, "CustomName", "Twin")).status == 2
    settings.store.entries["/Settings/Devices/xbms_a4c1370a0b0c/CustomName"].value = "Twin"  # as the GX may
    done = await command("get", "Twin")
    assert done.status == 2
    assert ADDRESS in done.err
    assert OTHER in done.err


async def test_without_localsettings_a_command_fails_with_a_message(private_bus: str) -> None:
    done = await command("list")
    assert done.status == 1
    assert "localsettings did not appear on the bus within 5 s" in done.err


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


async def test_a_password_is_read_from_standard_input_and_never_shown(settings: LocalSettings) -> None:
    await command("add", ADDRESS)
    done = await command("set", ADDRESS, "Password", typed="731946\n")
    assert (done.status, done.out) == (0, "Password = (hidden)\n")
    assert stored(settings, "Password") == "731946"
    assert "731946" not in (await command("get", ADDRESS)).out
    refused = await command("set", ADDRESS, "Password", typed="7319467" * 5 + "\n")
    assert refused.status == 2
    assert "7319467" not in refused.err


async def test_set_without_a_value_is_a_usage_error(settings: LocalSettings) -> None:
    await command("add", ADDRESS)
    done = await command("set", ADDRESS, "HoldTime")
    assert done.status == 2
    assert done.err == "dbus-xbms: HoldTime needs a value: dbus-xbms set PACK HoldTime VALUE\n"


MALICIOUS = "\x1b[2Jx\nA4:C1:37:00:00:09  -10  new\u202e\x9b" + "y" * 60


async def test_a_name_with_control_characters_is_one_harmless_cell_of_every_output(
    settings: LocalSettings,
) -> None:
    async def scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
        return [(Advertised(address=OTHER, name=MALICIOUS, manufacturer={}, rssi=-50), False, False)]

    found = [Advertised(address=OTHER, name=MALICIOUS, manufacturer={}, rssi=-50)]
    items = items_for(REPORT.identity)
    report = replace(REPORT, custom_name=MALICIOUS)
    service = ItemService(f"{BATTERY}.xbms_a4c137010203", items, values(items, report), lambda *_: True)
    await service.start()
    await command("add", ADDRESS)
    settings.store.entries["/Settings/Devices/xbms_a4c137010203/CustomName"].value = MALICIOUS
    commands = ("list",), ("scan", "--seconds", "1"), ("get", ADDRESS), ("watch", "--once"), ("doctor",)
    async with RpcService(scan, dict, dict, lambda: found, list):
        as_json = ("doctor", "--json"), ("get", ADDRESS, "--json"), ("list", "--json")
        naming = ("history", ADDRESS), ("bank",), ("lend", ADDRESS, "1"), ("set", ADDRESS, "HoldTime", "20")
        unknown = ("switch", MALICIOUS, "charge", "off"), ("history", MALICIOUS), ("remove", MALICIOUS)
        for arguments in (*commands, *as_json, *naming, *unknown, ("remove", ADDRESS)):
            done = await command(*arguments)
            shown = done.out + done.err
            assert shown
            assert not [c for c in shown.replace("\n", "") if not c.isprintable()], arguments
            assert not [line for line in shown.splitlines() if line.startswith("A4:C1:37:00:00:09")]
            assert "y" * 41 not in shown or arguments[0] in ("get", "switch") or "--json" in arguments
    await service.stop()
