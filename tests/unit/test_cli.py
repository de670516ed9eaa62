"""The command line: help, exit status, and errors in one line."""

from __future__ import annotations

import pytest

from dbus_xbms import __version__, cli
from dbus_xbms.commands.catalogue import COMMANDS
from tests.unit.exit_status import status_of

ADDRESS = "A4:C1:37:01:02:03"


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("--help") == 0
    text = capsys.readouterr().out
    assert all(f"  {command.name} " in text for command in COMMANDS)


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_has_its_own_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(command, "--help") == 0
    assert f"usage: dbus-xbms {command}" in capsys.readouterr().out


@pytest.mark.parametrize("columns", [34, 50, 80, 120, 200])
def test_help_fits_the_terminal(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for words in [[], *([command.name] for command in COMMANDS)]:
        assert status_of("help", *words) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines
        assert [line for line in lines if len(line) > min(columns, 100)] == [], words


@pytest.mark.parametrize(
    "arguments", [("help",), ("help", "help"), ("-h",), ("help", "--help")], ids=" ".join
)
def test_help_alone_is_the_help_of_the_program(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(*arguments) == 0
    assert "usage: dbus-xbms COMMAND" in capsys.readouterr().out


def test_help_with_a_command_is_the_help_of_that_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("help", "scan") == 0
    asked = capsys.readouterr().out
    assert status_of("scan", "--help") == 0
    assert asked == capsys.readouterr().out
    assert asked.startswith("usage: dbus-xbms scan")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("swich",), "there is no command 'swich'; did you mean switch?"),
        (("help", "scna"), "there is no command 'scna'; did you mean scan?"),
        (("fly",), "there is no command 'fly'; `dbus-xbms help` lists them"),
        (("scan", "--secnds", "3"), "there is no option '--secnds'; did you mean --seconds?"),
        (("scan", "--fly=3"), "there is no option '--fly'"),
        (("scan", "now"), "unexpected argument 'now'"),
    ],
)
def test_a_mistyped_word_gets_a_suggestion(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(*arguments) == cli.USAGE
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"error: {words}")


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_prints_the_version_of_the_package(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(option) == 0
    assert capsys.readouterr().out == f"dbus-xbms {__version__}\n"


def test_no_command_shows_the_help_and_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of() == cli.USAGE
    assert "commands:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("--log-level", "LOUD", "list"),
        ("watch", "--seconds", "soon"),
        ("add",),
        ("get", "service", "Colour"),
        ("set", ADDRESS, "HoldTime", "1000"),
        ("set", ADDRESS, "HoldTime", "long"),
        ("set", ADDRESS, "Cells", "4"),
        ("set", "service", "HoldTime", "30"),
        ("switch", ADDRESS),
        ("switch", ADDRESS, "heater", "on"),
        ("switch", ADDRESS, "charge", "maybe"),
    ],
    ids=" ".join,
)
def test_a_mistake_on_the_command_line_is_a_usage_error(
    arguments: tuple[str, ...], no_bus: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(*arguments) == cli.USAGE
    assert capsys.readouterr().err.splitlines()[-1].startswith("dbus-xbms")


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("add", ADDRESS),
        ("remove", ADDRESS),
        ("get", ADDRESS),
        ("set", ADDRESS, "HoldTime", "60"),
        ("set", "service", "maxconnections", "3"),
        ("watch", "--once"),
        ("watch",),
        ("switch", ADDRESS, "charge", "off"),
        ("scan",),
        ("probe", ADDRESS),
        ("probe", "my battery"),
        ("probe", ADDRESS, "--capture", "/nonexistent/frames"),
    ],
    ids=" ".join,
)
def test_a_missing_bus_or_file_is_an_error_of_one_line(
    arguments: tuple[str, ...], no_bus: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(*arguments) == cli.FAILURE
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("command", ["scan", "watch", "wait", "demo", "simulate"])
@pytest.mark.parametrize("text", ["0", "nan", "-1", "inf", "soon", "1e99", ""])
def test_every_command_validates_seconds_in_the_same_way(
    command: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(command, f"--seconds={text}") == cli.USAGE
    said = " ".join(capsys.readouterr().err.split())
    assert "must be more than 0 and at most" in said
    assert f"not {text!r}" in said
