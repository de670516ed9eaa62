from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from dbus_xbms.model import PackSample
from dbus_xbms.policy.charge import charge_voltage
from dbus_xbms.policy.charge.charge_voltage import (
    ABSORPTION_ENDS_AFTER,
    BALANCER_REST,
    DAY,
    DRIFT_TIME,
    FLOAT_BEFORE_DRIFT,
    CvlState,
    Stage,
)
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.charge.cvl_reduction import FALL_RATE, GAIN, RECOVERY_HOLD
from tests.unit.samples import sample, settings

FULL, FLOAT = 13.80, 13.50  # V of four LiFePO4 cells
MIDDLE = sample(cells=(3.33, 3.33, 3.33, 3.33), voltage=13.32, current=20.0, soc=60.0)
TOP = sample(cells=(3.45, 3.445, 3.446, 3.447), voltage=13.79, current=2.0, soc=100.0)
RESTING = sample(cells=(3.37, 3.37, 3.37, 3.37), voltage=13.48, current=0.0, soc=99.0)


def after(
    state: CvlState, reading: PackSample, seconds: float, *, since: float = 0.0, **chosen: object
) -> CvlState:
    """Return the state after ``seconds`` of the same sample."""
    owner = settings(**chosen)
    for _ in range(round(seconds / 10)):
        state = charge_voltage.step(state, reading, preset(owner), since, 10.0, owner)
    return state


def first(reading: PackSample, **chosen: object) -> CvlState:
    owner = settings(**chosen)
    return charge_voltage.step(CvlState(), reading, preset(owner), 0.0, 0.0, owner)


FLOATING = after(first(TOP), TOP, 900)


def test_a_charge_starts_in_bulk_up_to_the_full_voltage() -> None:
    state = first(MIDDLE)
    assert (state.stage, state.cvl) == (Stage.BULK, FULL)


def test_absorption_starts_at_the_top_and_float_after_the_absorption_time() -> None:
    state = first(TOP)
    assert state.stage is Stage.ABSORPTION
    assert after(state, TOP, 890).stage is Stage.ABSORPTION
    assert after(state, TOP, 900).stage is Stage.FLOAT
    assert FLOATING.cvl == FLOAT


def test_a_pack_with_a_high_current_at_the_top_is_not_full() -> None:
    charging = replace(TOP, current=20.0, soc=98.0)
    assert after(first(charging), charging, 3600).stage is Stage.ABSORPTION


def test_a_spread_between_the_cells_restarts_the_absorption_time() -> None:
    apart = replace(TOP, cells=(3.45, 3.43, 3.44, 3.44))
    state = after(after(first(TOP), TOP, 800), apart, 10)
    assert after(state, TOP, 800).stage is Stage.ABSORPTION
    assert after(state, TOP, 900).stage is Stage.FLOAT


def test_absorption_ends_even_if_the_cells_never_balance() -> None:
    apart = replace(TOP, cells=(3.45, 3.39, 3.39, 3.39))
    assert after(first(apart), apart, 7190).stage is Stage.ABSORPTION
    assert after(first(apart), apart, 7200).stage is Stage.FLOAT


def test_absorption_waits_a_limited_time_for_a_working_balancer() -> None:
    balancing = replace(TOP, cells=(3.45, 3.39, 3.39, 3.39), balancing=frozenset({1}))
    assert after(first(balancing), balancing, 7300).stage is Stage.ABSORPTION
    assert after(first(balancing), balancing, 14400).stage is Stage.FLOAT
    done = replace(balancing, balancing=frozenset())
    absorbing = after(first(balancing), balancing, 7300)
    assert after(absorbing, done, BALANCER_REST).stage is Stage.FLOAT


def test_absorption_goes_on_while_the_balancer_pauses_because_the_cvl_has_fallen() -> None:
    balancing = replace(TOP, cells=(3.45, 3.39, 3.39, 3.39), balancing=frozenset({1}), soc=98.0)
    paused = replace(balancing, current=0.0, balancing=frozenset())
    state = first(balancing)
    for _ in range(7):
        state = after(after(state, balancing, 900), paused, 2 * RECOVERY_HOLD)
    assert state.absorption_time > 7200
    assert state.stage is Stage.ABSORPTION


def test_a_short_pause_does_not_restart_absorption_and_a_long_one_does() -> None:
    state = after(first(TOP), TOP, 800)
    paused = after(state, RESTING, ABSORPTION_ENDS_AFTER / 2)
    assert paused.stage is Stage.ABSORPTION
    assert after(paused, TOP, 100).stage is Stage.FLOAT
    gone = after(state, RESTING, ABSORPTION_ENDS_AFTER)
    assert gone.stage is Stage.BULK
    assert after(gone, TOP, 890).stage is Stage.ABSORPTION


def test_float_ends_below_the_chosen_soc() -> None:
    assert after(FLOATING, replace(RESTING, soc=90.0), 10).stage is Stage.FLOAT
    back = after(FLOATING, replace(RESTING, soc=89.0), 10)
    assert back.stage is Stage.BULK
    assert back.cvl == pytest.approx(FULL, abs=0.02)


def test_a_drifted_soc_does_not_end_float_at_once() -> None:
    drifted = replace(TOP, soc=70.0)
    floating = after(first(drifted), drifted, 900)
    assert floating.stage is Stage.FLOAT
    assert after(floating, replace(RESTING, soc=66.0), 3600).stage is Stage.FLOAT
    assert after(floating, replace(RESTING, soc=64.0), 10).stage is Stage.BULK


