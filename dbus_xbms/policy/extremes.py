"""Lowest and highest cells and sensors: which they are now, and the extremes over a pack's life. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dbus_xbms.model import Extremes, LowestHighest, PackSample

CELL_STEP = 0.002  # V; cells are reported in 1 mV, with 1 mV of noise
SENSOR_STEP = 0.2  # K; sensors are reported in 0.1 K
ROUNDING = 1e-6


def update(
    previous: LowestHighest | None, values: Sequence[float], numbers: Sequence[int], step: float
) -> LowestHighest | None:
    """Return the numbers of the lowest and the highest value; of equal ones, that of the first.

    Another value replaces the previous ones once it differs by ``step``.
    """
    if not values:
        return None
    least, most = min(values), max(values)
    lowest, highest = numbers[values.index(least)], numbers[values.index(most)]
    if previous is None:
        return LowestHighest(lowest=lowest, highest=highest)
    low, high = previous.lowest, previous.highest
    if low in numbers and least > values[numbers.index(low)] - step + ROUNDING:
        lowest = low
    if high in numbers and most < values[numbers.index(high)] + step - ROUNDING:
        highest = high
    if (lowest, highest) == (low, high):
        return previous
    return LowestHighest(lowest=lowest, highest=highest)


def of_cells(previous: LowestHighest | None, sample: PackSample) -> LowestHighest | None:
    """The lowest and the highest cell."""
    return update(previous, sample.cells, range(1, len(sample.cells) + 1), CELL_STEP)


def of_sensors(
    previous: LowestHighest | None, sample: PackSample, cells: tuple[float, ...]
) -> LowestHighest | None:
    """The coldest and the hottest of the sensors that read one of ``cells``, in °C.

    Searches from the last sensor on, because the MOSFET sensor comes first and may read the same.
    """
    measured = sample.temperatures
    numbers = [n for n in range(len(measured), 0, -1) if measured[n - 1] in cells]
    return update(previous, [measured[n - 1] for n in numbers], numbers, SENSOR_STEP)


def widen(extremes: Extremes, sample: PackSample, temperatures: tuple[float, ...] = ()) -> Extremes:
    """The extremes with one sample added; ``temperatures`` in °C are the sane ones of the cells."""
    voltage, cells = (sample.voltage,), sample.cells
    widened = Extremes(
        pack_min=_lower(extremes.pack_min, voltage),
        pack_max=_higher(extremes.pack_max, voltage),
        cell_min=_lower(extremes.cell_min, cells),
        cell_max=_higher(extremes.cell_max, cells),
        temperature_min=_lower(extremes.temperature_min, temperatures),
        temperature_max=_higher(extremes.temperature_max, temperatures),
    )
    return extremes if widened == extremes else widened


def _lower(extreme: float | None, values: tuple[float, ...]) -> float | None:
    lowest = min(values, default=extreme)
    return lowest if extreme is None or lowest is None or lowest < extreme else extreme


def _higher(extreme: float | None, values: tuple[float, ...]) -> float | None:
    highest = max(values, default=extreme)
    return highest if extreme is None or highest is None or highest > extreme else extreme
