"""`dbus-xbms bank`: which packs can be a bank, what is said before, and refusals."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bank import to_create
from dbus_xbms.commands.bank_change import BankChange, consequences
from dbus_xbms.commands.bank_offer import _joined, ask_to_join
from dbus_xbms.commands.known import Known
from dbus_xbms.commands.table import Battery
from dbus_xbms.policy.advice.consequences import WATCH_ONLY_ALLOWED
from dbus_xbms.protocols import WATCH_ONLY
from dbus_xbms.settings import PackSettings, SettingsError, Value, pack_path
from dbus_xbms.text import LINE
from dbus_xbms.venus.localsettings import LocalSettings
from tests.unit.commands.answers import type_answers
from tests.unit.commands.known_packs import BOW, PORT, STARBOARD, STERN, TYPICAL, known, live, shown


def said(packs: Known, change: BankChange | None, batteries: Mapping[str, Battery]) -> list[str]:
    assert change
    return [one.words for one in consequences(change, packs, batteries)]


def test_creating_the_bank_of_all_packs_says_how_they_are_wired_and_that_chargers_obey_it() -> None:
    packs = known()
    change = to_create(packs, [])
    assert change
    found = consequences(change, packs, live(bow=13.25, stern=13.27))
    assert [one.words for one in found] == [
        "Bow (13.25 V) and Stern (13.27 V), wired in parallel, act as one battery of 200 Ah",
        "Their settings allow charging with up to 60 A and discharging with up to 100 A together",
        "Chargers and inverters obey the bank Bank 1 while DVCC is on, up to 13.80 V (4 cells, LiFePO4)",
    ]
    assert found[0].ask


def test_a_pack_that_controls_hands_over_to_its_bank() -> None:
    packs = known(bow={"Control": 1})
    last = said(packs, to_create(packs, [], "House"), live(bow=13.2, stern=13.2))[-1]
    assert last == "House will then control chargers instead of Bow, up to 13.80 V (4 cells, LiFePO4)"


def test_packs_in_series_have_the_sum_of_the_voltages_and_the_least_current() -> None:
    packs = known(stern={"Nominal": 50.0})
    words = said(packs, to_create(packs, ["bow", "stern"], "House", "series"), live(bow=13.2, stern=26.5))
    assert words == [
        "Bow (13.20 V) and Stern (26.50 V), wired in series, act as one battery of 50 Ah",
        "Their settings allow charging with up to 15 A and discharging with up to 25 A together",
        "Chargers and inverters obey the bank House while DVCC is on, up to 27.60 V (8 cells, LiFePO4)",
    ]


def test_parallel_strings_in_series_are_named_string_after_string() -> None:
    packs = known(BOW, STERN, PORT, STARBOARD)
    change = to_create(packs, ["bow", "stern", "port", "starboard"], None, "2S2P")
    assert said(packs, change, {})[0] == (
        "Bow and Stern in parallel, in series with Port and Starboard in parallel, "
        "act as one battery of 200 Ah"
    )


def test_packs_of_different_voltage_are_refused_with_both_voltages() -> None:
    packs = known()
    with pytest.raises(CommandError) as raised:
        said(packs, to_create(packs, []), live(bow=13.2, stern=12.8))
    assert str(raised.value) == (
        "these packs cannot be one battery: they are not in parallel: Stern has 12.8 V and Bow 13.2 V. "
        "If they are wired in series: --topology series; if not, let the voltages come together first"
    )


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"Chemistry": ""}, "Stern has no chemistry (to choose it: dbus-xbms set PACK Chemistry LiFePO4)"),
        ({"Cells": 0}, "Stern has never been read"),
        ({"JoinBank": 0}, "Stern has JoinBank 0"),
        ({"Cells": 8}, "they have different chemistries or numbers of cells"),
        ({"Enabled": 0}, "fewer than two packs were added"),
    ],
    ids=str,
)
def test_the_bank_of_all_packs_needs_two_of_a_kind_and_says_what_is_missing(
    settings: dict[str, Value], why: str
) -> None:
    packs = known(stern=settings)
    with pytest.raises(CommandError, match="there are no two packs that could act as one battery") as raised:
        said(packs, to_create(packs, []), {})
    assert why in str(raised.value)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"Chemistry": "NMC"}, "packs of LiFePO4 and NMC cannot be one battery"),
        ({"Cells": 8}, "packs in parallel have the same number of cells, not Bow 4, Stern 8"),
        ({"Enabled": 0}, f"Stern is not added; `dbus-xbms add {STERN}` adds it"),
    ],
    ids=str,
)
def test_named_packs_that_cannot_be_one_battery_are_refused(settings: dict[str, Value], why: str) -> None:
    packs = known(stern=settings)
    with pytest.raises(CommandError) as raised:
        said(packs, to_create(packs, ["bow", "stern"]), {})
    assert why in str(raised.value)


def test_a_bank_without_a_chemistry_is_only_shown_and_says_how_to_choose_one() -> None:
    packs = known(stern={"Chemistry": ""})
    words = said(packs, to_create(packs, ["bow", "stern"]), live(bow=13.2, stern=13.2))
    assert words[1] == (
        "Stern: no chemistry is chosen, so the bank is only shown; to choose it: "
        "dbus-xbms set Stern Chemistry LiFePO4"
    )
    assert len(words) == 2


def test_unknown_voltages_are_named_and_not_checked() -> None:
    packs = known()
    assert "The voltages are not checked, because the service is not running" in said(
        packs, to_create(packs, []), {}
    )
    assert "The voltage of Stern is unknown and not checked" in said(
        packs, to_create(packs, []), live(bow=13.2, stern=None)
    )


def test_another_battery_that_controls_is_named_and_the_bank_refused() -> None:
    packs = known(BOW, STERN, PORT, port={"Control": 1, "JoinBank": 0})
    with pytest.raises(CommandError, match="Port already controls chargers, and only one battery can"):
        said(packs, to_create(packs, []), live(bow=13.2, stern=13.2))


def test_the_proposed_bank_is_confirmed_and_a_confirmed_one_left_alone() -> None:
    proposed = to_create(known(banks={2: {"Enabled": 0}}), [])
    assert proposed
    assert (proposed.number, proposed.bank["Members"], proposed.bank["Enabled"]) == (2, "", 1)
    assert to_create(known(banks={2: {"Enabled": 1}}), []) is None


def test_a_bank_of_named_packs_has_its_own_number() -> None:
    change = to_create(known(banks={1: {"Enabled": 1, "Members": f"{PORT} {STARBOARD}"}}), ["stern", "bow"])
    assert change
    assert (change.number, change.bank["Members"]) == (2, f"{STERN} {BOW}")
    taken: dict[str, Value] = {"Enabled": 1, "Members": PORT}
    full = dict.fromkeys(range(1, 5), taken)
    with pytest.raises(SettingsError, match="there are already 4 banks"):
        to_create(known(banks=full), ["stern", "bow"])


def test_parallel_strings_need_the_names_of_the_packs() -> None:
    with pytest.raises(SettingsError, match="needs the packs, string after string"):
        to_create(known(), [], None, "2s2p")
    with pytest.raises(SettingsError, match="Topology must be parallel, series, or like 2s2p"):
        to_create(known(), [], None, "twice")


def test_a_bank_cannot_have_the_name_of_a_pack() -> None:
    packs = known()
    with pytest.raises(SettingsError, match="already has this name"):
        said(packs, to_create(packs, [], "bow"), {})


def test_deleting_a_bank_that_controls_says_that_chargers_stop() -> None:
    packs = known(banks={1: {"Enabled": 1, "Name": "House"}})
    ends, stops = consequences(BankChange(number=1, deletes=True), packs, {})
    assert ends.words == "The bank House ends"
    assert stops.words.startswith("House no longer controls chargers; chargers then stop with error 67")
    assert stops.ask


def test_a_pack_with_a_mosfet_that_is_off_may_have_another_voltage() -> None:
    packs = known()
    batteries = {BOW: shown(BOW, 13.2), STERN: shown(STERN, 12.8, mosfets=0)}
    words = said(packs, to_create(packs, []), batteries)
    assert words[0].startswith("Bow (13.20 V) and Stern (12.80 V)")
    assert words[2] == (
        "Stern has 12.80 V and the packs beside it 13.20 V: a large current would flow if its MOSFETs were "
        "switched on, so it does not count until they agree"
    )


def test_sixteen_packs_with_long_names_are_all_named() -> None:
    names = {f"A4:C1:37:00:01:{number:02X}": f"{'x' * 37} {number:02}" for number in range(16)}
    stored = {
        pack_path(address, setting): value
        for address, name in names.items()
        for setting, value in {**TYPICAL, "CustomName": name}.items()
    }
    packs = Known(LocalSettings(lambda path, value: None), stored)
    words = said(packs, to_create(packs, []), {address: shown(address, 13.2) for address in names})
    assert words[0] == "16 packs, wired in parallel, act as one battery of 1600 Ah"
    assert [name for name in names.values() if not any(name in line for line in words)] == []
    assert max(map(len, words)) <= LINE


def test_a_pack_that_joins_is_told_with_its_voltage_and_that_of_the_others() -> None:
    packs = known(banks={1: {"Enabled": 1, "Name": "House"}})
    near = _joined(1, STERN, packs.configuration, live(bow=13.2, stern=13.25))
    assert near == ["It is part of the bank House: it has 13.25 V, the others 13.20 V."]
    _, warning = _joined(1, STERN, packs.configuration, live(bow=13.2, stern=12.8))
    assert warning.startswith("These differ too much: a large current would flow when the pack is connected.")
    assert warning.endswith(f"dbus-xbms bank remove bank1 {STERN}")
    assert _joined(1, STERN, packs.configuration, live(bow=13.2)) == ["It is part of the bank House."]


@pytest.mark.parametrize(("answer", "joins"), [("yes", True), ("", False)])
def test_a_pack_is_not_in_parallel_with_a_bank_unless_its_owner_says_so(
    answer: str, joins: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packs = known(banks={1: {"Enabled": 1, "Name": "House"}})
    type_answers(monkeypatch, answer)
    assert ask_to_join(packs.configuration, PackSettings({"Chemistry": "LiFePO4"})) is joins
    assert "Is this pack wired in parallel with the bank House? yes or no [no]:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("bank", "chemistry"),
    [
        ({"Enabled": 0}, "LiFePO4"),
        ({"Enabled": 1}, "NMC"),
        ({"Enabled": 1, "Members": f"{BOW} {STERN}"}, "LiFePO4"),
    ],
    ids=str,
)
def test_a_pack_that_cannot_join_the_bank_of_all_packs_is_not_asked_about(
    bank: dict[str, Value], chemistry: str
) -> None:
    packs = known(banks={1: bank})
    assert ask_to_join(packs.configuration, PackSettings({"Chemistry": chemistry})) is None


def test_a_bank_whose_stored_packs_cannot_be_read_does_not_become_the_bank_of_all_packs() -> None:
    packs = known(banks={1: {"Enabled": 1, "Members": "bow, stern"}})
    assert "bow, stern" in str(packs.unusable)
    assert packs.configuration.member_of == {}
    assert packs.configuration.formations[1].refusal == "a bank needs at least two packs"


# Packs that are watch only

LITE: dict[str, Value] = {"Protocol": "daly", "CustomName": "Lite"}
CURRENTS: dict[str, Value] = {"MaxChargeCurrent": 20.0, "MaxDischargeCurrent": 30.0}


def test_a_watch_only_pack_is_not_proposed_and_naming_it_is_refused_with_the_reason_and_the_way_out() -> None:
    packs = known(BOW, STERN, PORT, port=LITE)
    assert "Lite" not in " ".join(said(packs, to_create(packs, []), live(bow=13.2, stern=13.2)))
    with pytest.raises(CommandError, match="Lite is watch only, and AllowWatchOnlyMembers is 0") as refused:
        said(packs, to_create(packs, ["bow", "lite"]), live(bow=13.2, port=13.2))
    assert WATCH_ONLY in str(refused.value)
    assert "--allow-watch-only" in str(refused.value)


def test_a_watch_only_pack_needs_both_currents() -> None:
    packs = known(BOW, PORT, port={**LITE, "MaxChargeCurrent": 20.0})
    change = to_create(packs, ["bow", "lite"], allow_watch_only=True)
    words = "Lite is watch only and needs MaxDischargeCurrent above 0: dbus-xbms set Lite MaxDischargeCurrent"
    with pytest.raises(CommandError, match=words):
        said(packs, change, live(bow=13.2, port=13.2))


def test_creating_a_bank_with_a_watch_only_pack_names_the_danger_and_its_currents() -> None:
    packs = known(BOW, PORT, port={**LITE, **CURRENTS})
    change = to_create(packs, ["bow", "lite"], allow_watch_only=True)
    assert change
    assert next(iter(change.bank)) == "AllowWatchOnlyMembers"  # stored before the members
    found = consequences(change, packs, live(bow=13.2, port=13.2))
    assert WATCH_ONLY_ALLOWED in [one.words for one in found if one.ask]
    words = "Lite is watch only: it counts within 20 A to charge and 30 A to discharge, which you have set"
    assert words in [one.words for one in found if one.ask]
    assert "Their settings allow charging with up to 50 A" in found[1].words


def test_allowing_watch_only_packs_names_the_danger_and_those_that_join() -> None:
    packs = known(BOW, STERN, PORT, port={**LITE, **CURRENTS}, banks={1: {"Enabled": 1}})
    change = BankChange(number=1, bank={"AllowWatchOnlyMembers": 1})
    found = consequences(change, packs, live(bow=13.2, stern=13.2, port=13.2))
    asked = [one.words for one in found if one.ask]
    assert WATCH_ONLY_ALLOWED in asked
    assert "Lite becomes part of the bank Bank 1" in asked
    packs = known(BOW, STERN, PORT, port=LITE, banks={1: {"Enabled": 1}})
    with pytest.raises(CommandError, match="needs MaxChargeCurrent and MaxDischargeCurrent above 0"):
        said(packs, change, live(bow=13.2, stern=13.2, port=13.2))


def test_watch_only_packs_can_be_forbidden_while_voltages_differ() -> None:
    stored: dict[str, Value] = {"Enabled": 1, "AllowWatchOnlyMembers": 1}
    packs = known(BOW, STERN, PORT, port={**LITE, **CURRENTS}, banks={1: stored})
    change = BankChange(number=1, bank={"AllowWatchOnlyMembers": 0})
    assert not change.forms
    consequences(change, packs, live(bow=13.2, stern=12.8, port=13.2))
    with pytest.raises(CommandError, match="these packs cannot be one battery"):
        consequences(BankChange(number=1, bank=stored), packs, live(bow=13.2, stern=12.8, port=13.2))


def test_adding_a_watch_only_pack_keeps_it_out_of_the_bank_of_all_packs_without_a_question() -> None:
    packs = known(BOW, STERN, banks={1: {"Enabled": 1}})
    assert ask_to_join(packs.configuration, PackSettings({**TYPICAL, **LITE})) is False
