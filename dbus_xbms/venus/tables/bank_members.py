"""The members of a bank one by one: the GX's page of single batteries, and more for programs. Pure.

A member whose task does not run has no report; what the bank knows of it is shown all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Literal

from dbus_xbms.model import LENT, Mosfet, PackSample
from dbus_xbms.policy.bank.records import Member
from dbus_xbms.record import record
from dbus_xbms.report import BankReport, Report
from dbus_xbms.settings import Value, device_id
from dbus_xbms.venus.item import Item, Source, rows
from dbus_xbms.venus.tables.battery import BATTERY, installed
from dbus_xbms.venus.tables.measured import CELLS_EVERY, status

SINGLE_CELLS_EVERY = 15.0  # s; there may be 256 cells, and each pack's own service has its own every 5 s


def _report(report: BankReport, n: int) -> Report | None:
    return report.reports[n - 1] if n <= len(report.reports) else None


def cells_of(report: BankReport, member: Member) -> int:
    """Return the number of a member's cells; 0: it was never read."""
    pack = _report(report, member.number)
    return member.cells or (pack.identity.cell_count if pack else 0)


def _fixed(report: BankReport, n: int) -> tuple[object, ...]:
    """Return what capacity and firmware depend on, which hardly ever changes."""
    pack = _report(report, n)
    return (pack.identity, pack.settings) if pack else ()


def _firmware(report: BankReport, n: int) -> str | None:
    pack = _report(report, n)
    return pack.identity.firmware or None if pack else None


def _capacity(report: BankReport, n: int) -> float | None:
    pack = _report(report, n)
    return installed(pack) if pack else None


def _instance(report: BankReport, n: int) -> int | None:
    pack = _report(report, n)
    return pack.instance if pack else None


def _outcome(report: BankReport, n: int) -> str | None:
    return report.outcomes[n - 1] or None if n <= len(report.outcomes) else None


def _position(member: Member) -> tuple[object, ...]:
    return member.name, member.address, member.string, member.watch_only, member.state, member.why


def _soc(member: Member) -> float | None:
    return member.decision.soc if member.sample or member.decision.phase in LENT else None


def _temperature(member: Member) -> float | None:
    cells = member.decision.temperatures.cells
    return sum(cells) / len(cells) if member.sample and cells else None


def _sample(read: Callable[[PackSample], Value | None]) -> Callable[[Member], Value | None]:
    return lambda member: None if member.sample is None else read(member.sample)


def _on(mosfet: Mosfet) -> Callable[[Member], int | None]:
    def read(member: Member) -> int | None:
        on = member.sample.is_on(mosfet) if member.sample else None
        return None if on is None else int(on)

    return read


def _valid(member: Member) -> Hashable:
    """Return what decides which values of a member are valid."""
    sample = member.sample
    return (
        sample and (len(sample.cells), sample.mosfets is None),
        _soc(member) is None,
        bool(member.decision.temperatures.cells),
        member.share is None,
        not member.charge_limitation,
        not member.discharge_limitation,
    )


@record(kw_only=False)
class _Row:
    """A row of each member, below ``/Members/<n>`` or ``/Battery/<n>``."""

    leaf: str
    kind: Literal["i", "d", "s"]
    text: str
    read: Callable[[Member], Value | None]
    every: float = CELLS_EVERY  # s

    def of(self, n: int, base: str, source: Source[BankReport]) -> Item[BankReport]:
        """Return the row of member ``n``, 1-based."""
        return Item(
            f"{base}/{n}/{self.leaf}",
            self.kind,
            self.text,
            lambda report: self.read(report.decision.members[n - 1]),
            every=self.every,
            source=source,
        )


