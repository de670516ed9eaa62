"""How far the CVL is lowered while a cell runs ahead of the others. Pure.

A charger sees only the pack's voltage, so a cell that runs ahead is held at full by lowering the CVL: by the
sum of what the other cells are below it (they keep their distances while the pack's voltage falls), and by an
integral of the excess, which corrects the charger's own error. The CVL falls fast, and rises late and slowly,
so that it cannot oscillate.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbus_xbms.policy.charge.chemistry import Preset

SPREAD_MARGIN = 0.02  # V below full from which the spread of the cells lowers the CVL
RECOVERY_MARGIN = 0.01  # V below full that the highest cell must fall before the CVL recovers
GAIN = 0.5  # V/s that the CVL falls per V of the highest cell above full
LONGEST_STEP = 5.0  # s that one sample's excess counts: a charger needs 3 s to follow
FALL_RATE = 0.005  # V/s per cell
RECOVERY_RATE = 0.0001  # V/s per cell
RECOVERY_HOLD = 400.0  # s after a fall until the CVL rises again: at most 18 changes of direction an hour
DEADBAND = 0.002  # V per cell; smaller rises are not published


def largest(cells: Sequence[float], target: float, preset: Preset) -> float:
    """Return the largest reduction in V: more would discharge the other cells, or overcharge them.

    Args:
        cells: V, at least one.
        target: V per cell at which a cell is full.
        preset: not refused.
    """
    count = len(cells)
    median = sorted(cells)[count // 2]
    missing = sum([median - cell for cell in cells if cell < median])
    return count * (target - 2 * preset.floating + preset.full) + missing


def step(
    before: float | None,
    stable_time: float,
    cells: Sequence[float],
    target: float,
    preset: Preset,
    dt: float,
) -> tuple[float, float]:
    """Advance the reduction by one sample.

    Args:
        before: V, of the previous sample; ``None``: there was none.
        stable_time: s for which it has not grown.
        cells: V, at least one.
        target: V per cell at which a cell is full.
        preset: not refused.
        dt: s since the previous sample.

    Returns:
        The reduction in V, and for how many s it has not grown.
    """
    count, highest = len(cells), max(cells)
    excess = highest - target
    if before == 0.0 and excess <= -SPREAD_MARGIN:  # nearly always
        return 0.0, stable_time + dt
    most = largest(cells, target, preset)
    missing = sum(highest - cell for cell in cells) if excess > -SPREAD_MARGIN else 0.0
    missing = min(missing, most)
    if before is None:
        return missing, stable_time
    before = min(before, most + DEADBAND * count)  # which moves with the noise of the cells
    integral = min(before + GAIN * max(excess, 0.0) * min(dt, LONGEST_STEP), most)
    wanted = min(max(missing, integral), before + FALL_RATE * count * dt)
    if wanted > before:
        return wanted, 0.0
    stable_time += dt
    if excess < -RECOVERY_MARGIN and stable_time >= RECOVERY_HOLD:
        before = max(missing, before - RECOVERY_RATE * count * dt)
    return before, stable_time
