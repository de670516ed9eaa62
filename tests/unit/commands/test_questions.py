"""Questions on a terminal, and confirmations before charge control changes."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Iterable
from dataclasses import replace

import pytest

from dbus_xbms.commands import CommandError, questions
from dbus_xbms.commands.add import _ask
from dbus_xbms.commands.known import Known
from dbus_xbms.commands.pack_to_add import PackToAdd, confirm_addition, store, to_store
from dbus_xbms.commands.questions import confirm_once, refuse_second_controller, with_pack_name
from dbus_xbms.commands.set import _judge_pack as settings_judge
from dbus_xbms.commands.setting_text import ask_secret
from dbus_xbms.dbus.errors import BusLost
from dbus_xbms.known.naming import name_refusal
from dbus_xbms.policy.advice.consequences import Consequence
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.settings import PackSettings, SettingsError, Value, pack_path
from dbus_xbms.text import shell_quoted
from dbus_xbms.venus.localsettings import LocalSettings
from tests.unit.commands.answers import type_answers

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
STOPS = Consequence(words="House no longer controls chargers; chargers then stop", ask=True)
BEGINS = Consequence(words="Chargers and inverters obey this pack")


def pack(**chosen: float | str) -> PackSettings:
    return PackSettings({"Enabled": 1, "Cells": 4, **chosen})


def known(**packs: PackSettings) -> Known:
    """Return the added packs, under ONE and TWO."""
    addresses = {"one": ONE, "two": TWO}
    stored = {
        pack_path(addresses[which], name): value
        for which, settings in packs.items()
        for name, value in settings.items()
    }
    return Known(LocalSettings(lambda path, value: None), stored)


def setup(packs: dict[str, PackSettings]) -> Configuration:
    return Configuration(packs=packs)


def subject(
    before: PackSettings | None = None, advertised: str = "xiaoxiang", **others: PackSettings
) -> PackToAdd:
    packs = known(**others) if before is None else known(one=before, **others)
    return PackToAdd(address=ONE, advertised=advertised, before=before or PackSettings(), known=packs)


@pytest.fixture
def _no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bus without a service that shows cells."""

    async def nothing(address: str, after: PackSettings, changed: Iterable[str]) -> list[Consequence]:
        return []

    monkeypatch.setattr("dbus_xbms.commands.pack_to_add.chemistry_conflicts", nothing)


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


def test_add_asks_for_name_chemistry_control_and_currents(monkeypatch: pytest.MonkeyPatch) -> None:
    type_answers(monkeypatch, "House", "lifepo4", "yes", "50", "80A")
    assert _ask(subject(), {}) == {
        "CustomName": "House",
        "Chemistry": "LiFePO4",
        "Control": 1,
        "MaxChargeCurrent": 50.0,
        "MaxDischargeCurrent": 80.0,
    }


def test_empty_answers_mean_the_advertised_name_no_chemistry_no_control_and_no_currents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    type_answers(monkeypatch, "", "")
    assert _ask(subject(), {}) == {"CustomName": "xiaoxiang", "Chemistry": ""}
    type_answers(monkeypatch, "", "NMC", "")
    assert _ask(subject(), {}) == {"CustomName": "xiaoxiang", "Chemistry": "NMC", "Control": 0}
    type_answers(monkeypatch, "", "NMC", "yes", "", "")
    chosen = _ask(subject(), {})
    assert (chosen["Control"], "MaxChargeCurrent" in chosen) == (1, False)


def test_add_does_not_ask_for_given_or_stored_values(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Value] = {
        "CustomName": "House",
        "Chemistry": "NMC",
        "Control": 1,
        "MaxChargeCurrent": 9.0,
        "MaxDischargeCurrent": 12.0,
    }
    type_answers(monkeypatch)
    assert _ask(subject(), given) == {}
    type_answers(monkeypatch, "no")
    removed = pack(Enabled=0, CustomName="House", Chemistry="LTO")
    assert _ask(subject(removed), {}) == {"Control": 0}


