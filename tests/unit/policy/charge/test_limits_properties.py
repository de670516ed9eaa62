"""Properties of a controlling pack over arbitrary samples and gaps."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import BmsTraits, Limits, Mosfets, PackSample, Phase, Protection
from dbus_xbms.policy import engine, pack_state, plausibility
from dbus_xbms.policy.charge.charge_voltage import TOP_MARGIN, Stage
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from tests.unit.samples import sample, settings

pytestmark = pytest.mark.no_cover  # many computations over few lines, which other tests cover too

HOLD = 30.0
CUTOFF = 3.60
History = list[tuple[float, PackSample | None]]
Steps = list[tuple[float, PackState, Decision]]

voltages = st.one_of(st.floats(3.2, 3.4), st.floats(3.40, 3.48), st.floats(2.4, 3.8), st.floats(0, 5))

HIGHEST_CELL = BmsTraits().highest_cell


@st.composite
def packs(draw: st.DrawFn) -> PackSample:
    """Draw a sample of a mostly healthy pack, its cells balanced or not."""
    middle, count = draw(voltages), draw(st.integers(2, 16))
    apart = draw(st.sampled_from((0.0, 0.004, 0.05, 0.5)))
    # One draw for all cells of a pack, not one for each of 16: drawing takes longer than the code under test.
    places = Random(draw(st.integers(0, 2**16)) if apart else 0)
    around = (middle + places.uniform(-1, 1) * apart for _ in range(count))
    cells = tuple(min(HIGHEST_CELL, max(0.0, cell)) for cell in around)
    well = draw(st.booleans())
    return sample(
        cells=cells,
        voltage=sum(cells),
        current=draw(st.floats(-60, 60)),
        soc=float(draw(st.integers(0, 100))),
        mosfets=Mosfets(charge=well or draw(st.booleans()), discharge=well or draw(st.booleans())),
        protection=frozenset() if well else draw(st.frozensets(st.sampled_from(Protection))),
        balancing=frozenset({1}) if draw(st.booleans()) else frozenset(),
        temperatures=(30.0, 20.0) if well else tuple(draw(st.lists(st.floats(-60, 130), max_size=4))),
    )


gaps = st.one_of(st.floats(0, 5), st.floats(0, 60), st.floats(0, 4000))
histories = st.lists(
    st.tuples(gaps, st.none() | packs() | packs().map(lambda s: replace(s, cells=()))), max_size=15
)


def after(history: History, gap: float, reading: PackSample) -> Limits:
    """Return the limits of a last sample, which is accepted after any history."""
    now, state, _ = steps(history)[-1] if history else (0.0, PackState(started=0.0), None)
    state = replace(state, plausibility=plausibility.PlausibilityState())
    _, decision = engine.step(state, reading, now + gap, settings(), managed=True)
    assert decision.limits
    return decision.limits


def steps(history: History, **chosen: object) -> Steps:
    """Return time, state and decision after each poll of a history."""
    now, state, owner, found = 0.0, PackState(started=0.0), settings(**chosen), []
    for passed, reading in history:
        now += passed
        state, decision = engine.step(state, reading, now, owner, managed=True)
        found.append((now, state, decision))
    return found


currents = st.just(-1.0) | st.just(0.0) | st.floats(0, 100)  # A; -1: not set


@given(histories, currents, currents)
def test_limits_stay_within_the_settings(history: History, charge: float, discharge: float) -> None:
    for _, state, decision in steps(history, MaxChargeCurrent=charge, MaxDischargeCurrent=discharge):
        if decision.limits is None:
            continue
        assert 0 <= decision.limits.ccl <= (30.0 if charge < 0 else charge)
        assert 0 <= decision.limits.dcl <= (50.0 if discharge < 0 else discharge)
        assert decision.limits.cvl >= 0
        if state.sample and state.sample.cells:
            assert decision.limits.cvl <= len(state.sample.cells) * preset(settings()).full + 1e-9


@given(histories, st.floats(0, 4000))
def test_charging_is_off_with_a_full_cell_or_unknown_cells_or_after_the_hold_time(
    history: History, wait: float
) -> None:
    for now, state, decision in steps(history):
        if decision.limits is None:
            continue
        reading = decision.sample
        if reading is None or not reading.cells or max(reading.cells) >= CUTOFF:
            assert decision.limits.ccl == 0
        _, later = engine.decide(state, now + HOLD + 0.001 + wait, settings(), managed=True)
        assert later.limits is None or later.limits.ccl == 0


@given(histories, packs(), gaps, st.floats(0, 2))
def test_a_higher_highest_cell_never_raises_ccl_or_lowers_dcl(
    history: History, last: PackSample, gap: float, more: float
) -> None:
    at = last.cells.index(max(last.cells))
    cells = tuple(min(HIGHEST_CELL, cell + (more if n == at else 0.0)) for n, cell in enumerate(last.cells))
    one, other = (
        after(history, gap, reading) for reading in (last, replace(last, cells=cells, voltage=sum(cells)))
    )
    assert other.ccl <= one.ccl
    if other.mode != "Refused":  # rejected cells give no limit
        assert other.dcl >= one.dcl


@given(histories, packs(), gaps, st.floats(0, 2))
def test_a_lower_lowest_cell_never_raises_dcl(
    history: History, last: PackSample, gap: float, less: float
) -> None:
    at = last.cells.index(min(last.cells))
    cells = tuple(max(0.0, cell - (less if n == at else 0.0)) for n, cell in enumerate(last.cells))
    one, other = (
        after(history, gap, reading) for reading in (last, replace(last, cells=cells, voltage=sum(cells)))
    )
    assert other.dcl <= one.dcl


@given(
    st.lists(st.tuples(st.floats(0, 700), st.none() | packs()), max_size=25),
    st.sampled_from((60.0, 600.0)),
    st.sampled_from((60.0, 900.0)),
)
def test_float_never_starts_before_absorption_is_complete(
    history: History, absorption: float, longest: float
) -> None:
    full = preset(settings()).full
    absorbed = 0.0
    before: PackState | None = None
    for passed, reading in history:
        chosen = {"AbsorptionTime": absorption, "MaxAbsorptionTime": longest}
        state = before or PackState(started=0.0)
        sampled_at = state.sampled_at
        now = (state.history.at or 0.0) + passed
        state, _ = engine.step(state, reading, now, settings(**chosen), managed=True)
        gap = 0.0 if sampled_at is None else min(HOLD, now - sampled_at)
        if reading and max(reading.cells) >= full - TOP_MARGIN:
            absorbed += gap
        was = before.control.voltage.stage if before and before.control else Stage.BULK
        is_now = state.control.voltage.stage if state.control else Stage.BULK
        if is_now is Stage.FLOAT and was is not Stage.FLOAT:
            assert absorbed >= absorption - 1e-6
        if is_now is Stage.FLOAT or is_now is Stage.BULK:
            absorbed = 0.0
        before = state


def a_second_decision_at_the_same_time_is_the_same(found: Steps) -> None:
    for now, state, decision in found:
        again, same = engine.decide(state, now, settings(), managed=True)
        assert same == decision
        assert again == state
        if decision.sample and decision.phase is Phase.FRESH:
            assert engine.step(state, state.sample, now, settings(), managed=True)[1] == decision


def limits_are_complete_while_the_pack_controls(found: Steps) -> None:
    has_sample = False
    for _, state, decision in found:
        has_sample = has_sample or state.sample is not None
        if not has_sample or decision.phase is Phase.WITHDRAWN:
            assert decision.limits is None
            continue
        assert decision.limits
        numbers = (decision.limits.cvl, decision.limits.ccl, decision.limits.dcl)
        assert all(isfinite(number) for number in numbers)
        assert decision.limits.mode
        assert decision.limits.charge_limitation
        assert decision.limits.discharge_limitation


@given(histories, st.lists(st.floats(0, 1000), min_size=1, max_size=8))
def test_losing_contact_never_raises_a_limit(history: History, waits: list[float]) -> None:
    found = steps(history)
    if not found:
        return
    now, state, decision = found[-1]
    state = pack_state.failed(state)
    for wait in waits:
        now += wait
        before = decision.limits
        state, decision = engine.decide(state, now, settings(), managed=True)
        if before is None or decision.limits is None:
            continue
        assert decision.limits.ccl <= before.ccl
        assert decision.limits.dcl <= before.dcl
        assert decision.limits.cvl <= before.cvl


def a_ccl_of_zero_comes_with_a_cvl_that_charges_nothing(found: Steps) -> None:
    start = None  # V, of the pack when its current limit fell to 0, or of its first sample after a silence
    for _, state, decision in found:
        if decision.limits is None or decision.limits.ccl > 0 or not state.sample:
            start = None
            continue
        if decision.sample is None:
            start = None
            assert decision.limits.cvl <= state.sample.voltage + 1e-9
            continue
        start = start or state.sample.voltage
        assert decision.limits.cvl <= start + 1e-9
        if not state.sample.cells:
            continue
        floating = len(state.sample.cells) * preset(settings()).floating
        assert decision.limits.cvl <= max(floating, state.sample.voltage) + 1e-9


def a_fault_in_the_decision_stops_all_currents(found: Steps) -> None:
    for now, state, decision in found:
        _, stopped = engine.stopped(state, now, settings())
        assert (stopped.limits is None) == (state.control is None)
        if stopped.limits and decision.limits:
            assert (stopped.limits.ccl, stopped.limits.dcl) == (0, 0)
            assert stopped.limits.cvl <= decision.limits.cvl


RULES = (
    a_second_decision_at_the_same_time_is_the_same,
    limits_are_complete_while_the_pack_controls,
    a_ccl_of_zero_comes_with_a_cvl_that_charges_nothing,
    a_fault_in_the_decision_stops_all_currents,
)


@given(histories)
def test_every_rule_holds_at_each_step_of_any_history(history: History) -> None:
    found = steps(history)  # drawing a history takes longer than checking it
    for holds in RULES:
        holds(found)


def test_the_generated_histories_reach_every_stage() -> None:
    top = sample(cells=(3.45, 3.45), voltage=6.9, current=1.0, soc=100.0)
    modes = [d.limits.mode for _, _, d in steps([(10.0, top)] * 100) if d.limits]
    assert modes[0] == "Absorption"
    assert modes[-1] == "Float"
    assert pytest.approx(6.75) == steps([(10.0, top)] * 100)[-1][2].limits.cvl  # type: ignore[union-attr]
