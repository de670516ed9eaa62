"""Questions on a terminal, and confirmations before charge control changes."""

from __future__ import annotations

import io

import pytest

from dbus_xbms.commands import CommandError, questions
from dbus_xbms.commands.known import Known
from dbus_xbms.commands.questions import confirm_once, refuse_second_controller, with_pack_name
from dbus_xbms.commands.set import _judge_pack as settings_judge
from dbus_xbms.commands.setting_text import ask_secret
from dbus_xbms.known.naming import name_refusal
from dbus_xbms.policy.advice.consequences import Consequence
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.settings import PackSettings, SettingsError, pack_path
from dbus_xbms.text import shell_quoted
from dbus_xbms.venus.localsettings import LocalSettings
from tests.unit.commands.answers import type_answers
from tests.unit.commands.packs_to_add import ONE, TWO, known, pack

STOPS = Consequence(words="House no longer controls chargers; chargers then stop", ask=True)
BEGINS = Consequence(words="Chargers and inverters obey this pack")


def setup(packs: dict[str, PackSettings]) -> Configuration:
    return Configuration(packs=packs)


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        (["NMC"], "NMC"),
        (["nmc"], "NMC"),
        ([""], ""),
        (["none"], ""),
        (["lead", "lto"], "LTO"),
    ],
)
def test_the_chemistry_is_explained_and_has_no_default_answer(
    lines: list[str], chosen: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_answers(monkeypatch, *lines)
    assert questions.ask_chemistry() == chosen
    out = capsys.readouterr().out
    assert "LiFePO4 to 3.45 V" in out
    assert "Without a chemistry the pack is shown but cannot control." in out


def test_control_is_explained_and_needs_an_explicit_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for line, control in (("yes", True), ("Y", True), ("", False), ("no", False)):
        type_answers(monkeypatch, line)
        assert questions.ask_control() is control
    assert "error 67" in capsys.readouterr().out


def test_an_invalid_current_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_answers(monkeypatch, "a lot", "5000", "50 A", "")
    assert questions.ask_currents(questions.CURRENTS) == {"MaxChargeCurrent": 50.0}
    assert capsys.readouterr().out.count("MaxChargeCurrent must be a number from 0 to 2000 A") == 2


async def test_enabling_a_pack_that_would_control_again_needs_confirmation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    removed = pack(Enabled=0, Control=1, Chemistry="LiFePO4")
    type_answers(monkeypatch, "no")
    with pytest.raises(CommandError, match="nothing was changed"):
        await settings_judge(known(one=removed), ONE, "Enabled", 1, yes=False)
    assert "Chargers and inverters obey this pack while DVCC is on, up to 13.80 V" in capsys.readouterr().out
    type_answers(monkeypatch)
    assert await settings_judge(known(one=removed), ONE, "Enabled", 1, yes=True)
    assert not await settings_judge(known(one=pack(Enabled=0)), ONE, "Enabled", 1, yes=False)


@pytest.mark.parametrize("name", ["House bank", "Bank 24 V", "Ünal's boat", "x" * 40, ""])
def test_any_free_printable_name_is_accepted(name: str) -> None:
    assert name_refusal(name, ONE, known(two=pack(CustomName="Bow")).candidates) == ""
    assert name_refusal(name, ONE, known(one=pack(CustomName=name)).candidates) == ""


@pytest.mark.parametrize("name", ["Service", " House", "a4c137000001", "\u202eHouse", "a\nb", "電" * 21])
def test_a_name_that_cannot_be_typed_or_is_ambiguous_is_refused(name: str) -> None:
    assert name_refusal(name, ONE, []) != ""


def test_removing_the_controlling_pack_needs_a_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_answers(monkeypatch, "")
    with pytest.raises(CommandError, match="nothing was changed"):
        confirm_once([STOPS], "Remove House", yes=False)
    type_answers(monkeypatch, "yes", "left")
    confirm_once([STOPS], "Remove House", yes=False)
    confirm_once([STOPS], "Remove House", yes=True)
    confirm_once([BEGINS], "Change House", yes=False)
    confirm_once([], "Change House", yes=False)
    assert input() == "left"  # only dangerous changes are asked about, and once
    out = capsys.readouterr().out
    assert out.count("Remove House? yes or no [no]: ") == 2
    assert out.count("House no longer controls chargers; chargers then stop.\n") == 3
    assert "Chargers and inverters obey this pack.\n" in out


def test_without_a_terminal_dangerous_changes_are_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(CommandError, match=r"House no longer controls .* stop; .* add --yes"):
        confirm_once([STOPS], "Remove House", yes=False)
    confirm_once([BEGINS], "Change House", yes=False)
    confirm_once([STOPS], "Remove House", yes=True)


def test_a_second_controlling_pack_is_refused_and_the_first_is_named() -> None:
    first = pack(Control=1, Chemistry="NMC", CustomName="House bank", Controlled=1)
    before = {ONE: pack(Control=0, Chemistry="NMC"), TWO: first}
    with pytest.raises(CommandError, match=r'House bank already controls .* set "House bank" Control 0'):
        refuse_second_controller(setup(before), setup(before | {ONE: pack(Control=1, Chemistry="NMC")}), ONE)
    without_chemistry = before | {ONE: pack(Control=1)}
    refuse_second_controller(setup(before), setup(without_chemistry), ONE)  # it would not control
    both = before | {ONE: pack(Control=1, Chemistry="NMC")}
    unchanged = both | {ONE: pack(Control=1, Chemistry="LTO")}
    refuse_second_controller(setup(both), setup(unchanged), ONE)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("House", "House"),
        ("House bank", '"House bank"'),
        ("$(reboot)", "'$(reboot)'"),
        ("a`b` c", "'a`b` c'"),
        ('a"; reboot; "', "'a\"; reboot; \"'"),
    ],
)
def test_a_proposed_command_works_with_any_name(name: str, word: str) -> None:
    assert shell_quoted(name) == word


