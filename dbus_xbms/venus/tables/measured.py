"""The measured values of a battery service: the pack, its cells and its temperature sensors. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter

from dbus_xbms.model import LENT, Level, LowestHighest, Mosfet, PackSample, Phase, Protection
from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.alarms import CELL_IMBALANCE
from dbus_xbms.policy.temperatures import HIGHEST_SANE, LOWEST_SANE
from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import Item, Read, Source, rows
from dbus_xbms.venus.tables.history import SLOW_EVERY

CELLS_EVERY = 5.0  # s; eight programs on a GX decode each signal, and nothing reads cells faster


def _sample(read: Callable[[PackSample], Value | None]) -> Read[Report]:
    return lambda report: None if report.decision.sample is None else read(report.decision.sample)


def _now(read: Read[Report]) -> Read[Report]:
    """Read a value that is invalid while held, if Venus passes it on to chargers."""
    return lambda report: None if report.shared and report.decision.phase is Phase.HELD else read(report)


def _cells(read: Callable[[tuple[float, ...]], Value]) -> Read[Report]:
    return _sample(lambda sample: read(sample.cells) if sample.cells else None)


def _temperatures(read: Callable[[tuple[float, ...]], Value]) -> Read[Report]:
    return lambda report: (
        read(report.decision.temperatures.cells)
        if report.decision.sample and report.decision.temperatures.cells
        else None
    )


ODD = 5.0  # K from the mean of the cells; a GX prints the mean in an alarm that another sensor raised


def _odd_sensors(report: Report) -> str:
    """Name the coldest and the hottest sensor, if they are far from the mean."""
    sample, sensors = report.decision.sample, report.decision.temperatures
    if sample is None or not sensors.cells:
        return ""
    mean = sum(sensors.cells) / len(sensors.cells)
    extremes = dict.fromkeys((min(sensors.maybe_cells), max(sensors.maybe_cells)))
    odd = [t for t in extremes if abs(t - mean) >= ODD and t in sample.temperatures]
    return ", ".join(f"sensor {sample.temperatures.index(t) + 1}: {t:.1f}°C" for t in odd)


def _cell_id(pick: Callable[[LowestHighest], int]) -> Read[Report]:
    def read(report: Report) -> str | None:
        shown = report.decision.sample and report.decision.sample.cells and report.decision.extreme_cells
        return f"C{pick(shown)}" if shown else None

    return read


def _sensor_id(pick: Callable[[LowestHighest], int]) -> Read[Report]:
    def read(report: Report) -> str | None:
        shown = (
            report.decision.sample and report.decision.temperatures.cells and report.decision.extreme_sensors
        )
        return f"T{pick(shown)}" if shown else None

    return read


def _blocked(mosfet: Mosfet) -> Read[Report]:
    return _sample(lambda sample: None if (on := sample.is_on(mosfet)) is None else int(not on))


def _imbalanced(alarms: Mapping[str, Level]) -> bool:
    return alarms.get(CELL_IMBALANCE, Level.OK) is not Level.OK


def balancer(*, balancing: bool, imbalanced: bool) -> int:
    """Return the state of the balancer in Victron's numbers: 1 balanced, 2 balancing, 3 imbalanced."""
    return 2 if balancing else 3 if imbalanced else 1


def _balancer(report: Report) -> int | None:
    sample = report.decision.sample
    if sample is None or (balancing := sample.is_balancing) is None:
        return None
    return balancer(balancing=balancing, imbalanced=_imbalanced(report.decision.alarms))


# Bits of /Battery/<n>/Status, as named on the GX's page of a single battery.
BALANCED, IMBALANCE, BALANCING = 1 << 0, 1 << 1, 1 << 2
STATUS_BITS = (
    (1 << 3, Protection.PACK_OVERVOLTAGE),
    (1 << 4, Protection.PACK_UNDERVOLTAGE),
    (1 << 5, Protection.CHARGE_UNDERTEMPERATURE),
    (1 << 6, Protection.CHARGE_OVERTEMPERATURE),
    (1 << 7, Protection.FRONTEND_ERROR),
    (1 << 8, Protection.DISCHARGE_OVERTEMPERATURE),
    (1 << 9, Protection.CELL_OVERVOLTAGE),
    (1 << 12, Protection.CHARGE_OVERCURRENT),
    (1 << 14, Protection.DISCHARGE_OVERCURRENT),
    (1 << 14, Protection.SHORT_CIRCUIT),
    (1 << 15, Protection.CELL_UNDERVOLTAGE),
    (1 << 16, Protection.DISCHARGE_UNDERTEMPERATURE),
)


