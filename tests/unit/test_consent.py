"""What an owner is asked on a terminal before chargers obey a pack, or no longer do."""

from __future__ import annotations

import io

import pytest

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.consent import chemistry_for, confirm_end, control_for, quoted
from dbus_xbms.commands.known import Known
from dbus_xbms.commands.secret import ask_secret
from dbus_xbms.settings import PACK_SETTINGS, Settings, SettingsError, pack_path
from dbus_xbms.venus.localsettings import LocalSettings

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"


class Terminal(io.StringIO):
    """An owner at the keyboard, with the answers they are going to give."""

    def isatty(self) -> bool:
        return True


def pack(**chosen: float | str) -> Settings:
    return Settings(PACK_SETTINGS, {"Enabled": 1, **chosen})


def types(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))


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
    assert chemistry_for(pack(), None) == chosen
    out = capsys.readouterr().out
    assert "LiFePO4 to 3.45 V" in out
    assert "Until it is chosen the pack is only shown." in out


def test_a_chemistry_that_was_chosen_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch)
    assert chemistry_for(pack(Chemistry="LTO"), None) == "LTO"


@pytest.mark.parametrize(("line", "control"), [("yes", True), ("", False), ("no", False), ("maybe", False)])
def test_control_is_explained_and_takes_an_explicit_yes(
    line: str, control: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, line)
    assert control_for({ONE: pack()}, ONE, "LiFePO4", None) is control
    assert "error 67" in capsys.readouterr().out


@pytest.mark.parametrize("chemistry", ["", "LiFePO4"])
def test_control_is_not_offered_without_a_chemistry_or_beside_a_pack_that_has_it(
    chemistry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    types(monkeypatch, "yes")
    packs = {ONE: pack()} | ({TWO: pack(Control=1, Chemistry="NMC")} if chemistry else {})
    assert not control_for(packs, ONE, chemistry, None)


def test_the_pack_that_controls_is_let_go_only_with_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    controls = pack(Control=1, Chemistry="NMC")
    types(monkeypatch, "")
    with pytest.raises(CommandError, match="nothing was changed"):
        confirm_end(controls, "House", "Remove House", yes=False)
    types(monkeypatch, "yes", "left")
    confirm_end(controls, "House", "Remove House", yes=False)
    confirm_end(pack(), "House", "Remove House", yes=False)
    assert input() == "left"  # a pack that only watches is not asked about


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
    with pytest.raises(CommandError, match="nothing was changed"):
        chemistry_for(pack(), None)
    with pytest.raises(CommandError, match="nothing was changed"):
        control_for({ONE: pack()}, ONE, "LTO", None)
    with pytest.raises(CommandError, match="nothing was changed"):
        confirm_end(pack(Control=1, Chemistry="LTO"), "Bow", "Remove it", yes=False)


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
