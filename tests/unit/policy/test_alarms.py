from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Level, Mosfets, PackSample, Protection
from dbus_xbms.policy import alarms
from dbus_xbms.policy.alarms import HOLD, PROTECTION_ALARMS, RISE, AlarmState
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.temperatures import judge
from tests.unit.samples import sample, samples, settings


def follow(*history: tuple[float, PackSample | None], **chosen: object) -> AlarmState:
    """Return the alarms after a history of (time, sample)."""
    state: AlarmState = {}
    owner = settings(**chosen)
    for now, reading in history:
        sensors = judge(reading.temperatures if reading else (), "")
        state = alarms.step(state, reading, sensors, now, owner)
    return state


def raised(state: AlarmState) -> dict[str, Level]:
    return {path: status.level for path, status in state.items() if status.level is not Level.OK}


@pytest.mark.parametrize(("protection", "path", "level"), PROTECTION_ALARMS)
def test_every_protection_raises_its_alarm_at_once(protection: Protection, path: str, level: Level) -> None:
    state = follow(
        (0.0, sample(protection=frozenset({protection}), mosfets=Mosfets(charge=False, discharge=False)))
    )
    assert raised(state) == {path: level}


def test_every_protection_has_an_alarm() -> None:
    assert {protection for protection, _, _ in PROTECTION_ALARMS} == set(Protection)


def test_a_mosfet_lock_alone_is_no_alarm() -> None:
    assert raised(follow((0.0, sample(locked=True)))) == {}


def test_cell_overvoltage_is_an_alarm_if_the_discharge_state_is_unknown() -> None:
    full = sample(protection=frozenset({Protection.CELL_OVERVOLTAGE}), mosfets=None)
    assert raised(follow((0.0, full))) == {alarms.HIGH_CELL_VOLTAGE: Level.ALARM}


def test_cell_overvoltage_at_the_end_of_a_charge_has_the_chosen_level() -> None:
    full = sample(
        protection=frozenset({Protection.CELL_OVERVOLTAGE}), mosfets=Mosfets(charge=False, discharge=True)
    )
    assert raised(follow((0.0, full))) == {alarms.HIGH_CELL_VOLTAGE: Level.WARNING}
    assert raised(follow((0.0, full), CellOvervoltageAlarm=2)) == {alarms.HIGH_CELL_VOLTAGE: Level.ALARM}


def test_an_alarm_is_held_for_some_time_after_its_cause_ends() -> None:
    tripped, well = sample(protection=frozenset({Protection.PACK_UNDERVOLTAGE})), sample()
    held = follow((0.0, tripped), (1.0, well), (HOLD - 1, well))
    assert raised(held) == {"/Alarms/LowVoltage": Level.ALARM}
    assert raised(follow((0.0, tripped), (1.0, well), (HOLD + 1, well))) == {}


def test_an_intermittent_alarm_causes_one_notification() -> None:
    low = frozenset({Protection.PACK_UNDERVOLTAGE})
    history = [(float(t), sample(protection=low if t % 2 else frozenset())) for t in range(100)]
    shown = [follow(*history[: n + 1])["/Alarms/LowVoltage"].level for n in range(1, 100)]
    assert set(shown) == {Level.ALARM}


def test_losing_contact_clears_no_alarm() -> None:
    tripped = sample(protection=frozenset({Protection.DISCHARGE_OVERTEMPERATURE}))
    state = follow((0.0, tripped), (1.0, None), (1e6, None))
    assert raised(state) == {"/Alarms/HighTemperature": Level.ALARM}


@pytest.mark.parametrize(
    ("change", "path", "level"),
    [
        ({"soc": 10.0}, alarms.LOW_SOC, Level.WARNING),
        ({"soc": 5.0}, alarms.LOW_SOC, Level.ALARM),
        ({"cells": (3.2, 3.45)}, alarms.CELL_IMBALANCE, Level.WARNING),
        ({"cells": (3.0, 3.45)}, alarms.CELL_IMBALANCE, Level.WARNING),
        ({"temperatures": (80.0, 20.0)}, alarms.INTERNAL_TEMPERATURE, Level.WARNING),
        ({"temperatures": (95.0, 20.0)}, alarms.INTERNAL_TEMPERATURE, Level.ALARM),
        ({"temperatures": (-273.1, 20.0)}, alarms.TEMPERATURE_SENSOR, Level.WARNING),
        ({"temperatures": (-30.0,)}, alarms.TEMPERATURE_SENSOR, Level.ALARM),
    ],
)
def test_an_alarm_from_measurements_is_raised_once_the_condition_lasts(
    change: dict[str, object], path: str, level: Level
) -> None:
    bad = sample(**change)
    assert raised(follow((0.0, bad), (RISE / 2, bad))) == {}
    assert raised(follow((0.0, bad), (RISE, bad))) == {path: level}


def test_a_cell_that_runs_away_is_the_alarm_and_imbalance_the_warning() -> None:
    tripped, on = frozenset({Protection.CELL_OVERVOLTAGE}), Mosfets(charge=False, discharge=True)
    runaway = sample(cells=(3.8, 3.4, 3.4, 3.4), protection=tripped, mosfets=on)
    assert raised(follow((0.0, runaway), (RISE, runaway))) == {
        alarms.HIGH_CELL_VOLTAGE: Level.ALARM,
        alarms.CELL_IMBALANCE: Level.WARNING,
    }
    full = sample(cells=(3.65, 3.6, 3.6, 3.6), protection=tripped, mosfets=on)
    assert raised(follow((0.0, full), (RISE, full))) == {alarms.HIGH_CELL_VOLTAGE: Level.WARNING}


