"""Shares of packs in parallel, the slow rise of the CVL, and how packs are wired."""

from __future__ import annotations

import pytest

from dbus_xbms.policy.bank import cvl_rise, members, shares
from dbus_xbms.policy.bank.members import Placed
from dbus_xbms.policy.bank.shares import FLOOR, AverageCurrent, Share
from dbus_xbms.policy.bank.topology import Candidate, Topology, parse, proposed, refusal
from dbus_xbms.settings import SettingsError
from tests.unit.policy.bank.packs import LATER, address, member, reading


def string(*capacities: float) -> tuple[Placed, ...]:
    """Return packs in parallel."""
    views = [member(n, capacity=each) for n, each in enumerate(capacities, 1)]
    controls = {view.address: view.decision.control for view in views if view.decision}
    known = {each: control for each, control in controls.items() if control}
    return members.place(views, Topology(), known, {}, LATER)[0]


def found(capacities: tuple[float, ...], currents: tuple[float, ...], sign: int = 1) -> list[Share]:
    """Return the shares that packs with these averages are assumed to have."""
    averages = {address(n): AverageCurrent(current=each, at=0.0) for n, each in enumerate(currents, 1)}
    each = shares.shares(string(*capacities), averages, sign, sum(capacities))
    return [each[n] for n in sorted(each)]


def parts(*args: object, **how: object) -> list[float]:
    """Return the parts only."""
    return [one.part for one in found(*args, **how)]  # type: ignore[arg-type]


def test_little_current_is_shared_by_capacity() -> None:
    assert parts((100.0, 300.0), (5.0, 3.0)) == [0.25, 0.75]


def test_much_current_is_shared_as_measured() -> None:
    assert parts((100.0, 100.0), (40.0, 60.0)) == [0.4, 0.6]


def test_between_them_the_measured_shares_come_to_count_gradually() -> None:
    shared = [parts((100.0, 100.0), (0.6 * amps, 0.4 * amps))[0] for amps in (4.0, 8.0, 12.0, 16.0, 20.0)]
    assert shared == pytest.approx([0.5, 0.525, 0.55, 0.575, 0.6])


@pytest.mark.parametrize("current", [0.0, -30.0, 39.0])
def test_a_measured_share_is_never_taken_for_less_than_the_floor(current: float) -> None:
    assert parts((100.0, 100.0), (60.0, current))[1] >= FLOOR * 0.5


@pytest.mark.parametrize("currents", [(0.0, 0.0), (50.0, 50.0), (90.0, 10.0), (90.0, -60.0), (-5.0, 9.0)])
def test_parts_are_at_least_the_whole(currents: tuple[float, ...]) -> None:
    assert sum(parts((100.0, 200.0), currents)) >= 1.0 - 1e-9


def test_the_other_direction_is_shared_by_capacity() -> None:
    assert parts((100.0, 100.0), (40.0, 60.0), sign=-1) == [0.5, 0.5]


def test_a_current_between_packs_is_an_excess_of_the_one_that_takes_it() -> None:
    assert [one.excess for one in found((100.0, 100.0), (20.0, -20.0))] == [20.0, 0.0]
    assert [one.excess for one in found((100.0, 100.0), (20.0, -20.0), sign=-1)] == [0.0, 20.0]


def test_the_average_follows_a_current_within_seconds_however_often_it_is_taken() -> None:
    packs = string(100.0)
    for every in (0.02, 1.0, 5.0):
        averages, now = shares.average({}, packs, 0.0), 0.0
        start = averages[address(1)].current
        one = members.place([member(1, read=reading(current=50.0))], Topology(), {}, {}, LATER)[0]
        while now < 30.0:
            now += every
            averages = shares.average(averages, one, now)
        assert start == 0.0
        assert 43.0 <= averages[address(1)].current <= 50.0


def test_a_pack_that_carried_more_while_much_flowed_is_expected_to_do_so_again() -> None:
    averages: dict[str, AverageCurrent] = {}
    now = 0.0
    for amperes in [(60.0, 40.0)] * 600 + [(0.0, 0.0)] * 60:
        views = [member(n, read=reading(current=each)) for n, each in enumerate(amperes, 1)]
        controls = {view.address: view.decision.control for view in views if view.decision}
        known = {each: control for each, control in controls.items() if control}
        packs = members.place(views, Topology(), known, {}, LATER)[0]
        averages, now = shares.average(averages, packs, now), now + 1.0
    expected = shares.shares(packs, averages, 1, 200.0)
    assert [one.part for one in expected.values()] == pytest.approx([0.6, 0.5], abs=0.01)
    assert [one.part for one in shares.shares(packs, averages, -1, 200.0).values()] == [0.5, 0.5]


