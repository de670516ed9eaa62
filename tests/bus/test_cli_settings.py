"""`set` and `get` on a real bus, with a simulated localsettings."""

from __future__ import annotations

import json

from dbus_xbms.settings_store.service import LocalSettings
from tests.bus.cli import command
from tests.bus.cli_peers import OTHER, settings, stored
from tests.unit.commands.reports import ADDRESS

__all__ = ["settings"]  # a fixture


async def test_set_stores_a_checked_value_that_get_shows(settings: LocalSettings) -> None:
    await command("add", ADDRESS)
    done = await command("set", ADDRESS, "holdtime", "60")
    assert (done.status, done.out) == (0, "HoldTime = 60 s\n")
    assert stored(settings, "HoldTime") == 60.0
    shown = await command("get", ADDRESS, "HoldTime")
    assert shown.out.splitlines()[:2] == ["HoldTime = 60 s", "    5 to 300; default 30"]


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