def test_a_momentary_cell_spread_raises_no_alarm() -> None:
    bad, well = sample(cells=(3.0, 3.4)), sample()
    assert raised(follow((0.0, bad), (1.0, well), (RISE, bad), (RISE + 1, well))) == {}


def test_a_threshold_of_zero_turns_the_alarm_off() -> None:
    bad = sample(soc=0.0, cells=(2.0, 3.6), temperatures=(110.0, 20.0))
    off = {"LowSocWarning": 0, "CellImbalanceWarning": 0.0, "MosfetTemperatureWarning": 0.0}
    assert raised(follow((0.0, bad), (RISE, bad), **off)) == {}


@given(st.lists(st.tuples(st.floats(0, 100), st.none() | samples), min_size=1, max_size=30))
def test_in_any_history_a_tripped_protection_raises_its_alarm_in_the_same_step(
    history: list[tuple[float, PackSample | None]],
) -> None:
    now, owner = 0.0, settings()
    state: AlarmState = {}
    for passed, reading in history:
        now += passed
        sensors = judge(reading.temperatures if reading else (), "")
        state = dict(alarms.step(state, reading, sensors, now, owner))
        if reading is None:
            continue
        for protection, path, _ in PROTECTION_ALARMS:
            if protection in (reading.protection or ()):
                assert state[path].level is not Level.OK


def test_a_protection_warns_at_once_and_a_measured_alarm_must_last() -> None:
    bad = sample(protection=frozenset({Protection.MOSFET_OVERTEMPERATURE}), temperatures=(95.0, 20.0))
    assert raised(follow((0.0, bad))) == {alarms.INTERNAL_TEMPERATURE: Level.WARNING}
    assert raised(follow((0.0, bad), (RISE, bad))) == {alarms.INTERNAL_TEMPERATURE: Level.ALARM}


def controlled(reading: PackSample, **chosen: object) -> dict[str, Level]:
    """Return the alarms of a controlling LiFePO4 pack after the same sample for long enough."""
    owner = settings(Chemistry="LiFePO4", **chosen)
    control, state = alarms.ControlStatus(preset=preset(owner)), alarms.ALL_CLEAR
    for now in (0.0, RISE):
        state = alarms.step(state, reading, judge(reading.temperatures, ""), now, owner, control)
    return raised(state)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((3.53, 3.53), {alarms.HIGH_CELL_VOLTAGE: Level.WARNING}),
        ((3.60, 3.60), {alarms.HIGH_CELL_VOLTAGE: Level.ALARM}),
        ((2.90, 2.90), {alarms.LOW_CELL_VOLTAGE: Level.WARNING}),
        ((2.60, 2.60), {alarms.LOW_CELL_VOLTAGE: Level.ALARM}),
        ((2.0, 2.0), {alarms.LOW_CELL_VOLTAGE: Level.ALARM}),
    ],
)
def test_a_cell_at_a_cutoff_is_an_alarm(cells: tuple[float, ...], expected: dict[str, Level]) -> None:
    assert controlled(sample(cells=cells)) == expected


def test_a_warning_threshold_beyond_the_cutoff_does_not_hide_the_alarm() -> None:
    reading = sample(cells=(3.61, 3.61))
    assert controlled(reading, HighCellWarning=4.9) == {alarms.HIGH_CELL_VOLTAGE: Level.ALARM}


def test_a_dead_cell_and_an_unknown_capacity_are_alarms() -> None:
    owner = settings(Chemistry="NMC")
    control = alarms.ControlStatus(preset=preset(owner), dead=True, capacity_unknown=True)
    assert alarms.fault_alarms(judge((20.0,), ""), control) == {
        alarms.LOW_CELL_VOLTAGE: Level.ALARM,
        alarms.INTERNAL_FAILURE: Level.ALARM,
    }


@pytest.mark.parametrize(
    ("celsius", "warning", "expected"),
    [
        ((25.0, 1.0), 0.0, {}),
        ((25.0, 0.0), 0.0, {alarms.LOW_TEMPERATURE: Level.WARNING}),
        ((-5.0, 8.0), 0.0, {alarms.LOW_TEMPERATURE: Level.WARNING}),
        ((-5.0, 8.0), -300.0, {}),
        ((-15.0, 12.0, 12.0), -300.0, {alarms.LOW_TEMPERATURE: Level.WARNING}),
        ((70.0, 25.0), -300.0, {alarms.HIGH_TEMPERATURE: Level.WARNING}),
    ],
)
def test_temperature_warnings_use_every_possible_cell_sensor_and_accept_0_degrees(
    celsius: tuple[float, ...], warning: float, expected: dict[str, Level]
) -> None:
    assert controlled(sample(temperatures=celsius), LowTemperatureWarning=warning) == expected


def test_without_a_preset_an_unset_temperature_warning_is_off() -> None:
    freezing = sample(temperatures=(-20.0, 20.0))
    assert raised(follow((0.0, freezing), (RISE, freezing))) == {}
    wanted = follow((0.0, freezing), (RISE, freezing), LowTemperatureWarning=0.0)
    assert raised(wanted) == {alarms.LOW_TEMPERATURE: Level.WARNING}
