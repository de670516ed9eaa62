"""The measured values of a bank. Pure."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from dbus_xbms.model import Level, Mosfet, Phase
from dbus_xbms.policy.alarms import CELL_IMBALANCE, LOW_SOC
from dbus_xbms.policy.bank.records import BankValues, Extreme
from dbus_xbms.report import BankReport
from dbus_xbms.settings import Value
from dbus_xbms.text import listed
from dbus_xbms.venus.item import Item, Read, Source, rows
from dbus_xbms.venus.tables.history import SLOW_EVERY
from dbus_xbms.venus.tables.measured import CELLS_EVERY, balancer

MOST_NAMES = 3  # in one text


def some(names: tuple[str, ...]) -> str:
    """List a few names: ``Bow, Stern, Port and 2 more``."""
    if len(names) <= MOST_NAMES:
        return listed(names)
    return listed((*names[:MOST_NAMES], f"{len(names) - MOST_NAMES} more"))


def _values(read: Callable[[BankValues], Value | None]) -> Read[BankReport]:
    return lambda report: read(report.decision.values)


def _now(read: Callable[[BankValues], Value | None]) -> Read[BankReport]:
    """Read a value that is invalid while held, if Venus passes it on to chargers."""
    return lambda report: (
        None if report.shared and report.decision.phase is Phase.HELD else read(report.decision.values)
    )


def _name(report: BankReport, extreme: Extreme, part: str) -> str:
    names = report.names
    name = names[extreme.member - 1] if extreme.member <= len(names) else ""
    return f"{name}, {part} {extreme.number}"


def _extreme(
    of: Callable[[BankValues], Extreme | None],
    path: str,
    text: str,
    where: str,
    label: str,
    part: str,
    every: float = 0.0,
) -> tuple[Item[BankReport], ...]:
    """Return the rows of the lowest or highest cell or sensor: its value, and pack and number."""

    def value(report: BankReport) -> float | None:
        return extreme.value if (extreme := of(report.decision.values)) else None

    def note(report: BankReport) -> str:
        return _name(report, extreme, part) if (extreme := of(report.decision.values)) else ""

    def identify(report: BankReport) -> str | None:
        extreme = of(report.decision.values)
        return f"{extreme.member}:{label.format(extreme.number)}" if extreme else None

    return (
        Item(path, "d", text, value, note=note, every=every),
        Item(where, "s", "{}", identify, every=every),
    )


def raised(report: BankReport, path: str) -> tuple[str, ...]:
    """Return the names of the members that raise an alarm."""
    alarm = report.decision.alarms.get(path)
    return alarm.names if alarm and alarm.level is not Level.OK else ()


def _temperature_note(report: BankReport) -> str:
    """Return the sensor that a temperature alarm is about: a GX prints the bank's temperature beside it."""
    values = report.decision.values
    for extreme, alarms in (
        (values.coldest, ("LowTemperature", "LowChargeTemperature")),
        (values.hottest, ("HighTemperature", "HighChargeTemperature")),
    ):
        if extreme and any(raised(report, f"/Alarms/{alarm}") for alarm in alarms):
            return f"{_name(report, extreme, 'sensor')}: {extreme.value:.1f}°C"
    return ""


def _blocking(mosfet: Mosfet) -> Read[BankReport]:
    def read(report: BankReport) -> int | None:
        samples = [member.sample for member in report.decision.members if member.sample]
        return sum(sample.is_on(mosfet) is False for sample in samples) if samples else None

    return read


def _balancing(report: BankReport) -> int | None:
    return int(report.decision.values.balancing) if report.decision.online else None


def _balancer(report: BankReport) -> int | None:
    if not report.decision.online:
        return None
    return balancer(
        balancing=report.decision.values.balancing, imbalanced=bool(raised(report, CELL_IMBALANCE))
    )


MEASURED: Source[BankReport] = Source(
    attrgetter("decision.values", "shared", "decision.phase", "decision.alarms", "names")
)
SLOW: Source[BankReport] = Source(
    lambda r: (r.decision.values, r.decision.alarms, r.decision.online > 0),
    shape=lambda r: (
        r.decision.online > 0,
        r.decision.values.health is None,
        r.decision.values.time_to_go is None,
        r.decision.values.stored_energy is None,
        r.decision.values.soc_spread is None,
        r.decision.values.highest_cell is None,
        r.decision.values.lowest_cell is None,
    ),
)
MODULES: Source[BankReport] = Source(
    lambda r: tuple((member.online, member.sample and member.sample.mosfets) for member in r.decision.members)
)


