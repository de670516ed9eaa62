from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.control.temperatures import judge, roles


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
def test_roles_follow_the_count_unless_the_owner_says_otherwise(
    count: int, chosen: str, expected: str
) -> None:
    assert roles(count, chosen) == expected


def test_the_first_of_several_sensors_is_the_mosfets() -> None:
    assert judge((45.0, 20.0, 21.0), "").mosfet == 45.0
    assert judge((45.0, 20.0, 21.0), "").cells == (20.0, 21.0)


@pytest.mark.parametrize("broken", [-273.1, -40.0, -30.0, 120.0, 250.0, 6280.4])
def test_a_broken_sensor_is_counted_and_never_shown(broken: float) -> None:
    judged = judge((30.0, broken, 20.0), "")
    assert judged.broken == 1
    assert judged.cells == (20.0,)
    assert not judged.without_cells


def test_a_pack_whose_cell_sensors_are_all_broken_says_so() -> None:
    assert judge((30.0, -273.1), "").without_cells
    assert not judge((), "").without_cells


def test_an_ignored_sensor_is_neither_shown_nor_broken() -> None:
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
