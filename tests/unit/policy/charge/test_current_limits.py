from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Mosfets, Protection
from dbus_xbms.policy.charge import current_limits
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.charge.current_limits import (
    CHARGE_RULES,
    DISCHARGE_RULES,
    NO_CHARGE,
    NO_DISCHARGE,
    RuleContext,
    strictest,
)
from dbus_xbms.policy.charge.ramp import (
    DEADBAND,
    RECOVERY_HOLD,
    RECOVERY_TIME,
    Allowance,
    RampedLimit,
    hold_at,
    step,
)
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.settings import PackSettings, SettingsError
from tests.unit.samples import SAMPLE, sample, settings

TOP = 100.0
HEALTHY = RuleContext(
    sample=SAMPLE,
    temperatures=Temperatures(cells=(20.0, 21.0), mosfet=25.0),
    preset=preset(settings()),
    by_temperature=True,
    refused="",
    cut_high=False,
    cut_low=False,
    dead=False,
    capacity=100.0,
    charge_ceiling=30.0,
    discharge_ceiling=50.0,
    charge_origin="charge setting",
    discharge_origin="discharge setting",
)


def charge(**changes: object) -> tuple[float, str]:
    allowance = strictest(CHARGE_RULES, replace(HEALTHY, **changes))  # type: ignore[arg-type]
    return allowance.current, allowance.reason


def discharge(**changes: object) -> tuple[float, str]:
    allowance = strictest(DISCHARGE_RULES, replace(HEALTHY, **changes))  # type: ignore[arg-type]
    return allowance.current, allowance.reason


def after_bounds(*history: tuple[float, float]) -> RampedLimit:
    """Return a limit after bounds of (time, A) below a ceiling of 100 A."""
    state: RampedLimit | None = None
    for now, limit in history:
        state = step(state, Allowance(current=limit, reason=f"rule at {limit} A"), TOP, now)
    assert state
    return state


def test_a_healthy_pack_is_limited_by_the_setting() -> None:
    assert charge() == (30.0, "charge setting")
    assert discharge() == (50.0, "discharge setting")


def test_the_ceiling_is_the_owners_setting_or_a_fraction_of_the_capacity() -> None:
    assert ceiling(280.0) == (84.0, "30 % of 280 Ah (no limit set)")
    assert ceiling(280.0, MaxChargeCurrent=20.0) == (20.0, "MaxChargeCurrent 20 A")


def ceiling(capacity: float, **chosen: object) -> tuple[float, str]:
    return current_limits.ceiling(PackSettings.max_charge_current, 0.3, capacity, settings(**chosen))


def test_a_current_of_0_means_0_and_minus_1_means_unset() -> None:
    assert ceiling(280.0, MaxChargeCurrent=0.0) == (0.0, "MaxChargeCurrent 0 A")
    assert ceiling(280.0, MaxChargeCurrent=-1.0)[0] == 84.0
    for between in (-0.5, -2.0):
        with pytest.raises(SettingsError, match="or -1 for not set"):
            settings(MaxChargeCurrent=between)


@pytest.mark.parametrize(
    ("capacity", "rating", "amperes", "words"),
    [
        (628.0, 250.0, 188.4, "30 % of 628 Ah (no limit set)"),
        (628.0, 150.0, 150.0, "BMS rated 150 A (no limit set)"),
        (628.0, 0.0, 100.0, "at most 100 A (no limit set)"),
        (6553.0, 0.0, 100.0, "at most 100 A (no limit set)"),
        (100.0, 0.0, 30.0, "30 % of 100 Ah (no limit set)"),
        (0.0, 200.0, 0.0, "capacity unknown: set Capacity or MaxChargeCurrent"),
    ],
)
def test_without_a_setting_no_current_exceeds_the_rating_of_the_board_or_100_a(
    capacity: float, rating: float, amperes: float, words: str
) -> None:
    limit, origin = ceiling(capacity, Rating=rating)
    assert limit == pytest.approx(amperes)
    assert origin == words


def test_the_setting_may_exceed_the_rating() -> None:
    assert ceiling(628.0, Rating=100.0, MaxChargeCurrent=200.0)[0] == 200.0


