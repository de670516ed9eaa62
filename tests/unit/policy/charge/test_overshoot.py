"""How far chargers that ignore the CCL go above the CVL, as learned from what they do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.policy.charge import overshoot
from dbus_xbms.policy.charge.followed import Followed
from dbus_xbms.policy.charge.overshoot import FORGOTTEN_AFTER, Overshoot

KNOWN = Overshoot(volts=0.4)


def following(cvl: float, known: Overshoot = KNOWN) -> Overshoot:
    """Return the state once chargers have had time to follow a first CVL."""
    return overshoot.observe(overshoot.published(known, cvl), cvl, 11.0, charging=False, exceeding=False)


def observed(state: Overshoot, voltage: float, dt: float = 1.0, *, exceeding: bool = False) -> Overshoot:
    return overshoot.observe(state, voltage, dt, charging=True, exceeding=exceeding)


def test_a_limit_that_has_not_changed_is_followed_however_old_it_is() -> None:
    assert Followed().replaced_by(53.0).after(3600.0).replaced_by(52.0).after(10.0).highest == 53.0
    assert Followed().highest is None


def test_a_lower_cvl_counts_once_chargers_have_had_time_to_follow_it() -> None:
    state = overshoot.published(following(53.0), 52.0)
    assert state.above(53.5) == 0.5
    assert observed(state, 53.5, dt=10.0).above(53.5) == 0.5
    assert observed(state, 53.5, dt=11.0).above(53.5) == 1.5


def test_a_higher_cvl_counts_at_once() -> None:
    state = overshoot.published(following(52.0), 53.0)
    assert state.above(53.5) == 0.5


def test_a_cvl_counts_for_as_long_as_it_is_published() -> None:
    state = observed(following(53.0), 53.1, dt=3600.0)
    assert overshoot.published(state, 52.0).above(53.5) == 0.5


def test_the_first_cvl_counts_once_chargers_have_had_time_to_follow_it() -> None:
    state = overshoot.published(KNOWN, 53.0)
    assert state.above(53.7) is None
    assert observed(state, 53.7, exceeding=True).volts == 0.4
    assert observed(state, 53.7, dt=11.0, exceeding=True).volts == pytest.approx(0.7)


def test_the_overshoot_grows_with_an_excess_current_only() -> None:
    state = following(53.0)
    assert observed(state, 53.7, exceeding=True).volts == pytest.approx(0.7)
    assert observed(state, 53.7).volts == 0.4
    assert observed(state, 53.2, exceeding=True).volts == 0.4


def test_chargers_of_which_nothing_is_known_have_no_overshoot() -> None:
    assert observed(following(53.0, Overshoot()), 53.7, exceeding=True).volts is None


def test_chargers_that_are_found_are_taken_for_feed_in_or_what_was_seen() -> None:
    assert overshoot.found(Overshoot(), 53.0).volts == 0.4
    assert overshoot.found(following(53.0, Overshoot()), 53.75).volts == 0.75
    assert overshoot.found(replace(KNOWN, volts=0.5), 53.0).volts == 0.5


def test_the_overshoot_is_forgotten_after_a_week_without_a_sign_of_it() -> None:
    state = overshoot.published(KNOWN, 53.0)
    assert observed(state, 53.1, dt=FORGOTTEN_AFTER - 1).volts == 0.4
    assert observed(state, 53.1, dt=FORGOTTEN_AFTER).volts is None
    assert observed(state, 53.35, dt=FORGOTTEN_AFTER).volts == 0.4
