"""Decisions for a pack whose link is lent."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import LENT, Level, PackSample, Phase, Protection
from dbus_xbms.policy import engine, pack_state, state_of_charge
from dbus_xbms.policy.alarms import BMS_CABLE
from dbus_xbms.policy.charge import silent_limits
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.freshness import RETURN_TIME
from dbus_xbms.policy.pack_state import PackState
from tests.unit.samples import SAMPLE, sample, samples, settings

LENT_AT, MINUTES = 100.0, 30.0
UNTIL = LENT_AT + 60 * MINUTES
BACK = UNTIL + RETURN_TIME  # s: from then on the pack counts as without contact

HOLD, STOP, CONTROL_WITHDRAW = 30.0, 300.0, 1800.0


def lent(reading: PackSample | None = SAMPLE, *, managed: bool = True) -> PackState:
    """Return the state of a pack that was polled and then lent for half an hour."""
    state = PackState(started=0.0)
    if reading:
        state, _ = engine.step(state, reading, LENT_AT - 1, settings(), managed=managed)
    return pack_state.lent(state, UNTIL)


def decide(state: PackState, at: float, *, managed: bool = True, **chosen: object) -> Decision:
    return engine.decide(state, at, settings(**chosen), managed=managed)[1]


def decide_at(state: PackState, *moments: float) -> list[Decision]:
    """Return the decisions at each of ``moments``."""
    decisions = []
    for at in moments:
        state, decision = engine.decide(state, at, settings(), managed=True)
        decisions.append(decision)
    return decisions


@pytest.mark.parametrize("at", [LENT_AT, LENT_AT + HOLD, LENT_AT + STOP, UNTIL - 1, UNTIL, BACK - 0.1])
@pytest.mark.parametrize("managed", [True, False])
def test_while_lent_no_measurement_is_shown_and_no_cable_alarm_is_raised(at: float, managed: bool) -> None:
    decision = decide(lent(managed=managed), at, managed=managed)
    assert decision.phase in LENT
    assert (decision.sample, decision.consumed, decision.time_to_go) == (None,) * 3
    assert decision.soc == pytest.approx(state_of_charge.soc(SAMPLE))
    assert decision.alarms[BMS_CABLE] is Level.OK
    assert not decision.resting


def test_until_stop_the_limits_of_a_lent_pack_are_those_of_derating() -> None:
    chosen = settings(DerateDischarge=50)
    before = lent()
    assert before.control
    fresh = before.control.limits
    derated = silent_limits.in_silence(before.control, Phase.DERATED, LENT_AT, chosen).limits
    for decision in decide_at(before, LENT_AT, LENT_AT + HOLD, LENT_AT + STOP - 2):
        assert decision.limits
        shown = decision.limits
        assert (shown.cvl, shown.ccl, shown.dcl) == (derated.cvl, 0.0, derated.dcl)
        assert shown.dcl == fresh.dcl / 2 > 0
        assert shown.cvl <= fresh.cvl
        assert shown.mode == "Lent to the phone app"


@pytest.mark.parametrize("at", [LENT_AT + STOP, UNTIL - 1, BACK - 0.1])
def test_after_the_stop_time_of_a_loan_the_limits_are_zero_without_an_alarm(at: float) -> None:
    (decision,) = decide_at(lent(), at)
    assert decision.phase is Phase.LENT_STOPPED
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (0.0, 0.0)
    assert decision.limits.mode == "Lent to the phone app"
    assert decision.alarms[BMS_CABLE] is Level.OK


def test_a_monitored_pack_stays_lent_to_the_end() -> None:
    assert decide(lent(managed=False), BACK - 0.1, managed=False).phase is Phase.LENT


def test_after_a_loan_without_contact_the_state_of_charge_is_invalid() -> None:
    assert decide(lent(), BACK).soc is None


def test_the_link_is_lent_again_only_after_a_good_poll() -> None:
    assert pack_state.may_lend(PackState(started=0.0), 1e6)
    assert not pack_state.may_lend(lent(), UNTIL + 1)
    assert pack_state.may_lend(lent(), UNTIL - 60)
    taken_back = pack_state.lent(lent(), LENT_AT + 60)
    assert not pack_state.may_lend(pack_state.failed(taken_back), LENT_AT + 1000)
    assert pack_state.may_lend(pack_state.sampled(taken_back, SAMPLE, LENT_AT + 65), LENT_AT + 1000)


def test_a_pack_with_a_problem_is_not_discharged_while_lent() -> None:
    (decision,) = decide_at(lent(sample(cells=(2.9, 3.3, 3.3, 3.3))), LENT_AT)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("late", "phase", "cable"),
    [
        (0.0, Phase.DERATED, Level.WARNING),
        (STOP - HOLD - 1, Phase.DERATED, Level.WARNING),
        (STOP - HOLD, Phase.LOST, Level.ALARM),
        (CONTROL_WITHDRAW - HOLD - 1, Phase.LOST, Level.ALARM),
        (CONTROL_WITHDRAW - HOLD, Phase.WITHDRAWN, Level.ALARM),
    ],
)
def test_time_without_contact_counts_from_the_expected_return(
    late: float, phase: Phase, cable: Level
) -> None:
    decision = decide(lent(), BACK + late)
    assert (decision.phase, decision.alarms[BMS_CABLE]) == (phase, cable)
    assert decision.sample is None


def test_a_monitored_pack_that_does_not_return_is_lost_then_withdrawn() -> None:
    phases = [decide(lent(managed=False), BACK + late, managed=False).phase for late in (0, 869, 870)]
    assert phases == [Phase.LOST, Phase.LOST, Phase.WITHDRAWN]


def test_limits_never_rise_from_lending_to_loss_of_contact() -> None:
    shown = [d.limits for d in decide_at(lent(), LENT_AT, UNTIL, BACK, BACK + STOP) if d.limits]
    assert len(shown) == 4
    assert [one.ccl for one in shown] == [0.0] * 4
    assert [one.dcl for one in shown] == sorted((one.dcl for one in shown), reverse=True)
    assert shown[-1].dcl == 0.0


def test_the_next_decision_is_due_with_the_next_phase() -> None:
    assert decide(lent(), LENT_AT).valid_for == pytest.approx(STOP - 1)
    assert decide(lent(), LENT_AT + STOP).valid_for == pytest.approx(BACK - LENT_AT - STOP)
    assert decide(lent(), BACK).valid_for == pytest.approx(STOP - HOLD)


def test_the_first_good_poll_ends_the_loan_and_restores_the_currents_at_once() -> None:
    state, _ = engine.decide(lent(), UNTIL, settings(), managed=True)
    state = pack_state.sampled(state, SAMPLE, UNTIL + 4)
    _, decision = engine.decide(state, UNTIL + 4, settings(), managed=True)
    assert (decision.phase, decision.sample) == (Phase.FRESH, SAMPLE)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (30.0, 50.0)


def test_a_poll_in_progress_when_the_link_is_lent_does_not_end_the_loan() -> None:
    late = pack_state.sampled(lent(), SAMPLE, LENT_AT - 0.2)
    assert decide(late, LENT_AT + 0.1).phase is Phase.LENT


def test_a_link_taken_back_early_has_half_a_minute_to_return() -> None:
    taken_back = pack_state.lent(lent(), LENT_AT + 60)
    assert decide(taken_back, LENT_AT + 60 + RETURN_TIME - 1).phase is Phase.LENT
    assert decide(taken_back, LENT_AT + 60 + RETURN_TIME).phase is Phase.DERATED
    again = pack_state.sampled(taken_back, SAMPLE, LENT_AT + 63)
    assert decide(again, LENT_AT + 63).phase is Phase.FRESH


def test_a_later_end_prolongs_the_loan() -> None:
    prolonged = pack_state.lent(lent(), UNTIL + 600)
    assert decide(prolonged, BACK + 1).phase is Phase.LENT_STOPPED
    assert decide(prolonged, BACK + 600).phase is Phase.DERATED


def test_a_lent_pack_that_was_never_read_has_no_limits_and_is_derated_afterwards() -> None:
    for at, phase in ((LENT_AT, Phase.LENT), (BACK - 1, Phase.LENT_STOPPED), (BACK, Phase.DERATED)):
        decision = decide(lent(None), at)
        assert (decision.phase, decision.sample, decision.limits, decision.age) == (phase, None, None, None)


def test_an_existing_alarm_is_kept_while_lent() -> None:
    (decision,) = decide_at(
        lent(sample(protection=frozenset({Protection.DISCHARGE_OVERCURRENT}))), LENT_AT + 600
    )
    assert decision.alarms["/Alarms/HighDischargeCurrent"] is Level.ALARM


def test_discharge_is_not_counted_while_the_link_is_lent() -> None:
    state, decision = engine.decide(lent(sample(current=-50.0)), UNTIL, settings(), managed=True)
    drawn = decision.history.total_drawn
    state = pack_state.sampled(state, sample(current=-50.0), UNTIL + 5)
    _, decision = engine.decide(state, UNTIL + 5, settings(), managed=True)
    assert decision.history.total_drawn - drawn <= 50.0 * HOLD / 3600 + 0.001


def test_the_age_of_the_last_sample_is_always_reported() -> None:
    assert decide(lent(), LENT_AT + 599).age == pytest.approx(600.0)
    fresh = pack_state.sampled(PackState(started=0.0), SAMPLE, 50.0)
    assert decide(fresh, 50.5).age == pytest.approx(0.5)


events = st.one_of(samples, st.sampled_from(["failed", "nothing", 0, 1, 5, 240]))


@given(st.lists(st.tuples(st.floats(0.01, 400), events), max_size=40))
def test_while_lent_no_old_value_is_shown_and_charging_is_off_in_any_history(
    course: list[tuple[float, PackSample | str | int]],
) -> None:
    now, state, sampled_at, until, allowed = 0.0, PackState(started=0.0), -inf, -inf, 0.0
    for passed, event in course:
        now += passed
        if isinstance(event, PackSample):
            if now <= until:  # the link is closed
                continue
            state = pack_state.sampled(state, event, now)
            sampled_at = now if state.plausibility.accepted else sampled_at
        elif event == "failed":
            state = pack_state.failed(state)
        elif isinstance(event, int):
            until = now + 60 * event
            state = pack_state.lent(state, until)
        state, decision = engine.decide(state, now, settings(), managed=True)
        lending = now < until + RETURN_TIME and sampled_at < until
        assert (decision.phase in LENT) == lending
        is_valid = sampled_at > until and now - sampled_at < HOLD and not state.plausibility.doubt
        assert (decision.sample is not None) == is_valid
        if decision.limits and decision.sample:
            allowed = decision.limits.dcl
        elif decision.limits:
            assert decision.limits.ccl == 0.0
            assert decision.limits.dcl <= allowed / 2
