"""A BMS other than the stored one is rejected or warned about until it is confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Level, PackIdentity, PackSample
from dbus_xbms.policy import alarms, engine, identity, pack_state
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.identity import CONFIRM
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.settings import PackSettings
from tests.unit.samples import SAMPLE, sample, settings

START = PackState(started=0.0)
KNOWN = PackIdentity(hardware="JBD-SP04S034", cell_count=4, nominal=100.0, produced="2022-02-16")
STORED: dict[str, object] = {
    "Control": 1,
    "Chemistry": "LiFePO4",
    "Cells": 4,
    "Nominal": 100.0,
    "Cycles": 12,
    "Hardware": "JBD-SP04S034",
    "Produced": "2022-02-16",
}
EIGHT = sample(cells=(3.3,) * 8)
BIGGER = sample(nominal=280.0)
SMALLER = sample(nominal=79.0)


def owner(**changes: object) -> PackSettings:
    return settings(**(STORED | changes))


def after(
    *readings: PackSample,
    reported: PackIdentity = KNOWN,
    chosen: PackSettings | None = None,
    state: PackState = START,
) -> tuple[PackState, Decision]:
    """Return state and decision after readings, one per second."""
    chosen = chosen or owner()
    began = 0.0 if state.sampled_at is None else state.sampled_at + 1
    decision = None
    for n, reading in enumerate(readings):
        state = pack_state.sampled(state, reading, began + n, identity=reported)
        state, decision = engine.decide(state, began + n, chosen, managed=True)
    assert decision
    return state, decision


@pytest.mark.parametrize("other", [EIGHT, BIGGER, SMALLER], ids=["8 cells", "280 Ah", "79 Ah"])
def test_another_pack_is_refused_from_the_first_sample(other: PackSample) -> None:
    _, decision = after(other)
    assert decision.limits
    assert decision.limits.ccl == 0
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.ALARM
    assert decision.doubt.startswith("Another BMS? It reports ")
    assert CONFIRM in decision.doubt
    assert decision.limits.charge_limitation == decision.doubt
    assert decision.sample == other  # the actual readings are shown


def test_eight_cells_never_raise_the_charge_voltage_of_a_pack_with_four() -> None:
    state, before = after(*[SAMPLE] * 5)
    assert before.limits
    highest = before.limits.cvl
    assert highest == 13.8
    for n in range(700):
        state, decision = after(EIGHT, state=state)
        assert decision.limits
        assert decision.limits.cvl <= highest
        assert decision.limits.ccl == (30 if n == 0 else 0)  # the first one is treated like a missed poll


def test_one_poll_of_another_pack_changes_no_limit() -> None:
    state, before = after(*[SAMPLE] * 5)
    for other in (EIGHT, BIGGER):
        state, held = after(other, state=state)
        assert held.limits == before.limits
        state, back = after(SAMPLE, state=state)
        assert (back.limits, back.doubt) == (before.limits, "")


def test_a_tenfold_capacity_counts_as_another_pack() -> None:
    state, _ = after(*[SAMPLE] * 5)
    for _ in range(130):
        state, decision = after(sample(nominal=1000.0, remaining=720.0), state=state)
    assert decision.limits
    assert decision.limits.ccl == 0
    assert decision.limits.dcl <= 50
    assert "1000 Ah instead of 100 Ah" in decision.doubt


@pytest.mark.parametrize("nominal", [0.0, 655.35, 6553.5])
def test_an_unknown_capacity_is_no_contradiction_and_the_stored_one_is_used(nominal: float) -> None:
    _, decision = after(sample(nominal=nominal))
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl, decision.doubt) == (30, 50, "")


@pytest.mark.parametrize("nominal", [80.0, 119.9])
def test_a_capacity_within_20_percent_is_the_same_pack(nominal: float) -> None:
    _, decision = after(sample(nominal=nominal))
    assert decision.doubt == ""
    assert decision.limits
    assert decision.limits.ccl == min(30.0, 0.3 * nominal)


DIFFERENCES = {
    "another model": (replace(KNOWN, hardware="JBD-SP25S003"), SAMPLE),
    "another date": (replace(KNOWN, produced="2024-01-01"), SAMPLE),
    "fewer cycles": (KNOWN, sample(cycles=11)),
}


@pytest.mark.parametrize(("reported", "reading"), DIFFERENCES.values(), ids=list(DIFFERENCES))
def test_smaller_differences_cause_a_warning_and_raise_no_limit(
    reported: PackIdentity, reading: PackSample
) -> None:
    _, decision = after(replace(reading, nominal=115.0), reported=reported)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == (30, 50)
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.WARNING
    assert decision.doubt.startswith("Another BMS? It reports ")
    assert identity.is_other_pack(reported, reading, owner())


def test_a_field_that_the_bms_does_not_report_is_no_difference() -> None:
    _, decision = after(SAMPLE, reported=PackIdentity(cell_count=4))
    assert decision.doubt == ""
    assert identity.merge(KNOWN, PackIdentity()) == KNOWN


def test_small_differences_of_the_capacity_do_not_add_up() -> None:
    stored = KNOWN
    for _ in range(8):
        stored = identity.merge(stored, replace(KNOWN, nominal=1.19 * stored.nominal))
    assert stored.nominal == KNOWN.nominal
    bigger = replace(KNOWN, nominal=280.0)
    assert identity.merge(KNOWN, bigger, confirmed=True).nominal == 280.0
    assert identity.merge(replace(KNOWN, nominal=0.0), bigger).nominal == 280.0
    assert identity.merge(KNOWN, replace(KNOWN, nominal=0.0), confirmed=True).nominal == KNOWN.nominal


def test_a_pack_without_stored_identity_is_accepted() -> None:
    fresh = settings(Control=1, Chemistry="LiFePO4")
    _, decision = after(EIGHT, chosen=fresh)
    assert decision.limits
    assert (decision.limits.ccl, decision.doubt) == (30, "")
    assert not identity.is_other_pack(KNOWN, EIGHT, fresh)


def test_a_confirmation_by_the_owner_takes_effect_at_once() -> None:
    """Confirming stores the identity of the BMS; the limits then rise again within 90 s."""
    state, _ = after(*[EIGHT] * 10)
    confirmed = owner(Cells=8)
    state, decision = after(*[EIGHT] * 91, state=state, chosen=confirmed)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.cvl, decision.doubt) == (30, 27.6, "")


def test_values_of_another_pack_are_not_added_to_the_history() -> None:
    state, _ = after(*[SAMPLE] * 5)
    later, decision = after(*[replace(EIGHT, current=-50.0)] * 100, state=state)
    assert later.extremes == state.extremes
    assert decision.history.total_drawn == pytest.approx(state.history.history.total_drawn)


def test_the_cycles_of_another_pack_are_not_stored() -> None:
    assert identity.cycles_to_store(KNOWN, sample(cycles=13), owner()) == {"Cycles": 13}
    assert identity.cycles_to_store(KNOWN, sample(cycles=3), owner()) == {}
    assert identity.cycles_to_store(KNOWN, sample(cells=(3.3,) * 8, cycles=13), owner()) == {}
    assert identity.cycles_to_store(KNOWN, None, owner()) == {}
