"""The paths by which all packs of a bank are switched, or lent one after the other. Pure."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.model import Mosfet
from dbus_xbms.report import AnyReport, BankReport
from dbus_xbms.venus.item import Item, Source, rows
from dbus_xbms.venus.tables.bank_measured import some
from dbus_xbms.venus.tables.switches import BMS_SWITCHES, COMMAND_ITEMS, LEND


def _off(mosfet: Mosfet, report: BankReport) -> str:
    """Name the members whose MOSFET is off while the bank as a whole is on."""
    samples = [(member.name, member.sample) for member in report.decision.members if member.sample]
    names = tuple(name for name, sample in samples if sample.is_on(mosfet) is False)
    return f"off in {some(names)}" if names and report.mosfets and report.mosfets.of(mosfet) else ""


NOTES = {
    "/Io/AllowToCharge": lambda report: _off(Mosfet.CHARGE, report),
    "/Io/AllowToDischarge": lambda report: _off(Mosfet.DISCHARGE, report),
    LEND: lambda report: report.lent,
}


def _noted(item: Item[AnyReport]) -> Item[BankReport]:
    return replace(item, note=NOTES.get(item.path))


SWITCHED: Source[BankReport] = Source(
    lambda r: (
        r.mosfets,
        r.switching,
        r.lent,
        tuple((member.name, member.sample and member.sample.mosfets) for member in r.decision.members),
    )
)
BALANCED: Source[BankReport] = Source(lambda r: (r.decision.online > 0, r.switching))

SWITCH_ITEMS: tuple[Item[BankReport], ...] = (
    *rows(SWITCHED, *map(_noted, (*BMS_SWITCHES, *COMMAND_ITEMS))),
    Item(
        "/Io/AllowToBalance",
        "i",
        "{}",
        lambda r: int(r.switching.balancing is not False) if r.decision.online else None,
        source=BALANCED,
    ),
)
