"""Settings that another program changes while a question waits for its answer."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import Known
from dbus_xbms.commands.pack_to_add import confirm_addition
from dbus_xbms.commands.set import _judge_pack as settings_judge
from dbus_xbms.settings import PackSettings, SettingsError
from dbus_xbms.venus.localsettings import LocalSettings
from tests.unit.commands.answers import type_answers
from tests.unit.commands.packs_to_add import ONE, TWO, known, no_service, pack, subject

__all__ = ["no_service"]  # a fixture


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


@pytest.mark.usefixtures("no_service")
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
