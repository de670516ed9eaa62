from __future__ import annotations

import pytest

from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.state_of_charge import LONGEST_TO_GO, AverageDischarge
from tests.unit.samples import sample, settings


@pytest.mark.parametrize(
    ("byte", "remaining", "shown"),
    [(72.0, 72.43, 72.4), (72.0, 74.0, 74.0), (72.0, 74.1, 72.0), (72.0, 40.0, 72.0), (100.0, 101.0, 100.0)],
)
def test_soc_has_decimals_only_if_both_sources_agree(byte: float, remaining: float, shown: float) -> None:
    assert state_of_charge.soc(sample(soc=byte, remaining=remaining)) == shown


def test_soc_is_relative_to_the_learned_capacity() -> None:
    assert state_of_charge.soc(sample(soc=50.0, remaining=44.1, learned=90.0)) == 49.0
    assert state_of_charge.soc(sample(soc=50.0, remaining=0.0, nominal=0.0)) == 50.0


def test_consumed_charge_is_never_positive() -> None:
    assert state_of_charge.consumed(sample(remaining=72.0)) == -28.0
    assert state_of_charge.consumed(sample(soc=100.0, remaining=101.0)) == 0.0


@pytest.mark.parametrize(
    ("learned", "remaining"),
    [(None, 100.0), (104.0, 104.0), (104.0, 90.0), (None, 60.0)],
)
def test_nothing_is_consumed_at_100_percent(learned: float | None, remaining: float) -> None:
    full = sample(soc=100.0, learned=learned, remaining=remaining)
    assert state_of_charge.soc(full) == 100.0
    assert state_of_charge.consumed(full) == 0.0


def test_consumed_charge_follows_the_shown_soc_if_the_coulomb_count_differs() -> None:
    assert state_of_charge.consumed(sample(soc=60.0, remaining=95.0)) == pytest.approx(-40.0)


def test_the_capacity_setting_is_the_installed_capacity() -> None:
    assert state_of_charge.installed(100.0, settings()) == 100.0
    assert state_of_charge.installed(100.0, settings(Capacity=120.0)) == 120.0


def test_time_to_go_is_known_only_while_discharging() -> None:
    for current in (5.0, 0.0, -0.05):
        idle = sample(current=current)
        assert (
            state_of_charge.time_to_go(
                state_of_charge.update_average(AverageDischarge(), idle, 0.0), idle, settings()
            )
            is None
        )
    reading = sample(current=-6.0, remaining=72.0)
    discharge = state_of_charge.update_average(AverageDischarge(), reading, 0.0)
    assert state_of_charge.time_to_go(discharge, reading, settings()) == 12 * 3600
    assert state_of_charge.time_to_go(discharge, reading, settings(DischargeFloor=12)) == 10 * 3600
    assert state_of_charge.time_to_go(discharge, reading, settings(DischargeFloor=80)) == 0
    slow = sample(current=-0.11)
    assert (
        state_of_charge.time_to_go(
            state_of_charge.update_average(AverageDischarge(), slow, 0.0), slow, settings()
        )
        == LONGEST_TO_GO
    )


def test_a_short_load_hardly_changes_the_time_to_go() -> None:
    steady, kettle = sample(current=-5.0), sample(current=-100.0)
    discharge = state_of_charge.update_average(
        state_of_charge.update_average(AverageDischarge(), steady, 0.0), kettle, 5.0
    )
    assert discharge.current is not None
    assert 5 < discharge.current < 10
    assert state_of_charge.update_average(discharge, kettle, 5.0) == discharge


def test_charging_resets_the_average() -> None:
    discharge = state_of_charge.update_average(AverageDischarge(current=50.0), sample(current=3.0), 1.0)
    assert state_of_charge.update_average(discharge, sample(current=-2.0), 2.0).current == 2.0