MEMBER_ROWS = (
    _Row("Soc", "d", "{:.1f}%", _soc),
    _Row("Voltage", "d", "{:.2f}V", _sample(lambda s: s.voltage)),
    _Row("Current", "d", "{:.1f}A", _sample(lambda s: s.current)),
    _Row("Share", "d", "{:.0f}%", lambda m: None if m.share is None else m.share * 100),
    _Row("LowestCell", "d", "{:.3f}V", _sample(lambda s: min(s.cells) if s.cells else None)),
    _Row("HighestCell", "d", "{:.3f}V", _sample(lambda s: max(s.cells) if s.cells else None)),
    _Row("AllowToCharge", "i", "{}", _on(Mosfet.CHARGE)),
    _Row("AllowToDischarge", "i", "{}", _on(Mosfet.DISCHARGE)),
    _Row("AllowedCharge", "d", "{:.1f}A", lambda m: m.ccl if m.charge_limitation else None),
    _Row("AllowedDischarge", "d", "{:.1f}A", lambda m: m.dcl if m.discharge_limitation else None),
    _Row("ChargeLimitation", "s", "{}", lambda m: m.charge_limitation or None),
    _Row("DischargeLimitation", "s", "{}", lambda m: m.discharge_limitation or None),
)
BATTERY_ROWS = (
    _Row("Status", "i", "{}", lambda m: status(m.sample, m.decision.alarms)),
    _Row("Voltage", "d", "{:.2f}V", _sample(lambda s: s.voltage)),
    _Row("Current", "d", "{:.1f}A", _sample(lambda s: s.current)),
    _Row("Temperature", "d", "{:.1f}°C", _temperature),
)


def _cell_row(c: int) -> _Row:
    return _Row(
        f"Cell/{c}/Voltage",
        "d",
        "{:.3f}V",
        _sample(lambda sample: sample.cells[c - 1] if c <= len(sample.cells) else None),
        every=SINGLE_CELLS_EVERY,
    )


def _cells(member: Member) -> tuple[float, ...]:
    return member.sample.cells if member.sample else ()


def member_items(n: int, cells: int) -> tuple[Item[BankReport], ...]:
    """Return the rows of member ``n``, 1-based, with so many cells."""

    def of(report: BankReport) -> Member:
        return report.decision.members[n - 1]

    def text(path: str, read: Callable[[Member], str | None]) -> Item[BankReport]:
        return Item(path, "s", "{}", lambda report: read(of(report)))

    battery, member = f"/Battery/{n}", f"/Members/{n}"
    measured: Source[BankReport] = Source(of, shape=lambda report: _valid(of(report)))
    single: Source[BankReport] = Source(lambda r: _cells(of(r)), shape=lambda r: len(_cells(of(r))))
    return (
        *rows(
            Source(lambda r: (of(r).name, _fixed(r, n))),
            text(f"{battery}/Serial", lambda m: m.name),
            Item(f"{battery}/Capacity", "d", "{:.1f}Ah", lambda r: _capacity(r, n)),
            Item(f"{battery}/FwVersion", "s", "{}", lambda r: _firmware(r, n)),
        ),
        *rows(
            Source(lambda r: (*_position(of(r)), _outcome(r, n), _instance(r, n))),
            text(f"{member}/Name", lambda m: m.name),
            text(f"{member}/Address", lambda m: m.address),
            text(f"{member}/Service", lambda m: f"{BATTERY}.{device_id(m.address)}"),
            Item(f"{member}/Instance", "i", "{}", lambda r: _instance(r, n)),
            Item(f"{member}/String", "i", "{}", lambda r: of(r).string),
            Item(f"{member}/WatchOnly", "i", "{}", lambda r: int(of(r).watch_only)),
            text(f"{member}/State", lambda m: m.state.value),
            text(f"{member}/Why", lambda m: m.why or None),
            Item(f"{member}/LastCommand", "s", "{}", lambda r: _outcome(r, n)),
        ),
        *(row.of(n, "/Members", measured) for row in MEMBER_ROWS),
        *(row.of(n, "/Battery", measured) for row in BATTERY_ROWS),
        *(_cell_row(c).of(n, "/Battery", single) for c in range(1, cells + 1)),
    )
