"""Temperature sensors: their roles, and which of them are broken. Pure."""

from __future__ import annotations

from functools import lru_cache

from dbus_xbms.record import record

# A missing NTC reads -30.0 °C or below on recorded packs, a shorted one far above 120 °C.
LOWEST_SANE = -30.0  # °C, exclusive
HIGHEST_SANE = 120.0  # °C, exclusive

CELL, MOSFET = "c", "m"

MOSFET_LEAD = 15.0  # K above all other sensors, under load: no cell gets that hot
LOAD_RATE, LEAST_LOAD = 0.1, 5.0  # C and A; the greater of the two counts as load
COOLING = 1800.0  # s after a load for which the MOSFETs may still be the hottest


@record
class Temperatures:
    """A pack's sensors by role. Broken ones are counted, and their values dropped."""

    cells: tuple[float, ...] = ()  # °C, sane ones only
    mosfet: float | None = None  # °C, the hottest sane one
    maybe_cell: float | None = None  # °C; ``mosfet``, if that may be a cell's sensor
    broken: int = 0  # sensors in use with an impossible value
    without_cells: bool = False  # there are cell sensors, and all are broken
    roles: str = ""  # one letter per sensor

    @property
    def maybe_cells(self) -> tuple[float, ...]:
        """Every sensor that may be a cell's, in °C: the limits and alarms of cells use these."""
        return self.cells if self.maybe_cell is None else (*self.cells, self.maybe_cell)

    def describe(self, celsius: float) -> str:
        """Name the sensor of one of ``maybe_cells`` in words."""
        return "cells" if celsius in self.cells else "sensor 1 (TemperatureRoles not set)"


def roles(count: int, chosen: str, *, first_at_mosfets: bool = True) -> str:
    """Return one role letter per sensor.

    ``chosen``, the owner's letters or those that the BMS reports, takes precedence over ``first_at_mosfets``:
    of two or more sensors the first one is usually on the MOSFETs.
    """
    usual = CELL * count
    if count > 1 and first_at_mosfets:
        usual = MOSFET + CELL * (count - 1)
    return (chosen + usual[len(chosen) :])[:count]


@lru_cache(maxsize=64)  # temperatures rarely change from one sample to the next
def judge(
    measured: tuple[float, ...], chosen: str, *, heated: bool = False, first_at_mosfets: bool = True
) -> Temperatures:
    """Sort the sensors of one sample by role and sanity.

    ``heated``: a load has shown that the first one is on the MOSFETs.
    """
    letters = roles(len(measured), chosen, first_at_mosfets=first_at_mosfets)
    by_role = [(role, t) for role, t in zip(letters, measured, strict=True)]
    used = [(role, t) for role, t in by_role if role in (CELL, MOSFET)]
    sane = [(role, t) for role, t in used if _sane(t)]
    cells = tuple([t for role, t in sane if role == CELL])
    mosfet = max((t for role, t in sane if role == MOSFET), default=None)
    return Temperatures(
        cells=cells,
        mosfet=mosfet,
        maybe_cell=None if chosen or heated else mosfet,
        broken=len(used) - len(sane),
        without_cells=not cells and any(role == CELL for role, _ in used),
        roles=letters,
    )


def heated_at(
    before: float | None, measured: tuple[float, ...], current: float, capacity: float, now: float
) -> float | None:
    """Return when a load last heated the first sensor far above all others, as only MOSFETs get hot, in s.

    It is kept while the sensor cools down and is still the hottest. Any other sensor that gets as hot counts
    as a cell's: on many boards none is on the MOSFETs, and a cell that heats up must stop the current.

    Args:
        before: as returned for the last sample; None: not shown.
        measured: °C, all sensors.
        current: A.
        capacity: Ah.
        now: s.
    """
    under_load = abs(current) >= max(LEAST_LOAD, LOAD_RATE * capacity)
    if before is None and not under_load:
        return None
    others = [t for t in measured[1:] if _sane(t)]
    if not others or not _sane(measured[0]):
        return None
    lead = measured[0] - max(others)
    if under_load and lead > MOSFET_LEAD:
        return now
    return before if before is not None and lead > 0 and now - before <= COOLING else None


def _sane(celsius: float) -> bool:
    return LOWEST_SANE < celsius < HIGHEST_SANE
