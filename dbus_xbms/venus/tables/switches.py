"""What the owner may switch on the bus: the paths, what they show, and what a write to them means. Pure.

All of them are views of one state: what each MOSFET was told, what is wished and not done yet, and what the
BMS reports.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from dbus_xbms.model import Mosfet, Orders
from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import Item, Read, Source, rows

PANE_LEND = 30  # min for which a toggle, which has no number, lends the link
LONGEST_LEND = 240  # min
LEND = "/Settings/LendForMinutes"


@dataclass(frozen=True, slots=True)
class Lend:
    """Lend the link to somebody else for so many minutes; 0: take it back."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Balancing:
    """Let the BMS balance its cells, or keep it from doing so."""

    on: bool


Order = Orders | Lend | Balancing


@dataclass(frozen=True, slots=True)
class Switch:
    """A path that the owner switches by, and the order that a write to it is."""

    item: Item
    means: Callable[[int], Order]


def _switch(path: str, read: Read, highest: int, means: Callable[[int], Order]) -> Switch:
    return Switch(Item(path, "i", "{}", read, writable=True, lowest=0, highest=highest), means)


# What is read


def actual(mosfet: Mosfet) -> Callable[[Report], int | None]:
    """As the BMS reports it."""

    def read(report: Report) -> int | None:
        on = report.sample.is_on(mosfet) if report.sample else None
        return None if on is None else int(on)

    return read


def _wanted(mosfet: Mosfet, report: Report) -> bool | None:
    """As the owner wants it: a wish counts at once."""
    return report.switching.wish.over(report.switching.told).of(mosfet)


def _forced_off(mosfet: Mosfet) -> Read:
    def read(report: Report) -> int | None:
        wanted = _wanted(mosfet, report)
        return None if wanted is None else int(not wanted)

    return read


def _mode(report: Report) -> int | None:
    charge, discharge = (_wanted(mosfet, report) for mosfet in Mosfet)
    return None if charge is None or discharge is None else (not charge) | (not discharge) << 1


def _balancing_off(report: Report) -> int | None:
    balancing = report.switching.balancing
    return None if balancing is None else int(not balancing)


def _may_balance(report: Report) -> int | None:
    return None if report.sample is None else int(report.switching.balancing is not False)


def _minutes_left(report: Report) -> int:
    return ceil(report.switching.lent_for / 60)


def minutes_lent(report: Report) -> int:
    """1: the link is lent to somebody else."""
    return int(report.switching.lent_for > 0)


def _position(mosfet: Mosfet) -> Read:
    """Where the toggle stands: as wished, else as the MOSFET really is, else as it was told."""

    def read(report: Report) -> int | None:
        known = (report.switching.wish.of(mosfet), actual(mosfet)(report), report.switching.told.of(mosfet))
        return next((int(on) for on in known if on is not None), None)

    return read


# What is written


def _told(mosfet: Mosfet, on: bool) -> Orders:
    return Orders(**{mosfet.value: on})


BMS_SWITCHES = (
    _switch("/Io/AllowToCharge", actual(Mosfet.CHARGE), 1, lambda v: _told(Mosfet.CHARGE, bool(v))),
    _switch("/Io/AllowToDischarge", actual(Mosfet.DISCHARGE), 1, lambda v: _told(Mosfet.DISCHARGE, bool(v))),
    _switch(
        "/Settings/ForceChargingOff", _forced_off(Mosfet.CHARGE), 1, lambda v: _told(Mosfet.CHARGE, not v)
    ),
    _switch(
        "/Settings/ForceDischargingOff",
        _forced_off(Mosfet.DISCHARGE),
        1,
        lambda v: _told(Mosfet.DISCHARGE, not v),
    ),
    _switch("/Settings/MosfetMode", _mode, 3, lambda v: Orders(charge=not v & 1, discharge=not v & 2)),
    _switch("/Settings/TurnBalancingOff", _balancing_off, 1, lambda v: Balancing(on=not v)),
)
LEND_MINUTES = _switch(LEND, _minutes_left, LONGEST_LEND, Lend)


def _mosfet_switch(mosfet: Mosfet) -> Switch:
    path = f"/SwitchableOutput/{mosfet.value}/State"
    return _switch(path, _position(mosfet), 1, lambda value: _told(mosfet, bool(value)))


CHARGE, DISCHARGE = _mosfet_switch(Mosfet.CHARGE), _mosfet_switch(Mosfet.DISCHARGE)
LEND_SWITCH = _switch(
    "/SwitchableOutput/lend/State", minutes_lent, 1, lambda value: Lend(PANE_LEND if value else 0)
)

SWITCHED = Source(lambda r: (r.sample and r.sample.mosfets, r.switching))

_COMMAND_ITEMS = rows(
    SWITCHED,
    LEND_MINUTES.item,
    Item("/Io/LastCommand", "s", "{}", lambda r: r.switching.last or None),
    Item("/Io/LastCommandState", "i", "{}", lambda r: r.switching.state.value),
    Item("/Io/LastCommandNumber", "i", "{}", lambda r: r.switching.number),
)
SWITCH_ITEMS = (
    *rows(
        SWITCHED,
        *(switch.item for switch in BMS_SWITCHES),
        Item("/Io/AllowToBalance", "i", "{}", _may_balance),
    ),
    *_COMMAND_ITEMS,
)
# Of a BMS that cannot be switched
READ_ONLY_SWITCH_ITEMS = (
    *rows(
        SWITCHED,
        Item("/Io/AllowToCharge", "i", "{}", actual(Mosfet.CHARGE)),
        Item("/Io/AllowToDischarge", "i", "{}", actual(Mosfet.DISCHARGE)),
    ),
    *_COMMAND_ITEMS,
)
_MEANT = {
    switch.item.path: switch.means for switch in (*BMS_SWITCHES, LEND_MINUTES, CHARGE, DISCHARGE, LEND_SWITCH)
}


def ordered(path: str, value: Value) -> Order | None:
    """What a write of ``value``, of the path's type and range, orders; ``None`` if it is no such path."""
    means = _MEANT.get(path)
    return means(value) if means and isinstance(value, int) else None
