"""Which pack controls chargers: permission, other batteries, the system voltage, one pack at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.policy.authority import (
    HANDOVER,
    MISMATCH_ENDS,
    ONLY_WATCHED,
    RETURN_AFTER,
    SETTLE,
    AuthorityState,
    Claim,
    Reason,
    Ruling,
    Surroundings,
    bank_claim,
    claim,
    control_disabled,
    forget_other_bms,
    judge,
    refusal,
)
from dbus_xbms.settings import WATCH_ONLY, BankSettings, PackSettings
from tests.unit.samples import settings

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
CELLS_4 = (8.3, 17.3)  # V
HOUSE = Claim(address=ONE, name="House", cells=4, voltages=CELLS_4, confirmed=True)
BOW = Claim(address=TWO, name="Bow", cells=4, voltages=CELLS_4, confirmed=True)
ALONE = Surroundings(known=True)
PYLONTECH = Surroundings(known=True, limits={"battery.socketcan_can0": 52.5})
START = AuthorityState(started=0.0)
CONTROLS = Ruling(Reason.NOTHING)


def rulings_at(
    *moments: tuple[float, Iterable[Claim], Surroundings],
) -> tuple[AuthorityState, list[dict[str, Ruling]]]:
    """Return the rulings at each moment."""
    state, found = START, []
    for now, claims, around in moments:
        state, rulings = judge(state, claims, around, now)
        found.append(rulings)
    return state, found


def ruling(one: Claim = HOUSE, around: Surroundings = ALONE, now: float = 0.0) -> Ruling:
    return judge(START, [one], around, now)[1][one.address]


def owner(**chosen: float | str) -> Claim:
    """Return a pack with these settings."""
    return claim(ONE, PackSettings({"Enabled": 1, "Cells": 4, **chosen}), confirmed=True)


def test_a_pack_controls_if_its_owner_enabled_it_and_chose_a_chemistry() -> None:
    assert ruling(owner(Control=1, Chemistry="LiFePO4")) == CONTROLS


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (owner(), "Control is 0"),
        (owner(Chemistry="LiFePO4"), "Control is 0"),
        (owner(Control=1), "Chemistry is not chosen"),
        (owner(Control=1, Chemistry="LiFePO4", Enabled=0), "the pack was removed"),
        (owner(Control=1, Chemistry="LiFePO4", Cells=0), "the pack has never been read"),
    ],
)
def test_without_permission_chemistry_or_a_reading_a_pack_does_not_control_for_a_stated_reason(
    one: Claim, words: str
) -> None:
    assert ruling(one).words == words
    assert not ruling(one).controls


def test_a_pack_that_was_never_read_does_not_take_control() -> None:
    silent = replace(BOW, cells=0, address="A4:C1:37:00:00:00")  # first by its address
    _, (first, second) = rulings_at((0, [silent], ALONE), (1, [silent, HOUSE], ALONE))
    assert first[silent.address].reason is Reason.NEVER_READ
    assert second[ONE] == CONTROLS


# Other batteries


def test_no_pack_controls_next_to_another_bms() -> None:
    got = ruling(around=PYLONTECH)
    assert (got.reason, got.words) == (Reason.OTHER_BMS, "battery.socketcan_can0 has a charge voltage limit")


def test_a_bms_that_appears_takes_control_at_once() -> None:
    _, (before, after) = rulings_at((0, [HOUSE], ALONE), (1, [HOUSE], PYLONTECH))
    assert before[ONE] == CONTROLS
    assert after[ONE].reason is Reason.OTHER_BMS


def test_control_returns_only_after_the_other_bms_has_been_gone_for_a_while() -> None:
    gone = RETURN_AFTER + 1
    _, found = rulings_at(
        (0, [HOUSE], ALONE),
        (1, [HOUSE], PYLONTECH),
        (2, [HOUSE], ALONE),
        (gone - 1, [HOUSE], ALONE),
        (gone, [HOUSE], ALONE),
    )
    assert [rulings[ONE].controls for rulings in found] == [True, False, False, False, True]
    assert found[2][ONE].words == ("battery.socketcan_can0 had a charge voltage limit within the last 10 min")


def test_an_intermittent_bms_does_not_make_control_alternate() -> None:
    minutes = [(60.0 * n, [HOUSE], PYLONTECH if n % 2 else ALONE) for n in range(1, 60)]
    _, found = rulings_at((0, [HOUSE], ALONE), *minutes)
    assert sum(rulings[ONE].controls for rulings in found) == 1


def test_enabling_control_after_the_other_bms_has_left_takes_effect_at_once() -> None:
    state, _ = rulings_at((0, [HOUSE], PYLONTECH), (1, [HOUSE], ALONE))
    assert judge(forget_other_bms(state), [HOUSE], ALONE, 2)[1][ONE] == CONTROLS
    assert judge(forget_other_bms(state), [HOUSE], PYLONTECH, 2)[1][ONE].reason is Reason.OTHER_BMS


def test_before_the_bus_has_been_queried_no_pack_controls() -> None:
    assert ruling(around=Surroundings()).reason is Reason.UNDECIDED
    assert ruling(replace(HOUSE, remembered=True), Surroundings()).reason is Reason.UNDECIDED


def test_a_bus_that_does_not_answer_does_not_end_control() -> None:
    _, (_, unknown) = rulings_at((0, [HOUSE], ALONE), (60, [HOUSE], Surroundings()))
    assert unknown[ONE] == CONTROLS


def test_after_the_start_packs_wait_a_minute_for_other_batteries() -> None:
    unconfirmed = replace(HOUSE, confirmed=False)
    assert ruling(unconfirmed, now=SETTLE - 1).reason is Reason.UNDECIDED
    assert ruling(unconfirmed, now=SETTLE) == CONTROLS


def test_a_pack_that_controlled_before_a_restart_controls_at_once() -> None:
    assert ruling(replace(HOUSE, confirmed=False, remembered=True)) == CONTROLS


# The system's voltage


@pytest.mark.parametrize(
    ("volts", "fits"),
    [
        *((volts, True) for volts in (0.0, 5.0, 8.4, 13.3, 14.8, 17.2)),
        *((volts, False) for volts in (8.0, 20.0, 26.4, 53.1)),
    ],
)
def test_a_12_v_pack_does_not_control_a_system_of_another_voltage(volts: float, fits: bool) -> None:
    around = replace(ALONE, voltages={"battery.ttyS5": volts})
    got = ruling(around=around)
    assert got.controls is fits
    if not fits:
        assert got.words == f"battery.ttyS5 measures {volts:.1f} V, which does not fit 4 cells"


@pytest.mark.parametrize(
    ("cells", "chemistry", "low", "high"),
    [
        (4, "LiFePO4", 10.0, 14.6),
        (8, "LiFePO4", 20.0, 29.2),
        (16, "LiFePO4", 42.0, 58.4),
        (7, "NMC", 21.0, 29.4),
        (14, "NMC", 42.0, 58.8),
        (6, "LTO", 10.8, 16.8),
    ],
)
def test_a_pack_matches_the_whole_voltage_range_of_its_system(
    cells: int, chemistry: str, low: float, high: float
) -> None:
    one = owner(Control=1, Chemistry=chemistry, Cells=cells)
    for volts in (low, high):
        assert ruling(one, replace(ALONE, voltages={"vebus.ttyS4": volts})) == CONTROLS


def test_one_charger_of_another_voltage_is_a_mismatch() -> None:
    around = replace(ALONE, voltages={"solarcharger.ttyS1": 13.4, "vebus.ttyS4": 52.9})
    assert "vebus.ttyS4 measures 52.9 V" in ruling(around=around).words


def test_a_controlling_pack_loses_control_only_if_a_voltage_mismatch_lasts() -> None:
    odd = replace(ALONE, voltages={"vebus.ttyS4": 52.9})
    _, found = rulings_at(
        (0, [HOUSE], ALONE),
        (10, [HOUSE], odd),
        (20, [HOUSE], ALONE),
        (30, [HOUSE], odd),
        (29 + MISMATCH_ENDS, [HOUSE], odd),
        (30 + MISMATCH_ENDS, [HOUSE], odd),
    )
    assert [rulings[ONE].controls for rulings in found] == [True, True, True, True, True, False]
    assert found[-1][ONE].reason is Reason.VOLTAGE_MISMATCH


def test_a_controlling_bank_whose_wiring_is_changed_to_another_voltage_loses_control_at_once() -> None:
    measured = replace(ALONE, voltages={"vebus.ttyS4": 13.3})
    parallel, series = bank([MEMBER, MEMBER]), bank([MEMBER], [MEMBER])
    _, found = rulings_at((0, [parallel], measured), (10, [series], measured), (11, [parallel], measured))
    assert [rulings[BANK].controls for rulings in found] == [True, False, False]
    assert found[1][BANK].words == "vebus.ttyS4 measures 13.3 V, which does not fit 8 cells"


# One of several packs


def test_the_controlling_pack_keeps_control_over_all_others() -> None:
    _, (_, both) = rulings_at((0, [BOW], ALONE), (1, [HOUSE, BOW], ALONE))
    assert both[TWO] == CONTROLS
    assert both[ONE] == Ruling(Reason.OTHER_PACK, "Bow controls")


def test_after_a_restart_the_same_pack_keeps_control() -> None:
    house, bow = replace(HOUSE, confirmed=False), replace(BOW, confirmed=False, remembered=True)
    _, found = rulings_at((0, [house], ALONE), (1, [house, bow], ALONE), (SETTLE, [house, bow], ALONE))
    assert [rulings[ONE].controls for rulings in found] == [False, False, False]
    assert found[-1][TWO] == CONTROLS


def test_the_next_pack_waits_until_the_limits_of_the_first_are_withdrawn() -> None:
    removed = replace(HOUSE, control_disabled="the pack was removed")
    _, found = rulings_at(
        (0, [HOUSE, BOW], ALONE),
        (10, [removed, BOW], ALONE),
        (10 + HANDOVER, [BOW], ALONE),
    )
    assert [rulings[TWO].controls for rulings in found] == [False, False, True]


def test_the_previous_controlling_pack_controls_again_first_when_another_bms_is_gone() -> None:
    _, found = rulings_at(
        (0, [BOW], ALONE), (1, [HOUSE, BOW], PYLONTECH), (1 + RETURN_AFTER, [HOUSE, BOW], ALONE)
    )
    assert {rulings[TWO].reason for rulings in found} == {Reason.NOTHING, Reason.OTHER_BMS}
    assert found[-1][TWO] == CONTROLS


around = st.builds(
    Surroundings,
    known=st.booleans(),
    limits=st.dictionaries(st.sampled_from(["a", "b"]), st.floats(0, 60), max_size=2),
    voltages=st.dictionaries(st.sampled_from(["c", "d"]), st.floats(0, 60), max_size=2),
)
packs = st.lists(
    st.builds(
        Claim,
        address=st.sampled_from([ONE, TWO, "A4:C1:37:00:00:03"]),
        name=st.just("x"),
        control_disabled=st.sampled_from(["", "", "no"]),
        cells=st.sampled_from([0, 4]),
        voltages=st.just(CELLS_4),
        remembered=st.booleans(),
        confirmed=st.booleans(),
        packs=st.sampled_from([1, 1, 2]),
        published=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one.address,
)


@given(st.lists(st.tuples(st.floats(0, 300), packs, around), max_size=12))
def test_in_any_history_at_most_one_pack_controls_and_never_next_to_another_bms(
    history: list[tuple[float, list[Claim], Surroundings]],
) -> None:
    state, now = START, 0.0
    for passed, claims, surroundings in history:
        now += passed
        before = state
        state, rulings = judge(state, claims, surroundings, now)
        controlling = [one for one in claims if rulings[one.address].controls]
        assert len(controlling) <= 1
        assert state.controlling == bool(controlling)
        for one in controlling:
            assert surroundings.known or before.controlling
            assert not surroundings.limits
            assert one.cells
            assert not one.control_disabled
            assert not any(other.published for other in claims if other is not one)
        assert all(ruling.words for ruling in rulings.values() if not ruling.controls)
    assert state.mismatch_since == inf or state.holder


# Banks

BANK = "xbms_bank_1"
MEMBER = PackSettings({"Enabled": 1, "Cells": 4, "Chemistry": "LiFePO4", "CustomName": "Bow"})


def bank(
    *strings: list[PackSettings], published: bool = False, ended: str = "", **chosen: float | str
) -> Claim:
    """Return the claim of a bank with these settings and strings."""
    settings = BankSettings({"Enabled": 1, **chosen})
    return bank_claim(BANK, "House", settings, strings, ended=ended, confirmed=True, published=published)


def test_a_bank_of_packs_with_a_chemistry_controls_and_its_packs_do_not() -> None:
    member = claim(ONE, MEMBER, bank="House")
    rulings = judge(START, [member, bank([MEMBER, MEMBER])], ALONE, 0.0)[1]
    assert rulings[BANK] == CONTROLS
    assert (rulings[ONE].reason, rulings[ONE].words) == (Reason.DISABLED, "part of the bank House")


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (bank([MEMBER], Control=0), "Control is 0"),
        (
            bank([MEMBER, PackSettings({"Enabled": 1, "CustomName": "Bow"})]),
            "Chemistry is not chosen for Bow",
        ),
        (bank([MEMBER], ended="a bank needs at least two packs"), "a bank needs at least two packs"),
        (bank([MEMBER], [PackSettings(), PackSettings()]), "a pack has never been read"),
    ],
)
def test_without_permission_chemistry_or_a_reading_a_bank_does_not_control_for_a_stated_reason(
    one: Claim, words: str
) -> None:
    assert ruling(one).words == words


def test_a_pack_that_was_removed_does_not_keep_its_bank_from_controlling() -> None:
    assert ruling(bank([MEMBER, PackSettings()])) == CONTROLS


def test_the_voltages_of_a_bank_are_those_of_its_strings_together() -> None:
    (low, high), (least, most) = claim(ONE, MEMBER).voltages, bank([MEMBER, MEMBER], [MEMBER]).voltages
    assert (least, most) == pytest.approx((2 * low, 2 * high))
    assert bank([MEMBER, MEMBER], [MEMBER]).cells == 8


def test_nothing_takes_control_while_the_limits_of_another_are_on_the_bus() -> None:
    leaving = replace(HOUSE, control_disabled="part of the bank House", published=True)
    gone, one = replace(leaving, published=False), bank([MEMBER, MEMBER])
    _, found = rulings_at(
        (0, [HOUSE], ALONE),
        (10, [leaving, one], ALONE),
        (10 + 5 * HANDOVER, [leaving, one], ALONE),
        (10 + 6 * HANDOVER, [gone, one], ALONE),
    )
    assert [rulings.get(BANK, found[1][BANK]).reason for rulings in found[1:]] == [
        Reason.UNDECIDED,
        Reason.UNDECIDED,
        Reason.NOTHING,
    ]


def test_of_a_bank_and_a_pack_that_may_both_control_for_the_first_time_the_bank_does() -> None:
    rulings = judge(START, [HOUSE, bank([MEMBER, MEMBER])], ALONE, 0.0)[1]
    assert rulings[BANK] == CONTROLS
    assert rulings[ONE].words == "House controls"


def test_a_pack_that_is_only_watched_never_claims_control_whatever_is_stored() -> None:
    stored = settings(Enabled=1, Control=1, Protocol="daly", Controlled=1)
    assert control_disabled(stored) == ONLY_WATCHED
    assert claim("A", stored, confirmed=True).control_disabled == ONLY_WATCHED


@pytest.mark.parametrize(
    ("stored", "changes", "refused"),
    [
        ({"Protocol": "daly"}, {"Control": 1}, True),
        ({}, {"Protocol": "daly", "Control": 1}, True),
        ({"Protocol": "daly"}, {"Protocol": "JBD", "Control": 1}, False),
        ({"Protocol": "daly", "Control": 1}, {"Control": 0}, False),
        ({"Protocol": "daly"}, {"HoldTime": 60.0}, False),
        ({}, {"Control": 1}, False),
    ],
)
def test_control_of_a_pack_that_is_only_watched_is_refused_with_the_reason(
    stored: dict[str, Any], changes: dict[str, Any], refused: bool
) -> None:
    why = refusal(settings(**stored), changes)
    assert why == (f"Control 1 is refused: {WATCH_ONLY}" if refused else "")
