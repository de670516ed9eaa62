"""After a restart the state continues from its snapshot, if the clocks give its age."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Level, PackSample, Phase, Protection
from dbus_xbms.policy import engine, pack_state
from dbus_xbms.policy.charge import preset_check, silent_limits, snapshot
from dbus_xbms.policy.charge.charge_voltage import Stage
from dbus_xbms.policy.charge.snapshot import CLOCK_SET, STAGE_VALID_FOR, Moment
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from tests.unit.samples import SAMPLE, sample, settings

STOP, WITHDRAW = 300.0, 1800.0
CHOSEN = settings(Control=1, Chemistry="LiFePO4", Cells=4, Nominal=100.0)
TOP = sample(cells=(3.45, 3.45, 3.45, 3.45), voltage=13.8, current=1.0, soc=98.0, remaining=98.0)
HIGH = sample(cells=(3.61, 3.4, 3.4, 3.4), voltage=13.81)
LOW = sample(cells=(2.6, 3.2, 3.2, 3.2), voltage=12.2, soc=4.0)
LATER = 10_000.0  # s, monotonic, when the program restarts


def after_samples(*samples: PackSample, every: float = 10.0) -> PackState:
    state = PackState(started=0.0)
    for n, reading in enumerate(samples):
        state, _ = engine.step(state, reading, n * every, CHOSEN, managed=True)
    return state


def restarted(before: PackState, passed: float | None) -> PackState:
    """Return the state of a program that starts ``passed`` s after the last sample of the previous one."""
    assert before.control
    last_sample = Moment(boot="one", monotonic=0.0, wall=CLOCK_SET)
    read = snapshot.from_text(snapshot.to_text(silent_limits.to_snapshot(before.control), last_sample))
    assert read
    return pack_state.restored(PackState(started=LATER), read[0], passed, CHOSEN)


def first(state: PackState, reading: PackSample | None = None, after: float = 1.0) -> Decision:
    if reading is None:
        return engine.decide(state, LATER + after, CHOSEN, managed=True)[1]
    return engine.step(state, reading, LATER + after, CHOSEN, managed=True)[1]


def test_what_is_known_of_chargers_is_kept_however_long_the_program_did_not_run() -> None:
    before = after_samples(*[sample(voltage=13.28, current=60.0)] * 3)
    assert before.control
    assert before.control.cap.overshoot.volts == 0.4
    for passed in (10.0, STAGE_VALID_FOR + 1, None):
        again = restarted(before, passed).control
        assert again
        assert again.cap.overshoot.volts == 0.4


def test_a_snapshot_is_read_back_unchanged() -> None:
    before = after_samples(*[TOP] * 30)
    assert before.control
    saved = silent_limits.to_snapshot(before.control)
    assert saved.voltage.stage is Stage.ABSORPTION
    assert saved.voltage.since_balancing == inf
    last_sample = Moment(boot="one", monotonic=290.0, wall=CLOCK_SET + 1)
    assert snapshot.from_text(snapshot.to_text(saved, last_sample)) == (saved, last_sample)


def test_a_restart_without_contact_keeps_the_limits_of_the_current_phase() -> None:
    decision = first(restarted(after_samples(SAMPLE), 20.0))
    assert decision.phase is Phase.WAITING
    assert decision.limits
    assert (decision.limits.cvl, decision.limits.ccl, decision.limits.dcl) == (12.8, 0.0, 25.0)
    assert decision.limits.charge_limitation == "No contact: not charging"
    assert decision.sample is None


def test_the_time_without_contact_includes_the_time_before_the_restart() -> None:
    state = restarted(after_samples(SAMPLE), STOP - 40)
    assert first(state).alarms["/Alarms/BmsCable"] is Level.OK
    later = first(state, after=35.0)
    assert (later.phase, later.limits and later.limits.dcl) == (Phase.DERATED, 25.0)
    later = first(state, after=45.0)
    assert (later.phase, later.limits and later.limits.dcl) == (Phase.LOST, 0.0)
    later = first(state, after=WITHDRAW - STOP + 40)
    assert (later.phase, later.limits) == (Phase.WITHDRAWN, None)


@pytest.mark.parametrize("passed", [STOP, WITHDRAW - 1, None])
def test_discharging_stops_if_the_last_sample_is_too_old_or_of_unknown_age(
    passed: float | None,
) -> None:
    found = first(restarted(after_samples(SAMPLE), passed)).limits
    assert found
    assert (found.cvl, found.ccl, found.dcl) == (12.8, 0.0, 0.0)


def test_a_pack_that_needs_a_charger_to_wake_gets_its_current_after_a_restart_too() -> None:
    CHOSEN.put("WakeCurrent", 2.0)
    try:
        found = first(restarted(after_samples(SAMPLE), 20.0)).limits
    finally:
        CHOSEN.put("WakeCurrent", 0.0)
    assert found
    assert (found.cvl, found.ccl) == (13.5, 2.0)


def test_expired_limits_are_not_restored() -> None:
    assert first(restarted(after_samples(SAMPLE), WITHDRAW)).limits is None


def test_a_pack_with_a_problem_is_not_discharged_after_a_restart() -> None:
    found = first(restarted(after_samples(LOW), 10.0)).limits
    assert found
    assert (found.ccl, found.dcl, found.charge_request) == (0.0, 0.0, True)


def test_a_pack_that_was_never_read_has_no_limits() -> None:
    assert first(PackState(started=LATER)).limits is None


def test_the_first_sample_after_a_restart_restores_the_currents_at_once() -> None:
    found = first(restarted(after_samples(SAMPLE), 20.0), SAMPLE).limits
    assert found
    assert (found.cvl, found.ccl, found.dcl) == (13.8, 30.0, 50.0)


def test_a_recovery_is_not_skipped_by_a_restart() -> None:
    tripped = sample(protection=frozenset({Protection.CELL_OVERVOLTAGE, Protection.CELL_UNDERVOLTAGE}))
    before = after_samples(SAMPLE, tripped, SAMPLE)
    assert before.control
    assert (before.control.limits.ccl, before.control.limits.dcl) == (0.0, 0.0)
    state, currents = restarted(before, 5.0), []
    for after in range(1, 120):
        state, decision = engine.step(state, SAMPLE, LATER + after, CHOSEN, managed=True)
        assert decision.limits
        currents.append((decision.limits.ccl, decision.limits.dcl))
    assert currents[0] == currents[28] == (0.0, 0.0)
    assert currents == sorted(currents)
    assert currents[-1] == (30.0, 50.0)


def test_limits_do_not_recover_without_contact_after_a_restart() -> None:
    tripped = sample(protection=frozenset({Protection.CELL_OVERVOLTAGE}))
    decision = first(restarted(after_samples(SAMPLE, tripped, SAMPLE), 5.0), SAMPLE, after=200.0)
    assert decision.limits
    assert decision.limits.ccl == 0.0


def test_the_start_and_end_of_stop_are_stored_at_once() -> None:
    saved = [
        silent_limits.to_snapshot(state.control).checkpoint
        for state in (
            after_samples(SAMPLE),
            after_samples(SAMPLE, sample(protection=frozenset({Protection.CHARGE_OVERCURRENT}))),
        )
        if state.control
    ]
    assert saved[0] != saved[1]


@pytest.mark.parametrize("passed", [1.0, 7 * 86400.0, None])
def test_cutoffs_and_a_charge_request_survive_a_restart(passed: float | None) -> None:
    falling = replace(HIGH, cells=(3.50, 3.4, 3.4, 3.4), voltage=13.7)
    found = first(restarted(after_samples(HIGH), passed), falling).limits
    assert found
    assert found.ccl == 0
    rising = replace(LOW, cells=(3.0, 3.2, 3.2, 3.2), voltage=12.6, soc=8.0)
    found = first(restarted(after_samples(LOW), passed), rising).limits
    assert found
    assert (found.dcl, found.charge_request) == (0.0, True)


def test_a_charge_stage_survives_a_restart_within_ten_minutes() -> None:
    floating = after_samples(*[TOP] * 100)
    resting = replace(TOP, cells=(3.40, 3.40, 3.40, 3.40), voltage=13.6)
    for passed, mode in ((1.0, "Float"), (STAGE_VALID_FOR, "Float"), (None, "Float"), (601.0, "Bulk")):
        found = first(restarted(floating, passed), resting).limits
        assert found
        assert found.mode == mode


def test_absorption_continues_after_a_restart() -> None:
    state, decisions = restarted(after_samples(*[TOP] * 60), 5.0), []
    for n in range(1, 40):
        state, decision = engine.step(state, TOP, LATER + 10 * n, CHOSEN, managed=True)
        decisions.append(decision.limits.mode if decision.limits else "")
    assert decisions[0] == "Absorption"
    assert decisions[-1] == "Float"  # 590 s before plus 390 s after is more than 900 s


def test_no_stored_limit_exceeds_the_preset_or_the_settings() -> None:
    saved = silent_limits.to_snapshot(after_samples(SAMPLE).control)  # type: ignore[arg-type]
    state = pack_state.restored(PackState(started=LATER), replace(saved, cvl=60.0, dcl=900.0), 1.0, CHOSEN)
    found = first(state).limits
    assert found
    assert (found.cvl, found.dcl) == (13.8, 25.0)


@pytest.mark.parametrize(
    ("then", "now", "seconds"),
    [
        (Moment(boot="a", monotonic=5.0, wall=CLOCK_SET), Moment(boot="a", monotonic=9.0, wall=0.0), 4.0),
        (Moment(boot="a", monotonic=5.0, wall=2e9), Moment(boot="b", monotonic=9.0, wall=2e9 + 60), 60.0),
        (Moment(boot="a", monotonic=5.0, wall=2e9), Moment(boot="b", monotonic=9.0, wall=2e9 - 1), None),
        (Moment(boot="a", monotonic=5.0, wall=100.0), Moment(boot="b", monotonic=9.0, wall=160.0), None),
        (Moment(boot="", monotonic=5.0, wall=2e9), Moment(boot="", monotonic=9.0, wall=2e9 + 60), 60.0),
        (Moment(boot="a", monotonic=9.0, wall=2e9), Moment(boot="a", monotonic=5.0, wall=2e9 - 1), None),
    ],
    ids=["same boot", "another boot", "clock set back", "clock never set", "boot unknown", "impossible"],
)
def test_the_age_is_known_only_with_a_reliable_clock(then: Moment, now: Moment, seconds: float) -> None:
    assert snapshot.age(then, now) == seconds


def test_a_snapshot_of_a_version_that_lacked_a_field_with_a_default_is_read() -> None:
    older = GOOD | {
        "voltage": {name: value for name, value in GOOD["voltage"].items() if name != "reduction"}
    }
    assert older != GOOD
    read = snapshot.from_text(json.dumps(older))
    assert read
    assert read[0].voltage.reduction is None


GOOD = json.loads(
    snapshot.to_text(
        silent_limits.to_snapshot(after_samples(SAMPLE).control),  # type: ignore[arg-type]
        Moment(boot="one", monotonic=0.0, wall=0.0),
    )
)


@pytest.mark.parametrize(
    "change",
    [
        {"cvl": "13"},
        {"dcl": True},
        {"safe": 1},
        {"sampled_at": None},
        {"sampled_at": {"boot": 1, "monotonic": 0.0, "wall": 0.0}},
        {"voltage": {}},
        {"voltage": GOOD["voltage"] | {"stage": "Boost"}},
        {"cvl": float("nan")},
    ],
    ids=str,
)
def test_a_snapshot_with_an_impossible_value_is_ignored(change: dict[str, object]) -> None:
    assert snapshot.from_text(json.dumps(GOOD)) is not None
    assert snapshot.from_text(json.dumps(GOOD | change)) is None


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_other_text_is_ignored(text: str) -> None:
    assert snapshot.from_text(text) is None


def test_an_oversized_text_is_ignored() -> None:
    assert snapshot.from_text("[" * 100_000) is None


def test_a_dead_cell_stays_dead_after_a_restart() -> None:
    dead = sample(cells=(1.4, 2.5, 2.5, 2.5), voltage=8.9, soc=0.0)
    back = replace(dead, cells=(2.4, 2.5, 2.5, 2.5), voltage=9.9)
    state = restarted(after_samples(dead), 10.0)
    found = first(state, back).limits
    assert found
    assert found.ccl == 0
    assert "dead or shorted" in found.charge_limitation


def charged_deep(state: PackState, begin: float, samples: int) -> tuple[PackState, Decision]:
    """Cells that take 6 A below 2.6 V, as LTO does and LiFePO4 does not for 3 % of its capacity."""
    decision = None
    for n in range(samples):
        deep = sample(cells=(2.4,) * 4, current=6.0, soc=3.0, remaining=3.0 + n / 60)
        state, decision = engine.step(state, deep, begin + n * 10.0, CHOSEN, managed=True)
    assert decision
    return state, decision


def test_evidence_against_the_chemistry_survives_a_restart() -> None:
    before, decision = charged_deep(PackState(started=0.0), 0.0, 120)  # 2 %
    assert decision.refused == ""
    _, decision = charged_deep(restarted(before, 10.0), LATER, 120)
    assert "as LTO does" in decision.refused


def test_evidence_against_one_chemistry_does_not_count_for_another() -> None:
    before, _ = charged_deep(PackState(started=0.0), 0.0, 240)
    assert before.control
    saved = silent_limits.to_snapshot(before.control)
    assert silent_limits.restore(saved, LATER, CHOSEN).evidence == saved.evidence
    assert (
        silent_limits.restore(saved, LATER, settings(Control=1, Chemistry="NMC", Cells=4)).evidence
        == preset_check.ChemistryEvidence()
    )


def test_the_longest_snapshot_can_be_stored() -> None:
    saved = silent_limits.to_snapshot(after_samples(*[TOP] * 30).control)  # type: ignore[arg-type]
    long = 123456789.123
    voltage = replace(
        saved.voltage, absorption_time=long, agreement_time=long, below_top_time=long, since_balancing=long
    )
    longest = replace(saved, voltage=replace(voltage, float_time=long, drift_time=long, stable_time=long))
    text = snapshot.to_text(longest, Moment(boot="x" * 36, monotonic=123456789.123, wall=1234567890.123))
    CHOSEN.put("ControlState", text)
    assert snapshot.from_text(CHOSEN.control_state)
    CHOSEN.put("ControlState", "")