@pytest.mark.parametrize("current", ["MaxChargeCurrent", "MaxDischargeCurrent"])
def test_add_asks_only_for_the_missing_one_of_the_two_currents(
    current: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (other,) = set(questions.CURRENTS) - {current}
    given: dict[str, Value] = {"CustomName": "House", "Chemistry": "NMC", "Control": 1, current: 9.0}
    type_answers(monkeypatch, "20")
    assert _ask(subject(), given) == {other: 20.0}
    removed = pack(Enabled=0, CustomName="House", Chemistry="LTO", **{current: 9.0})
    type_answers(monkeypatch, "yes", "20")
    assert _ask(subject(removed), {}) == {"Control": 1, other: 20.0}


def test_control_is_not_offered_without_a_chemistry_or_next_to_a_controlling_pack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    type_answers(monkeypatch, "House", "none")
    assert "Control" not in _ask(subject(), {})
    type_answers(monkeypatch, "House", "LiFePO4")
    assert "Control" not in _ask(subject(two=pack(Control=1, Chemistry="NMC")), {})


def test_an_invalid_name_is_asked_for_again_and_a_taken_one_is_not_proposed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = subject(advertised="house", two=pack(CustomName="House"))
    type_answers(monkeypatch, "HOUSE", "service", ONE, "x" * 41, "Bow", "none")
    assert _ask(taken, {})["CustomName"] == "Bow"
    out = capsys.readouterr().out
    assert "Name on the GX [none]: " in out
    assert out.count("already has this name") == 1
    assert "'service' is reserved for the settings of the service" in out


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


def test_a_pack_added_again_controls_only_after_a_new_confirmation() -> None:
    removed = pack(Enabled=0, Control=1, Chemistry="LiFePO4")
    assert to_store(subject(removed), {})["Control"] == 0
    assert to_store(subject(removed), {"Control": 1})["Control"] == 1
    assert "Control" not in to_store(subject(pack(Control=1, Chemistry="LiFePO4")), {"CustomName": "House"})


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"Control": 1}, "a pack needs a chemistry to control: --chemistry LiFePO4"),
        ({"CustomName": "service"}, "is reserved for the settings of the service"),
        ({"CustomName": TWO}, "is an address"),
        ({"CustomName": "a\x1b[2J"}, "a name has up to 40 printable characters"),
        ({"CustomName": "bow"}, f"Bow .{TWO}. already has this name"),
    ],
)
async def test_invalid_values_are_refused_before_anything_is_stored(
    chosen: dict[str, Value], words: str
) -> None:
    new = subject(two=pack(CustomName="Bow"))
    with pytest.raises(SettingsError, match=words):
        await confirm_addition(new, chosen, yes=True)


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


class Failing(Known):
    """Localsettings that fails after ``after`` values."""

    def __init__(self, packs: Known, error: BaseException, after: int = 0, *, forgets: bool = True) -> None:
        super().__init__(LocalSettings(lambda path, value: None), {})
        self.packs |= packs.packs
        self.stored: dict[str, Value] = {}
        self.forgotten: list[str] = []
        self._error, self._after, self._forgets = error, after, forgets

    async def add(self, address: str) -> PackSettings:
        return self.packs.setdefault(address, PackSettings())

    async def set(self, path: str, value: Value) -> Value:
        if len(self.stored) == self._after:
            raise self._error
        self.stored[path.rpartition("/")[2]] = value
        return value

    async def forget(self, address: str) -> None:
        if not self._forgets:
            raise BusLost
        self.forgotten.append(address)


REFUSED = SettingsError("localsettings refuses it")


@pytest.mark.parametrize(("before", "forgotten"), [(None, [ONE]), (pack(Enabled=0), [])])
async def test_a_new_pack_that_cannot_be_stored_is_removed_completely(
    before: PackSettings | None, forgotten: list[str]
) -> None:
    new = subject(before)
    failing = Failing(new.known, REFUSED)
    with pytest.raises(SettingsError, match="localsettings refuses"):
        await store(replace(new, known=failing), to_store(new, {}))
    assert failing.forgotten == forgotten