def test_the_highest_cell_limits_charging_and_is_named() -> None:
    limit, words = charge(sample=sample(cells=(3.40, 3.41, 3.462, 3.40)))
    assert 0 < limit < 15
    assert words == "cell 3 at 3.46 V"
    assert charge(sample=sample(cells=(3.40, 3.60, 3.40)))[0] == 0


def test_the_lowest_cell_limits_discharging_and_is_named() -> None:
    limit, words = discharge(sample=sample(cells=(3.0, 2.75, 3.0)))
    assert limit == pytest.approx(15.0)
    assert words == "cell 2 at 2.75 V"
    assert discharge(sample=sample(cells=(3.0, 2.60, 3.0)))[0] == 0


@pytest.mark.parametrize(
    ("celsius", "part"),
    [((-5.0, 20.0), 0.0), ((5.0, 20.0), 0.1), ((20.0, 30.0), 1.0), ((20.0, 50.0), 0.4), ((20.0, 60.0), 0.0)],
)
def test_the_coldest_and_the_hottest_sensor_limit_charging(celsius: tuple[float, ...], part: float) -> None:
    assert charge(temperatures=Temperatures(cells=celsius))[0] == pytest.approx(30 * part)


def test_cold_limits_discharging_later_than_charging() -> None:
    assert discharge(temperatures=Temperatures(cells=(0.0,)))[0] == 50
    assert discharge(temperatures=Temperatures(cells=(-10.0,))) == (20.0, "cells at -10.0 °C")


def test_hot_mosfets_limit_both_directions() -> None:
    hot = Temperatures(cells=(20.0,), mosfet=90.0)
    limit, words = charge(temperatures=hot)
    assert limit == pytest.approx(9.0)
    assert words == "MOSFETs at 90.0 °C"
    assert discharge(temperatures=hot)[0] == pytest.approx(15.0)


def test_without_a_working_sensor_charging_is_off_unless_the_owner_allows_it() -> None:
    assert charge(temperatures=Temperatures(broken=1, without_cells=True))[0] == 0
    assert charge(temperatures=Temperatures())[0] == 0
    assert charge(temperatures=Temperatures(), by_temperature=False)[0] == 30
    assert discharge(temperatures=Temperatures())[0] == 50


@pytest.mark.parametrize(("lowest", "amperes"), [(2.51, 30.0), (2.49, 5.0), (2.0, 5.0), (1.5, 5.0)])
def test_a_deeply_discharged_cell_is_charged_with_a_twentieth_of_the_capacity(
    lowest: float, amperes: float
) -> None:
    low = sample(cells=(lowest, 2.6, 2.6, 2.6), voltage=lowest + 7.8)
    assert charge(sample=low)[0] == amperes


def test_a_deeply_discharged_cell_is_not_charged_if_the_capacity_is_unknown() -> None:
    low = sample(cells=(2.4, 2.6, 2.6, 2.6))
    assert charge(sample=low, capacity=0.0) == (0.0, "cell 1 at 2.40 V: at most 5 % of the capacity")


@pytest.mark.parametrize("celsius", [-5.0, 0.0, 60.0, 75.0])
def test_no_curve_allows_charging_lifepo4_below_freezing_or_in_great_heat(celsius: float) -> None:
    always = preset(settings(Chemistry="LiFePO4", ChargeTemperatureCurve="10:1"))
    assert not always.refused
    assert charge(preset=always, temperatures=Temperatures(cells=(celsius, 20.0)))[0] == 0
    assert charge(preset=always, temperatures=Temperatures(cells=(5.0, 20.0)))[0] == 30


def test_a_sensor_that_may_be_on_a_cell_limits_and_is_named() -> None:
    cold = Temperatures(cells=(8.0,), mosfet=-5.0, maybe_cell=-5.0)
    assert charge(temperatures=cold) == (0.0, "sensor 1 (TemperatureRoles not set) at -5.0 °C")
    hot = Temperatures(cells=(25.0,), mosfet=70.0, maybe_cell=70.0)
    assert charge(temperatures=hot)[0] == discharge(temperatures=hot)[0] == 0
    assert charge(temperatures=Temperatures(cells=(25.0,), mosfet=70.0))[0] == 30


