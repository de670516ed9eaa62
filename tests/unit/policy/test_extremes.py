"""The selected lowest and highest cells change only if another one clearly differs."""

from __future__ import annotations

from random import Random

from dbus_xbms.model import LowestHighest
from dbus_xbms.policy import engine, extremes
from dbus_xbms.policy.pack_state import PackState
from tests.unit.samples import sample, settings


def cells(*volts: float, before: LowestHighest | None = None) -> LowestHighest | None:
    return extremes.of_cells(before, sample(cells=volts))


def test_the_first_sample_selects_the_lowest_and_highest_cells() -> None:
    assert cells(3.321, 3.319, 3.320, 3.320) == LowestHighest(lowest=2, highest=1)
    assert cells() is None


def test_another_cell_is_selected_from_a_difference_of_2_mv() -> None:
    was = LowestHighest(lowest=2, highest=1)
    assert cells(3.321, 3.319, 3.318, 3.322, before=was) == was
    assert cells(3.321, 3.319, 3.317, 3.321, before=was) == LowestHighest(lowest=3, highest=1)
    assert cells(3.321, 3.319, 3.320, 3.323, before=was) == LowestHighest(lowest=2, highest=4)


def test_a_missing_cell_is_not_kept() -> None:
    assert cells(3.32, 3.33, before=LowestHighest(lowest=4, highest=3)) == LowestHighest(lowest=1, highest=2)


def test_another_sensor_is_selected_from_a_difference_of_0_2_k() -> None:
    def sensors(*celsius: float, before: LowestHighest | None = None) -> LowestHighest | None:
        return extremes.of_sensors(before, sample(temperatures=celsius), celsius)

    was = sensors(21.0, 22.0)
    assert was == LowestHighest(lowest=1, highest=2)
    assert sensors(22.0, 21.9, before=was) == was
    assert sensors(22.1, 21.9, before=was) == LowestHighest(lowest=2, highest=1)


def test_noise_of_1_mv_does_not_change_the_selected_cell() -> None:
    random, state, selected = Random(1), PackState(started=0.0), []
    for n in range(500):
        volts = tuple(3.320 + random.randint(0, 1) / 1000 for _ in range(16))
        state, decision = engine.step(state, sample(cells=volts), float(n), settings())
        selected.append(decision.extreme_cells)
    assert len(set(selected)) == 1