def test_cells_that_drift_apart_at_rest_end_float_after_a_minimum_time() -> None:
    apart = replace(RESTING, cells=(3.40, 3.34, 3.36, 3.36))
    assert after(FLOATING, apart, FLOAT_BEFORE_DRIFT - 10).stage is Stage.FLOAT
    assert after(FLOATING, apart, FLOAT_BEFORE_DRIFT).stage is Stage.BULK
    rested = after(FLOATING, RESTING, FLOAT_BEFORE_DRIFT)
    assert after(rested, apart, DRIFT_TIME - 10).stage is Stage.FLOAT
    assert after(rested, apart, DRIFT_TIME).stage is Stage.BULK
    loaded = replace(apart, current=-40.0)
    assert after(rested, loaded, DRIFT_TIME).stage is Stage.FLOAT
    assert after(rested, apart, DRIFT_TIME, RebulkDrift=0.0).stage is Stage.FLOAT


def test_a_cell_above_full_lowers_the_cvl_at_a_bounded_rate() -> None:
    state, ahead = first(MIDDLE), replace(TOP, cells=(3.49, 3.39, 3.39, 3.39), current=20.0)
    for _ in range(5):
        before = state
        state = charge_voltage.step(state, ahead, preset(settings()), 0.0, 1.0, settings())
        assert before.cvl is not None
        assert state.cvl is not None
        assert 0 < before.cvl - state.cvl <= 4 * FALL_RATE + 0.011
    lowered = after(state, ahead, 30).cvl
    assert lowered is not None
    assert lowered < FULL - 3 * 0.1


def test_a_single_sample_counts_for_5_s_at_any_poll_interval() -> None:
    owner = settings()
    above = replace(TOP, cells=(3.47,) * 4)  # by 20 mV
    state = charge_voltage.step(CvlState(reduction=0.0), above, preset(owner), 0.0, 30.0, owner)
    assert state.reduction == pytest.approx(GAIN * 0.02 * 5.0)


def test_the_first_sample_sets_its_cvl_at_once() -> None:
    ahead = replace(TOP, cells=(3.45, 3.39, 3.39, 3.39))
    assert first(ahead).cvl == pytest.approx(13.62)


def test_the_cvl_recovers_late_and_slowly_once_the_cell_is_below_full() -> None:
    ahead = replace(TOP, cells=(3.455, 3.39, 3.39, 3.39))
    state = after(first(MIDDLE), ahead, 60)
    just_below = replace(TOP, cells=(3.445, 3.39, 3.39, 3.39))
    assert after(state, just_below, 1200).cvl == state.cvl
    assert after(state, RESTING, RECOVERY_HOLD - 10).cvl == state.cvl
    recovering = after(state, RESTING, RECOVERY_HOLD + 60)
    assert recovering.cvl is not None
    assert state.cvl is not None
    assert 0.009 < recovering.cvl - state.cvl < 0.031
    assert after(state, RESTING, 2400).cvl == FULL


def test_a_bad_cell_never_lowers_the_cvl_so_far_that_the_others_are_discharged() -> None:
    bad = replace(TOP, cells=(5.0, 3.3, 3.3, 3.3))
    assert after(first(MIDDLE), bad, 3600).cvl == pytest.approx(4 * (2 * 3.375 - 3.45))


@pytest.mark.parametrize("low", [2.5, 2.6, 2.8, 3.0])
def test_other_cells_are_not_charged_higher_to_compensate_for_a_low_cell(low: float) -> None:
    weak = replace(TOP, cells=(low, 3.45, 3.45, 3.45), voltage=low + 10.35)
    found = after(first(weak), weak, 600).cvl
    assert found is not None
    assert found <= 3 * 3.45 + low + 0.01


@pytest.mark.parametrize("count", [4, 16])
def test_noise_does_not_move_the_cvl_at_its_lower_bound(count: int) -> None:
    random, shown, state = Random(1), [], first(MIDDLE)
    owner = settings()
    for _ in range(3600):
        cells = [3.55, *(3.38 for _ in range(count - 1))]
        noisy = tuple(round(cell + random.uniform(-0.001, 0.001), 3) for cell in cells)
        state = charge_voltage.step(state, replace(TOP, cells=noisy), preset(owner), 0.0, 1.0, owner)
        shown.append(state.cvl or 0.0)
    assert shown[-1] == pytest.approx(count * (2 * 3.375 - 3.45), abs=0.001 * count + 0.01)
    assert len(set(shown[1800:])) == 1


def test_a_top_balance_is_done_once_when_its_days_have_passed() -> None:
    days = {"TopBalanceDays": 30}
    floating = after(FLOATING, RESTING, 100, since=29 * DAY, **days)
    assert floating.stage is Stage.FLOAT
    due = after(FLOATING, RESTING, 10, since=30 * DAY, **days)
    assert (due.stage, due.top_balancing) == (Stage.BULK, True)
    assert due.cvl == pytest.approx(14.0, abs=0.02)
    high = replace(TOP, cells=(3.50, 3.498, 3.497, 3.499))
    done = after(due, high, 900, since=30 * DAY, **days)
    assert (done.stage, done.top_balanced, done.cvl) == (Stage.FLOAT, True, FLOAT)
    assert after(FLOATING, RESTING, 100, since=999 * DAY).stage is Stage.FLOAT
