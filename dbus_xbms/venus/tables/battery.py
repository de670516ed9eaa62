"""The paths of a battery service, one row each. Pure.

``None`` is shown as invalid: every measurement is, as long as no sample stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter

from dbus_xbms.model import (
    BETWEEN_POLLS,
    CONNECTED,
    LENT,
    Level,
    LowestHighest,
    Mosfet,
    PackIdentity,
    PackSample,
    Phase,
    Protection,
)
from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.alarms import ALARM_PATHS, CELL_IMBALANCE
from dbus_xbms.policy.temperatures import HIGHEST_SANE, LOWEST_SANE
from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import FIXED, Item, Read, Source, rows
from dbus_xbms.venus.tables.control import CONTROL_ITEMS, WATCHING_ITEMS
from dbus_xbms.venus.tables.device import DEVICE_ITEMS, IDENTITY, product_name
from dbus_xbms.venus.tables.history import HISTORY_ITEMS, SLOW_EVERY
from dbus_xbms.venus.tables.pane import LEND_DEVICE_ITEMS, LEND_PANE_ITEMS, PANE_ITEMS, SWITCH_DEVICE_ITEMS
from dbus_xbms.venus.tables.settings import setting_items
from dbus_xbms.venus.tables.switches import READ_ONLY_SWITCH_ITEMS, SWITCH_ITEMS

BATTERY, SWITCH = "com.victronenergy.battery", "com.victronenergy.switch"  # classes of devices

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


def _health(sample: PackSample) -> float | None:
    if sample.health is not None:
        return sample.health
    return min(100.0, sample.learned / sample.nominal * 100) if sample.learned and sample.nominal else None


def _installed(report: Report) -> float | None:
    return state_of_charge.installed(report.identity.nominal, report.settings) or None


def _imbalanced(report: Report) -> bool:
    return report.decision.alarms.get(CELL_IMBALANCE, Level.OK) is not Level.OK


def _balancer(report: Report) -> int | None:
    """Return the balancer state in Victron's numbers: 1 balanced, 2 balancing, 3 imbalanced."""
    if report.decision.sample is None:
        return None
    if report.decision.sample.balancing:
        return 2
    return 3 if _imbalanced(report) else 1


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


def _status(report: Report) -> int | None:
    if report.decision.sample is None:
        return None
    tripped = sum({bit for bit, protection in STATUS_BITS if protection in report.decision.sample.protection})
    balance = (BALANCING if report.decision.sample.balancing else 0) | (
        IMBALANCE if _imbalanced(report) else 0
    )
    return tripped | (balance or BALANCED)


STATES = {
    Phase.WAITING: 0,
    Phase.FRESH: 9,
    Phase.HELD: 9,
    Phase.LENT: 9,
    Phase.LENT_STOPPED: 9,
    Phase.DERATED: 9,
    Phase.LOST: 10,
    Phase.WITHDRAWN: 10,
}


SILENCE = {Phase.HELD: "held", Phase.DERATED: "derated", Phase.LOST: "stopped", Phase.WITHDRAWN: "withdrawn"}


def _connection(report: Report) -> str:
    """Describe the phase of silence and the state of the link."""
    words = report.link.state
    if phase := SILENCE.get(report.decision.phase):
        words = f"{phase}, {'no reply' if words == CONNECTED else words}"
    return f"{words}; {report.link.finding}" if report.link.finding else words


REGISTER = 16  # characters of Modbus register 1328
BRIEF = {BETWEEN_POLLS: "free"}


def _briefly(report: Report) -> str:
    """Describe the same in a word or two, within the length of a Modbus register."""
    if phase := SILENCE.get(report.decision.phase):
        return phase
    words = BRIEF.get(report.link.state, report.link.state).replace(", ", " ").removesuffix(" left")
    kept = "".join(char for char in words if char.isascii() and char.isprintable())
    return kept if len(kept) <= REGISTER else kept[:REGISTER].rpartition(" ")[0] or kept[:REGISTER]


def _alarm(path: str) -> Callable[[Report], int | None]:
    """Read an alarm. Without a sample a raised alarm stays, and one that is not raised is invalid."""

    def read(report: Report) -> int | None:
        level = report.decision.alarms.get(path, Level.OK)
        return None if level is Level.OK and report.decision.sample is None else level.value

    return read


