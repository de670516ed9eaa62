"""`add` and `remove` on a real bus, with a simulated localsettings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import pytest

from dbus_xbms.commands.remove import _remove
from dbus_xbms.settings import switch_path
from dbus_xbms.settings_store.service import LocalSettings
from tests.bus.cli import command
from tests.bus.cli_peers import OTHER, settings, stored
from tests.unit.commands.reports import ADDRESS

__all__ = ["settings"]  # a fixture


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


async def test_without_localsettings_a_command_fails_with_a_message(private_bus: str) -> None:
    done = await command("list")
    assert done.status == 1
    assert "localsettings did not appear on the bus within 5 s" in done.err
