"""Piecewise linear curves: the fraction of a limit by temperature, voltage or SoC. Pure."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from math import inf, isfinite

from dbus_xbms.record import record


class CurveError(ValueError):
    """Invalid breakpoints; the message says why."""


@record(kw_only=False)
class Curve:
    """Breakpoints ``(x, y)`` with rising ``x``; linear between them, constant beyond.

    Raises:
        CurveError: no points, or ``x`` does not rise.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if not self.points or any(left >= right for (left, _), (right, _) in pairwise(self.points)):
            raise CurveError("the points of a curve must rise from left to right")

    def at(self, x: float) -> float:
        """The curve's value at ``x``."""
        right = bisect_right(self.points, (x, inf))
        if right == 0:
            return self.points[0][1]
        if right == len(self.points):
            return self.points[-1][1]
        (x0, y0), (x1, y1) = self.points[right - 1], self.points[right]
        return y0 + (y1 - y0) * (x - x0) / (x1 - x0)

    @property
    def lowest(self) -> float:
        """The lowest value of the curve."""
        return min(y for _, y in self.points)

    @property
    def falls(self) -> bool:
        """Whether the curve never rises."""
        return all(left >= right for (_, left), (_, right) in pairwise(self.points))

    @property
    def rises(self) -> bool:
        """Whether the curve never falls."""
        return all(left <= right for (_, left), (_, right) in pairwise(self.points))


def parse_curve(text: str) -> Curve:
    """Parse a curve like ``"0:0 10:0.3 20:1"``.

    Raises:
        CurveError: not a curve, or a fraction outside 0 to 1.
    """
    try:
        points = tuple((float(x), float(y)) for x, y in (point.split(":") for point in text.split()))
    except ValueError as err:
        raise CurveError(f"{text!r} is not a curve") from err
    if not all(isfinite(x) for x, _ in points):  # no straight line leads to infinity
        raise CurveError("the points of a curve are numbers")
    if any(not 0 <= y <= 1 for _, y in points):
        raise CurveError("the parts of a curve lie between 0 and 1")
    return Curve(points)
