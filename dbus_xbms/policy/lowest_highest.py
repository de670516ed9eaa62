"""Which cell or sensor is the lowest and which the highest, without a change at every bit of noise. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dbus_xbms.model import Ends, PackSample

CELL_STEP = 0.002  # V by which another cell must stand out; cells are told in 1 mV, with 1 mV of noise
SENSOR_STEP = 0.2  # K; sensors are told in 0.1 K
ROUNDING = 1e-6


def update(ends: Ends | None, values: Mapping[int, float], step: float) -> Ends | None:
    """The ends of values by their numbers; those before stay until another one stands out by ``step``."""
    if not values:
        return None
    lowest, highest = min(values, key=lambda n: values[n]), max(values, key=lambda n: values[n])
    if ends and ends.lowest in values and values[lowest] > values[ends.lowest] - step + ROUNDING:
        lowest = ends.lowest
    if ends and ends.highest in values and values[highest] < values[ends.highest] + step - ROUNDING:
        highest = ends.highest
    return Ends(lowest=lowest, highest=highest)


def of_cells(ends: Ends | None, sample: PackSample) -> Ends | None:
    """The lowest and the highest cell."""
    return update(ends, dict(enumerate(sample.cells, 1)), CELL_STEP)


def of_sensors(ends: Ends | None, sample: PackSample, cells: tuple[float, ...]) -> Ends | None:
    """The coldest and the hottest of the sensors that read one of ``cells``, in °C.

    From the last sensor on, because the MOSFETs' comes first and may read the same.
    """
    numbered = reversed([*enumerate(sample.temperatures, 1)])
    return update(ends, {n: celsius for n, celsius in numbered if celsius in cells}, SENSOR_STEP)
