"""What an owner is asked on a terminal, and what they have to agree to before charge control changes."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from dbus_xbms.commands import CommandError, questions
from dbus_xbms.commands.add import Subject, _asked, _judge, _store, _whole
from dbus_xbms.commands.consent import agree, quoted, refuse_second
from dbus_xbms.commands.known import Known
from dbus_xbms.commands.naming import name_refusal
from dbus_xbms.commands.secret import ask_secret
from dbus_xbms.commands.set import _judge as settings_judge
from dbus_xbms.control.consequences import Consequence
from dbus_xbms.settings import PACK_SETTINGS, Settings, SettingsError, Value, pack_path
from dbus_xbms.venus.localsettings import LocalSettings

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
STOPS = Consequence(words="House no longer controls chargers; chargers then stop", ask=True)
BEGINS = Consequence(words="Chargers and inverters obey this pack")


class Terminal(io.StringIO):
    """An owner at the keyboard, with the answers they are going to give."""

    def isatty(self) -> bool:
        return True


def pack(**chosen: float | str) -> Settings:
    return Settings(PACK_SETTINGS, {"Enabled": 1, "Cells": 4, **chosen})


def types(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))


def known(**packs: Settings) -> Known:
    """Packs that were added, by ONE or TWO."""
    addresses = {"one": ONE, "two": TWO}
    stored = {
        pack_path(addresses[which], name): value
        for which, settings in packs.items()
        for name, value in settings.items()
    }
    return Known(LocalSettings(lambda path, value: None), stored)


def subject(before: Settings | None = None, advertised: str = "xiaoxiang", **others: Settings) -> Subject:
    packs = known(**others) if before is None else known(one=before, **others)
    return Subject(address=ONE, advertised=advertised, before=before or Settings(PACK_SETTINGS), known=packs)


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        (["NMC"], "NMC"),
        (["nmc"], "NMC"),
        ([""], "LiFePO4"),
        (["none"], ""),
        (["lead", "lto"], "LTO"),
    ],
)
def test_the_chemistry_is_proposed_and_explained_and_the_owner_chooses(
    lines: list[str], chosen: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, *lines)
    assert questions.chemistry() == chosen
    out = capsys.readouterr().out
    assert "LiFePO4 to 3.45 V" in out
    assert "Until it is chosen the pack is only shown." in out


def test_add_asks_for_name_chemistry_control_and_currents(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, "House", "", "yes", "50", "80A")
    assert _asked(subject(), {}) == {
        "CustomName": "House",
        "Chemistry": "LiFePO4",
        "Control": 1,
        "MaxChargeCurrent": 50.0,
        "MaxDischargeCurrent": 80.0,
    }


def test_answers_that_are_left_out_are_the_advertised_name_no_control_and_no_currents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    types(monkeypatch, "", "", "")
    assert _asked(subject(), {}) == {"CustomName": "xiaoxiang", "Chemistry": "LiFePO4", "Control": 0}
    types(monkeypatch, "", "", "yes", "", "")
    chosen = _asked(subject(), {})
    assert (chosen["Control"], "MaxChargeCurrent" in chosen) == (1, False)


def test_what_is_given_or_chosen_before_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Value] = {
        "CustomName": "House",
        "Chemistry": "NMC",
        "Control": 1,
        "MaxChargeCurrent": 9.0,
    }
    types(monkeypatch)
    assert _asked(subject(), given) == {}
    types(monkeypatch, "no")
    removed = pack(Enabled=0, CustomName="House", Chemistry="LTO")
    assert _asked(subject(removed), {}) == {"Control": 0}


def test_control_is_not_offered_without_a_chemistry_or_beside_a_pack_that_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    types(monkeypatch, "House", "none")
    assert "Control" not in _asked(subject(), {})
    types(monkeypatch, "House", "LiFePO4")
    assert "Control" not in _asked(subject(two=pack(Control=1, Chemistry="NMC")), {})


def test_a_name_that_cannot_be_is_asked_for_again_and_one_that_is_taken_not_proposed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = subject(advertised="house", two=pack(CustomName="House"))
    types(monkeypatch, "HOUSE", "service", ONE, "x" * 41, "Bow", "none")
    assert _asked(taken, {})["CustomName"] == "Bow"
    out = capsys.readouterr().out
    assert "Name on the GX [none]: " in out
    assert out.count("every pack needs its own") == 1
    assert "'service' stands for the program's own settings" in out


def test_control_is_explained_and_takes_an_explicit_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for line, control in (("yes", True), ("Y", True), ("", False), ("no", False), ("maybe", False)):
        types(monkeypatch, line)
        assert questions.control() is control
    assert "error 67" in capsys.readouterr().out


def test_a_current_that_is_none_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "a lot", "5000", "50 A", "")
    assert questions.currents() == {"MaxChargeCurrent": 50.0}
    assert capsys.readouterr().out.count("MaxChargeCurrent takes a number from 0 to 2000 A") == 2


def test_a_pack_that_comes_back_controls_only_if_its_owner_says_so_again() -> None:
    removed = pack(Enabled=0, Control=1, Chemistry="LiFePO4")
    assert _whole(subject(removed), {})["Control"] == 0
    assert _whole(subject(removed), {"Control": 1})["Control"] == 1
    assert "Control" not in _whole(subject(pack(Control=1, Chemistry="LiFePO4")), {"CustomName": "House"})


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"Control": 1}, "a pack controls only once its chemistry is known: --chemistry LiFePO4"),
        ({"CustomName": "service"}, "stands for the program's own settings"),
        ({"CustomName": TWO}, "is an address"),
        ({"CustomName": "a\x1b[2J"}, "a name has up to 40 printable characters"),
        ({"CustomName": "bow"}, f"Bow .{TWO}. has that name already"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_stored(chosen: dict[str, Value], words: str) -> None:
    new = subject(two=pack(CustomName="Bow"))
    with pytest.raises(SettingsError, match=words):
        _judge(new, _whole(new, chosen), yes=True)


async def test_a_pack_that_would_control_again_by_being_enabled_is_asked_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    removed = pack(Enabled=0, Control=1, Chemistry="LiFePO4")
    types(monkeypatch, "no")
    with pytest.raises(CommandError, match="nothing was changed"):
        await settings_judge(known(one=removed), ONE, "Enabled", 1, yes=False)
    assert "Chargers and inverters obey this pack while DVCC is on, up to 13.80 V" in capsys.readouterr().out
    types(monkeypatch)
    assert await settings_judge(known(one=removed), ONE, "Enabled", 1, yes=True)
    assert not await settings_judge(known(one=pack(Enabled=0)), ONE, "Enabled", 1, yes=False)


class Refusing(Known):
    """Localsettings that takes a pack's settings and then refuses to store one."""

    def __init__(self, packs: Known) -> None:
        super().__init__(LocalSettings(lambda path, value: None), {})
        self.packs |= packs.packs
        self.forgotten: list[str] = []

    async def add(self, address: str) -> Settings:
        self.packs[address] = Settings(PACK_SETTINGS)
        return self.packs[address]

    async def set(self, path: str, value: Value) -> Value:
        raise SettingsError(f"localsettings refuses {path}")

    async def forget(self, address: str) -> None:
        self.forgotten.append(address)