def status(sample: PackSample | None, alarms: Mapping[str, Level]) -> int | None:
    """Return the status of a pack in these bits; ``None`` without a sample or without protections."""
    if sample is None or sample.protection is None:
        return None
    tripped = sum({bit for bit, protection in STATUS_BITS if protection in sample.protection})
    balance = (BALANCING if sample.is_balancing else 0) | (IMBALANCE if _imbalanced(alarms) else 0)
    return tripped | (balance or BALANCED)


# Parts of a report; rows with the same source are read together
MEASURED: Source[Report] = Source(
    attrgetter(
        "shared",
        "decision.phase",
        "decision.sample",
        "decision.soc",
        "decision.consumed",
    )
)
SLOW: Source[Report] = Source(
    attrgetter("decision.sample", "decision.time_to_go"),
    shape=lambda r: (
        r.decision.sample and state_of_charge.health(r.decision.sample) is None,
        r.decision.time_to_go is None,
    ),
    origin=attrgetter("decision.sample"),
    age=attrgetter("decision.age"),
)
SENSORS: Source[Report] = Source(  # change rarely
    lambda r: (
        r.shared,
        r.decision.phase,
        r.decision.temperatures,
        r.decision.extreme_sensors,
        r.decision.sample and r.decision.sample.temperatures,
    )
)
DETAIL: Source[Report] = Source(  # rows become valid or invalid with the cells
    attrgetter("decision.sample", "decision.extreme_cells"),
    shape=lambda r: None if r.decision.sample is None else len(r.decision.sample.cells),
    origin=attrgetter("decision.sample"),
    age=attrgetter("decision.age"),
)
STATUS: Source[Report] = Source(attrgetter("decision.sample", "decision.alarms"))
MOSFETS: Source[Report] = Source(lambda r: r.decision.sample and r.decision.sample.mosfets)