def test_temperature_control_off_leaves_temperature_to_the_bms() -> None:
    assert charge(temperatures=Temperatures(cells=(-20.0,), mosfet=99.0), by_temperature=False)[0] == 30


def test_soc_limits_only_with_a_curve_of_the_owner() -> None:
    drawn = preset(settings(ChargeSocCurve="90:1 100:0.2", DischargeSocCurve="5:0 15:1"))
    limit, words = charge(preset=drawn, sample=sample(soc=100.0))
    assert limit == pytest.approx(6.0)
    assert words == "SoC 100 %"
    limit, words = discharge(preset=drawn, sample=sample(soc=10.0))
    assert limit == pytest.approx(25.0)
    assert words == "SoC 10 %"
    assert charge(sample=sample(soc=100.0))[0] == 30


def test_a_mosfet_that_is_off_stops_its_own_direction_only() -> None:
    no_charge = sample(mosfets=Mosfets(charge=False, discharge=True))
    assert charge(sample=no_charge) == (0.0, "charge MOSFET is off")
    assert discharge(sample=no_charge)[0] == 50
    no_discharge = sample(mosfets=Mosfets(charge=True, discharge=False))
    assert charge(sample=no_discharge)[0] == 30
    assert discharge(sample=no_discharge) == (0.0, "discharge MOSFET is off")


@pytest.mark.parametrize("protection", Protection)
def test_a_tripped_protection_stops_only_its_direction(protection: Protection) -> None:
    tripped = sample(protection=frozenset({protection}))
    assert (charge(sample=tripped)[0] == 0) == (protection in NO_CHARGE)
    assert (discharge(sample=tripped)[0] == 0) == (protection in NO_DISCHARGE)


def test_a_bms_without_mosfets_is_limited_by_everything_else() -> None:
    assert charge(sample=sample(mosfets=None))[0] == 30
    assert discharge(sample=sample(mosfets=None))[0] == 50


def test_a_mosfet_lock_alone_stops_nothing() -> None:
    assert charge(sample=sample(locked=True))[0] == 30
    assert discharge(sample=sample(locked=True))[0] == 50


def test_a_protection_is_named() -> None:
    tripped = sample(protection=frozenset({Protection.CELL_OVERVOLTAGE, Protection.CHARGE_OVERCURRENT}))
    assert charge(sample=tripped)[1] == "BMS protection: cell overvoltage, charge overcurrent"


def test_unknown_cells_set_both_limits_to_zero() -> None:
    assert charge(sample=sample(cells=())) == (0.0, "cell voltages unknown")
    assert discharge(sample=sample(cells=()))[0] == 0


def test_a_refused_preset_allows_no_current_in_either_direction() -> None:
    assert charge(refused="LiFePO4 does not fit") == (0.0, "LiFePO4 does not fit")
    assert discharge(refused="LiFePO4 does not fit") == (0.0, "LiFePO4 does not fit")


def test_a_cutoff_states_when_it_ends() -> None:
    rested = sample(cells=(3.50, 3.40))
    assert (
        charge(sample=rested, cut_high=True)[1] == "cell 1 at 3.50 V: stopped at 3.60 V until back at 3.45 V"
    )
    low = sample(cells=(3.0, 2.95))
    assert (
        discharge(sample=low, cut_low=True)[1] == "cell 2 at 2.95 V: stopped at 2.60 V until back at 3.05 V"
    )


def test_a_limit_falls_at_once_and_recovers_gradually_after_a_delay() -> None:
    fallen = ((0.0, 100.0), (1.0, 10.0))
    assert after_bounds(*fallen).published == 10
    assert after_bounds(*fallen, (1.0 + RECOVERY_HOLD, 100.0)).published == 10
    after = RECOVERY_TIME / 4
    assert after_bounds(*fallen, (1.0 + RECOVERY_HOLD + after, 100.0)).published == pytest.approx(35.0)
    assert after_bounds(*fallen, (2.0 + RECOVERY_HOLD + RECOVERY_TIME, 100.0)).published == 100


