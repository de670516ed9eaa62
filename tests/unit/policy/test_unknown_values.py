"""What a BMS does not report is unknown, never 0: no decision counts with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Level, Mosfet, Mosfets, MosfetTarget, PackIdentity, PackSample, Phase
from dbus_xbms.policy import alarms, engine, mosfets, plausibility, state_of_charge
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.charge.preset_check import voltage_contradiction
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.venus.tables.battery import items_for, values
from tests.unit.samples import report, sample, samples, settings

BARE = sample(
    soc=None, remaining=None, nominal=None, cycles=None, protection=None, mosfets=None, balancing=None,
    commanded=MosfetTarget(), cells=(), temperatures=(), voltage=13.28,
)  # fmt: skip
NO_CHEMISTRY: dict[str, Any] = {"Chemistry": ""}

maybe_bare = samples.flatmap(
    lambda known: st.fixed_dictionaries(
        {
            name: st.sampled_from((None, getattr(known, name)))
            for name in ("soc", "remaining", "nominal", "cycles", "protection", "balancing", "mosfets")
        }
        | {name: st.sampled_from(((), getattr(known, name))) for name in ("cells", "temperatures")}
    ).map(lambda changes: replace(known, **changes))
)


def decided(*polls: PackSample, control: bool = False, **chosen: object) -> Decision:
    """Return the decision after samples 1 s apart."""
    state = PackState(started=0.0)
    for second, poll in enumerate(polls):
        state, decision = engine.step(state, poll, float(second), settings(**chosen), managed=control)
    return decision


def shown(decision: Decision) -> dict[str, object]:
    """Return the values of all paths of a battery service."""
    items = items_for(PackIdentity(cell_count=4, ntc_count=1), switchable=False)
    return dict(values(items, report(address="AA:BB", instance=600, decision=decision, switchable=False)))


@given(st.lists(st.none() | maybe_bare, min_size=1, max_size=8), st.booleans())
def test_any_history_of_partly_unknown_values_is_decided_within_the_limits(
    polls: list[PackSample | None], control: bool
) -> None:
    state, owner = PackState(started=0.0), settings(ChargeSocCurve="0:0.5 50:1", CellHighCutoff=3.6)
    for second, poll in enumerate(polls):
        state, decision = engine.step(state, poll, float(second), owner, managed=control)
        if decision.limits and decision.sample and not decision.sample.cells:
            assert decision.limits.ccl == decision.limits.dcl == 0
        if decision.sample and decision.sample.soc is None:
            assert decision.soc is None
        shown(decision)


def test_what_the_bms_does_not_report_is_invalid_on_the_bus() -> None:
    paths = shown(decided(BARE, BARE))
    assert (paths["/Dc/0/Voltage"], paths["/Dc/0/Current"]) == (13.28, -5.0)
    unknown = {
        *("/Soc", "/Soh", "/Capacity", "/ConsumedAmphours", "/TimeToGo", "/System/StoredEnergy"),
        *("/InstalledCapacity", "/History/ChargeCycles", "/Dc/0/Temperature", "/System/MOSTemperature"),
        *("/System/MinCellVoltage", "/System/MaxCellVoltage", "/Voltages/Sum", "/Voltages/Diff"),
        *("/Voltages/Cell1", "/Balances/Cell1", "/Balancing", "/Balancer/Status", "/Battery/1/Status"),
        *("/Alarms/LowSoc", "/Alarms/HighCellVoltage", "/Alarms/HighTemperature", "/Alarms/CellImbalance"),
        *("/System/NrOfModulesBlockingCharge", "/System/NrOfModulesBlockingDischarge", "/Io/ChargeHold"),
    }
    assert {path: paths[path] for path in unknown} == dict.fromkeys(unknown)


def test_alarms_that_nothing_can_raise_are_invalid_and_the_others_are_not() -> None:
    paths = shown(decided(replace(BARE, cells=(3.3, 3.3, 3.3, 3.38)), **NO_CHEMISTRY))
    raised = {
        path: value for path, value in paths.items() if path.startswith("/Alarms") and value is not None
    }
    assert raised == {"/Alarms/CellImbalance": 0, "/Alarms/InternalFailure": 0, "/Alarms/BmsCable": 0}


def test_protections_that_are_reported_make_their_alarms_valid() -> None:
    assert decided(sample()).unwatched == frozenset()
    assert decided(sample(soc=None)).unwatched == {alarms.LOW_SOC}


def test_without_protections_the_chemistry_of_the_owner_watches_cells_and_temperatures() -> None:
    bare = replace(BARE, cells=(3.32, 3.32, 3.32, 3.63), voltage=13.59, temperatures=(70.0,))
    polls = (bare,) * 5
    levels = decided(*polls).alarms
    assert levels[alarms.HIGH_CELL_VOLTAGE] is Level.ALARM
    assert levels[alarms.HIGH_TEMPERATURE] is Level.WARNING
    assert alarms.HIGH_CELL_VOLTAGE in decided(*polls, **NO_CHEMISTRY).unwatched
    assert decided(*polls, **NO_CHEMISTRY).alarms[alarms.HIGH_CELL_VOLTAGE] is Level.OK


def test_an_unknown_state_of_charge_raises_no_alarm_and_counts_nothing() -> None:
    decision = decided(*(BARE,) * 10, LowSocWarning=50)
    assert decision.alarms[alarms.LOW_SOC] is Level.OK
    assert (decision.history.full_discharges, decision.history.below, decision.history.empty) == (0, 0, 0)
    assert (decision.history.deepest_discharge, decision.history.last_discharge) == (0.0, 0.0)
    assert decision.history.total_drawn > 0  # counted from the current alone


def test_a_problem_of_the_bms_is_shown_and_warns_at_most() -> None:
    decision = decided(*(replace(BARE, problem="reports problem code 0x40"),) * 5)
    assert decision.doubt == "reports problem code 0x40"
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.WARNING
    assert decision.phase is Phase.FRESH


def test_a_current_curve_by_unknown_state_of_charge_gives_its_lowest_value() -> None:
    polls = (sample(soc=None),) * 3
    owner: dict[str, Any] = {"MaxChargeCurrent": 100.0, "ChargeSocCurve": "0:0.2 80:1 100:0.5"}
    limits = decided(*polls, control=True, **owner).limits
    assert limits
    assert limits.ccl <= 20.0


def test_a_preset_is_contradicted_without_a_state_of_charge_only_beyond_its_whole_range() -> None:
    chosen = preset(settings())
    assert not voltage_contradiction(chosen, (3.32, 3.32), None)
    assert voltage_contradiction(chosen, (3.9, 3.9), None) == "LiFePO4 does not fit: cells at 3.90 V"


def test_a_value_that_appears_or_vanishes_is_no_jump() -> None:
    assert plausibility.jump(sample(), replace(sample(), soc=None, remaining=None, nominal=None)) == ""
    assert plausibility.jump(replace(sample(), soc=None, remaining=None, cycles=None), sample()) == ""
    assert plausibility.jump(replace(sample(), soc=None), sample(soc=None, remaining=20.0)) == (
        "the remaining charge jumped from 72.0 Ah to 20.0 Ah"
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_capacity_that_is_not_a_number_is_impossible(value: float) -> None:
    assert plausibility.impossible(sample(nominal=value)) == "a value is not a number"


def test_the_consumed_charge_needs_a_state_of_charge_and_a_capacity() -> None:
    assert state_of_charge.soc(sample(soc=None)) is None
    assert state_of_charge.consumed(sample(soc=None)) is None
    assert state_of_charge.consumed(sample(nominal=None)) is None
    assert state_of_charge.consumed(sample(remaining=None)) == pytest.approx(-28.0)


def test_without_protections_a_mosfet_that_is_off_proves_no_command() -> None:
    off = sample(mosfets=Mosfets(charge=False, discharge=True), commanded=MosfetTarget(), protection=None)
    assert mosfets.commanded_by(off, frozenset({Mosfet.CHARGE})) == MosfetTarget()


def test_a_bms_that_only_says_that_it_balances_names_no_cell() -> None:
    paths = shown(decided(replace(BARE, balancer=True, cells=(3.3,) * 4, voltage=13.2)))
    assert (paths["/Balancing"], paths["/Balancer/Status"], paths["/Balances/Cell1"]) == (1, 2, None)


@pytest.mark.parametrize(
    ("voltage", "possible"), [(13.2, True), (0.0, False), (-1.0, False), (6553.5, False)]
)
def test_a_voltage_without_cells_has_to_be_one_that_a_pack_can_have(voltage: float, possible: bool) -> None:
    assert bool(plausibility.impossible(replace(BARE, voltage=voltage))) is not possible


def test_a_bms_without_a_count_of_charge_repeats_itself_only_after_as_much_as_cells_may_stay() -> None:
    state, repeated = plausibility.PlausibilityState(), sample(remaining=None, current=-100.0)
    for second in range(0, 3600, 10):
        state = plausibility.assess(state, repeated, float(second))
        flown = 100.0 * second / 3600
        assert bool(state.doubt) == (flown > plausibility.MOST_CELLS_UNCHANGED * 100.0)
