"""The paths by which a pack is switched: what they show, and what a write to them requests. Pure.

All of them are views of one state: what each MOSFET was commanded, what is requested and not verified yet,
and what the BMS reports.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from operator import attrgetter

from dbus_xbms.model import Mosfet, MosfetTarget
from dbus_xbms.report import AnyReport, Balance, ForceOn, Lend, Report, Request
from dbus_xbms.venus.item import Item, Read, Source, rows

PANE_LEND = 30  # min that the toggle lends the link for
LONGEST_LEND = 240  # min
LEND = "/Settings/LendForMinutes"


def _switch(
    path: str, read: Read[AnyReport], highest: int, request: Callable[[int], Request]
) -> Item[AnyReport]:
    return Item(
        path,
        "i",
        "{}",
        read,
        writable=True,
        lowest=0,
        highest=highest,
        request=lambda value, report: request(value),
    )


# Reading


def actual(mosfet: Mosfet) -> Callable[[AnyReport], int | None]:
    """Return a reader of a MOSFET as the BMS reports it."""
    return lambda report: int(report.mosfets.of(mosfet)) if report.mosfets else None


def _wanted(mosfet: Mosfet, report: AnyReport) -> bool | None:
    """Return the state that is requested, else the one commanded."""
    return report.switching.requested.over(report.switching.commanded).of(mosfet)


def _forced_off(mosfet: Mosfet) -> Read[AnyReport]:
    def read(report: AnyReport) -> int | None:
        wanted = _wanted(mosfet, report)
        return None if wanted is None else int(not wanted)

    return read


def _mode(report: AnyReport) -> int | None:
    charge, discharge = (_wanted(mosfet, report) for mosfet in Mosfet)
    return None if charge is None or discharge is None else (not charge) | (not discharge) << 1


def _balancing_off(report: AnyReport) -> int | None:
    balancing = report.switching.balancing
    return None if balancing is None else int(not balancing)


def _may_balance(report: Report) -> int | None:
    return None if report.decision.sample is None else int(report.switching.balancing is not False)


def _minutes_left(report: AnyReport) -> int:
    return ceil(report.switching.lent_for / 60)


def is_lent(report: AnyReport) -> int:
    """Return 1 while the link is lent, else 0."""
    return int(report.switching.lent_for > 0)


def _position(mosfet: Mosfet) -> Read[AnyReport]:
    """Position of a toggle: as requested, else as the MOSFET is, else as commanded."""

    def read(report: AnyReport) -> int | None:
        known = (
            report.switching.requested.of(mosfet),
            actual(mosfet)(report),
            report.switching.commanded.of(mosfet),
        )
        return next((int(on) for on in known if on is not None), None)

    return read


# Writing


FORCE, FORCE_BOTH = 2, 4  # values that turn a MOSFET on, or both, despite an inrush current


def _target(mosfet: Mosfet, on: bool) -> MosfetTarget:
    return MosfetTarget(**{mosfet.value: on})


def _allow(mosfet: Mosfet) -> Callable[[int], Request]:
    """Return what a write to ``/Io/AllowTo...`` requests."""
    return lambda value: ForceOn(_target(mosfet, True)) if value == FORCE else _target(mosfet, bool(value))


def _set_mode(value: int) -> Request:
    if value == FORCE_BOTH:
        return ForceOn(MosfetTarget(charge=True, discharge=True))
    return MosfetTarget(charge=not value & 1, discharge=not value & 2)


BMS_SWITCHES = (
    _switch("/Io/AllowToCharge", actual(Mosfet.CHARGE), FORCE, _allow(Mosfet.CHARGE)),
    _switch("/Io/AllowToDischarge", actual(Mosfet.DISCHARGE), FORCE, _allow(Mosfet.DISCHARGE)),
    _switch(
        "/Settings/ForceChargingOff", _forced_off(Mosfet.CHARGE), 1, lambda v: _target(Mosfet.CHARGE, not v)
    ),
    _switch(
        "/Settings/ForceDischargingOff",
        _forced_off(Mosfet.DISCHARGE),
        1,
        lambda v: _target(Mosfet.DISCHARGE, not v),
    ),
    _switch("/Settings/MosfetMode", _mode, FORCE_BOTH, _set_mode),
    _switch("/Settings/TurnBalancingOff", _balancing_off, 1, lambda v: Balance(on=not v)),
)
LEND_MINUTES = _switch(LEND, _minutes_left, LONGEST_LEND, Lend)


def _mosfet_switch(mosfet: Mosfet) -> Item[AnyReport]:
    path = f"/SwitchableOutput/{mosfet.value}/State"
    return _switch(path, _position(mosfet), 1, lambda value: _target(mosfet, bool(value)))


CHARGE, DISCHARGE = _mosfet_switch(Mosfet.CHARGE), _mosfet_switch(Mosfet.DISCHARGE)
LEND_SWITCH = _switch(
    "/SwitchableOutput/lend/State", is_lent, 1, lambda value: Lend(PANE_LEND if value else 0)
)

SWITCHED: Source[AnyReport] = Source(attrgetter("mosfets", "switching"))

BALANCED: Source[Report] = Source(lambda r: (r.decision.sample is None, r.switching))

COMMAND_ITEMS: tuple[Item[AnyReport], ...] = (
    LEND_MINUTES,
    Item("/Io/LastCommand", "s", "{}", lambda r: r.switching.text or None),
    Item("/Io/LastCommandState", "i", "{}", lambda r: r.switching.state.value),
    Item("/Io/LastCommandNumber", "i", "{}", lambda r: r.switching.number),
)
SWITCH_ITEMS: tuple[Item[Report], ...] = (
    *rows(SWITCHED, *BMS_SWITCHES, *COMMAND_ITEMS),
    Item("/Io/AllowToBalance", "i", "{}", _may_balance, source=BALANCED),
)
READ_ONLY_SWITCH_ITEMS: tuple[Item[AnyReport], ...] = rows(  # of a BMS that cannot be switched
    SWITCHED,
    Item("/Io/AllowToCharge", "i", "{}", actual(Mosfet.CHARGE)),
    Item("/Io/AllowToDischarge", "i", "{}", actual(Mosfet.DISCHARGE)),
    *COMMAND_ITEMS,
)