MEASURED_ITEMS = (
    *rows(
        MEASURED,
        Item("/Dc/0/Voltage", "d", "{:.2f}V", _now(_sample(lambda s: s.voltage))),
        Item("/Dc/0/Current", "d", "{:.1f}A", _now(_sample(lambda s: s.current))),
        Item("/Dc/0/Power", "d", "{:.0f}W", _now(_sample(lambda s: s.voltage * s.current))),
        Item(
            "/Soc",
            "d",
            "{:.1f}%",
            lambda r: r.decision.soc if r.decision.sample or r.decision.phase in LENT else None,
        ),
        Item("/Capacity", "d", "{:.1f}Ah", _sample(lambda s: s.remaining)),
        Item(
            "/ConsumedAmphours", "d", "{:.1f}Ah", lambda r: r.decision.consumed if r.decision.sample else None
        ),
    ),
    *rows(
        SENSORS,
        Item(
            "/Dc/0/Temperature",
            "d",
            "{:.1f}°C",
            _now(_temperatures(lambda ts: sum(ts) / len(ts))),
            note=_odd_sensors,
        ),
        Item("/System/MinCellTemperature", "d", "{:.1f}°C", _temperatures(min)),
        Item("/System/MaxCellTemperature", "d", "{:.1f}°C", _temperatures(max)),
        Item("/System/MinTemperatureCellId", "s", "{}", _sensor_id(lambda e: e.lowest)),
        Item("/System/MaxTemperatureCellId", "s", "{}", _sensor_id(lambda e: e.highest)),
        Item(
            "/System/MOSTemperature",
            "d",
            "{:.1f}°C",
            lambda r: r.decision.temperatures.mosfet if r.decision.sample else None,
        ),
        Item(
            "/Battery/1/Temperature",
            "d",
            "{:.1f}°C",
            _temperatures(lambda ts: sum(ts) / len(ts)),
            every=CELLS_EVERY,
        ),
    ),
    *rows(
        SLOW,
        Item("/Soh", "d", "{:.1f}%", _sample(state_of_charge.health), every=SLOW_EVERY),
        Item(
            "/TimeToGo", "i", "{}", lambda r: r.decision.time_to_go if r.decision.sample else None, every=15.0
        ),
    ),
    *rows(
        MOSFETS,
        Item("/System/NrOfModulesOnline", "i", "{}", lambda r: int(r.decision.sample is not None)),
        Item("/System/NrOfModulesOffline", "i", "{}", lambda r: int(r.decision.sample is None)),
        Item("/System/NrOfModulesBlockingCharge", "i", "{}", _blocked(Mosfet.CHARGE)),
        Item("/System/NrOfModulesBlockingDischarge", "i", "{}", _blocked(Mosfet.DISCHARGE)),
    ),
    # Apart from the cells: an alarm between two polls must not delay those of the next one.
    *rows(
        STATUS,
        Item("/Balancer/Status", "i", "{}", _balancer, every=CELLS_EVERY),
        Item(
            "/Battery/1/Status",
            "i",
            "{}",
            lambda r: status(r.decision.sample, r.decision.alarms),
            every=CELLS_EVERY,
        ),
    ),
    *rows(
        DETAIL,
        Item(
            "/System/StoredEnergy",
            "d",
            "{:.2f}kWh",
            _sample(lambda s: None if s.remaining is None else s.remaining * s.voltage / 1000),
            every=SLOW_EVERY,
        ),
        Item("/System/MinCellVoltage", "d", "{:.3f}V", _cells(min), every=CELLS_EVERY),
        Item("/System/MaxCellVoltage", "d", "{:.3f}V", _cells(max), every=CELLS_EVERY),
        Item("/System/MinVoltageCellId", "s", "{}", _cell_id(lambda e: e.lowest), every=CELLS_EVERY),
        Item("/System/MaxVoltageCellId", "s", "{}", _cell_id(lambda e: e.highest), every=CELLS_EVERY),
        Item(
            "/Balancing",
            "i",
            "{}",
            _sample(lambda s: None if s.is_balancing is None else int(s.is_balancing)),
            every=CELLS_EVERY,
        ),
        Item("/Battery/1/Voltage", "d", "{:.2f}V", _sample(lambda s: s.voltage), every=CELLS_EVERY),
        Item("/Battery/1/Current", "d", "{:.1f}A", _sample(lambda s: s.current), every=CELLS_EVERY),
        # No part of Venus reads these, but owners' dashboards do
        Item("/Voltages/Sum", "d", "{:.3f}V", _cells(sum), every=CELLS_EVERY),
        Item(
            "/Voltages/Diff", "d", "{:.3f}V", _cells(lambda cells: max(cells) - min(cells)), every=CELLS_EVERY
        ),
    ),
)


def cell_items(n: int) -> tuple[Item[Report], ...]:
    """Return the rows of cell ``n``, 1-based."""
    volts = _sample(lambda s: s.cells[n - 1] if n <= len(s.cells) else None)
    balancing = _sample(lambda s: None if s.balancing is None else int(n in s.balancing))
    return rows(
        DETAIL,
        Item(f"/Voltages/Cell{n}", "d", "{:.3f}V", volts, every=CELLS_EVERY),
        Item(f"/Balances/Cell{n}", "i", "{}", balancing, every=CELLS_EVERY),
        Item(f"/Battery/1/Cell/{n}/Voltage", "d", "{:.3f}V", volts, every=CELLS_EVERY),
    )


def sensor_item(n: int) -> Item[Report]:
    """Return the row of sensor ``n``, 1-based, whatever its role; an implausible value is invalid."""

    def read(sample: PackSample) -> float | None:
        celsius = sample.temperatures[n - 1] if n <= len(sample.temperatures) else LOWEST_SANE
        return celsius if LOWEST_SANE < celsius < HIGHEST_SANE else None

    return Item(f"/System/Temperature{n}", "d", "{:.1f}°C", _sample(read), source=SENSORS)
