"""Limits of a controlling pack over time, without contact and afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Level, Limits, Mosfets, PackSample, Phase, Protection
from dbus_xbms.policy import alarms, engine, pack_state
from dbus_xbms.policy.authority import control_disabled
from dbus_xbms.policy.charge.preset_check import ACCEPT_AFTER
from dbus_xbms.policy.charge.ramp import RECOVERY_HOLD
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.settings import PackSettings
from tests.unit.samples import SAMPLE, sample, settings

START = PackState(started=0.0)
HOLD, STOP, WITHDRAW = 30.0, 300.0, 1800.0
CHARGE, DISCHARGE = 30.0, 50.0  # A, 0.3 C and 0.5 C of 100 Ah
# V, 0.4 V below the pack, rounded down: does not charge even if feed-in adds 0.4 V
CVL_WITHOUT_CONTACT = 12.8
NMC = sample(cells=(3.85, 3.85, 3.85, 3.85), voltage=15.4)


def after_polls(*history: tuple[float, PackSample | None], **chosen: object) -> tuple[PackState, Decision]:
    """Return state and decision after polls given as (time, sample)."""
    state, decision = START, None
    for now, reading in history:
        state, decision = engine.step(state, reading, now, settings(**chosen), managed=True)
    assert decision
    return state, decision


def limits(*history: tuple[float, PackSample | None], **chosen: object) -> Limits:
    found = after_polls(*history, **chosen)[1].limits
    assert found
    return found


def silent(seconds: float, last: PackSample = SAMPLE, **chosen: object) -> Decision:
    """Return the decision after a silence that followed one good sample."""
    state, _ = after_polls((0.0, last), **chosen)
    return engine.decide(pack_state.failed(state), seconds, settings(**chosen), managed=True)[1]


@pytest.mark.parametrize(
    ("control", "chemistry", "expected"),
    [(0, "", False), (1, "", False), (0, "LiFePO4", False), (1, "LiFePO4", True)],
)
def test_a_pack_controls_only_if_enabled_and_with_a_chemistry(
    control: int, chemistry: str, expected: bool
) -> None:
    assert bool(control_disabled(settings(Control=control, Chemistry=chemistry))) is not expected


def test_by_default_a_pack_is_only_monitored() -> None:
    assert control_disabled(PackSettings())


def test_a_monitored_pack_has_no_limits() -> None:
    state = pack_state.sampled(START, SAMPLE, 0.0)
    assert engine.decide(state, 0.0, settings())[1].limits is None


def test_nothing_is_limited_before_the_first_sample() -> None:
    assert engine.step(START, None, 1.0, settings(), managed=True)[1].limits is None


def test_a_healthy_pack_has_the_limits_of_the_owner() -> None:
    found = limits((0.0, SAMPLE))
    assert (found.cvl, found.ccl, found.dcl) == (13.8, CHARGE, DISCHARGE)
    assert found.mode == "Bulk"
    assert found.charge_limitation == "30 % of 100 Ah (no limit set)"
    assert found.battery_low_voltage == pytest.approx(11.6)
    assert not found.charge_request


def test_a_changed_setting_applies_at_once_without_a_new_sample() -> None:
    state, _ = after_polls((0.0, SAMPLE))
    _, decision = engine.decide(state, 0.5, settings(MaxChargeCurrent=12.0), managed=True)
    assert decision.limits
    assert decision.limits.ccl == 12


OFF = Mosfets(charge=False, discharge=True)


def test_while_charging_is_off_the_voltage_limit_is_the_pack_voltage_rounded_down() -> None:
    assert limits((0.0, replace(SAMPLE, mosfets=OFF))).cvl == 13.2
    high = sample(cells=(3.42, 3.42, 3.42, 3.42), voltage=13.68, mosfets=OFF)
    assert limits((0.0, high)).cvl == 13.6
    cold = replace(SAMPLE, cells=(3.319,) * 16, voltage=53.1, temperatures=(0.0, 0.0))
    assert limits((0.0, cold)).cvl == 53.1


def test_while_charging_is_off_the_voltage_limit_does_not_rise_or_follow_a_sagging_pack() -> None:
    stopped = replace(SAMPLE, mosfets=OFF)
    assert limits((0.0, stopped), (1.0, replace(stopped, voltage=13.4))).cvl == 13.2
    assert limits((0.0, stopped), (1.0, replace(stopped, voltage=12.9))).cvl == 13.2


def test_the_mode_shows_a_voltage_limit_lowered_because_chargers_exceed_the_current_limit() -> None:
    history = [(float(now), sample(current=90.0, remaining=70.0 + now / 40)) for now in range(20)]
    found = limits(*history)
    assert found.mode == "Bulk, CVL lowered because chargers exceed the CCL"
    assert found.cvl < SAMPLE.voltage


@pytest.mark.parametrize(
    ("reading", "mode"),
    [
        (replace(SAMPLE, mosfets=OFF), "Bulk, CVL lowered while charging is stopped"),
        (
            sample(cells=(3.50, 3.40, 3.40, 3.40), voltage=13.7),
            "Absorption, CVL lowered for the highest cell",
        ),
        (sample(cells=(0.1, 3.3, 3.3, 3.3), voltage=10.0), "Bulk, CVL lowered for a dead cell"),
        (sample(cells=(), voltage=13.28), "Bulk, CVL lowered because cell voltages are unknown"),
    ],
)
def test_a_voltage_limit_that_differs_from_its_stage_names_its_rule(reading: PackSample, mode: str) -> None:
    found = limits((0.0, reading))
    assert found.cvl < 13.8
    assert found.mode == mode


def test_the_voltage_limit_returns_as_soon_as_charging_is_allowed() -> None:
    found = limits((0.0, replace(SAMPLE, mosfets=OFF)), (1.0, SAMPLE), (62.0, SAMPLE))
    assert found.ccl > 0
    assert found.cvl == 13.8


def test_a_cell_at_the_high_cutoff_stops_charging_until_it_is_back_at_full() -> None:
    def at(highest: float) -> PackSample:
        return sample(cells=(highest, 3.4, 3.4, 3.4), voltage=highest + 10.2)

    assert limits((0.0, at(3.60))).ccl == 0
    assert limits((0.0, at(3.60)), (500.0, at(3.46)), (1000.0, at(3.46))).ccl == 0
    assert limits((0.0, at(3.60)), (500.0, at(3.44)), (1000.0, at(3.44))).ccl > 0


def test_a_cell_at_the_low_cutoff_stops_discharging_until_it_has_recovered() -> None:
    def at(lowest: float) -> PackSample:
        return sample(cells=(lowest, 3.2, 3.2, 3.2), voltage=lowest + 9.6, soc=5.0)

    assert limits((0.0, at(2.60))).dcl == 0
    assert limits((0.0, at(2.60))).charge_request
    assert limits((0.0, at(2.60)), (500.0, at(3.0)), (1000.0, at(3.0))).dcl == 0
    recovered = limits((0.0, at(2.60)), (500.0, at(3.06)), (1000.0, at(3.06)))
    assert recovered.dcl == DISCHARGE
    assert recovered.charge_request


def test_a_charge_request_ends_after_a_clear_recovery() -> None:
    assert limits((0.0, sample(soc=5.0))).charge_request
    assert limits((0.0, sample(soc=5.0)), (1.0, sample(soc=9.0))).charge_request
    assert not limits((0.0, sample(soc=5.0)), (1.0, sample(soc=10.0))).charge_request
    assert not limits((0.0, sample(soc=0.0)), ChargeRequestSoc=0).charge_request


def test_a_preset_that_does_not_fit_raises_an_alarm_and_stops_charging() -> None:
    _, decision = after_polls((0.0, NMC), (5.0, NMC))
    assert decision.limits
    assert decision.limits.ccl == 0
    assert decision.limits.cvl <= NMC.voltage
    assert "does not fit" in decision.limits.charge_limitation
    assert decision.refused == decision.limits.charge_limitation
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.ALARM


def test_the_right_preset_takes_effect_when_the_owner_sets_it() -> None:
    state, _ = after_polls((0.0, NMC))
    for now in (1.0, 2.0 + RECOVERY_HOLD, 100.0):
        state, decision = engine.step(state, NMC, now, settings(Chemistry="NMC"), managed=True)
    assert decision.limits
    assert (decision.limits.cvl, decision.limits.ccl, decision.refused) == (16.6, CHARGE, "")


def test_a_refused_preset_is_accepted_only_after_a_long_time_without_contradiction() -> None:
    well = [(float(now), SAMPLE) for now in range(20, round(ACCEPT_AFTER) + 40, 10)]
    assert limits((0.0, NMC), *well[:-2]).ccl == 0
    assert after_polls((0.0, NMC), *well)[1].refused == ""


@pytest.mark.parametrize(
    ("silence", "phase", "cable"),
    [
        (0.0, Phase.HELD, Level.OK),
        (HOLD - 0.1, Phase.HELD, Level.OK),
        (HOLD, Phase.DERATED, Level.WARNING),
        (STOP - 0.1, Phase.DERATED, Level.WARNING),
        (STOP, Phase.LOST, Level.ALARM),
        (WITHDRAW - 0.1, Phase.LOST, Level.ALARM),
        (WITHDRAW, Phase.WITHDRAWN, Level.ALARM),
    ],
)
def test_a_pack_without_contact_goes_through_the_phases(silence: float, phase: Phase, cable: Level) -> None:
    decision = silent(silence)
    assert decision.phase is phase
    assert decision.alarms[alarms.BMS_CABLE] is cable
    assert (decision.limits is None) == (phase is Phase.WITHDRAWN)
    assert (decision.sample is None) == (phase is not Phase.HELD)


def test_every_phase_has_its_own_setting() -> None:
    def phase(seconds: float) -> Phase:
        return silent(seconds, HoldTime=10.0, StopAfter=20.0, ControlRemoveAfter=40.0).phase

    assert [phase(at) for at in (9, 10, 20, 40)] == [Phase.HELD, Phase.DERATED, Phase.LOST, Phase.WITHDRAWN]
    assert silent(1e9, ControlRemoveAfter=0.0).phase is Phase.LOST


def test_limits_do_not_change_while_values_are_held() -> None:
    low = sample(cells=(2.8, 3.2, 3.2, 3.2), voltage=12.4)
    state, fresh = after_polls((0.0, low), (1.0, SAMPLE))
    _, held = engine.decide(pack_state.failed(state), 29.0, settings(), managed=True)
    assert held.phase is Phase.HELD
    assert held.limits == fresh.limits


def test_derating_stops_charging_and_reduces_discharging() -> None:
    found = silent(HOLD).limits
    assert found
    assert (found.cvl, found.ccl, found.dcl) == (CVL_WITHOUT_CONTACT, 0.0, DISCHARGE / 2)
    assert found.charge_limitation == "No contact: not charging"
    fifth = silent(HOLD, DerateDischarge=20).limits
    assert fifth
    assert fifth.dcl == 10


@pytest.mark.parametrize("silence", [HOLD, STOP])
def test_losing_contact_never_raises_the_voltage_limit(silence: float) -> None:
    above = sample(cells=(3.6, 3.6, 3.6, 3.6), voltage=14.4, current=0.0, soc=100.0)
    fresh, found = limits((0.0, above)), silent(silence, above).limits
    assert found
    assert (fresh.cvl, found.cvl) == (13.8, 13.8)  # not 14.0, which is 0.4 V below the pack


@pytest.mark.parametrize(
    "change",
    [
        {"cells": (2.85, 3.3, 3.3, 3.3)},
        {"cells": (3.61, 3.3, 3.3, 3.3)},
        {"temperatures": (20.0, -15.0)},
        {"protection": frozenset({Protection.CHARGE_OVERCURRENT})},
        {"mosfets": Mosfets(charge=True, discharge=False)},
    ],
)
def test_derating_after_a_sample_outside_the_safe_zone_sets_both_limits_to_zero(
    change: dict[str, object],
) -> None:
    reading = sample(**change)
    found = silent(HOLD, replace(reading, voltage=sum(reading.cells))).limits
    assert found
    assert (found.ccl, found.dcl) == (0, 0)


def test_a_pack_that_needs_a_charger_to_wake_gets_the_owners_current_at_float_without_contact() -> None:
    for silence in (HOLD, STOP, WITHDRAW - 1):
        found = silent(silence, WakeCurrent=2.0).limits
        assert found
        assert (found.cvl, found.ccl) == (13.5, 2.0)
    derated = silent(HOLD, WakeCurrent=2.0).limits
    assert derated
    assert derated.charge_limitation == "No contact: WakeCurrent 2 A"
    most = silent(HOLD, WakeCurrent=40.0).limits
    assert most
    assert most.ccl == CHARGE


@pytest.mark.parametrize(
    "change",
    [
        {"temperatures": (0.0, 0.0)},
        {"cells": (3.61, 3.3, 3.3, 3.3)},
        {"cells": (2.85, 3.3, 3.3, 3.3)},
        {"mosfets": Mosfets(charge=False, discharge=True)},
    ],
)
def test_a_pack_with_a_problem_is_not_charged_without_contact(change: dict[str, object]) -> None:
    reading = sample(**change)
    found = silent(HOLD, replace(reading, voltage=sum(reading.cells)), WakeCurrent=2.0).limits
    assert found
    assert found.ccl == 0
    assert found.cvl < sum(reading.cells)


def test_stop_sets_both_limits_to_zero() -> None:
    found = silent(STOP).limits
    assert found
    assert (found.cvl, found.ccl, found.dcl) == (CVL_WITHOUT_CONTACT, 0, 0)


def after_silence(first: PackSample, seconds: float = 400.0) -> Limits:
    """Return the limits of the first sample after a silence that followed SAMPLE."""
    state, _ = after_polls((0.0, SAMPLE))
    state, _ = engine.decide(state, seconds, settings(), managed=True)
    decision = engine.step(state, first, seconds + 1, settings(), managed=True)[1]
    assert decision.phase is Phase.FRESH
    assert decision.limits
    return decision.limits


def test_the_first_sample_after_a_silence_restores_the_limits_if_it_agrees_with_the_last() -> None:
    rested = replace(SAMPLE, cells=tuple(cell - 0.03 for cell in SAMPLE.cells), voltage=13.16)
    for first in (SAMPLE, rested):
        found = after_silence(first)
        assert (found.cvl, found.ccl, found.dcl) == (13.8, CHARGE, DISCHARGE)


@pytest.mark.parametrize(
    "change",
    [{"cells": (3.2, 3.3, 3.3, 3.3)}, {"soc": 60.0}, {"nominal": 101.0}, {"cells": (3.32, 3.32, 3.32)}],
)
def test_a_first_sample_that_does_not_agree_restores_discharging_at_once_and_charging_slowly(
    change: dict[str, object],
) -> None:
    reading = sample(**change)
    found = after_silence(replace(reading, voltage=sum(reading.cells)))
    assert found.ccl == 0
    assert found.dcl >= DISCHARGE
    assert found.charge_limitation == "rising again after: no contact"


def test_limits_do_not_recover_without_samples() -> None:
    low = sample(cells=(2.7, 3.2, 3.2, 3.2), voltage=12.3)
    state, before = after_polls((0.0, low), (10.0, SAMPLE))
    state, _ = engine.decide(pack_state.failed(state), 300.0, settings(), managed=True)
    _, after = engine.step(state, SAMPLE, 301.0, settings(), managed=True)
    assert before.limits
    assert after.limits
    assert before.limits.dcl == after.limits.dcl < DISCHARGE


def test_a_fault_in_the_decision_leads_to_stop() -> None:
    state, _ = after_polls((0.0, SAMPLE))
    state, decision = engine.stopped(state, 1.0, settings())
    assert decision.phase is Phase.LOST
    assert decision.sample is None
    assert decision.limits
    assert (decision.limits.cvl, decision.limits.ccl, decision.limits.dcl) == (CVL_WITHOUT_CONTACT, 0, 0)
    assert decision.alarms[alarms.BMS_CABLE] is Level.ALARM
    assert engine.stopped(START, 1.0, settings())[1].limits is None


def test_turning_control_off_clears_the_limits() -> None:
    state, _ = after_polls((0.0, SAMPLE))
    state, decision = engine.decide(state, 1.0, settings())
    assert decision.limits is None
    assert state.control is None


def test_soc_consumed_charge_and_time_to_go_are_valid_with_a_valid_sample() -> None:
    _, decision = after_polls((0.0, SAMPLE))
    assert (decision.soc, decision.consumed, decision.time_to_go) == (72.0, -28.0, 51840)
    lost = silent(HOLD)
    assert (lost.soc, lost.consumed, lost.time_to_go) == (None, None, None)


def test_a_pack_that_reaches_float_is_recorded_as_full() -> None:
    top = sample(cells=(3.45, 3.45, 3.45, 3.45), voltage=13.8, current=1.0, soc=98.0, remaining=98.0)
    history: list[tuple[float, PackSample | None]] = [(float(now), top) for now in range(0, 1000, 10)]
    _, decision = after_polls(*history)
    assert decision.limits
    assert decision.limits.mode == "Float"
    assert decision.history.since_full == pytest.approx(90.0)


@pytest.mark.parametrize(("soc", "level"), [(79.0, Level.WARNING), (80.0, Level.OK)])
def test_a_pack_that_is_full_below_80_percent_is_reported(soc: float, level: Level) -> None:
    top = sample(cells=(3.45, 3.45, 3.45, 3.45), current=1.0, soc=soc, remaining=soc)
    course: list[tuple[float, PackSample | None]] = [(float(now), top) for now in range(0, 1000, 10)]
    _, decision = after_polls(*course)
    assert decision.limits
    assert decision.limits.mode == "Float"
    assert decision.alarms[alarms.INTERNAL_FAILURE] is level
    assert ("Chemistry is wrong" in decision.doubt) is (level is Level.WARNING)


@pytest.mark.parametrize(
    ("change", "path", "clears"),
    [
        ({"cells": (3.54, 3.4, 3.4)}, alarms.HIGH_CELL_VOLTAGE, {"cells": (3.50, 3.4, 3.4)}),
        ({"cells": (2.89, 3.0, 3.0)}, alarms.LOW_CELL_VOLTAGE, {"cells": (2.93, 3.0, 3.0)}),
        ({"temperatures": (20.0, 50.0)}, alarms.HIGH_TEMPERATURE, {"temperatures": (20.0, 47.0)}),
        ({"temperatures": (20.0, -10.0)}, alarms.LOW_TEMPERATURE, {"temperatures": (20.0, -7.0)}),
        ({"temperatures": ()}, alarms.TEMPERATURE_SENSOR, {}),
    ],
)
def test_the_thresholds_of_the_program_warn_before_the_bms_trips(
    change: dict[str, object], path: str, clears: dict[str, object]
) -> None:
    def consistent(**changes: object) -> PackSample:
        reading = sample(**changes)
        return replace(reading, voltage=sum(reading.cells))

    bad, well = consistent(**change), consistent(**clears)
    _, decision = after_polls((0.0, bad), (5.0, bad))
    assert decision.alarms[path] is (Level.ALARM if path == alarms.TEMPERATURE_SENSOR else Level.WARNING)
    _, decision = after_polls((0.0, bad), (5.0, bad), (6.0, well), (34.0, well))
    assert decision.alarms[path] is not Level.OK
    _, decision = after_polls((0.0, bad), (5.0, bad), (6.0, well), (36.0, well))
    assert decision.alarms[path] is Level.OK


def test_a_value_within_the_hysteresis_keeps_its_warning() -> None:
    def at(lowest: float) -> PackSample:
        return sample(cells=(lowest, 3.1, 3.1), voltage=lowest + 6.2)

    _, decision = after_polls((0.0, at(2.89)), (5.0, at(2.89)), (100.0, at(2.91)), (200.0, at(2.91)))
    assert decision.alarms[alarms.LOW_CELL_VOLTAGE] is Level.WARNING


def test_a_monitored_pack_warns_only_by_the_owners_thresholds() -> None:
    def warned(owner: PackSettings) -> Level:
        state = START
        for now in (0.0, 5.0):
            state, decision = engine.step(state, sample(cells=(3.56, 3.4)), now, owner)
        return decision.alarms[alarms.HIGH_CELL_VOLTAGE]

    assert warned(settings()) is Level.OK
    assert warned(settings(HighCellWarning=3.55)) is Level.WARNING
