"""How much current a bank takes and gives, by what its packs allow and how they share it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbus_xbms.model import Mosfets, Phase
from dbus_xbms.policy.bank.records import MemberView
from tests.unit.policy.bank.packs import (
    CHARGE_OFF,
    CONTROL,
    DISCHARGE_OFF,
    OFF,
    decide,
    limits,
    member,
    reading,
)


def taking(number: int, current: float, **changes: Any) -> MemberView:
    """Return a member with a current."""
    return member(number, read=reading(current=current), **changes)


# Shares


def test_without_current_packs_share_it_by_their_capacities() -> None:
    found = limits(member(1, ccl=90.0, capacity=300.0), member(2, ccl=20.0, capacity=100.0))
    assert found.ccl == 80.0  # of which the second pack, a quarter of the bank, takes 20 A


def test_with_current_the_measured_shares_count() -> None:
    found = limits(taking(1, 30.0, ccl=60.0), taking(2, 10.0, ccl=60.0))
    assert found.ccl == 80.0  # of which the first pack takes three quarters


def test_a_pack_that_reports_no_current_may_still_carry_four_fifths_of_its_share() -> None:
    found = limits(taking(1, 40.0, ccl=60.0), taking(2, 0.0, ccl=10.0))
    assert found.ccl == 25.0  # 10 A / (0.8 x 0.5)


@pytest.mark.parametrize("false", [0.0, -20.0, -40.0, 500.0])
def test_a_false_current_never_makes_a_pack_carry_more_than_a_quarter_above_its_limit(false: float) -> None:
    found = limits(taking(1, 20.0, ccl=60.0), taking(2, false, ccl=10.0))
    assert found.ccl / 2 <= 10.0 * 1.25 + 1e-9


def test_measured_shares_of_charging_say_nothing_about_discharging() -> None:
    found = limits(taking(1, 30.0, dcl=50.0), taking(2, 10.0, dcl=50.0))
    assert found.dcl == 100.0


def test_a_current_that_flows_from_pack_to_pack_counts_against_the_limit_of_the_one_that_takes_it() -> None:
    found = limits(taking(1, 20.0, ccl=30.0), taking(2, -20.0, ccl=30.0))
    assert found.ccl == 23.0  # 10 A are left to the first one, and 5 % of its limit
    assert "Pack 1" in found.charge_limitation
    assert "20 A" in found.charge_limitation


def test_a_pack_that_takes_more_than_its_limit_from_the_others_stops_charging() -> None:
    found = limits(taking(1, 45.0, ccl=30.0), taking(2, -45.0, ccl=30.0))
    assert found.ccl == 0.0


@pytest.mark.parametrize("current", [1.0, 2.0, 5.0, 20.0])
def test_with_steady_shares_no_pack_exceeds_its_limit_at_any_current(current: float) -> None:
    """Apply the limits again and again, as chargers do, to packs of which only one is connected."""
    flowing = current
    for _ in range(60):
        found = limits(taking(1, flowing, ccl=current, dcl=90.0), taking(2, 0.0, ccl=current))
        flowing += min(found.ccl - flowing, 0.05 * current)  # falls at once, rises slowly
    assert flowing <= 1.05 * current + 0.2


def test_a_capacity_that_its_owner_overstates_does_not_hide_how_the_current_is_shared() -> None:
    found = limits(taking(1, 50.0, ccl=100.0, capacity=10000.0), taking(2, 50.0, ccl=30.0))
    assert found.ccl == pytest.approx(60.0, abs=0.2)


def test_an_understated_capacity_stays_within_the_sum() -> None:
    found = limits(member(1, ccl=0.3, capacity=1.0), member(2, ccl=30.0))
    assert found.ccl == pytest.approx(30.3, abs=0.1)


# Members that do not carry


@pytest.mark.parametrize(
    ("mosfets", "ccl", "dcl"), [(OFF, 30.0, 50.0), (CHARGE_OFF, 30.0, 100.0), (DISCHARGE_OFF, 60.0, 50.0)]
)
def test_a_pack_gives_nothing_in_a_direction_whose_mosfet_is_off(
    mosfets: Mosfets, ccl: float, dcl: float
) -> None:
    off = member(2, read=reading(mosfets=mosfets), ccl=30.0 * mosfets.charge, dcl=50.0 * mosfets.discharge)
    found = limits(member(1), off)
    assert (found.ccl, found.dcl) == (ccl, dcl)


def test_with_all_charge_mosfets_off_the_words_name_the_packs() -> None:
    off = reading(mosfets=CHARGE_OFF)
    found = limits(member(1, ccl=0.0, read=off), member(2, ccl=0.0, read=off))
    assert found.ccl == 0.0
    assert "charge MOSFETs of Pack 1 and Pack 2 are off" in found.charge_limitation


def silent(number: int, phase: Phase = Phase.DERATED, **allowed: Any) -> MemberView:
    """Return a member without contact that was allowed these currents when last heard."""
    return member(number, phase=phase, sample=None, **allowed)


def test_a_silent_pack_may_carry_its_share_and_gets_no_more_than_it_was_last_allowed() -> None:
    found = limits(member(1, ccl=60.0), silent(2, ccl=10.0))
    assert found.ccl == 20.0
    assert found.charge_limitation == "Pack 2: no contact, last allowed 10.0 A to charge"


def test_other_silent_packs_carry_nothing_of_the_part_of_a_silent_pack() -> None:
    assert limits(member(1, ccl=60.0), silent(2, ccl=10.0), silent(3, capacity=1000.0, ccl=90.0)).ccl == 20.0


def test_a_silent_pack_that_was_last_not_to_be_charged_stops_charging() -> None:
    assert limits(member(1), silent(2, ccl=0.0)).ccl == 0.0


def test_a_flat_pack_that_is_silent_for_long_does_not_keep_the_boat_dark() -> None:
    for last in (0.0, 0.3, 4.0):
        assert limits(member(1), silent(2, Phase.DERATED, dcl=last)).dcl == 2 * last
        assert limits(member(1), silent(2, Phase.LOST, dcl=last)).dcl == 50.0


def test_the_owners_limit_of_a_pack_that_is_silent_for_long_still_counts() -> None:
    weak = silent(2, Phase.LOST, dcl=5.0)
    assert weak.decision
    assert weak.decision.control
    assert weak.decision.control.discharge_ceiling == 50.0
    assert limits(member(1, dcl=200.0), weak).dcl == 100.0


def test_a_pack_that_was_never_read_is_not_counted() -> None:
    unknown = MemberView(
        address="A4:C1:38:00:00:02",
        name="Pack 2",
        settings=member(1).settings,
        identity=member(1).identity,
        decision=None,
    )
    assert limits(member(1), unknown).ccl == 30.0


def test_a_pack_whose_limits_are_not_decided_yet_is_not_counted() -> None:
    assert limits(member(1), member(2, control=None, limits=None)).ccl == 30.0


# Several limits


def test_the_strictest_pack_limits_the_bank_and_is_named() -> None:
    found = limits(member(1), member(2, ccl=6.0), member(3))
    assert found.ccl == 18.0
    assert found.charge_limitation.startswith("Pack 2: ")


def test_a_pack_that_needs_no_current_stops_the_bank_and_the_owner_is_told_what_to_do() -> None:
    _, decision = decide(member(1), member(2, ccl=0.0))
    assert decision.limits
    assert decision.limits.ccl == 0.0
    assert "Pack 2 stops the bank: to charge the others, switch its charge MOSFET off" in decision.for_owner


def test_a_pack_of_unknown_capacity_stops_the_bank_and_counts_as_100_ah() -> None:
    _, decision = decide(member(1), member(2, ccl=0.0, dcl=0.0, capacity=0.0, read=reading(nominal=0.0)))
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (0.0, 0.0)
    assert decision.installed == 0.0


@pytest.mark.parametrize(("chosen", "ccl"), [(-1.0, 60.0), (0.0, 0.0), (25.0, 25.0), (500.0, 60.0)])
def test_the_owners_limit_of_the_bank_lowers_and_never_raises(chosen: float, ccl: float) -> None:
    assert limits(member(1), member(2), MaxChargeCurrent=chosen).ccl == ccl


# Strings in series


def test_strings_in_series_give_the_least_current() -> None:
    views = (member(1), member(2), member(3, ccl=5.0), member(4))
    assert limits(*views, Topology="2s2p").ccl == 10.0
    assert limits(*views[1:3], Topology="series").ccl == 5.0


def test_a_silent_string_in_series_stops_charging() -> None:
    by_silence = replace(CONTROL.limits, ccl=0.0)
    assert limits(member(1), silent(2, limits=by_silence), Topology="series").ccl == 0.0


def test_one_silent_pack_of_a_string_in_series_leaves_its_neighbour() -> None:
    found = limits(member(1), member(2), member(3), silent(4), Topology="2s2p")
    assert (found.ccl, found.dcl) == (30.0, 50.0)


def test_one_open_mosfet_in_series_stops_its_direction() -> None:
    off = member(2, ccl=0.0, read=reading(mosfets=CHARGE_OFF))
    found = limits(member(1), off, Topology="series")
    assert (found.ccl, found.dcl) == (0.0, 50.0)
