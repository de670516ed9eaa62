"""What the bus shows of a pack's life: the history page of the GX. Pure."""

from __future__ import annotations

from collections.abc import Callable

from dbus_xbms.model import Counters, Report
from dbus_xbms.venus.item import Item, Read

SLOW_EVERY = 60.0  # s; counters and what follows from them
LONGEST = 6_553_500  # s, some 75 days; more would start anew at 0 in the Modbus register


def _counters(read: Callable[[Counters], int]) -> Read:
    return lambda report: None if report.counters is None else read(report.counters)


def _since_full(report: Report) -> float | None:
    since = report.history.since_full
    return None if since is None else min(since, LONGEST)


HISTORY_ITEMS = (
    Item(
        "/History/ChargeCycles", "i", "{}", lambda r: r.sample.cycles if r.sample else None, every=SLOW_EVERY
    ),
    Item("/History/MinimumVoltage", "d", "{:.2f}V", lambda r: r.extremes.pack_min, every=SLOW_EVERY),
    Item("/History/MaximumVoltage", "d", "{:.2f}V", lambda r: r.extremes.pack_max, every=SLOW_EVERY),
    Item("/History/MinimumCellVoltage", "d", "{:.3f}V", lambda r: r.extremes.cell_min, every=SLOW_EVERY),
    Item("/History/MaximumCellVoltage", "d", "{:.3f}V", lambda r: r.extremes.cell_max, every=SLOW_EVERY),
    Item(
        "/History/LowVoltageAlarms",
        "i",
        "{}",
        _counters(lambda c: c.pack_undervoltage + c.cell_undervoltage),
        every=SLOW_EVERY,
    ),
    Item(
        "/History/HighVoltageAlarms",
        "i",
        "{}",
        _counters(lambda c: c.pack_overvoltage + c.cell_overvoltage),
        every=SLOW_EVERY,
    ),
    Item(
        "/History/MinimumTemperature", "d", "{:.1f}°C", lambda r: r.extremes.temperature_min, every=SLOW_EVERY
    ),
    Item(
        "/History/MaximumTemperature", "d", "{:.1f}°C", lambda r: r.extremes.temperature_max, every=SLOW_EVERY
    ),
    Item("/Settings/HasTemperature", "i", "{}", lambda r: 1),
    Item(
        "/History/DeepestDischarge", "d", "{:.1f}Ah", lambda r: -r.history.deepest_discharge, every=SLOW_EVERY
    ),
    Item("/History/LastDischarge", "d", "{:.1f}Ah", lambda r: -r.history.last_discharge, every=SLOW_EVERY),
    Item("/History/TotalAhDrawn", "d", "{:.1f}Ah", lambda r: -r.history.total_drawn, every=SLOW_EVERY),
    Item("/History/ChargedEnergy", "d", "{:.2f}kWh", lambda r: r.history.charged_energy, every=SLOW_EVERY),
    Item(
        "/History/DischargedEnergy", "d", "{:.2f}kWh", lambda r: r.history.discharged_energy, every=SLOW_EVERY
    ),
    Item("/History/TimeSinceLastFullCharge", "i", "{}", _since_full, every=SLOW_EVERY),
    Item("/History/CanBeCleared", "i", "{}", lambda r: 1),
    Item("/History/Clear", "i", "{}", lambda r: 0, writable=True, lowest=0, highest=1),
)
