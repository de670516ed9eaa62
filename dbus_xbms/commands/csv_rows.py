"""A pack or a bank as a row of a CSV file. Pure."""

from __future__ import annotations

from collections.abc import Callable

from dbus_xbms.commands.screen.reading import number, state
from dbus_xbms.commands.screen.style import text_of
from dbus_xbms.commands.table import ALARMS, CHARGE_MODE, CVL, Battery
from dbus_xbms.text import LINE, printable
from dbus_xbms.venus.tables.battery import ITEMS
from dbus_xbms.venus.tables.measured import MEASURED

# Paths that change only with a poll or when contact is lost. Paths with their own interval may change between
# two polls and are not included.
OF_A_POLL = frozenset(item.path for item in ITEMS if item.source is MEASURED and not item.every)
FORMULA = ("=", "+", "-", "@")  # a spreadsheet takes texts that start with these for formulas

Read = Callable[[Battery], str]


def _value(path: str) -> Read:
    """Return a reader of a number; an invalid one is empty."""
    return lambda pack: "" if (value := pack.values.get(path)) is None else str(value)


def _text(path: str) -> Read:
    return lambda pack: plain(str(pack.values.get(path) or ""))


def plain(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    text = printable(text, LINE)
    return f"'{text}" if text.startswith(FORMULA) else text


def _cells(pack: Battery) -> str:
    return " ".join(f"{volts:.3f}" for _, volts in pack.cells)


def _balancing(pack: Battery) -> str:
    return " ".join(str(n) for n, path in pack.numbered("/Balances/Cell#") if pack.values[path] == 1)


def _temperatures(pack: Battery) -> str:
    read = (number(pack, path) for _, path in pack.numbered("/System/Temperature#"))
    return " ".join("-" if celsius is None else f"{celsius:.1f}" for celsius in read)


def _alarms(pack: Battery) -> str:
    raised = sorted((path, level) for path, level in pack.values.items() if path.startswith("/Alarms/"))
    return " ".join(f"{path.removeprefix('/Alarms/')}={level}" for path, level in raised if level in ALARMS)


# Name with unit, and reader. New columns go to the end.
COLUMNS: tuple[tuple[str, Read], ...] = (
    ("address", lambda pack: pack.label),
    ("name", lambda pack: plain(pack.name)),
    ("state", lambda pack: text_of(state(pack))),
    ("soc_percent", _value("/Soc")),
    ("voltage_V", _value("/Dc/0/Voltage")),
    ("current_A", _value("/Dc/0/Current")),
    ("power_W", _value("/Dc/0/Power")),
    ("charge_left_Ah", _value("/Capacity")),
    ("time_to_go_s", _value("/TimeToGo")),
    ("lowest_cell_V", _value("/System/MinCellVoltage")),
    ("highest_cell_V", _value("/System/MaxCellVoltage")),
    ("cells_V", _cells),
    ("balancing_cells", _balancing),
    ("temperatures_C", _temperatures),
    ("mosfet_temperature_C", _value("/System/MOSTemperature")),
    ("charge_mosfet", _value("/Io/AllowToCharge")),
    ("discharge_mosfet", _value("/Io/AllowToDischarge")),
    ("cvl_V", _value(CVL)),
    ("ccl_A", _value("/Info/MaxChargeCurrent")),
    ("dcl_A", _value("/Info/MaxDischargeCurrent")),
    ("charge_mode", _text(CHARGE_MODE)),
    ("charge_limited_by", _text("/Info/ChargeLimitation")),
    ("discharge_limited_by", _text("/Info/DischargeLimitation")),
    ("alarms", _alarms),
    ("link", _text("/Bluetooth/State")),
    ("rssi_dBm", _value("/Bluetooth/Rssi")),
    ("lowest_cell", _text("/System/MinVoltageCellId")),
    ("highest_cell", _text("/System/MaxVoltageCellId")),
    ("packs_online", _value("/System/NrOfModulesOnline")),
)
HEADER = ("time", *(name for name, _ in COLUMNS))
KEPT_WHEN_GONE = ("address", "name", "state")


def row(pack: Battery, time: str) -> list[str]:
    """Return the row of a pack; one that has left the bus has address, name and state only."""
    return [time, *(read(pack) if not pack.gone or name in KEPT_WHEN_GONE else "" for name, read in COLUMNS)]
