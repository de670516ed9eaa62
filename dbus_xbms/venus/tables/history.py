"""The paths of the GX's history page. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Literal

from dbus_xbms.model import Counters, History
from dbus_xbms.report import AnyReport, ClearHistory, Report
from dbus_xbms.venus.item import FIXED, Item, Read, Source, T, rows

SLOW_EVERY = 60.0  # s; counters and values derived from them
LONGEST = 6_553_500  # s, some 75 days; a larger value would wrap in the Modbus register


def _counters(read: Callable[[Counters], int]) -> Read[Report]:
    return lambda report: None if report.counters is None else read(report.counters)


def _since_full(report: AnyReport) -> float | None:
    since = report.decision.history.since_full
    return None if since is None else min(since, LONGEST)


def _discharge(read: Callable[[History], float]) -> Read[AnyReport]:
    """Read a depth of discharge; it is invalid while 0 because the capacity is unknown."""

    def depth(report: AnyReport) -> float | None:
        known = report.decision.history
        return -read(known) if known.charge_known or read(known) else None

    return depth


def _average_discharge(report: AnyReport) -> float | None:
    known = report.decision.history
    return -known.total_drawn / known.discharges if known.discharges else None


def _trips(counter: str) -> Item[Report]:
    """Return the row of a trip counter: ``short_circuit`` is ``/History/Trips/ShortCircuit``."""
    name = "".join(word.capitalize() for word in counter.split("_"))
    return slow(f"/History/Trips/{name}", "i", "{}", _counters(attrgetter(counter)))


def slow(path: str, kind: Literal["i", "d"], text: str, read: Read[T]) -> Item[T]:
    """Return a row that changes once a minute at most."""
    return Item(path, kind, text, read, every=SLOW_EVERY)


EXTREMES: Source[AnyReport] = Source(
    attrgetter("extremes"),
    shape=lambda r: (
        r.extremes.pack_min is None,
        r.extremes.cell_min is None,
        r.extremes.temperature_min is None,
    ),
)
COUNTED: Source[Report] = Source(lambda r: (r.counters, r.decision.sample and r.decision.sample.cycles))
FLOWN: Source[AnyReport] = Source(  # some rows become valid later, such as with a full charge
    attrgetter("decision.history"),
    shape=lambda r: (
        r.decision.history.since_full is None,
        r.decision.history.discharges == 0,
        r.decision.history.charge_known,
    ),
)

TOTAL_ITEMS: tuple[Item[AnyReport], ...] = (
    *rows(
        FIXED,
        Item("/Settings/HasTemperature", "i", "{}", lambda r: 1),
        Item("/History/CanBeCleared", "i", "{}", lambda r: 1),
        Item(
            "/History/Clear",
            "i",
            "{}",
            lambda r: 0,
            writable=True,
            lowest=0,
            highest=1,
            request=lambda value, r: ClearHistory() if value else None,
        ),
    ),
    *rows(
        EXTREMES,
        slow("/History/MinimumVoltage", "d", "{:.2f}V", lambda r: r.extremes.pack_min),
        slow("/History/MaximumVoltage", "d", "{:.2f}V", lambda r: r.extremes.pack_max),
        slow("/History/MinimumCellVoltage", "d", "{:.3f}V", lambda r: r.extremes.cell_min),
        slow("/History/MaximumCellVoltage", "d", "{:.3f}V", lambda r: r.extremes.cell_max),
        slow("/History/MinimumTemperature", "d", "{:.1f}°C", lambda r: r.extremes.temperature_min),
        slow("/History/MaximumTemperature", "d", "{:.1f}°C", lambda r: r.extremes.temperature_max),
    ),
    *rows(
        FLOWN,
        slow("/History/DeepestDischarge", "d", "{:.1f}Ah", _discharge(lambda h: h.deepest_discharge)),
        slow("/History/LastDischarge", "d", "{:.1f}Ah", _discharge(lambda h: h.last_discharge)),
        slow("/History/AverageDischarge", "d", "{:.1f}Ah", _average_discharge),
        slow("/History/FullDischarges", "i", "{}", lambda r: r.decision.history.full_discharges),
        slow("/History/TotalAhDrawn", "d", "{:.1f}Ah", lambda r: -r.decision.history.total_drawn),
        slow("/History/ChargedEnergy", "d", "{:.2f}kWh", lambda r: r.decision.history.charged_energy),
        slow("/History/DischargedEnergy", "d", "{:.2f}kWh", lambda r: r.decision.history.discharged_energy),
        slow("/History/TimeSinceLastFullCharge", "i", "{}", _since_full),
    ),
)

HISTORY_ITEMS: tuple[Item[Report], ...] = (
    *TOTAL_ITEMS,
    *rows(
        COUNTED,
        slow(
            "/History/ChargeCycles",
            "i",
            "{}",
            lambda r: r.decision.sample.cycles if r.decision.sample else None,
        ),
        slow(
            "/History/LowVoltageAlarms",
            "i",
            "{}",
            _counters(lambda c: c.pack_undervoltage + c.cell_undervoltage),
        ),
        slow(
            "/History/HighVoltageAlarms",
            "i",
            "{}",
            _counters(lambda c: c.pack_overvoltage + c.cell_overvoltage),
        ),
        *(_trips(counter.name) for counter in fields(Counters) if counter.name != "restarts"),
    ),
)
