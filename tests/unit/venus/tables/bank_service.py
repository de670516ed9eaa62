"""The service of a bank for tests: its rows, and what it shows of a report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dbus_xbms.report import BankReport
from dbus_xbms.settings import Value
from dbus_xbms.settings.bank import MOST_MEMBERS
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.tables.bank import devices
from dbus_xbms.venus.tables.battery import values
from tests.unit.samples import bank_report

BANK = bank_report(controls=True)
LARGEST = bank_report(packs=MOST_MEMBERS, controls=True)


def items(report: BankReport) -> dict[str, Item[BankReport]]:
    (table,) = devices(report).values()
    return {item.path: item for item in table}


def shown(report: BankReport) -> dict[str, Value | None]:
    return values(items(report).values(), report)


def text(report: BankReport, path: str) -> str:
    item = items(report)[path]
    return item.show(item.value(report), item.noted(report))


def with_values(**changes: Any) -> BankReport:
    return bank_report(controls=True, values=replace(BANK.decision.values, **changes))


def with_member(number: int, **changes: Any) -> BankReport:
    members = list(BANK.decision.members)
    members[number - 1] = replace(members[number - 1], **changes)
    return bank_report(controls=True, members=tuple(members))
