from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Extremes, PackSample
from dbus_xbms.policy.extremes import widen
from dbus_xbms.policy.history import HistoryState, add_sample, record_full
from tests.unit.samples import sample, samples

LONGEST = 30.0


def history_after(*history: tuple[float, PackSample]) -> HistoryState:
    state = HistoryState()
    for now, reading in history:
        state = add_sample(state, reading, now, LONGEST)
    return state


def steady(current: float, seconds: int, start: int = 0, **changes: float) -> list[tuple[float, PackSample]]:
    return [(float(start + n * 10), sample(current=current, **changes)) for n in range(seconds // 10 + 1)]


def test_discharge_is_counted_in_charge_and_energy() -> None:
    history = history_after(*steady(-10.0, 3600, voltage=13.0)).history
    assert history.total_drawn == pytest.approx(10.0)
    assert history.discharged_energy == pytest.approx(0.13)
    assert history.charged_energy == 0


def test_charging_counts_as_energy_and_not_as_drawn_charge() -> None:
    history = history_after(*steady(10.0, 3600, voltage=13.0)).history
    assert history.total_drawn == 0
    assert history.charged_energy == pytest.approx(0.13)


def test_nothing_is_counted_in_a_gap() -> None:
    reading = sample(current=-100.0)
    history = history_after((0.0, reading), (3600.0, reading)).history
    assert history.total_drawn == 0


def test_the_deepest_discharge_is_kept_and_the_last_one_restarts_when_full() -> None:
    deep, full = sample(soc=20.0, remaining=20.0), sample(soc=100.0, remaining=100.0)
    shallow, later = sample(soc=90.0, remaining=90.0), sample(soc=95.0, remaining=95.0)
    history = history_after((-10.0, deep), (0.0, deep), (10.0, full)).history
    assert (history.deepest_discharge, history.last_discharge) == (80.0, 80.0)
    course = (-10.0, deep), (0.0, deep), (10.0, full), (20.0, shallow), (30.0, later)
    history = history_after(*course).history
    assert (history.deepest_discharge, history.last_discharge) == (80.0, 10.0)


def test_time_since_full_includes_gaps() -> None:
    assert history_after((0.0, sample())).history.since_full is None
    full = sample(soc=100.0)
    assert history_after((0.0, full), (10.0, full), (5000.0, sample())).history.since_full == 4990.0


def test_an_unconfirmed_first_sample_does_not_change_the_extremes() -> None:
    empty = sample(soc=0.0, remaining=0.0)
    assert history_after((0.0, empty)).history.deepest_discharge == 0
    assert history_after((0.0, empty), (LONGEST + 1, empty)).history.deepest_discharge == 0
    assert history_after((0.0, empty), (LONGEST, empty)).history.deepest_discharge == 100.0


def test_a_pack_that_is_full_now_has_zero_time_since_full() -> None:
    assert record_full(HistoryState()).history.since_full == 0


def test_a_top_balance_is_recorded_separately_from_a_full_charge() -> None:
    state = history_after((0.0, sample()), (5000.0, sample()))
    assert record_full(state).history.since_top_balance == 5000.0
    assert record_full(state, top_balanced=True).history.since_top_balance == 0


def test_extremes_include_temperatures_and_allow_missing_cells() -> None:
    extremes = widen(Extremes(temperature_min=5.0), sample(cells=(), voltage=12.0), (20.0, 30.0))
    assert extremes == Extremes(pack_min=12.0, pack_max=12.0, temperature_min=5.0, temperature_max=30.0)


def soc_of(*course: float) -> HistoryState:
    """Return the history of a pack with these states of charge in %, one every 10 s."""
    return history_after((-10.0, sample()), *((10.0 * n, sample(soc=soc)) for n, soc in enumerate(course)))


def test_a_discharge_is_counted_from_below_65_percent_until_above_90() -> None:
    assert soc_of(70.0, 66.0, 95.0).history.discharges == 0
    assert soc_of(70.0, 64.0, 66.0, 90.0).history.discharges == 0
    assert soc_of(70.0, 64.0, 66.0, 91.0, 89.0, 91.0).history.discharges == 1
    assert soc_of(64.0, 91.0, 64.0, 91.0).history.discharges == 2


def test_a_full_discharge_counts_once_until_the_pack_is_clearly_recharged() -> None:
    assert soc_of(5.0, 1.0).history.full_discharges == 0
    assert soc_of(5.0, 0.0, 1.0, 0.0, 10.0, 0.0).history.full_discharges == 1
    assert soc_of(5.0, 0.0, 11.0, 0.0).history.full_discharges == 2


def test_a_discharge_interrupted_by_a_restart_is_counted() -> None:
    before = soc_of(70.0, 64.0).history
    state = HistoryState(history=before)
    for now, soc in ((0.0, 80.0), (10.0, 80.0), (20.0, 91.0)):
        state = add_sample(state, sample(soc=soc), now, LONGEST)
    assert state.history.discharges == 1


@given(st.lists(st.tuples(st.floats(0, 100), samples), max_size=30))
def test_counters_never_decrease(history: list[tuple[float, PackSample]]) -> None:
    now, state = 0.0, HistoryState()
    for passed, reading in history:
        now += passed
        before, state = state.history, add_sample(state, reading, now, LONGEST)
        after = state.history
        assert after.total_drawn >= before.total_drawn
        assert after.charged_energy >= before.charged_energy
        assert after.discharged_energy >= before.discharged_energy
        assert after.deepest_discharge >= before.deepest_discharge >= 0
        assert add_sample(state, reading, now, LONGEST).history == after