def _cell_spread(values: BankValues) -> float | None:
    if values.highest_cell is None or values.lowest_cell is None:
        return None
    return values.highest_cell.value - values.lowest_cell.value


MEASURED_ITEMS: tuple[Item[BankReport], ...] = (
    *rows(
        MEASURED,
        Item("/Dc/0/Voltage", "d", "{:.2f}V", _now(lambda v: v.voltage)),
        Item("/Dc/0/Current", "d", "{:.1f}A", _now(lambda v: v.current)),
        Item(
            "/Dc/0/Power",
            "d",
            "{:.0f}W",
            _now(lambda v: None if v.voltage is None or v.current is None else v.voltage * v.current),
        ),
        Item("/Dc/0/Temperature", "d", "{:.1f}°C", _now(lambda v: v.temperature), note=_temperature_note),
        Item("/Dc/0/MidVoltage", "d", "{:.2f}V", _now(lambda v: v.mid_voltage)),
        Item("/Dc/0/MidVoltageDeviation", "d", "{:.1f}%", _now(lambda v: v.mid_deviation)),
        Item("/Soc", "d", "{:.1f}%", _values(lambda v: v.soc), note=lambda r: some(raised(r, LOW_SOC))),
        Item("/Capacity", "d", "{:.1f}Ah", _values(lambda v: v.remaining)),
        Item("/ConsumedAmphours", "d", "{:.1f}Ah", _values(lambda v: v.consumed)),
        *_extreme(
            lambda v: v.lowest_cell,
            "/System/MinCellVoltage",
            "{:.3f}V",
            "/System/MinVoltageCellId",
            "C{:02}",
            "cell",
            CELLS_EVERY,
        ),
        *_extreme(
            lambda v: v.highest_cell,
            "/System/MaxCellVoltage",
            "{:.3f}V",
            "/System/MaxVoltageCellId",
            "C{:02}",
            "cell",
            CELLS_EVERY,
        ),
        *_extreme(
            lambda v: v.coldest,
            "/System/MinCellTemperature",
            "{:.1f}°C",
            "/System/MinTemperatureCellId",
            "T{}",
            "sensor",
        ),
        *_extreme(
            lambda v: v.hottest,
            "/System/MaxCellTemperature",
            "{:.1f}°C",
            "/System/MaxTemperatureCellId",
            "T{}",
            "sensor",
        ),
        Item("/System/MOSTemperature", "d", "{:.1f}°C", _values(lambda v: v.mosfet_temperature)),
    ),
    *rows(
        SLOW,
        Item("/TimeToGo", "i", "{}", _values(lambda v: v.time_to_go), every=15.0),
        Item("/Soh", "d", "{:.1f}%", _values(lambda v: v.health), every=SLOW_EVERY),
        Item("/System/StoredEnergy", "d", "{:.2f}kWh", _values(lambda v: v.stored_energy), every=SLOW_EVERY),
        Item("/System/SocSpread", "d", "{:.1f}%", _values(lambda v: v.soc_spread), every=SLOW_EVERY),
        Item("/Balancing", "i", "{}", _balancing, every=CELLS_EVERY),
        Item("/Balancer/Status", "i", "{}", _balancer, every=CELLS_EVERY),
        Item("/Voltages/Diff", "d", "{:.3f}V", _values(_cell_spread), every=CELLS_EVERY),
    ),
    *rows(
        MODULES,
        Item("/System/NrOfModulesOnline", "i", "{}", lambda r: r.decision.online),
        Item("/System/NrOfModulesOffline", "i", "{}", lambda r: len(r.decision.members) - r.decision.online),
        Item("/System/NrOfModulesBlockingCharge", "i", "{}", _blocking(Mosfet.CHARGE)),
        Item("/System/NrOfModulesBlockingDischarge", "i", "{}", _blocking(Mosfet.DISCHARGE)),
    ),
)
