"""Charge control in a closed loop with a simulated battery, charger, sun and loads: a short simulation."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from bench.closed_loop import attacks
from bench.closed_loop.attacks import ATTACKS, Attack, attacked, gaps, silent_from
from bench.closed_loop.cell_attacks import CELL_ATTACKS
from bench.closed_loop.lies import LIES
from bench.closed_loop.plant import Battery
from bench.closed_loop.simulation import FULL, SETUPS, Result, Setup, run, table

pytestmark = pytest.mark.no_cover  # slow with coverage, and other tests cover the same lines

DAYS = 2
HARDEST = [SETUPS[0], SETUPS[3]]


@cache
def result(setup: Setup) -> Result:
    return run(setup, DAYS)


@pytest.mark.parametrize("setup", HARDEST, ids=lambda setup: setup.name)
def test_no_cell_goes_more_than_30_mv_above_full(setup: Setup) -> None:
    assert FULL < result(setup).highest <= FULL + 0.030


@pytest.mark.parametrize("setup", HARDEST, ids=lambda setup: setup.name)
def test_the_cells_are_60_mv_apart_at_the_top(setup: Setup) -> None:
    top = [moment for moment in result(setup).moments if moment.highest > FULL - 0.002]
    assert max(moment.highest - moment.lowest for moment in top) > 0.055


@pytest.mark.parametrize("setup", HARDEST, ids=lambda setup: setup.name)
def test_the_pack_is_full_on_every_sunny_day_and_then_floats(setup: Setup) -> None:
    assert result(setup).sunny == [100.0] * DAYS
    assert result(setup).floats == DAYS


@pytest.mark.parametrize("setup", HARDEST, ids=lambda setup: setup.name)
def test_the_charge_voltage_does_not_hunt(setup: Setup) -> None:
    assert max(result(setup).turns_by_hour) < 20


def test_the_results_make_a_table_and_a_plot() -> None:
    from bench.closed_loop.plot import plot  # matplotlib takes 0.5 s to import

    found = result(SETUPS[0])
    assert "| 48 V, 16 cells | 2 |" in table([found])
    drawn = plot(found)
    assert [title for title in ("Pack, V", "Cells, V", "Current, A", "SoC, %") if title not in drawn] == []
    assert len(drawn) < 300_000


@pytest.mark.parametrize("attack", [*ATTACKS, *CELL_ATTACKS, *LIES], ids=lambda attack: attack.name)
def test_no_attack_gets_a_cell_above_its_ceiling_or_leaves_a_battery_empty(attack: Attack) -> None:
    assert attacked(attack).complaints == []


def test_an_attack_that_succeeds_is_reported() -> None:
    full = Attack(name="overcharged", battery=Battery(soc=102.0), hours=0.01, least_soc=110.0, most_soc=100.0)
    found = attacked(replace(full, must_show="Float"))
    assert found.complaints == ["a cell at 3.800 V", "only 102 % charge", "102 % charge", "never Float"]
    silent = Attack(
        name="", bms=silent_from(10.0), owner={"ControlRemoveAfter": 60.0, "StopAfter": 60.0}, poll=10.0
    )
    assert attacked(replace(silent, hours=0.05, always_limited=True)).complaints == ["120 s without limits"]
    turning = Attack(name="", bms=gaps(130.0, 38.0), poll=1.0, hours=1.0)
    assert attacked(turning).complaints[0].startswith("the CCL turned 5")
    assert attacks.row(found)[2:5] == ("3.800", "3.65", "102")
    assert "| overcharged |" in attacks.table([found])
