from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.policy.charge.curves import Curve, CurveError, parse_curve

curves = (
    st.lists(
        st.tuples(st.floats(-100, 100), st.floats(0, 1)), min_size=1, max_size=8, unique_by=lambda p: p[0]
    )
    .map(lambda points: tuple(sorted(points)))
    .map(Curve)
)


@pytest.mark.parametrize(
    ("x", "y"), [(-5.0, 0.0), (0.0, 0.0), (5.0, 0.2), (10.0, 0.4), (15.0, 0.7), (20.0, 1.0), (99.0, 1.0)]
)
def test_a_curve_is_linear_between_its_points_and_flat_beyond_them(x: float, y: float) -> None:
    assert parse_curve("0:0 10:0.4 20:1").at(x) == pytest.approx(y)


@given(curves, st.floats(-200, 200))
def test_a_curve_never_leaves_the_range_of_its_points(curve: Curve, x: float) -> None:
    heights = [y for _, y in curve.points]
    assert min(heights) - 1e-9 <= curve.at(x) <= max(heights) + 1e-9


@given(curves)
def test_a_curve_goes_through_its_points(curve: Curve) -> None:
    assert all(curve.at(x) == pytest.approx(y) for x, y in curve.points)


@pytest.mark.parametrize("text", ["", "1", "0:0 0:1", "10:1 0:0", "0:2", "0:-1", "a:b"])
def test_an_invalid_curve_is_refused(text: str) -> None:
    with pytest.raises(CurveError):
        parse_curve(text)


def test_a_curve_knows_its_direction() -> None:
    assert parse_curve("0:0 1:1").rises
    assert not parse_curve("0:0 1:1").falls
    assert parse_curve("0:1 1:1").rises
    assert parse_curve("0:1 1:1").falls


def test_a_point_that_is_not_finite_is_refused() -> None:
    with pytest.raises(CurveError, match="numbers"):
        parse_curve(f"-{'9' * 400}:1 10:0.5")