@pytest.mark.parametrize(("before", "forgotten"), [(None, [ONE]), (pack(Enabled=0), [])])
async def test_a_new_pack_that_cannot_be_stored_leaves_nothing_behind(
    before: Settings | None, forgotten: list[str]
) -> None:
    new = subject(before)
    refusing = Refusing(new.known)
    with pytest.raises(SettingsError, match="localsettings refuses"):
        await _store(replace(new, known=refusing), _whole(new, {}))
    assert refusing.forgotten == forgotten


def test_add_asks_before_a_chemistry_gives_an_old_yes_its_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    added = subject(pack(Control=1))
    types(monkeypatch, "no")
    with pytest.raises(CommandError, match="nothing was changed"):
        _judge(added, _whole(added, {"Chemistry": "LTO"}), yes=False)
    _judge(added, _whole(added, {"Chemistry": "LTO", "Control": 1}), yes=False)


@pytest.mark.parametrize("name", ["House bank", "Bank 24 V", "Ünal's boat", "x" * 40, ""])
def test_a_name_may_be_anything_that_is_free_and_printable(name: str) -> None:
    assert name_refusal(name, ONE, known(two=pack(CustomName="Bow")).candidates) == ""
    assert name_refusal(name, ONE, known(one=pack(CustomName=name)).candidates) == ""


