"""When a pack rests, and how often it is polled then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dbus_xbms.model import Level, Mosfets, PackSample, Protection
from dbus_xbms.policy import engine, poll_rate
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from tests.unit.samples import sample, samples, settings

CALM = sample(current=-0.2)  # 100 Ah, healthy, half charged
STEP = 5.0  # s between samples
FULL = replace(CALM, cells=(3.44,) * 4, voltage=13.76, soc=99.0, remaining=99.0)


def follow(*readings: PackSample | None, every: float = 1.0, **chosen: object) -> tuple[PackState, Decision]:
    """Return state and decision after samples every ``every`` s."""
    state, owner, managed = PackState(started=0.0), settings(**chosen), chosen.get("Control", 1) == 1
    for n, reading in enumerate(readings):
        state, decision = engine.step(state, reading, n * every, owner, managed=managed)
    return state, decision


def rests_after(*readings: PackSample | None, every: float = 1.0, **chosen: object) -> bool:
    return follow(*readings, every=every, **chosen)[1].resting


def two_minutes(reading: PackSample) -> list[PackSample | None]:
    """Return two minutes of the same sample."""
    return [reading] * 120


AT_REST, _ = follow(*two_minutes(CALM))


@pytest.mark.parametrize("control", [0, 1])
def test_a_pack_rests_after_an_idle_minute(control: int) -> None:
    assert not rests_after(*[CALM] * 60, Control=control)
    assert rests_after(*[CALM] * 61, Control=control)


@pytest.mark.parametrize(
    ("activity", "changes"),
    [
        ("a load", {"current": -0.6}),
        ("a charger", {"current": 0.6}),
        ("a protection", {"protection": frozenset({Protection.DISCHARGE_OVERCURRENT})}),
        ("a lock", {"locked": True}),
        ("charge mosfet", {"mosfets": Mosfets(charge=False, discharge=True)}),
        ("discharge mosfet", {"mosfets": Mosfets(charge=True, discharge=False)}),
        ("balancing", {"balancing": frozenset({2})}),
        ("nearly full", {"cells": (3.40, 3.32, 3.32, 3.32)}),
        ("nearly empty", {"cells": (3.32, 3.32, 3.32, 3.04)}),
        ("cells nearly too far apart", {"cells": (3.19, 3.32, 3.36, 3.32)}),
        ("nearly too hot", {"temperatures": (21.0, 46.5, 20.0)}),
        ("nearly too cold", {"temperatures": (21.0, -7.0, -6.0)}),
        ("hot MOSFETs", {"temperatures": (77.0, 20.0, 20.0)}),
        ("a broken sensor", {"temperatures": (21.0, -40.0, 20.0)}),
        ("nearly too low a charge", {"soc": 13.0, "remaining": 13.0}),
        ("no cells", {"cells": ()}),
        ("a movement", {"voltage": CALM.voltage + 0.03}),
        ("a preset in doubt", {"cells": (3.32,) * 3}),
    ],
)
def test_any_activity_ends_rest_at_once(activity: str, changes: dict[str, object]) -> None:
    reading = replace(CALM, **changes)  # type: ignore[arg-type]
    _, decision = engine.step(AT_REST, reading, 120.0, settings(), managed=True)
    assert not decision.resting, activity


def test_a_failed_poll_ends_rest() -> None:
    assert not rests_after(*two_minutes(CALM), None)


def test_after_activity_a_pack_rests_again_only_after_a_minute() -> None:
    load = replace(CALM, current=-20.0)
    assert not rests_after(*two_minutes(CALM), load, *[CALM] * 60)
    assert rests_after(*two_minutes(CALM), load, *[CALM] * 61)


def test_a_pack_does_not_rest_while_its_limits_recover() -> None:
    off = replace(CALM, mosfets=Mosfets(charge=False, discharge=True))
    state, _ = follow(off)
    for seconds in range(1, 62):
        state, decision = engine.step(state, CALM, float(seconds), settings(), managed=True)
        assert decision.limits
        assert not (decision.resting and decision.limits.ccl < 30.0)


def test_a_pack_does_not_rest_during_absorption_or_with_a_lowered_cvl() -> None:
    assert not rests_after(*two_minutes(FULL))
    # Below the top again, but absorption is not over: it ends 30 min later.
    state, decision = follow(*two_minutes(FULL), *two_minutes(CALM))
    assert state.control
    assert not decision.resting


def test_a_full_pack_rests_in_float() -> None:
    floating = replace(CALM, cells=(3.375,) * 4, voltage=13.5, soc=100.0, remaining=100.0)
    at_top = replace(floating, cells=(3.45,) * 4, voltage=13.8)
    _, decision = follow(*[at_top] * 100, *[floating] * 100, every=10.0)
    assert decision.limits
    assert decision.limits.mode == "Float"
    assert decision.resting


def test_a_pack_can_rest_with_a_limit_reduced_by_cold() -> None:
    cold = replace(CALM, temperatures=(12.0, 11.0, 11.0))
    _, decision = follow(*two_minutes(cold))
    assert decision.limits
    assert 0 < decision.limits.ccl < 30.0
    assert decision.resting


def test_the_largest_current_at_rest_depends_on_the_capacity() -> None:
    big = replace(CALM, nominal=300.0, learned=300.0, remaining=216.0, current=-1.4)
    assert rests_after(*two_minutes(big))
    assert not rests_after(*two_minutes(replace(big, current=-1.6)))
    assert not rests_after(*two_minutes(big), Capacity=100.0)


@pytest.mark.parametrize(
    ("chosen", "seconds"),
    [
        ({}, 10.0),
        ({"HoldTime": 12.0}, 4.0),
        ({"HoldTime": 5.0}, 5.0 / 3),
        ({"RestInterval": 5.0}, 5.0),
        ({"RestInterval": 0.0}, 1.0),
        ({"PollInterval": 0.5}, 10.0),
        ({"PollInterval": 20.0}, 20.0),
        ({"ConnectionMode": 1}, 30.0),
    ],
)
def test_the_interval_at_rest_follows_the_settings(chosen: dict[str, object], seconds: float) -> None:
    assert poll_rate.interval(settings(**chosen), resting=True) == seconds


@given(st.floats(0, 600), st.floats(5, 300), st.floats(0, 10), st.integers(0, 1))
def test_polling_at_rest_is_never_faster_and_leaves_two_thirds_of_the_hold_for_retries(
    interval: float, hold: float, rest: float, mode: int
) -> None:
    owner = settings(PollInterval=interval, HoldTime=hold, RestInterval=rest, ConnectionMode=mode)
    busy, resting = poll_rate.interval(owner, resting=False), poll_rate.interval(owner, resting=True)
    assert resting >= busy
    assert resting == busy or 3 * resting <= hold * 1.001


def packs(cell: float, spread: float, soc: float, celsius: float, current: float) -> PackSample:
    return sample(
        cells=(cell + spread, cell, cell - spread, cell),
        voltage=4 * cell,
        soc=soc,
        remaining=soc,
        current=current,
        temperatures=(30.0, celsius, celsius),
    )


calm_packs = st.builds(
    packs,
    st.floats(3.0, 3.42),
    st.floats(0, 0.03),
    st.floats(12, 100),
    st.floats(-7, 47),
    st.floats(-0.5, 0.5),
)


@given(calm_packs, st.lists(st.floats(-0.01, 0.01), min_size=4, max_size=4), st.floats(-0.5, 0.5))
def test_small_changes_at_rest_move_no_limit_and_raise_no_alarm(
    base: PackSample, drift: list[float], current: float
) -> None:
    """Changes: cells by up to 10 mV, the current within that of rest, temperatures by 0.1 K."""
    state, decision = follow(*[base] * 15, every=STEP)
    assume(decision.resting)
    later = replace(
        base,
        current=current,
        cells=tuple(cell + more for cell, more in zip(base.cells, drift, strict=True)),
        temperatures=tuple(celsius + 0.1 for celsius in base.temperatures),
    )
    _, after = engine.step(state, later, 15 * STEP, settings(), managed=True)
    assert decision.limits
    assert after.limits
    assert after.limits.ccl == pytest.approx(decision.limits.ccl, abs=0.05 * 30.0)
    assert after.limits.dcl == pytest.approx(decision.limits.dcl, abs=0.05 * 50.0)
    assert after.limits.cvl == decision.limits.cvl
    assert set(after.alarms.values()) == {Level.OK}


@given(st.lists(samples, max_size=4), samples)
def test_with_any_samples_only_a_healthy_pack_rests(before: list[PackSample], last: PackSample) -> None:
    healthy = replace(CALM, temperatures=last.temperatures, cells=last.cells[:4], soc=last.soc)
    for one in (
        last,
        healthy,
        replace(healthy, current=last.current),
        replace(healthy, voltage=last.voltage),
    ):
        state, decision = follow(*before, *[one] * 15, every=STEP)
        if decision.resting:
            assert state.control
            assert set(decision.alarms.values()) == {Level.OK}
            assert 3.05 <= min(one.cells) <= max(one.cells) <= 3.42
            assert (abs(one.current) <= 0.5, one.protection, one.balancing) == (
                True,
                frozenset(),
                frozenset(),
            )
            assert one.mosfets == Mosfets(charge=True, discharge=True)
            assert not state.control.charge.rising
            assert not state.control.discharge.rising
