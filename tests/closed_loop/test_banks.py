"""Banks in a closed loop with simulated packs, chargers, sun and loads: a short simulation."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from bench.closed_loop.bank_control import Scheme
from bench.closed_loop.bank_days import ALL, RESTARTED, SERIES, SETUPS, UNEQUAL
from bench.closed_loop.bank_judge import (
    OBEY,
    RESTARTS_WITHIN,
    Excess,
    Overload,
    Turns,
    Verdict,
    judged,
    table,
)
from bench.closed_loop.bank_site import DOWN

pytestmark = pytest.mark.no_cover  # slow with coverage, and other tests cover the same lines


@cache
def simulated(name: str) -> Verdict:
    setup = next(setup for setup in SETUPS if setup.name == name)
    return judged(setup, Scheme.BANK, days=1, draw_day=0)


@pytest.mark.parametrize("setup", [ALL.name, f"{SERIES.name}, feed-in", RESTARTED.name])
def test_no_pack_is_overloaded_or_left_empty_and_no_cell_is_above_its_ceiling(setup: str) -> None:
    assert simulated(setup).complaints == []


def test_a_restart_of_the_program_leaves_the_bus_without_limits_for_some_seconds() -> None:
    assert DOWN <= simulated(RESTARTED.name).without <= RESTARTS_WITHIN


def overload(current: float, limit: float) -> Overload:
    return Overload(pack="A", current=current, limit=limit, capacity=100.0)


def test_a_current_counts_as_too_high_once_chargers_have_had_time_to_obey() -> None:
    excess = Excess()
    excess.count(overload(30.0, 30.0), 0.0, 1.0)
    for second in range(1, int(OBEY)):
        excess.count(overload(30.0, 10.0), float(second), 1.0)
    assert excess.worst is None
    for second in range(int(OBEY), 4 * int(OBEY)):
        excess.count(overload(30.0, 10.0), float(second), 1.0)
    assert str(excess.worst) == "A: 30 A, its limit 10 A"
    assert excess.longest > OBEY


def test_the_first_excess_of_chargers_that_ignore_limits_may_last_longer() -> None:
    excess = Excess(grace=40.0)
    for second in range(60):
        excess.count(overload(30.0 if second < 20 or second >= 40 else 0.0, 10.0), float(second), 1.0)
    assert excess.worst is not None
    assert excess.longest == 20.0
    once = Excess(grace=40.0)
    for second in range(60):
        once.count(overload(30.0 if second < 20 else 0.0, 10.0), float(second), 1.0)
    assert once.worst is None


def test_turns_are_changes_of_direction() -> None:
    turns = Turns()
    for minute, value in enumerate((50.0, 40.0, 30.0, 35.0, 35.0, 20.0)):
        turns.count(value, 60.0 * minute)
    assert turns.most == 3


def test_an_overload_and_an_empty_pack_are_reported() -> None:
    verdict = Verdict(setup=UNEQUAL, scheme=Scheme.SUM, days=1, highest=3.7, highest_pack="D")
    verdict.charge.worst, verdict.charge.longest = overload(30.0, 10.0), 60.0
    verdict.tops = [[100.0, 70.0]]
    verdict.without, verdict.dark = 5.0, 6.0
    assert verdict.complaints == [
        "a cell of D at 3.700 V",
        "too much charge current for 60 s (A: 30 A, its limit 10 A)",
        "a pack at only 70 % after a sunny day",
        "5 s without limits",
        "6 s without power",
    ]
    assert "| the sum of limits | 3.700 | 60 | A: 30 A, its limit 10 A | 70 | none | - |" in table([verdict])


def test_all_packs_must_be_full_within_ten_days_and_on_each_sunny_day_after_that() -> None:
    verdict = Verdict(setup=replace(UNEQUAL, least_top=90.0), scheme=Scheme.BANK, days=10)
    verdict.tops = [[100.0, 98.0], [100.0, 99.6], [100.0, 99.4], [100.0, 100.0], [95.0, 80.0], [100.0, 99.0]]
    assert (verdict.full_day, verdict.lowest_after) == (2, 99)
    assert verdict.complaints == ["a pack at only 99 % on a sunny day after all were full"]
    verdict.tops = verdict.tops[:1] * 10
    assert verdict.complaints == ["not all packs full on any day"]
    verdict.setup = replace(verdict.setup, balanced=False)
    assert verdict.complaints == []


def test_the_results_make_a_plot() -> None:
    from bench.closed_loop.bank_plot import plot  # matplotlib takes 0.5 s to import

    drawn = plot([simulated(ALL.name)])
    assert "Highest cell of each pack, V" in drawn
    assert len(drawn) < 300_000
