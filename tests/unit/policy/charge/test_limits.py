"""Limits of a controlling pack with unusual cells, sensors or settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Level, Limits, Mosfets, PackSample, Protection
from dbus_xbms.policy import alarms, engine, pack_state
from dbus_xbms.policy.charge.charge_voltage import CvlState
from dbus_xbms.policy.charge.chemistry_table import CHEMISTRIES
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from tests.unit.samples import sample, settings

FLOAT = 3.375  # V per cell of LiFePO4


def decision_after(*readings: PackSample, step: float = 5.0, **chosen: object) -> Decision:
    """Return the last decision after samples every ``step`` s."""
    owner = settings(**({"Chemistry": "LiFePO4", "Control": 1} | chosen))
    state, decision = PackState(started=0.0), None
    for n, one in enumerate(readings):
        state, decision = engine.step(state, one, n * step, owner, managed=True)
    assert decision
    return decision


def limits(*readings: PackSample, step: float = 5.0, **chosen: object) -> Limits:
    found = decision_after(*readings, step=step, **chosen).limits
    assert found
    return found


def pack(*cells: float, **changes: object) -> PackSample:
    return sample(cells=cells, voltage=round(sum(cells), 2), **changes)


@pytest.mark.parametrize("count", [4, 16])
@pytest.mark.parametrize("living", [3.2, 3.33, 3.44, 3.55])
def test_a_cell_at_0_v_stops_charging_and_the_cvl_counts_only_working_cells(
    count: int, living: float
) -> None:
    shorted = pack(0.0, *(living,) * (count - 1), current=30.0)
    decision = decision_after(shorted, shorted)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (0, 0)
    assert decision.limits.cvl <= (count - 1) * FLOAT
    assert decision.alarms[alarms.LOW_CELL_VOLTAGE] is Level.ALARM
    assert decision.limits.charge_limitation == "cell 1 at 0.00 V: dead or shorted, have it checked"


def test_a_pack_of_dead_cells_is_not_charged() -> None:
    found = limits(pack(0.5, 0.5, 0.5, 0.5))
    assert (found.ccl, found.dcl) == (0, 0)
    assert found.cvl <= 2.0


def test_a_cell_counts_as_dead_until_it_is_above_the_deep_discharge_voltage() -> None:
    dead, low, back = (pack(cell, 2.5, 2.5, 2.5, soc=0.0) for cell in (1.4, 2.4, 2.5))
    assert limits(low, low, step=600.0).ccl == 5.0
    assert limits(dead, low, low, step=600.0).ccl == 0
    assert limits(dead, back, back, step=600.0).ccl > 0


def test_a_cell_more_than_1_v_below_the_others_is_an_alarm_before_any_cutoff() -> None:
    low = pack(3.05, 4.1, 4.1, 4.1, soc=85.0)
    decision = decision_after(low, low, Chemistry="NMC")
    assert decision.limits
    assert decision.limits.ccl == 0
    assert decision.limits.cvl <= 3 * CHEMISTRIES["NMC"].floating
    assert decision.alarms[alarms.LOW_CELL_VOLTAGE] is Level.ALARM


@pytest.mark.parametrize("lowest", [2.49, 2.0, 1.5])
def test_deeply_discharged_cells_are_charged_with_a_twentieth_of_the_capacity(lowest: float) -> None:
    assert limits(pack(lowest, 2.5, 2.5, 2.5, soc=0.0)).ccl == 5.0


@pytest.mark.parametrize("celsius", [(-5.0, 8.0), (-15.0, 12.0, 12.0), (8.0, -5.0), (70.0, 25.0)])
def test_without_roles_the_coldest_and_the_hottest_sensor_stop_charging(celsius: tuple[float, ...]) -> None:
    assert limits(sample(temperatures=celsius)).ccl == 0


def test_mosfets_that_a_load_has_heated_do_not_stop_a_pack_when_the_load_ends() -> None:
    loaded = sample(temperatures=(65.0, 25.0, 25.0), current=-60.0)
    idle = sample(temperatures=(60.0, 25.0, 25.0), current=0.0)
    found = limits(loaded, idle)
    assert (found.ccl, found.dcl) == (30.0, 50.0)
    assert limits(idle).dcl == 0


def test_4_cells_of_lifepo4_can_be_charged_to_14_4_v() -> None:
    decision = decision_after(sample(), CellFull=3.6)
    assert decision.limits
    assert (decision.limits.cvl, decision.limits.ccl) == (14.4, 30.0)
    assert decision.refused == ""


def test_an_unknown_capacity_is_an_alarm_until_the_owner_sets_it() -> None:
    unknown = sample(nominal=0.0, remaining=0.0)
    decision = decision_after(unknown, unknown)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (0, 0)
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.ALARM
    assert "set Capacity" in decision.limits.charge_limitation
    decision = decision_after(unknown, unknown, Capacity=100.0)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (30.0, 50.0)
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.OK


def test_a_stored_setting_beyond_the_ceiling_stops_the_pack_with_an_alarm() -> None:
    decision = decision_after(sample(), sample(), CellFull=4.9, CellHighCutoff=5.0)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (0, 0)
    assert decision.limits.cvl <= 4 * 3.65
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.ALARM
    assert decision.refused == "CellFull 4.9 V: LiFePO4 cells take at most 3.65 V"


@pytest.mark.parametrize("name", ["MaxChargeCurrent", "MaxDischargeCurrent"])
def test_a_current_set_to_0_stays_0_without_contact(name: str) -> None:
    owner = settings(Chemistry="LiFePO4", Control=1, **{name: 0.0})
    state, decision = engine.step(PackState(started=0.0), sample(), 0.0, owner, managed=True)
    for now in (0.0, 31.0, 301.0):
        state, decision = engine.decide(pack_state.failed(state), now, owner, managed=True)
        assert decision.limits
        assert (decision.limits.ccl if name == "MaxChargeCurrent" else decision.limits.dcl) == 0


volts = st.just(0.0) | st.floats(0, 5)


@given(
    st.sampled_from([*CHEMISTRIES]),
    st.fixed_dictionaries(
        dict.fromkeys(("CellFull", "CellFloat", "CellHighCutoff", "TopBalanceVoltage"), volts)
        | {"TopBalanceDays": st.sampled_from((0, 1))}
    ),
    st.lists(st.lists(st.floats(0, 5), min_size=1, max_size=16), min_size=1, max_size=4),
    st.floats(-0.05, 0.05),  # readings that differ by more are rejected
)
def test_no_settings_and_no_cells_raise_the_charge_voltage_above_the_ceiling(
    chemistry: str, chosen: dict[str, float], history: list[list[float]], off: float
) -> None:
    owner = settings(Chemistry=chemistry, Control=1, **chosen)
    state, now = PackState(started=0.0), 0.0
    for cells in history:
        reading = sample(cells=tuple(cells), voltage=max(0.0, sum(cells) + off))
        state, decision = engine.step(state, reading, now, owner, managed=True)
        highest = len(cells) * CHEMISTRIES[chemistry].highest_full + 1e-6
        for silence in (0.0, 31.0, 301.0):
            state, decision = engine.decide(state, now + silence, owner, managed=True)
            assert decision.limits
            assert decision.limits.cvl <= highest
        now += 400.0


@given(st.floats(3.2, 4.3), st.floats(0, 2.4), st.sampled_from((4, 16)), st.floats(-60, 60))
def test_a_cell_far_below_the_others_never_gets_a_charge_current(
    living: float, low: float, count: int, current: float
) -> None:
    cells = (*(living,) * (count - 1), min(low, living - 1.01))
    found = limits(sample(cells=cells, voltage=sum(cells), current=current))
    assert found.ccl == 0
    assert found.cvl <= (count - 1) * FLOAT + 1e-9


def test_a_bms_with_fewer_cells_than_stored_does_not_get_the_voltage_of_the_stored_count() -> None:
    fewer = pack(3.9, 3.9, 3.9, 3.9)
    assert limits(fewer, Cells=8).cvl <= 4 * 3.45


def test_evidence_of_another_chemistry_is_relative_to_the_capacity_setting() -> None:
    deep = [
        pack(2.4, 2.4, 2.4, 2.4, current=6.0, nominal=10.0, soc=5.0, remaining=0.5 + n / 100)
        for n in range(80)
    ]
    assert (
        decision_after(*deep, step=10.0).refused
        == "LiFePO4 does not fit the cells: they take charge and stay below 2.6 V as LTO does"
    )
    assert decision_after(*deep, step=10.0, Capacity=280.0).refused == ""


def test_in_a_bank_a_pack_whose_charge_mosfet_is_on_again_has_its_full_limit_at_once() -> None:
    tripped = frozenset((Protection.CELL_OVERVOLTAGE,))
    off = sample(mosfets=Mosfets(charge=False, discharge=True), protection=tripped)
    alone, in_bank = (in_stage(stage, sample(), off, off, sample()) for stage in (None, CvlState()))
    assert [limits.ccl for limits in alone] == [30.0, 0.0, 0.0, 0.0]
    assert [limits.ccl for limits in in_bank] == [30.0, 30.0, 30.0, 30.0]


def in_stage(stage: CvlState | None, *readings: PackSample) -> list[Limits]:
    """Return the limits after each reading, 5 s apart, in the stage of a bank or alone."""
    state, found = PackState(started=0.0), []
    for n, reading in enumerate(readings):
        state = pack_state.sampled(state, reading, 5.0 * n)
        state, decision = engine.decide(state, 5.0 * n, settings(Control=1), managed=True, stage=stage)
        assert decision.limits
        found.append(decision.limits)
    return found