# Parts of a report; rows with the same source are read together
MEASURED: Source[Report] = Source(
    attrgetter(
        "shared",
        "decision.phase",
        "decision.sample",
        "decision.temperatures",
        "decision.extreme_cells",
        "decision.extreme_sensors",
        "decision.soc",
        "decision.consumed",
        "decision.time_to_go",
    )
)
DETAIL: Source[Report] = Source(  # rows become valid or invalid with the cells
    attrgetter("decision.sample", "decision.alarms"),
    shape=lambda r: None if r.decision.sample is None else len(r.decision.sample.cells),
)
STATE: Source[Report] = Source(attrgetter("decision.phase", "link"))
AGE: Source[Report] = Source(
    attrgetter("decision.age"), shape=lambda r: r.decision.age is None
)  # different in every report
MOSFETS: Source[Report] = Source(lambda r: r.decision.sample and r.decision.sample.mosfets)
DOUBT: Source[Report] = Source(attrgetter("decision.doubt"))
ALARMS: Source[Report] = Source(lambda r: (r.decision.alarms, r.decision.sample is None))

ITEMS = (
    *DEVICE_ITEMS,
    *rows(
        FIXED,
        Item("/ErrorCode", "i", "{}", lambda r: 0),
        # The pack as a system of one battery
        Item("/System/NrOfBatteries", "i", "{}", lambda r: 1),
        Item("/System/BatteriesParallel", "i", "{}", lambda r: 1),
        Item("/System/BatteriesSeries", "i", "{}", lambda r: 1),
        # The battery shown on the GX's page of a single battery
        Item("/Battery/Request/Id", "i", "{}", lambda r: 1, writable=True, lowest=1, highest=1),
    ),
    *rows(
        IDENTITY,
        Item("/Mgmt/InsecureConnection", "i", "{}", lambda r: int(r.insecure)),
        Item("/DeviceInstance", "i", "{}", lambda r: r.instance),
        Item("/ProductName", "s", "{}", product_name),
        Item("/InstalledCapacity", "d", "{:.1f}Ah", _installed),
        Item("/System/NrOfCellsPerBattery", "i", "{}", lambda r: r.identity.cell_count or None),
        Item("/Battery/1/Serial", "s", "{}", lambda r: r.address),
        Item("/Battery/1/Capacity", "d", "{:.1f}Ah", _installed),
        Item("/Battery/1/FwVersion", "s", "{}", lambda r: r.identity.firmware or None),
    ),
    *rows(
        STATE,
        Item("/State", "i", "{}", lambda r: STATES[r.decision.phase]),
        Item("/Bluetooth/State", "s", "{}", _connection),
        Item("/ConnectionInformation", "s", "{}", _briefly),
        Item("/Bluetooth/Rssi", "i", "{}dBm", lambda r: r.link.rssi, every=15.0),
        Item("/Bluetooth/Reconnects", "i", "{}", lambda r: r.link.reconnects, every=SLOW_EVERY),
        Item("/Bluetooth/FailedPolls", "i", "{}", lambda r: r.link.failed_polls, every=SLOW_EVERY),
        Item(
            "/Bluetooth/FailedPollsLastHour", "i", "{}", lambda r: r.link.failed_last_hour, every=SLOW_EVERY
        ),
        Item("/Bluetooth/Interference", "s", "{}", lambda r: r.link.interference or None),
    ),
    *rows(AGE, Item("/Bluetooth/SampleAge", "i", "{}s", lambda r: r.decision.age, every=SLOW_EVERY)),
    *rows(
        MEASURED,
        Item("/Dc/0/Voltage", "d", "{:.2f}V", _now(_sample(lambda s: s.voltage))),
        Item("/Dc/0/Current", "d", "{:.1f}A", _now(_sample(lambda s: s.current))),
        Item("/Dc/0/Power", "d", "{:.0f}W", _now(_sample(lambda s: s.voltage * s.current))),
        Item("/Dc/0/Temperature", "d", "{:.1f}°C", _now(_temperatures(lambda ts: sum(ts) / len(ts)))),
        Item(
            "/Soc",
            "d",
            "{:.1f}%",
            lambda r: r.decision.soc if r.decision.sample or r.decision.phase in LENT else None,
        ),
        Item("/Soh", "d", "{:.1f}%", _sample(_health), every=SLOW_EVERY),
        Item("/Capacity", "d", "{:.1f}Ah", _sample(lambda s: s.remaining)),
        Item(
            "/ConsumedAmphours", "d", "{:.1f}Ah", lambda r: r.decision.consumed if r.decision.sample else None
        ),
        Item(
            "/TimeToGo", "i", "{}", lambda r: r.decision.time_to_go if r.decision.sample else None, every=15.0
        ),
        Item("/System/MinCellVoltage", "d", "{:.3f}V", _cells(min)),
        Item("/System/MaxCellVoltage", "d", "{:.3f}V", _cells(max)),
        Item("/System/MinVoltageCellId", "s", "{}", _cell_id(lambda e: e.lowest)),
        Item("/System/MaxVoltageCellId", "s", "{}", _cell_id(lambda e: e.highest)),
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
        MOSFETS,
        Item("/System/NrOfModulesOnline", "i", "{}", lambda r: int(r.decision.sample is not None)),
        Item("/System/NrOfModulesOffline", "i", "{}", lambda r: int(r.decision.sample is None)),
        Item("/System/NrOfModulesBlockingCharge", "i", "{}", _blocked(Mosfet.CHARGE)),
        Item("/System/NrOfModulesBlockingDischarge", "i", "{}", _blocked(Mosfet.DISCHARGE)),
    ),
    *rows(
        DETAIL,
        Item(
            "/System/StoredEnergy",
            "d",
            "{:.2f}kWh",
            _sample(lambda s: s.remaining * s.voltage / 1000),
            every=SLOW_EVERY,
        ),
        Item("/Balancing", "i", "{}", _sample(lambda s: int(bool(s.balancing))), every=CELLS_EVERY),
        Item("/Balancer/Status", "i", "{}", _balancer, every=CELLS_EVERY),
        Item("/Battery/1/Status", "i", "{}", _status, every=CELLS_EVERY),
        Item("/Battery/1/Voltage", "d", "{:.2f}V", _sample(lambda s: s.voltage), every=CELLS_EVERY),
        Item("/Battery/1/Current", "d", "{:.1f}A", _sample(lambda s: s.current), every=CELLS_EVERY),
        # No part of Venus reads these, but owners' dashboards do
        Item("/Voltages/Sum", "d", "{:.3f}V", _cells(sum), every=CELLS_EVERY),
        Item(
            "/Voltages/Diff", "d", "{:.3f}V", _cells(lambda cells: max(cells) - min(cells)), every=CELLS_EVERY
        ),
    ),
    *rows(DOUBT, Item("/Diagnostics/Doubt", "s", "{}", lambda r: r.decision.doubt or None)),
    *rows(ALARMS, *(Item(path, "i", "{}", _alarm(path)) for path in ALARM_PATHS)),
)


