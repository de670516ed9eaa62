"""`add`: what it asks, refuses and stores."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from dbus_xbms.commands import CommandError, questions
from dbus_xbms.commands.add import _ask
from dbus_xbms.commands.known import Known
from dbus_xbms.commands.pack_to_add import confirm_addition, store, to_store
from dbus_xbms.dbus.errors import BusLost
from dbus_xbms.settings import PackSettings, SettingsError, Value
from dbus_xbms.venus.localsettings import LocalSettings
from tests.unit.commands.answers import type_answers
from tests.unit.commands.packs_to_add import ONE, TWO, no_service, pack, subject

__all__ = ["no_service"]  # a fixture


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


@pytest.mark.usefixtures("no_service")
async def test_add_asks_before_a_chemistry_makes_an_earlier_permission_effective(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    added = subject(pack(Control=1))
    type_answers(monkeypatch, "no")
    with pytest.raises(CommandError, match="nothing was changed"):
        await confirm_addition(added, {"Chemistry": "LTO"}, yes=False)
    await confirm_addition(added, {"Chemistry": "LTO", "Control": 1}, yes=False)
