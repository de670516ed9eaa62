from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Extremes, Level, PackSample, Phase
from dbus_xbms.policy import engine, pack_state
from dbus_xbms.policy.alarms import BMS_CABLE
from dbus_xbms.policy.freshness import longest_gap, poll_interval
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.policy.poll_rate import interval
from tests.unit.samples import SAMPLE, sample, samples, settings

HOLD, WITHDRAW = 30.0, 900.0
START = PackState(started=0.0)


def phase_after(silence: float, *, failing: bool = True, **chosen: object) -> Phase:
    """Return the phase after a single sample at 0 s."""
    state = pack_state.sampled(START, SAMPLE, 0.0)
    if failing:
        state = pack_state.failed(state)
    return engine.decide(state, silence, settings(**chosen))[1].phase


@pytest.mark.parametrize(
    ("silence", "phase"),
    [
        (0.0, Phase.HELD),
        (HOLD - 0.1, Phase.HELD),
        (HOLD, Phase.LOST),
        (WITHDRAW - 0.1, Phase.LOST),
        (WITHDRAW, Phase.WITHDRAWN),
        (1e7, Phase.WITHDRAWN),
    ],
)
def test_a_pack_without_contact_goes_through_the_phases(silence: float, phase: Phase) -> None:
    assert phase_after(silence) is phase


@pytest.mark.parametrize(
    ("silence", "level"),
    [
        (HOLD - 1, Level.OK),
        (HOLD, Level.WARNING),
        (299.9, Level.WARNING),
        (300.0, Level.ALARM),
        (1e6, Level.ALARM),
    ],
)
def test_a_monitored_pack_warns_after_the_hold_time_and_alarms_after_the_stop_time(
    silence: float, level: Level
) -> None:
    state = pack_state.failed(pack_state.sampled(START, SAMPLE, 0.0))
    decision = engine.decide(state, silence, settings())[1]
    assert decision.alarms[BMS_CABLE] is level
    assert silence + decision.valid_for in (HOLD, 300.0, WITHDRAW, inf)


def test_a_controlling_pack_is_polled_every_30_s_at_least_and_held_for_60_s_at_most() -> None:
    for chosen in ({"PollInterval": 600.0}, {"PollInterval": 600.0, "ConnectionMode": 1}):
        assert poll_interval(settings(Control=1, **chosen)) == 30.0
        assert interval(settings(Control=1, **chosen), resting=True) == 30.0
        assert longest_gap(settings(Control=1, HoldTime=300.0, **chosen)) == 60.0
        assert poll_interval(settings(**chosen)) == 600.0
        assert longest_gap(settings(HoldTime=300.0, **chosen)) == 900.0
    assert longest_gap(settings(Control=1, HoldTime=300.0)) == 60.0


def test_values_expire_even_if_a_hung_poll_never_fails() -> None:
    assert phase_after(HOLD - 0.1, failing=False) is Phase.FRESH
    assert phase_after(HOLD, failing=False) is Phase.LOST


def test_remove_after_zero_never_removes_the_pack() -> None:
    assert phase_after(1e9, RemoveAfter=0.0) is Phase.LOST


def test_remove_after_shorter_than_the_hold_time_does_not_shorten_it() -> None:
    assert phase_after(HOLD - 1, RemoveAfter=1.0) is Phase.HELD


def test_in_per_poll_mode_the_hold_time_counts_from_the_next_due_poll() -> None:
    chosen = settings(ConnectionMode=1)
    assert poll_interval(chosen) == 30.0
    assert phase_after(59.0, ConnectionMode=1) is Phase.HELD
    assert phase_after(60.0, ConnectionMode=1) is Phase.LOST


def test_one_missed_poll_changes_no_published_value() -> None:
    state = pack_state.sampled(START, SAMPLE, 0.0)
    state, before = engine.decide(state, 0.1, settings())
    _, after = engine.decide(pack_state.failed(state), 2.0, settings())
    assert (after.sample, after.alarms) == (before.sample, before.alarms)
    assert after.phase is Phase.HELD


def test_the_first_good_poll_restores_everything() -> None:
    state = pack_state.failed(pack_state.sampled(START, SAMPLE, 0.0))
    state, lost = engine.decide(state, 5000.0, settings())
    assert lost.sample is None
    assert lost.alarms[BMS_CABLE] is Level.ALARM
    _, back = engine.decide(pack_state.sampled(state, SAMPLE, 5001.0), 5001.0, settings())
    assert back.phase is Phase.FRESH
    assert back.sample == SAMPLE
    assert back.alarms[BMS_CABLE] is Level.OK


def test_a_pack_that_was_never_read_waits_then_counts_as_lost() -> None:
    assert engine.decide(START, HOLD - 1, settings())[1].phase is Phase.WAITING
    assert engine.decide(START, HOLD, settings())[1].phase is Phase.LOST
    assert engine.decide(START, WITHDRAW, settings())[1].phase is Phase.WITHDRAWN


def test_extremes_only_widen() -> None:
    known = PackState(
        started=0.0, extremes=Extremes(pack_min=12.0, pack_max=14.0, cell_min=3.0, cell_max=3.5)
    )
    reading = sample(cells=(2.9, 3.3), voltage=6.2, temperatures=())
    state, _ = engine.step(known, reading, 1.0, settings())
    assert state.extremes == known.extremes  # nothing confirms the first sample yet
    state, _ = engine.step(state, reading, 2.0, settings())
    assert state.extremes == Extremes(pack_min=6.2, pack_max=14.0, cell_min=2.9, cell_max=3.5)


@given(st.lists(st.tuples(st.floats(0, 2000), st.none() | samples), max_size=40))
def test_no_value_older_than_the_hold_time_is_shown(history: list[tuple[float, PackSample | None]]) -> None:
    now, state, newest, sampled_at = 0.0, START, None, -inf
    for passed, reading in history:
        now += passed
        if reading is None:
            state = pack_state.failed(state)
        else:
            state = pack_state.sampled(state, reading, now)
            if state.plausibility.accepted:
                newest, sampled_at = reading, now
        state, decision = engine.decide(state, now, settings())
        # A protection reported by two readings is shown at once, even if the readings are rejected.
        shown = decision.sample and newest and replace(decision.sample, protection=newest.protection)
        assert shown in (None, newest)
        assert newest or not decision.sample
        if now - sampled_at >= HOLD:
            assert decision.sample is None
            assert decision.phase is not Phase.FRESH
        assert decision.valid_for > 0
