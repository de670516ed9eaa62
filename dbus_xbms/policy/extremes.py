"""Lowest and highest cells and sensors: which they are now, and the extremes over a pack's life. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dbus_xbms.model import Extremes, LowestHighest, PackSample

CELL_STEP = 0.002  # V; cells are reported in 1 mV, with 1 mV of noise
SENSOR_STEP = 0.2  # K; sensors are reported in 0.1 K
ROUNDING = 1e-6


def update(previous: LowestHighest | None, values: Mapping[int, float], step: float) -> LowestHighest | None:
    """Number the lowest and the highest value; another one replaces them once it differs by ``step``."""
    if not values:
        return None
    lowest, highest = min(values, key=lambda n: values[n]), max(values, key=lambda n: values[n])
    low, high = (previous.lowest, previous.highest) if previous else (0, 0)  # no value has the number 0
    if low in values and values[lowest] > values[low] - step + ROUNDING:
        lowest = low
    if high in values and values[highest] < values[high] + step - ROUNDING:
        highest = high
    return LowestHighest(lowest=lowest, highest=highest)


def of_cells(previous: LowestHighest | None, sample: PackSample) -> LowestHighest | None:
    """The lowest and the highest cell."""
    return update(previous, dict(enumerate(sample.cells, 1)), CELL_STEP)


def of_sensors(
    previous: LowestHighest | None, sample: PackSample, cells: tuple[float, ...]
) -> LowestHighest | None:
    """The coldest and the hottest of the sensors that read one of ``cells``, in °C.

    Searches from the last sensor on, because the MOSFET sensor comes first and may read the same.
    """
    numbered = reversed([*enumerate(sample.temperatures, 1)])
    return update(previous, {n: celsius for n, celsius in numbered if celsius in cells}, SENSOR_STEP)


def widen(extremes: Extremes, sample: PackSample, temperatures: tuple[float, ...] = ()) -> Extremes:
    """The extremes with one sample added; ``temperatures`` in °C are the sane ones of the cells."""
    voltage, cells = (sample.voltage,), sample.cells
    return Extremes(
        pack_min=_lower(extremes.pack_min, voltage),
        pack_max=_higher(extremes.pack_max, voltage),
        cell_min=_lower(extremes.cell_min, cells),
        cell_max=_higher(extremes.cell_max, cells),
        temperature_min=_lower(extremes.temperature_min, temperatures),
        temperature_max=_higher(extremes.temperature_max, temperatures),
    )


def _lower(extreme: float | None, values: tuple[float, ...]) -> float | None:
    lowest = min(values, default=extreme)
    return lowest if extreme is None or lowest is None or lowest < extreme else extreme


def _higher(extreme: float | None, values: tuple[float, ...]) -> float | None:
    highest = max(values, default=extreme)
    return highest if extreme is None or highest is None or highest > extreme else extreme
