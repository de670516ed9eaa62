"""The state of a bank and of its members' links, doubts and alarms. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter

from dbus_xbms.model import Level, PackSample
from dbus_xbms.policy.alarms import ALARM_PATHS, BMS_CABLE
from dbus_xbms.policy.bank.records import Alarm
from dbus_xbms.report import BankReport
from dbus_xbms.text import duration
from dbus_xbms.venus.item import Item, Source, rows
from dbus_xbms.venus.tables.bank_measured import raised, some
from dbus_xbms.venus.tables.connection import joined, stopped
from dbus_xbms.venus.tables.state import (
    COMMUNICATION,
    NO_ERROR,
    SILENCE,
    STATES,
    alarm_value,
    no_communication,
)

MODULES = 10  # that the GX's page of module alarms can show


def _absent(report: BankReport) -> Iterable[str]:
    """Describe the members that do not count: ``no contact: Bow and Stern``."""
    by_state: dict[str, tuple[str, ...]] = {}
    for member in report.decision.members:
        if not member.online:
            by_state[member.state.value] = (*by_state.get(member.state.value, ()), member.name)
    return (f"{state}: {some(names)}" for state, names in by_state.items())


def _connection(report: BankReport) -> str:
    """Describe the phase of silence and the members that do not count."""
    phase = SILENCE.get(report.decision.phase)
    words = _members(report)
    return f"{phase}, {words}" if phase else words


def _members(report: BankReport) -> str:
    left = report.switching.lent_for
    lent = f"{report.lent} for {duration(left)} more" if report.lent and left else ""
    return joined(report.online, *_absent(report), lent)


def _alarm(path: str) -> Callable[[BankReport], int | None]:
    def read(report: BankReport) -> int | None:
        level = report.decision.alarms.get(path, Alarm()).level
        return alarm_value(path, level, known=report.decision.online > 0)

    return read


def _doubts(report: BankReport) -> str | None:
    doubts = (f"{one.name}: {one.decision.doubt}" for one in report.decision.members if one.decision.doubt)
    return "; ".join(doubts) or None


STATE: Source[BankReport] = Source(
    lambda r: (
        r.decision.phase,
        tuple((member.state, member.name) for member in r.decision.members),
        r.lent,
        r.lent and r.switching.lent_for,
    )
)
DOUBT: Source[BankReport] = Source(lambda r: (_doubts(r), r.decision.for_owner))
ALARMS: Source[BankReport] = Source(lambda r: (r.decision.alarms, r.decision.phase, r.decision.online > 0))
LINE: Source[BankReport] = Source(
    lambda r: (STATE.parts(r), r.mosfets, r.protection, r.switching, r.decision.limits)
)


def _alarm_item(path: str) -> Item[BankReport]:
    return Item(path, "i", "{}", _alarm(path), note=lambda report: some(raised(report, path)))


STATE_ITEMS: tuple[Item[BankReport], ...] = (
    *rows(
        STATE,
        Item("/State", "i", "{}", lambda r: STATES[r.decision.phase]),
        Item("/Bluetooth/State", "s", "{}", _connection),
    ),
    Item("/ConnectionInformation", "s", "{}", lambda r: joined(_members(r), stopped(r)), source=LINE),
    *rows(
        DOUBT,
        Item("/Diagnostics/Doubt", "s", "{}", _doubts),
        Item("/Diagnostics/Advice", "s", "{}", lambda r: r.decision.for_owner or None),
    ),
    *rows(
        ALARMS,
        *map(_alarm_item, ALARM_PATHS),
        Item(
            COMMUNICATION,
            "i",
            "{}",
            lambda r: no_communication(r.decision.phase, r.decision.alarms.get(BMS_CABLE, Alarm()).level),
        ),
    ),
    NO_ERROR,
)


def module_items(n: int) -> tuple[Item[BankReport], ...]:
    """Return the rows of member ``n``, 1-based, on the page of module alarms; none beyond the tenth."""
    if n > MODULES:
        return ()

    def sample(report: BankReport) -> PackSample | None:
        return report.decision.members[n - 1].sample

    def levels(report: BankReport) -> Mapping[str, Level]:
        return report.decision.members[n - 1].decision.alarms

    def alarm(path: str) -> Item[BankReport]:
        return Item(
            f"{at}{path}",
            "i",
            "{}",
            lambda r: alarm_value(path, levels(r).get(path, Level.OK), known=sample(r) is not None),
        )

    at = f"/Diagnostics/Module{n - 1}"
    return (
        Item(f"{at}/Id", "s", "{}", lambda r: r.names[n - 1], source=Source(attrgetter("names"))),
        *rows(Source(lambda r: (levels(r), sample(r) is None)), *map(alarm, ALARM_PATHS)),
    )
