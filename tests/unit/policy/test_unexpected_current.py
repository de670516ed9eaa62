"""Unexpected currents raise an alarm with a text once they last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Level, Mosfets, PackSample
from dbus_xbms.policy import engine
from dbus_xbms.policy.alarms import HIGH_CHARGE_CURRENT, HIGH_DISCHARGE_CURRENT, INTERNAL_FAILURE
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.policy.unexpected_current import REPORT_AFTER
from tests.unit.samples import SAMPLE, sample, settings

OK, WARNING, ALARM = Level.OK, Level.WARNING, Level.ALARM


def flowing(
    current: float, seconds: float = 5.0 + REPORT_AFTER, *, managed: bool = True, **change: object
) -> Decision:
    """Return the decision after ``seconds`` of a current, polled every 5 s; after the first poll there
    are limits: CCL 30 A, DCL 50 A."""
    state, at = PackState(started=0.0), 0.0
    reading: PackSample = sample(current=current, **change)
    while True:
        state, decision = engine.step(state, reading, at, settings(), managed=managed)
        if at >= seconds:
            return decision
        at += 5.0


@pytest.mark.parametrize(
    ("current", "level"),
    [(30.0, OK), (33.0, OK), (34.0, WARNING), (60.0, WARNING), (61.0, ALARM), (300.0, ALARM), (-49.0, OK)],
)
def test_more_than_the_charge_limit_for_30_s_is_reported(current: float, level: Level) -> None:
    assert flowing(current).alarms[HIGH_CHARGE_CURRENT] is level


@pytest.mark.parametrize(
    ("current", "level"), [(-50.0, OK), (-55.0, OK), (-56.0, WARNING), (-100.0, WARNING), (-101.0, ALARM)]
)
def test_more_than_the_discharge_limit_for_30_s_is_reported(current: float, level: Level) -> None:
    assert flowing(current).alarms[HIGH_DISCHARGE_CURRENT] is level


def test_chargers_and_loads_have_30_s_to_obey() -> None:
    assert flowing(300.0, REPORT_AFTER).alarms[HIGH_CHARGE_CURRENT] is OK


def test_an_intermittent_current_is_not_reported() -> None:
    state = PackState(started=0.0)
    for n in range(20):
        reading = sample(current=300.0 if n % 5 else 20.0)
        state, decision = engine.step(state, reading, 5.0 * n, settings(), managed=True)
        assert decision.alarms[HIGH_CHARGE_CURRENT] is OK


def test_a_gap_between_polls_does_not_count_as_lasting() -> None:
    state = PackState(started=0.0)
    for at in (0.0, 400.0):
        state, decision = engine.step(state, sample(current=300.0), at, settings(), managed=True)
    assert decision.alarms[HIGH_CHARGE_CURRENT] is OK


@pytest.mark.parametrize(("current", "level"), [(1.0, OK), (1.2, WARNING), (5.0, WARNING), (6.0, ALARM)])
def test_charging_while_charging_is_stopped_is_reported(current: float, level: Level) -> None:
    cold = flowing(current, temperatures=(0.0, 0.0))
    assert cold.limits
    assert cold.limits.ccl == 0
    assert cold.alarms[HIGH_CHARGE_CURRENT] is level


def test_a_monitored_pack_has_no_limits_to_exceed() -> None:
    decision = flowing(300.0, managed=False)
    assert (decision.alarms[HIGH_CHARGE_CURRENT], decision.alarms[INTERNAL_FAILURE]) == (OK, OK)


@pytest.mark.parametrize("managed", [True, False])
@pytest.mark.parametrize(
    ("current", "mosfets", "level"),
    [
        (30.0, Mosfets(charge=False, discharge=True), ALARM),
        (-30.0, Mosfets(charge=True, discharge=False), ALARM),
        (30.0, Mosfets(charge=True, discharge=False), OK),  # the diode of the other direction conducts
        (-30.0, Mosfets(charge=False, discharge=True), OK),
        (0.5, Mosfets(charge=False, discharge=True), OK),
    ],
)
def test_a_current_through_a_mosfet_that_is_off_is_an_internal_failure(
    current: float, mosfets: Mosfets, level: Level, managed: bool
) -> None:
    decision = flowing(current, mosfets=mosfets, managed=managed)
    assert decision.alarms[INTERNAL_FAILURE] is level


def test_the_text_has_both_currents_and_does_not_change_while_it_lasts() -> None:
    assert flowing(300.0).doubt == "300.0 A charge, but the limit is 30.0 A: a charger does not obey"
    assert flowing(-101.0).doubt == "101.0 A discharge, but the limit is 50.0 A: a load does not obey"
    welded = flowing(12.0, mosfets=Mosfets(charge=False, discharge=True))
    assert welded.doubt == "12.0 A charge although the charge MOSFET is off: it may be welded"
    assert flowing(30.0).doubt == ""
    state = PackState(started=0.0)
    for n in range(20):
        moved = tuple(volts + 0.001 * (n % 2) for volts in SAMPLE.cells)
        reading = replace(SAMPLE, cells=moved, current=300.0 + n, remaining=72.0 + 0.4 * n)
        state, decision = engine.step(state, reading, 5.0 * n, settings(), managed=True)
    assert decision.doubt == "307.0 A charge, but the limit is 30.0 A: a charger does not obey"
