"""What each command prints, returns and writes, on a fake bus with known packs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from dbus_xbms import cli
from dbus_xbms.commands.table import COMMAND_NUMBER, COMMAND_STATE, LAST_COMMAND, Battery, Value
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.dbus import connection
from dbus_xbms.model import CommandState
from dbus_xbms.settings import service_path
from dbus_xbms.venus.tables.switches import LEND
from tests.fake_bus import FakeBus
from tests.unit.commands.reports import ADDRESS, STARBOARD

SERVICE = STARBOARD.service
REMOVED = "A4:C1:37:01:02:04"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> FakeBus:
    """A fake bus with Starboard, which is being read, and Port, which was removed."""
    fake = FakeBus()
    monkeypatch.setattr(connection, "connect", fake.connect)
    fake.add_pack(ADDRESS, CustomName="Starboard", ClassAndVrmInstance="battery:1", Chemistry="LiFePO4")
    fake.add_pack(REMOVED, CustomName="Port", ClassAndVrmInstance="battery:2", Enabled=0)
    fake.show(STARBOARD)
    fake.contacts[ADDRESS] = Contact(state=ContactState.CONNECTED, seconds=60.0)
    return fake


def test_list_shows_each_pack_with_its_state_and_instance(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["list"]) == 0
    header, starboard, port = capsys.readouterr().out.splitlines()
    assert header.split() == ["Address", "State", "Instance", "Name"]
    assert starboard.startswith(f"{ADDRESS}  connected, discharge off")
    assert starboard.split()[-2:] == ["battery:1", "Starboard"]
    assert port.split() == [REMOVED, "removed,", "settings", "kept", "battery:2", "Port"]


def test_list_shows_the_problem_of_a_pack_with_advice(bus: FakeBus, capsys: Captured) -> None:
    bus.batteries.clear()
    bus.contacts[ADDRESS] = Contact(
        state=ContactState.NOT_HEARD, reason="not found by scans", advice="go nearer", seconds=60.0
    )
    assert cli.main(["list"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Starboard: not found by scans",
        "  -> go nearer",
    ]


def test_list_as_json_has_all_packs(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["service"] == "running"
    assert [(pack["address"], pack["enabled"], pack["instance"]) for pack in listed["packs"]] == [
        (ADDRESS, True, 1),
        (REMOVED, False, 2),
    ]


def test_list_reports_that_the_service_is_stopped(bus: FakeBus, capsys: Captured) -> None:
    bus.running = False
    bus.batteries.clear()
    assert cli.main(["list"]) == 0
    assert f"{ADDRESS}  service stopped" in capsys.readouterr().out


def test_get_shows_one_setting_with_its_range_and_default(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["get", "starboard", "holdtime"]) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "HoldTime = 30 s"
    assert second.strip() == "5 to 300; default 30"


def test_get_as_json_hides_the_password(bus: FakeBus, capsys: Captured) -> None:
    bus.settings |= {path: "123456" for path in bus.settings if path.endswith("/Password")}
    assert cli.main(["get", "starboard", "Password", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["Password"]
    assert (shown["value"], shown["changed"]) == (None, True)


def test_get_changed_shows_only_what_differs_from_the_default(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["get", "starboard", "--changed"]) == 0
    out = capsys.readouterr().out
    assert "Chemistry = LiFePO4" in out
    assert "HoldTime" not in out


def test_set_stores_a_value_and_shows_it(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["set", "starboard", "HoldTime", "60"]) == 0
    assert bus.setting(ADDRESS, "HoldTime") == 60.0
    assert capsys.readouterr().out == "HoldTime = 60 s\n"


def test_set_changes_a_setting_of_the_service(bus: FakeBus) -> None:
    assert cli.main(["set", "service", "MaxConnections", "3"]) == 0
    assert bus.settings[service_path("MaxConnections")] == 3


def test_set_fails_if_localsettings_refuses_the_value(bus: FakeBus, capsys: Captured) -> None:
    bus.on_write = lambda service, path, value: False
    assert cli.main(["set", "starboard", "HoldTime", "60"]) == cli.USAGE
    assert bus.setting(ADDRESS, "HoldTime") == 30.0
    assert "localsettings refuses 60.0" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("get",), ("set", "HoldTime", "60"), ("lend",), ("history",)])
def test_an_unknown_pack_name_is_a_usage_error(
    command: tuple[str, ...], bus: FakeBus, capsys: Captured
) -> None:
    name, *others = command
    before = dict(bus.settings)
    assert cli.main([name, "nobody", *others]) == cli.USAGE
    assert "'nobody'" in capsys.readouterr().err
    assert (bus.settings, bus.written) == (before, [])


def test_remove_disables_a_pack_and_keeps_its_settings(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["remove", "starboard", "--yes"]) == 0
    assert bus.setting(ADDRESS, "Enabled") == 0
    assert bus.setting(ADDRESS, "CustomName") == "Starboard"
    assert "settings are kept" in capsys.readouterr().out


def test_remove_and_forget_erases_the_settings_of_that_pack_only(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["remove", "port", "--forget", "--yes"]) == 0
    assert not [path for path in bus.settings if "a4c137010204" in path]
    assert bus.setting(ADDRESS, "Enabled") == 1
    assert "Port" in capsys.readouterr().out


def test_a_pack_that_was_removed_before_is_not_removed_again(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["remove", "port", "--yes"]) == 0
    assert bus.written == []
    assert "Port" in capsys.readouterr().out


def test_lend_writes_the_minutes_to_the_pack(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["lend", "starboard", "45"]) == 0
    assert bus.written == [(SERVICE, LEND, 45)]
    assert "45 min" in capsys.readouterr().out


def test_a_refused_lend_fails_with_the_reason(bus: FakeBus, capsys: Captured) -> None:
    bus.show(with_values({LAST_COMMAND: "lend refused: AllowLending is 0"}))
    bus.on_write = lambda service, path, value: False
    assert cli.main(["lend", "starboard", "45"]) == cli.FAILURE
    assert "lend refused: AllowLending is 0" in capsys.readouterr().err


def test_a_pack_that_is_not_on_the_bus_cannot_be_lent_and_the_reason_is_given(
    bus: FakeBus, capsys: Captured
) -> None:
    bus.batteries.clear()
    bus.contacts[ADDRESS] = Contact(
        state=ContactState.NOT_HEARD, reason="not found by scans", advice="go nearer", seconds=60.0
    )
    assert cli.main(["lend", "starboard"]) == cli.FAILURE
    assert (
        capsys.readouterr().err == "dbus-xbms: Starboard is not on the bus: not found by scans -> go nearer\n"
    )


MOSFET_MODE = "/Settings/MosfetMode"


def with_values(values: Mapping[str, Value]) -> Battery:
    """Return Starboard with changes."""
    return replace(STARBOARD, values={**STARBOARD.values, **values})


def test_switch_writes_the_command_and_prints_its_outcome(bus: FakeBus, capsys: Captured) -> None:
    bus.show(
        with_values(
            {
                COMMAND_STATE: int(CommandState.DONE),
                COMMAND_NUMBER: 7,
                LAST_COMMAND: "charge off: done",
                "/Io/AllowToCharge": 0,
            }
        )
    )
    assert cli.main(["switch", "starboard", "charge", "off"]) == 0
    assert bus.written == [(SERVICE, "/Io/AllowToCharge", 0)]
    assert capsys.readouterr().out == "charge off: done\n"


@pytest.mark.parametrize(
    ("what", "path", "value"),
    [("charge", "/Io/AllowToCharge", 2), ("discharge", "/Io/AllowToDischarge", 2), ("both", MOSFET_MODE, 4)],
)
def test_switch_with_force_writes_the_value_that_turns_on_whatever_the_voltage(
    what: str, path: str, value: int, bus: FakeBus
) -> None:
    shown: dict[str, Value] = {COMMAND_STATE: int(CommandState.DONE), COMMAND_NUMBER: 7, LAST_COMMAND: "done"}
    bus.show(with_values({**shown, "/Io/AllowToCharge": 1, "/Io/AllowToDischarge": 1}))
    assert cli.main(["switch", "starboard", what, "on", "--force"]) == 0
    assert bus.written == [(SERVICE, path, value)]


@pytest.mark.parametrize(("what", "state"), [("charge", "off"), ("balancing", "on")])
def test_switch_forces_nothing_but_turning_mosfets_on(
    what: str, state: str, bus: FakeBus, capsys: Captured
) -> None:
    assert cli.main(["switch", "starboard", what, state, "--force"]) == cli.FAILURE
    assert bus.written == []
    assert "--force is for" in capsys.readouterr().err


@pytest.mark.parametrize("state", [CommandState.REFUSED, CommandState.FAILED])
def test_switch_fails_with_the_reason_if_the_command_does(
    state: CommandState, bus: FakeBus, capsys: Captured
) -> None:
    words = "charge off: the BMS did not switch"
    bus.show(with_values({COMMAND_STATE: int(state), COMMAND_NUMBER: 7, LAST_COMMAND: words}))
    assert cli.main(["switch", "starboard", "charge", "off"]) == cli.FAILURE
    assert capsys.readouterr().err == f"dbus-xbms: {words}\n"


def test_switch_fails_with_the_reason_if_the_write_is_refused(bus: FakeBus, capsys: Captured) -> None:
    bus.show(with_values({LAST_COMMAND: "charge off refused: AllowMosfetControl is 0"}))
    bus.on_write = lambda service, path, value: False
    assert cli.main(["switch", "starboard", "charge", "off"]) == cli.FAILURE
    assert "AllowMosfetControl is 0" in capsys.readouterr().err


def test_history_reads_the_pack_on_the_bus(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["history", "starboard", "--json"]) == 0
    assert all(path.startswith("/") for path in json.loads(capsys.readouterr().out))


def test_history_of_a_pack_that_is_not_on_the_bus_is_the_stored_one(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["history", "port"]) == 0
    assert "the pack is not on the bus" in capsys.readouterr().out


def test_watch_once_prints_the_table_of_each_pack(bus: FakeBus, capsys: Captured) -> None:
    assert cli.main(["watch", "--once"]) == 0
    assert "Starboard  A4:C1:37:01:02:03" in capsys.readouterr().out


def test_watch_reports_why_no_pack_is_on_the_bus(bus: FakeBus, capsys: Captured) -> None:
    bus.batteries.clear()
    bus.running = False
    assert cli.main(["watch", "--once"]) == cli.FAILURE
    assert "the service is stopped" in " ".join(capsys.readouterr())


def test_wait_succeeds_when_the_service_answers(bus: FakeBus) -> None:
    assert cli.main(["wait", "--seconds", "1"]) == 0


def test_wait_fails_when_the_service_does_not_appear(bus: FakeBus, capsys: Captured) -> None:
    bus.running = False
    assert cli.main(["wait", "--seconds", "0.02"]) == cli.FAILURE
    assert "did not appear on the bus within 0.02 s" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("list",), ("get", "starboard"), ("remove", "starboard", "--yes")])
def test_a_command_reports_that_localsettings_is_missing(
    command: tuple[str, ...], bus: FakeBus, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbus_xbms.commands.known.SETTINGS_LIMIT", 0.02)
    bus.localsettings = False
    assert cli.main([*command]) == cli.FAILURE
    assert "localsettings did not appear on the bus" in capsys.readouterr().err
