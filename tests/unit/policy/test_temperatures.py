from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.policy.temperatures import COOLING, heated_at, judge, roles


@pytest.mark.parametrize(
    ("count", "chosen", "expected"),
    [
        (0, "", ""),
        (1, "", "c"),
        (2, "", "mc"),
        (3, "", "mcc"),
        (3, "ccm", "ccm"),
        (3, "c", "ccc"),
        (2, "cc-mm", "cc"),
    ],
)
def test_sensor_roles_follow_the_count_unless_set(count: int, chosen: str, expected: str) -> None:
    assert roles(count, chosen) == expected


def test_the_first_of_several_sensors_is_shown_as_the_mosfets() -> None:
    assert judge((45.0, 20.0, 21.0), "").mosfet == 45.0
    assert judge((45.0, 20.0, 21.0), "").cells == (20.0, 21.0)


@pytest.mark.parametrize("measured", [(-5.0, 8.0), (-15.0, 12.0, 12.0), (70.0, 25.0)])
def test_until_roles_are_set_the_first_sensor_counts_as_a_cell_sensor_too(
    measured: tuple[float, ...],
) -> None:
    assert sorted(judge(measured, "").maybe_cells) == sorted(measured)
    assert judge(measured, "m").maybe_cells == measured[1:]
    assert judge(measured, "c").maybe_cells == measured


@pytest.mark.parametrize("current", [30.0, -30.0])
def test_a_first_sensor_that_a_load_heats_far_above_all_others_is_no_cell_sensor(current: float) -> None:
    measured = (45.0, 20.0, 21.0)
    assert heated_at(None, measured, current, 100.0, 7.0) == 7.0
    assert judge(measured, "", heated=True).maybe_cells == (20.0, 21.0)
    assert judge(measured, "", heated=True).mosfet == 45.0


@pytest.mark.parametrize(
    ("measured", "current"),
    [
        ((20.0, 58.0, 21.0), -30.0),  # a cell that heats up
        ((45.0, 20.0), 9.0),  # no load
        ((35.0, 20.0), 30.0),  # a cell may be 15 K above the others
        ((45.0,), 30.0),
        ((45.0, 250.0), 30.0),
        ((250.0, 20.0), 30.0),
        ((), 30.0),
    ],
)
def test_any_other_sensor_counts_as_a_cell_sensor(measured: tuple[float, ...], current: float) -> None:
    assert heated_at(None, measured, current, 100.0, 7.0) is None


def test_the_mosfet_sensor_is_known_while_it_cools() -> None:
    assert heated_at(0.0, (65.0, 30.0), 0.0, 100.0, 60.0) == 0.0
    assert heated_at(0.0, (32.0, 30.0), 0.0, 100.0, COOLING) == 0.0
    assert heated_at(0.0, (65.0, 30.0), 0.0, 100.0, COOLING + 1) is None
    assert heated_at(0.0, (29.0, 30.0), 0.0, 100.0, 60.0) is None
    assert heated_at(0.0, (30.0, 65.0), 0.0, 100.0, 60.0) is None


@pytest.mark.parametrize("broken", [-273.1, -40.0, -30.0, 120.0, 250.0, 6280.4])
def test_a_broken_sensor_is_counted_and_not_shown(broken: float) -> None:
    judged = judge((30.0, broken, 20.0), "")
    assert judged.broken == 1
    assert judged.cells == (20.0,)
    assert not judged.without_cells


def test_a_pack_with_only_broken_cell_sensors_is_reported() -> None:
    assert judge((30.0, -273.1), "").without_cells
    assert not judge((), "").without_cells


def test_an_ignored_sensor_is_neither_shown_nor_counted_as_broken() -> None:
    judged = judge((-273.1, 20.0), "-c")
    assert judged.broken == 0
    assert judged.mosfet is None
    assert judged.cells == (20.0,)


@given(st.lists(st.floats(-300, 7000), max_size=8).map(tuple), st.text("cm-x", max_size=9))
def test_no_sensor_ever_shows_a_value_it_did_not_report(measured: tuple[float, ...], chosen: str) -> None:
    judged = judge(measured, chosen)
    shown = set(judged.cells) | ({judged.mosfet} - {None})
    assert shown <= set(measured)
    assert all(-30 < t < 120 for t in judged.cells)
