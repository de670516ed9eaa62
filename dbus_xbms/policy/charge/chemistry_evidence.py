"""Whether the cells behave as the chosen chemistry does while they charge and rest: evidence over time. Pure.

A voltage at one moment is judged by its state of charge in :mod:`dbus_xbms.policy.charge.chemistry`. A BMS
that has lost its count makes that worthless; how the voltage moves with the charge that flows needs no count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dbus_xbms.model import PackSample
from dbus_xbms.policy.charge.chemistry import Preset

REST_RATE = 0.02  # C; less is rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What cells of one chemistry cannot do. Voltages per cell in V; capacity as a part."""

    # All cells stay below ``flat`` while this much is charged: they are of a chemistry with lower voltages.
    flat: float
    flat_charge: float
    flat_other: str
    # At rest or charging, all cells stay below ``low`` for ``low_time`` s at an SoC between these.
    low: float = 0.0
    low_time: float = 0.0
    low_soc: tuple[float, float] = (0.0, 0.0)
    # A cell rises from ``knee`` to ``risen`` while less than this is charged.
    knee: float = 0.0
    risen: float = 0.0
    knee_charge: float = 0.0
    other: str = ""


# An empty LiFePO4 cell is above 2.6 V after 1 % of charge. An empty NMC cell is above 3.0 V after 2 %, rests
# above 3.45 V from 10 % on, and needs 15 % from there to 3.6 V; LiFePO4 needs 1 %, at its very end.
SIGNS = {
    "LiFePO4": Signs(flat=2.6, flat_charge=0.03, flat_other="LTO"),
    "NMC": Signs(
        flat=3.0,
        flat_charge=0.04,
        flat_other="LTO",
        low=3.45,
        low_time=7200.0,
        low_soc=(10.0, 40.0),
        knee=3.45,
        risen=3.60,
        knee_charge=0.02,
        other="LiFePO4",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChemistryEvidence:
    """What has been seen of the cells so far."""

    flat: float = 0.0  # Ah charged while all cells stayed below ``flat``
    low: float = 0.0  # s at rest or charging below ``low``
    climbed: float | None = None  # Ah charged since the highest cell was below ``knee``; None: it was not
    current: float = 0.0  # A, when it last was
    risen: bool = False  # a cell has risen as no cell of this chemistry does


def update(
    state: ChemistryEvidence, sample: PackSample, preset: Preset, capacity: float, dt: float
) -> ChemistryEvidence:
    """Add one sample with cells, ``dt`` s after the one before; ``capacity`` in Ah."""
    signs = SIGNS.get(preset.name)
    if signs is None:
        return state
    highest, charged = max(sample.cells), max(0.0, sample.current) * dt / 3600
    resting = sample.current >= -REST_RATE * capacity
    state = replace(state, flat=state.flat + charged if highest < signs.flat else 0.0)
    if not signs.other:
        return state
    if highest >= signs.low:
        state = replace(state, low=0.0)
    elif resting and signs.low_soc[0] <= sample.soc <= signs.low_soc[1]:
        state = replace(state, low=state.low + dt)
    return _climbed(state, sample, signs, capacity, charged)


def _climbed(
    state: ChemistryEvidence, sample: PackSample, signs: Signs, full: float, charged: float
) -> ChemistryEvidence:
    highest = max(sample.cells)
    if highest < signs.knee:
        return replace(state, climbed=0.0, current=sample.current)
    if state.climbed is None:
        return state
    climbed = state.climbed + charged
    # More current lifts any cell.
    stronger = sample.current > 1.5 * max(0.0, state.current) + REST_RATE * full
    if climbed > signs.knee_charge * full or stronger or sample.current < -REST_RATE * full:
        return replace(state, climbed=None)
    return replace(state, climbed=climbed, risen=state.risen or highest >= signs.risen)


def contradiction(state: ChemistryEvidence, preset: Preset, capacity: float) -> str:
    """Why the cells cannot be of the chosen chemistry, in words; empty if they can."""
    signs = SIGNS.get(preset.name)
    if signs is None:
        return ""
    if state.flat > signs.flat_charge * capacity:
        words = f"they take charge and stay below {signs.flat:g} V as {signs.flat_other} does"
    elif state.risen:
        words = f"one has risen from {signs.knee:g} to {signs.risen:g} V as fast as {signs.other} when full"
    elif signs.low_time and state.low >= signs.low_time:
        low, high = signs.low_soc
        words = f"they rest below {signs.low:g} V at {low:g} to {high:g} % charge as {signs.other} does"
    else:
        return ""
    return f"{preset.name} does not fit the cells: {words}"