async def test_control_is_stored_after_the_currents_and_reported_as_missing_if_that_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    added = subject(pack(Chemistry="NMC"), advertised="")
    failing = Failing(added.known, REFUSED, after=1)
    given: dict[str, Value] = {"CustomName": "House", "Control": 1, "MaxChargeCurrent": 20.0}
    with pytest.raises(SettingsError, match="localsettings refuses"):
        await store(replace(added, known=failing), to_store(added, given))
    assert failing.stored == {"CustomName": "House"}
    assert capsys.readouterr().err == "Stored: CustomName. Possibly not stored: MaxChargeCurrent, Control.\n"


@pytest.mark.parametrize("error", [REFUSED, BusLost(), asyncio.CancelledError()], ids=repr)
async def test_if_removing_a_new_pack_fails_too_the_first_error_is_reported(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    new = subject()
    failing = Failing(new.known, error, after=2, forgets=False)
    with pytest.raises(type(error)) as raised:
        await store(replace(new, known=failing), to_store(new, {"CustomName": "House"}))
    assert raised.value is error
    assert capsys.readouterr().err == (
        f"Some settings of {ONE} may be stored: `dbus-xbms remove {ONE} --forget` erases them.\n"
    )


class ChangingPacks(Known):
    """Packs that another program changes during a question."""

    def __init__(self, packs: Known, *later: dict[str, PackSettings]) -> None:
        super().__init__(LocalSettings(lambda path, value: None), {})
        self.packs = packs.packs
        self._later = list(later)

    async def read(self) -> None:
        self.packs = self._later.pop(0)


CONTROLS = pack(CustomName="House", Control=1, Controlled=1, Chemistry="NMC")
OTHER = pack(CustomName="Bow", Control=0, Chemistry="NMC")


async def test_a_change_by_another_program_during_a_question_is_checked_and_asked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    allowed = pack(**{**OTHER, "Control": 1})
    packs = ChangingPacks(known(one=CONTROLS, two=OTHER), *[{ONE: CONTROLS, TWO: allowed}] * 2)
    type_answers(monkeypatch, "yes", "yes", "left")
    await settings_judge(packs, ONE, "Enabled", 0, yes=False)
    assert sys.stdin.readline() == "left\n"
    first, second = capsys.readouterr().out.split("Meanwhile another program changed the settings:\n")
    assert "House no longer controls chargers" in first
    assert "Bow will then control chargers instead of House" in second


async def test_an_irrelevant_change_during_a_question_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packs = ChangingPacks(
        known(one=CONTROLS, two=OTHER), {ONE: CONTROLS, TWO: pack(**{**OTHER, "HoldTime": 60.0})}
    )
    type_answers(monkeypatch, "yes", "left")
    await settings_judge(packs, ONE, "Enabled", 0, yes=False)
    assert sys.stdin.readline() == "left\n"


@pytest.mark.usefixtures("_no_service")
async def test_a_pack_that_gains_control_during_a_question_prevents_a_second_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allowed = pack(Control=1)  # with a chemistry it would control
    packs = ChangingPacks(known(one=allowed), {ONE: allowed, TWO: CONTROLS})
    type_answers(monkeypatch, "yes")
    with pytest.raises(CommandError, match="House already controls chargers"):
        await confirm_addition(replace(subject(allowed), known=packs), {"Chemistry": "NMC"}, yes=False)


async def test_a_pack_removed_during_a_question_is_not_written_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packs = ChangingPacks(known(one=CONTROLS), {})
    type_answers(monkeypatch, "yes")
    with pytest.raises(SettingsError, match="no pack with the address"):
        await settings_judge(packs, ONE, "Enabled", 0, yes=False)


@pytest.mark.usefixtures("_no_service")
async def test_add_asks_before_a_chemistry_makes_an_earlier_permission_effective(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    added = subject(pack(Control=1))
    type_answers(monkeypatch, "no")
    with pytest.raises(CommandError, match="nothing was changed"):
        await confirm_addition(added, {"Chemistry": "LTO"}, yes=False)
    await confirm_addition(added, {"Chemistry": "LTO", "Control": 1}, yes=False)


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