@pytest.mark.parametrize("name", ["Service", " House", "a4c137000001", "\u202eHouse", "a\nb", "電" * 21])
def test_a_name_that_cannot_be_typed_or_means_something_else_is_refused(name: str) -> None:
    assert name_refusal(name, ONE, []) != ""


def test_the_pack_that_controls_is_let_go_only_with_a_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "")
    with pytest.raises(CommandError, match="nothing was changed"):
        agree([STOPS], "Remove House", yes=False)
    types(monkeypatch, "yes", "left")
    agree([STOPS], "Remove House", yes=False)
    agree([STOPS], "Remove House", yes=True)
    agree([BEGINS], "Change House", yes=False)
    agree([], "Change House", yes=False)
    assert input() == "left"  # only what is dangerous is asked about, and not twice
    out = capsys.readouterr().out
    assert out.count("Remove House? yes or no [no]: ") == 2
    assert out.count("House no longer controls chargers; chargers then stop.\n") == 3
    assert "Chargers and inverters obey this pack.\n" in out


def test_without_a_terminal_what_is_dangerous_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(CommandError, match=r"House no longer controls .* stop; .* add --yes"):
        agree([STOPS], "Remove House", yes=False)
    agree([BEGINS], "Change House", yes=False)
    agree([STOPS], "Remove House", yes=True)


def test_a_second_pack_that_would_control_is_refused_and_the_first_is_named() -> None:
    first = pack(Control=1, Chemistry="NMC", CustomName="House bank", Controlled=1)
    before = {ONE: pack(Control=0, Chemistry="NMC"), TWO: first}
    with pytest.raises(CommandError, match=r'House bank controls .* set "House bank" Control 0'):
        refuse_second(before, before | {ONE: pack(Control=1, Chemistry="NMC")}, ONE)
    refuse_second(before, before | {ONE: pack(Control=1)}, ONE)  # without a chemistry it does not
    both = before | {ONE: pack(Control=1, Chemistry="NMC")}
    refuse_second(both, both | {ONE: pack(Control=1, Chemistry="LTO")}, ONE)  # it was so before


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
def test_a_command_that_is_proposed_does_what_it_says_whatever_the_name(name: str, word: str) -> None:
    assert quoted(name) == word


def test_input_that_ends_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch)
    for ask in (questions.chemistry, questions.control, questions.currents):
        with pytest.raises(CommandError, match="nothing was changed"):
            ask()
    with pytest.raises(CommandError, match="nothing was changed"):
        agree([STOPS], "Remove it", yes=False)


def test_a_password_that_is_no_text_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def typed(prompt: str) -> str:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, prompt)

    types(monkeypatch)
    monkeypatch.setattr("getpass.getpass", typed)
    with pytest.raises(CommandError, match="no Password was given"):
        ask_secret("Password")


def test_the_name_that_an_owner_gave_counts_more_than_one_that_another_pack_advertises() -> None:
    stored = {pack_path(ONE, "AdvertisedName"): "House", pack_path(TWO, "AdvertisedName"): "House"}
    local = LocalSettings(lambda path, value: None)
    with pytest.raises(SettingsError, match="may be House"):
        Known(local, stored).address("house")
    stored |= {pack_path(ONE, "CustomName"): "Bow"}
    assert Known(local, stored).address("house") == TWO
    stored |= {pack_path(TWO, "CustomName"): "Stern"}
    with pytest.raises(SettingsError, match=r"may be Bow .* or Stern"):
        Known(local, stored).address("house")
    assert Known(local, stored).address("stern") == TWO
