"""The passive balancer of a simulated BMS: which cells it bleeds. Pure."""

from __future__ import annotations

from collections.abc import Sequence

BLEED = 0.1  # A, of a cell that is being balanced; JBD boards bleed some 30 to 200 mA
DELTA = 0.015  # V above the lowest cell, from which a cell is balanced


def bleeding(cells: Sequence[float], balance_from: float, current: float) -> frozenset[int]:
    """Return the cells that are balanced, 1-based: those high enough, while the pack is charged.

    Args:
        cells: V, at least one.
        balance_from: V, lowest voltage of a cell that is balanced.
        current: A, positive while charging.
    """
    if current <= 0:
        return frozenset()
    floor = max(balance_from, min(cells) + DELTA)
    return frozenset(number for number, volts in enumerate(cells, 1) if volts > floor)