def _cell(n: int) -> tuple[Item[Report], ...]:
    volts = _sample(lambda s: s.cells[n - 1] if n <= len(s.cells) else None)
    balancing = _sample(lambda s: int(n in s.balancing))
    return rows(
        DETAIL,
        Item(f"/Voltages/Cell{n}", "d", "{:.3f}V", volts, every=CELLS_EVERY),
        Item(f"/Balances/Cell{n}", "i", "{}", balancing, every=CELLS_EVERY),
        Item(f"/Battery/1/Cell/{n}/Voltage", "d", "{:.3f}V", volts, every=CELLS_EVERY),
    )


def _sensor(n: int) -> Item[Report]:
    """Return the row of a sensor, whatever its role; an implausible value is invalid."""

    def read(sample: PackSample) -> float | None:
        celsius = sample.temperatures[n - 1] if n <= len(sample.temperatures) else LOWEST_SANE
        return celsius if LOWEST_SANE < celsius < HIGHEST_SANE else None

    return Item(f"/System/Temperature{n}", "d", "{:.1f}°C", _sample(read), source=MEASURED)


def items_for(
    identity: PackIdentity, *, controls: bool = False, pane: bool = True, switchable: bool = True
) -> tuple[Item[Report], ...]:
    """Return all rows of a battery, with a row per cell and sensor that it has.

    ``pane``: with the outputs of the switch pane. ``switchable``: the BMS can be switched.
    """
    cells = (item for n in range(1, identity.cell_count + 1) for item in _cell(n))
    sensors = (_sensor(n) for n in range(1, identity.ntc_count + 1))
    control = CONTROL_ITEMS if controls else WATCHING_ITEMS
    switches, outputs = (
        (SWITCH_ITEMS, PANE_ITEMS) if switchable else (READ_ONLY_SWITCH_ITEMS, LEND_PANE_ITEMS)
    )
    settings = setting_items(identity.cell_count)
    return (
        *ITEMS,
        *switches,
        *HISTORY_ITEMS,
        *control,
        *settings,
        *(outputs if pane else ()),
        *cells,
        *sensors,
    )


def devices(report: Report) -> dict[str, tuple[Item[Report], ...]]:
    """Return the rows of each service of a pack, by class; the switch pane's outputs are on one of them."""
    beside = report.switch_instance is not None
    switchable = report.switchable
    battery = items_for(report.identity, controls=report.controls, pane=not beside, switchable=switchable)
    switch = SWITCH_DEVICE_ITEMS if switchable else LEND_DEVICE_ITEMS
    return {BATTERY: battery} | ({SWITCH: switch} if beside else {})


def values(items: Iterable[Item[Report]], report: Report) -> dict[str, Value | None]:
    """Return the value of each path for a report."""
    return {item.path: item.value(report) for item in items}