def test_no_share_is_shown_while_little_flows() -> None:
    packs = string(100.0, 100.0)
    little = {address(n): AverageCurrent(current=1.0, at=0.0) for n in (1, 2)}
    much = {
        address(1): AverageCurrent(current=30.0, at=0.0),
        address(2): AverageCurrent(current=10.0, at=0.0),
    }
    assert shares.measured(packs, little) == {}
    assert shares.measured(packs, much) == {1: 0.75, 2: 0.25}
    assert shares.measured((), {}) == {}


# The rise of the CVL


def test_a_cvl_falls_at_once_and_rises_after_a_hold_at_a_rate() -> None:
    rise = cvl_rise.step(None, 13.8, 4, sampled_at=0.0, decided_at=0.0)
    rise = cvl_rise.step(rise, 13.2, 4, sampled_at=92.0, decided_at=100.0)
    assert rise.cvl == 13.2
    for now, cvl in ((129.0, 13.2), (131.0, 13.22), (150.0, 13.6), (170.0, 13.8)):
        rise = cvl_rise.step(rise, 13.8, 4, sampled_at=now, decided_at=now)
        assert rise.cvl == pytest.approx(cvl)
    assert cvl_rise.published(rise, 13.8) == 13.8


def test_a_rising_cvl_is_rounded_down() -> None:
    assert cvl_rise.published(cvl_rise.CvlRise(cvl=13.456, at=0.0, fell_at=0.0), 13.8) == 13.45


# Wiring


@pytest.mark.parametrize(
    ("text", "count", "strings"),
    [
        ("parallel", 3, (1, 1, 1)),
        ("series", 3, (1, 2, 3)),
        ("2s2p", 4, (1, 1, 2, 2)),
        ("1s3p", 3, (1, 1, 1)),
        ("2s2p", 6, (1, 1, 2, 2, 2, 2)),
        ("2s2p", 1, (1,)),
        ("parallel", 0, ()),
    ],
)
def test_members_are_placed_string_after_string(text: str, count: int, strings: tuple[int, ...]) -> None:
    assert parse(text, count).strings(count) == strings


@pytest.mark.parametrize("text", ["", "2p", "0s2p", "-1s2p", "2s2p ", "2S2P", "\x00", "parallel,series"])
def test_other_words_name_no_topology(text: str) -> None:
    with pytest.raises(SettingsError, match="Topology is parallel, series, or like 2s2p"):
        parse(text, 4)


def candidates(*volts: float | None, **changes: object) -> list[Candidate]:
    """Return packs that may form a bank."""
    return [
        Candidate(
            **{  # type: ignore[arg-type]
                "address": address(n),
                "name": f"Pack {n}",
                "chemistry": "LiFePO4",
                "cells": 4,
                "voltage": each,
                "mosfets_on": True,
            }
            | changes
        )
        for n, each in enumerate(volts, 1)
    ]


@pytest.mark.parametrize(
    ("volts", "agree"), [((13.2, 13.4), True), ((13.2, 13.6), False), ((13.2, None), True), ((13.2,), False)]
)
def test_packs_form_a_bank_by_themselves_only_if_their_voltages_agree(
    volts: tuple[float | None, ...], agree: bool
) -> None:
    assert bool(proposed(candidates(*volts))) is agree


def test_seventeen_packs_or_two_groups_are_never_proposed() -> None:
    assert not proposed(candidates(*[13.2] * 17))
    assert not proposed([*candidates(13.2, 13.2), *candidates(26.4, 26.4, cells=8)])


def test_strings_of_other_voltages_are_refused_and_named() -> None:
    four = candidates(13.2, 14.0, 13.2, 13.2)
    assert "Pack 1 has 13.2 V and Pack 2 14.0 V" in refusal(parse("2s2p", 4), four)
    assert not refusal(parse("series", 2), candidates(13.2, 14.0))
    assert "needs 4 packs, not 3" in refusal(parse("2s2p", 3), candidates(13.2, 13.2, 13.2))