def test_a_recovering_limit_states_its_cause() -> None:
    state = after_bounds((0.0, 100.0), (1.0, 10.0), (40.0, 100.0))
    assert state.reason == "rising again after: rule at 10.0 A"
    assert after_bounds((0.0, 100.0), (1.0, 10.0), (999.0, 100.0)).reason == "rule at 100.0 A"


def test_a_limit_that_follows_a_raised_ceiling_states_its_target_and_not_a_recovery() -> None:
    state = step(
        None, Allowance(current=50.0, reason="50 % of 100 Ah (no limit set)", ceiling=True), TOP, 0.0
    )
    state = step(state, Allowance(current=TOP, reason="MaxDischargeCurrent 100 A", ceiling=True), TOP, 1.0)
    assert (state.published, state.reason) == (50.0, "rising to: MaxDischargeCurrent 100 A")


def test_small_rises_are_not_published_and_every_reduction_is() -> None:
    small = TOP * DEADBAND / 2
    assert after_bounds((0.0, 50.0), (999.0, 50.0 + small)).published == 50
    assert after_bounds((0.0, 50.0), (1.0, 49.9)).published == 49.9
    assert after_bounds((0.0, TOP - small), (999.0, TOP)).published == TOP


def test_the_text_does_not_change_while_the_limit_does_not() -> None:
    state = step(None, Allowance(current=10.0, reason="cell 3 at 3.46 V"), TOP, 0.0)
    state = step(state, Allowance(current=10.05, reason="cell 3 at 3.46 V"), TOP, 1.0)
    assert state.reason.endswith("cell 3 at 3.46 V")


bounds = st.lists(st.tuples(st.floats(0, 100), st.floats(0, TOP)), min_size=1, max_size=30)


@given(bounds)
def test_the_published_limit_is_never_above_the_true_one(history: list[tuple[float, float]]) -> None:
    now, state = 0.0, None
    for passed, limit in history:
        now += passed
        state = step(state, Allowance(current=limit, reason=""), TOP, now)
        assert 0 <= state.published <= state.allowed <= limit


@given(bounds, st.floats(0, TOP), st.floats(0, TOP), st.floats(0, 200))
def test_after_any_history_a_lower_bound_never_gives_a_higher_limit(
    history: list[tuple[float, float]], one: float, other: float, passed: float
) -> None:
    now, state = 0.0, None
    for gap, limit in history:
        now += gap
        state = step(state, Allowance(current=limit, reason=""), TOP, now)
    low, high = sorted((one, other))
    lower = step(state, Allowance(current=low, reason=""), TOP, now + passed)
    higher = step(state, Allowance(current=high, reason=""), TOP, now + passed)
    assert lower.published <= higher.published


@given(st.lists(st.tuples(st.floats(0.5, 60.0), st.floats(0.0, 40.0)), min_size=2, max_size=100))
def test_a_limit_changes_direction_at_most_twenty_times_an_hour(
    history: list[tuple[float, float]],
) -> None:
    now, turns, rising = 0.0, [0.0], False
    state: RampedLimit | None = None
    for passed, limit in history * 20:
        now += passed
        before, state = (
            state,
            step(state, Allowance(current=limit, reason="noise"), 30.0, now),
        )
        if (
            before
            and before.published != state.published
            and (state.published > before.published) is not rising
        ):
            rising = not rising
            turns.append(now)
    for earliest, latest in zip(turns, turns[20:], strict=False):
        assert latest - earliest > 3600


def test_noise_lengthens_the_delay_of_a_limit_and_calm_shortens_it() -> None:
    state = hold_at(Allowance(current=10.0, reason=""), 0.0)
    for now in range(1, 4000):
        limit = 10.0 if now % 40 == 0 else 30.0
        state = step(state, Allowance(current=limit, reason=""), 30.0, float(now))
    assert state.hold > 4 * RECOVERY_HOLD
    for now in range(4000, 8000):
        state = step(state, Allowance(current=30.0, reason=""), 30.0, float(now))
    assert state.published == 30.0
    state = step(state, Allowance(current=5.0, reason=""), 30.0, 8000.0)
    assert (state.published, state.hold) == (5.0, RECOVERY_HOLD)
