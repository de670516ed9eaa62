"""The cap of the CVL, which makes chargers keep to the CCL even if they ignore it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.policy.charge import cvl_cap
from dbus_xbms.policy.charge.cvl_cap import OBEY_TIME, RECOVERY_HOLD, CapState, PublishedLimits
from tests.unit.samples import sample

BULK = PublishedLimits(cvl=55.2, ccl=30.0, count=16, capacity=100.0)
STOPPED = replace(BULK, ccl=0.0)


def after_samples(
    published: PublishedLimits, *history: tuple[float, float], begin: CapState | None = None
) -> CapState:
    """Return the cap after samples of (pack voltage, current), one per second."""
    state = begin or CapState()
    for voltage, current in history:
        state = cvl_cap.step(state, sample(voltage=voltage, current=current), published, 1.0)
    return state


def lasting(seconds: float, voltage: float, current: float) -> list[tuple[float, float]]:
    return [(voltage, current)] * round(seconds)


def test_the_cvl_is_not_capped_while_chargers_obey() -> None:
    state = after_samples(BULK, *lasting(100, 53.1, 31.5))
    assert state.cap is None
    assert cvl_cap.apply(state, BULK.cvl) == 55.2


def test_a_limit_of_zero_caps_the_cvl_at_the_pack_voltage_at_once() -> None:
    assert cvl_cap.apply(after_samples(STOPPED, (53.17, 30.0)), 55.2) == 53.1


def test_a_charger_has_some_seconds_to_obey() -> None:
    assert cvl_cap.apply(after_samples(STOPPED, *lasting(OBEY_TIME - 1, 53.17, 30.0)), 55.2) == 53.1


def test_a_current_despite_a_limit_of_zero_lowers_the_cap_by_feed_in_and_its_own_voltage() -> None:
    state = after_samples(STOPPED, *lasting(OBEY_TIME, 53.17, 30.0))
    fallen = cvl_cap.apply(state, 55.2)
    assert fallen == pytest.approx(53.17 - 0.4 - 30 * 16 * 0.1 / 100, abs=0.01)
    state = after_samples(STOPPED, *lasting(5000, 52.7, 0.25), begin=state)
    assert cvl_cap.apply(state, 55.2) == fallen


def test_with_a_limit_of_zero_the_first_fall_suffices_although_voltages_are_rounded() -> None:
    bank = PublishedLimits(cvl=13.8, ccl=0.0, count=4, capacity=860.0)
    known = replace(cvl_cap.ignoring(0.385), cap=13.2, stopped=True)  # it is 0.4 V
    assert cvl_cap.apply(after_samples(bank, (13.26, 3.7), begin=known), 13.8) <= 13.255 - 0.4


def test_the_cap_falls_on_while_a_current_despite_a_limit_of_zero_does_not_end() -> None:
    state = after_samples(STOPPED, *lasting(OBEY_TIME + 40, 53.17, 30.0))
    assert state.cap == pytest.approx(53.17 - 16 * 0.2)


def test_the_cap_never_falls_further_below_the_pack_than_feed_in_needs() -> None:
    state = after_samples(STOPPED, *lasting(1000, 53.17, 30.0))
    assert state.cap == pytest.approx(53.17 - 3.2)


def test_loads_that_pull_the_voltage_down_do_not_move_the_cap() -> None:
    state = after_samples(STOPPED, (53.17, 0.0), *lasting(100, 51.0, -90.0))
    assert cvl_cap.apply(state, 55.2) == 53.1


def test_the_cap_ends_with_the_limit_of_zero() -> None:
    state = after_samples(STOPPED, *lasting(OBEY_TIME - 1, 53.17, 30.0))
    assert after_samples(BULK, (53.0, 0.0), begin=state).cap is None


def test_a_cap_that_was_needed_is_released_late_and_slowly() -> None:
    state = after_samples(BULK, *lasting(OBEY_TIME, 53.17, 60.0))
    fallen = state.cap
    assert fallen
    state = after_samples(BULK, *lasting(RECOVERY_HOLD, 53.0, 20.0), begin=state)
    assert state.cap == fallen
    state = after_samples(BULK, *lasting(40, 52.6, 20.0), begin=state)
    assert state.cap == pytest.approx(fallen + 2 * 0.032)
    state = after_samples(BULK, *lasting(3000, 53.0, 20.0), begin=state)
    assert (state.cap, state.lowered) == (None, False)


def test_after_a_stop_the_cap_rises_to_the_voltage_that_the_known_chargers_need() -> None:
    state = after_samples(STOPPED, *lasting(OBEY_TIME, 53.17, 30.0))
    state = after_samples(BULK, *lasting(25, 53.1, 0.0), begin=state)
    assert state.cap == pytest.approx(53.1 - 0.4 + 0.92 * 30 * 16 * 0.03 / 100)


def test_the_cap_does_not_rise_while_the_current_is_near_the_ccl() -> None:
    state = after_samples(BULK, *lasting(OBEY_TIME, 53.17, 60.0))
    assert after_samples(BULK, *lasting(3000, 52.9, 28.0), begin=state).cap == state.cap


def test_after_a_dead_cell_the_cap_is_no_lower_than_feed_in_needs_once_current_is_allowed() -> None:
    state = after_samples(replace(STOPPED, cvl=50.6), *lasting(OBEY_TIME + 10, 49.9, 30.0))
    assert state.cap
    assert state.cap < 49.9
    allowed = after_samples(BULK, (53.17, 20.0), begin=state)
    assert allowed.cap == pytest.approx(49.9)
    assert allowed.lowered
    assert after_samples(BULK, (56.4, 20.0), begin=replace(state, cap=55.0)).cap == 55.0
    assert after_samples(replace(BULK, cvl=49.0), (53.17, 20.0), begin=state).cap == 49.0


def test_a_slight_excess_over_a_small_limit_is_tolerated() -> None:
    assert after_samples(replace(BULK, ccl=1.0), *lasting(1000, 53.1, 2.0)).cap is None


def test_chargers_that_are_known_to_ignore_the_ccl_get_no_time_to_obey() -> None:
    state = after_samples(BULK, (53.17, 40.0), begin=cvl_cap.ignoring(0.4))
    assert state.cap == pytest.approx(53.17 - 0.4 - 10 * 16 * 0.1 / 100)


def test_the_measured_overshoot_of_chargers_counts_once_they_have_had_time_to_follow() -> None:
    state = after_samples(BULK, *lasting(30, 53.17, 30.0), begin=replace(cvl_cap.ignoring(0.1), cap=52.57))
    state = after_samples(BULK, (53.3, 40.0), begin=state)
    assert state.overshoot.volts == pytest.approx(0.73)


def test_an_overestimated_overshoot_is_corrected_once_the_current_answers_to_the_cap() -> None:
    state = replace(cvl_cap.ignoring(0.4), cap=53.0, lowered=True, stable_time=RECOVERY_HOLD)
    for volts, amperes in ((53.0, 0.0), (53.05, 3.0), (53.1, 6.0)):
        state = after_samples(BULK, *lasting(20, volts, amperes), begin=state)
    assert state.overshoot.volts == pytest.approx(0.0, abs=0.1)


def test_after_a_restart_known_chargers_begin_with_a_cvl_at_which_they_keep_to_the_ccl() -> None:
    state = after_samples(BULK, (53.0, 20.0), begin=cvl_cap.ignoring(0.4))
    assert state.cap == pytest.approx(53.0 - 0.4 + (0.92 * 30 - 20) * 16 * 0.03 / 100)
    assert after_samples(BULK, *lasting(3000, 52.9, 20.0), begin=state).cap is None


def test_chargers_that_follow_a_falling_ccl_late_do_not_ignore_it() -> None:
    state = CapState()
    for second in range(100):
        published = replace(BULK, ccl=max(0.0, 60.0 - second))
        measured = sample(voltage=53.1, current=max(0.0, 68.0 - second))
        state = cvl_cap.step(state, measured, published, 1.0)
        assert state.overshoot.volts is None


def test_one_sample_after_a_gap_does_not_show_that_chargers_ignore_the_ccl() -> None:
    state = after_samples(BULK, (53.1, 20.0))
    assert cvl_cap.step(state, sample(voltage=53.1, current=60.0), BULK, 30.0).cap is None


def test_without_contact_the_cvl_charges_nothing_even_with_feed_in() -> None:
    assert cvl_cap.idle_cvl(sample(voltage=53.1, current=-5.0), 16, 100.0) == 52.7
    assert cvl_cap.idle_cvl(sample(voltage=53.1, current=30.0), 16, 100.0) == 52.2
    assert cvl_cap.idle_cvl(sample(voltage=13.28, current=0.0), 4, 0.0) == 12.8


@pytest.mark.parametrize("current", [-10.0, 0.0, 10.0])
def test_a_capacity_near_zero_gives_a_limit_and_no_error(current: float) -> None:
    cvl = cvl_cap.idle_cvl(sample(voltage=13.2, current=current), 4, 5e-324)
    assert cvl == (0.0 if current > 0 else pytest.approx(12.8))