def test_end_of_input_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    type_answers(monkeypatch)
    for ask in (
        questions.ask_chemistry,
        questions.ask_control,
        lambda: questions.ask_currents(questions.CURRENTS),
    ):
        with pytest.raises(CommandError, match="nothing was changed"):
            ask()
    with pytest.raises(CommandError, match="nothing was changed"):
        confirm_once([STOPS], "Remove it", yes=False)


def test_an_answer_other_than_yes_or_no_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    type_answers(monkeypatch, "maybe", "x", "YES")
    assert questions.ask_control()
    type_answers(monkeypatch, "perhaps", "")
    assert not questions.ask_control()


def test_an_empty_password_erases_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    type_answers(monkeypatch)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "")
    with pytest.raises(CommandError, match="no Password was given"):
        ask_secret("Password")


def test_an_undecodable_password_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    def typed(prompt: str) -> str:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, prompt)

    type_answers(monkeypatch)
    monkeypatch.setattr("getpass.getpass", typed)
    with pytest.raises(CommandError, match="no Password was given"):
        ask_secret("Password")


def test_a_name_given_by_the_owner_takes_precedence_over_an_advertised_one() -> None:
    stored = {pack_path(ONE, "AdvertisedName"): "House", pack_path(TWO, "AdvertisedName"): "House"}
    local = LocalSettings(lambda path, value: None)
    with pytest.raises(SettingsError, match="could be House"):
        Known(local, stored).address("house")
    stored |= {pack_path(ONE, "CustomName"): "Bow"}
    assert Known(local, stored).address("house") == TWO
    stored |= {pack_path(TWO, "CustomName"): "Stern"}
    with pytest.raises(SettingsError, match=r"could be Bow .* or Stern"):
        Known(local, stored).address("house")
    assert Known(local, stored).address("stern") == TWO


def test_the_command_that_gives_permission_can_be_pasted() -> None:
    words = "charge off: refused: switching is off; to allow it: set PACK AllowMosfetControl 1"
    assert with_pack_name(words, "House bank").endswith(
        'to allow it: dbus-xbms set "House bank" AllowMosfetControl 1'
    )


def test_the_commands_in_a_message_of_a_bank_name_its_packs() -> None:
    words = (
        "charge off: Bow: refused: switching is off; to allow it: set Bow AllowMosfetControl 1; Stern: done"
    )
    assert with_pack_name(words, "") == (
        "charge off: Bow: refused: switching is off; to allow it: dbus-xbms set Bow AllowMosfetControl 1; "
        "Stern: done"
    )
