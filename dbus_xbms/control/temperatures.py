"""Which temperature sensor measures what, and whether it can be believed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# A missing NTC reads -30.0 °C or below on recorded packs, a shorted one far above 120 °C.
LOWEST_SANE = -30.0  # °C, exclusive
HIGHEST_SANE = 120.0  # °C, exclusive

CELL, MOSFET = "c", "m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperatures:
    """A pack's sensors by role; a broken one is counted, never given a plausible value."""

    cells: tuple[float, ...] = ()  # °C, sane ones only
    mosfet: float | None = None  # °C, the hottest sane one
    broken: int = 0  # sensors in use that cannot be believed
    without_cells: bool = False  # there are cell sensors, and all are broken


def roles(count: int, chosen: str) -> str:
    """One role letter per sensor.

    JBD does not say which sensor is where: on boards with two or more the first one is usually on the
    MOSFETs, a single one is on the cells. ``chosen`` (the owner's letters) wins, as far as it goes.
    """
    usual = CELL if count == 1 else MOSFET + CELL * (count - 1)
    return (chosen + usual[len(chosen) :])[:count]


def judge(measured: tuple[float, ...], chosen: str) -> Temperatures:
    """Sort the sensors of one sample by role and sanity."""
    by_role = [(role, t) for role, t in zip(roles(len(measured), chosen), measured, strict=True)]
    used = [(role, t) for role, t in by_role if role in (CELL, MOSFET)]
    sane = [(role, t) for role, t in used if LOWEST_SANE < t < HIGHEST_SANE]
    cells = tuple(t for role, t in sane if role == CELL)
    return Temperatures(
        cells=cells,
        mosfet=max((t for role, t in sane if role == MOSFET), default=None),
        broken=len(used) - len(sane),
        without_cells=not cells and any(role == CELL for role, _ in used),
    )
