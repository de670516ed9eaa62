"""The man page and the completion match the parsers, and work."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dbus_xbms import cli
from dbus_xbms.commands.catalogue import COMMANDS
from dbus_xbms.settings import ProgramSettings
from pages.__main__ import ROOT, pages

SCRIPT = ROOT / "dbus_xbms/dbus-xbms.bash"
# Output of dbus-send for settings: names chosen by owners, and one that must not reach a terminal.
SETTINGS = r"""
   variant       array [
         dict entry(
            string "xbms_a4c137000001/CustomName"
            variant                string "House bank"
         )
         dict entry(
            string "xbms_a4c137000001/Enabled"
            variant                int32 1
         )
         dict entry(
            string "xbms_a4c137000002/CustomName"
            variant                string ""
         )
         dict entry(
            string "xbms_a4c137000002/Enabled"
            variant                int32 1
         )
         dict entry(
            string "xbms_a4c137000003/CustomName"
            variant                string "bell$(touch x)"
         )
         dict entry(
            string "other_1/CustomName"
            variant                string "of another program"
         )
      ]
"""


BANKS = r"""
   variant       array [
         dict entry(
            string "MaxConnections"
            variant                int32 6
         )
         dict entry(
            string "Banks/1/Name"
            variant                string "House of packs"
         )
         dict entry(
            string "Banks/1/Enabled"
            variant                int32 1
         )
      ]
"""
ANSWERS = {"/Settings/Devices": SETTINGS, "/Settings/Services/Xbms": BANKS}


@pytest.fixture
def dbus_send(tmp_path: Path) -> str:
    """Return a PATH with a dbus-send that prints these settings."""
    for group, answer in ANSWERS.items():
        (tmp_path / group.rpartition("/")[2]).write_text(answer)
    program = tmp_path / "dbus-send"
    program.write_text(
        f'#!/bin/sh\nfor word; do case $word in /*) cat "{tmp_path}/${{word##*/}}";; esac; done\n'
    )
    program.chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


def completed(path: str, *words: str) -> list[str]:
    """Return what bash completes for the last of these words."""
    typed = " ".join(f"'{word}'" for word in ("dbus-xbms", *words))
    code = f"""
        . {SCRIPT}
        COMP_WORDS=({typed}); COMP_CWORD={len(words)}
        _dbus_xbms
        for reply in "${{COMPREPLY[@]}}"; do echo "$reply"; done"""
    done = subprocess.run(
        ["bash", "--norc", "-c", code], capture_output=True, text=True, timeout=30, env={"PATH": path}
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_pages_match_the_parsers() -> None:
    stale = [path.name for path, text in pages().items() if path.read_text() != text]
    assert stale == [], "run script/pages"


def test_the_man_page_is_valid_roff_and_names_every_command() -> None:
    page = ROOT / "docs/dbus-xbms.1"
    groff = ["groff", "-man", "-Tascii", "-ww", "-P", "-cbou", str(page)]
    done = subprocess.run(groff, capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    text = " ".join(done.stdout.split())
    assert [row.name for row in COMMANDS if f" {row.name} [options]" not in text] == []
    assert "--seconds N scan for N seconds, up to 60 (10)" in text
    assert "--chemistry CHEMISTRY" in text
    assert "130 ended by Ctrl-C" in text


def test_the_completion_is_valid_shell() -> None:
    assert shutil.which("shellcheck"), "script/test installs it"
    done = subprocess.run(["shellcheck", str(SCRIPT)], capture_output=True, text=True, timeout=60)
    assert done.stdout == ""


def test_commands_are_completed(dbus_send: str) -> None:
    assert completed(dbus_send, "sc") == ["scan"]
    assert completed(dbus_send, "") == [*(row.name for row in COMMANDS), "help"]
    assert completed(dbus_send, "--log-level", "DEBUG", "sc") == ["scan"]
    assert completed(dbus_send, "help", "sw") == ["switch"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("watch", "--o"), ["--once"]),
        (("doctor", "--scan", "--j"), ["--json"]),
        (("doctor", "--ro"), []),  # it is for tests
        (("switch", "x", ""), ["charge", "discharge", "both", "balancing"]),
        (("switch", "--log-level", "DEBUG", "x", "both", ""), ["on", "off"]),
        (("scan", "--log-level", "E"), ["ERROR"]),
        (("scan", "--seconds", ""), []),
        (("switch", "x", "both", "on", ""), []),
        (("set", "x", "maxchargec"), ["MaxChargeCurrent"]),
        (("get", "service", ""), [row.name for row in ProgramSettings.rows if not row.internal]),
        (("fly", ""), []),
        (("bank", "cr"), ["create"]),
        (("bank", "create", "--topology", "s"), ["series"]),
        (("bank", "set", "bank1", "topo"), ["Topology"]),
        (("bank", "set", "bank1", "Control", ""), []),
        (("get", "bank1", "mem"), ["Members"]),
        (("bank", "list", ""), []),
    ],
    ids=str,
)
def test_options_choices_and_settings_are_completed(
    dbus_send: str, words: tuple[str, ...], offered: list[str]
) -> None:
    assert completed(dbus_send, *words) == offered


@pytest.mark.parametrize("command", ["remove", "get", "set", "switch", "lend", "watch", "history", "probe"])
def test_packs_are_completed_by_name_and_address(dbus_send: str, command: str) -> None:
    banks = [] if command == "probe" else ["House\\ of\\ packs"]
    assert completed(dbus_send, command, "house") == [*banks, "House\\ bank"]
    assert completed(dbus_send, command, "a4c1") == ["A4C137000001", "A4C137000002"]
    assert completed(dbus_send, command, "bell") == ["bell\\$\\(touch\\ x\\)"]
    assert completed(dbus_send, command, "of") == []
    assert completed(dbus_send, "watch", "House bank", "a4c1")[0] == "A4C137000001"
    assert ("service" in completed(dbus_send, command, "")) == (command in ("get", "set"))


@pytest.mark.parametrize("action", ["add", "remove", "set", "delete"])
def test_banks_are_completed_by_name_and_number(dbus_send: str, action: str) -> None:
    assert completed(dbus_send, "bank", action, "") == ["House\\ of\\ packs", "bank1"]


@pytest.mark.parametrize(
    "words", [("create",), ("create", "x"), ("add", "bank1"), ("remove", "bank1", "x")], ids=str
)
def test_packs_of_a_bank_are_completed(dbus_send: str, words: tuple[str, ...]) -> None:
    assert completed(dbus_send, "bank", *words, "house") == ["House\\ bank"]


def test_files_are_completed(dbus_send: str, tmp_path: Path) -> None:
    (tmp_path / "frames.txt").write_text("")
    assert completed(dbus_send, "decode", f"{tmp_path}/fra") == [f"{tmp_path}/frames.txt"]
    assert completed(dbus_send, "doctor", "--report", f"{tmp_path}/fra") == [f"{tmp_path}/frames.txt"]


def test_without_dbus_send_there_are_no_packs_and_no_message(tmp_path: Path) -> None:
    for tool in ("bash", "awk", "grep"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    assert completed(str(tmp_path), "switch", "") == []


def test_completion_bash_prints_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "bash"]) == 0
    assert capsys.readouterr().out == SCRIPT.read_text()


def test_completion_for_ash_is_reported_as_impossible(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "ash"]) == 1
    assert "busybox ash completes only file names" in capsys.readouterr().err
