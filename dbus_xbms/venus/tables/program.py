"""The paths of ``com.victronenergy.xbms``, the program as a service. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Generic, Literal, TypeVar

from dbus_xbms import __version__
from dbus_xbms.program_report import (
    MOST_ADAPTERS,
    MOST_FINDINGS,
    MOST_FOUND,
    MOST_KNOWN,
    AdapterUse,
    AddFound,
    CheckAgain,
    CheckFinding,
    EnableBank,
    EnablePack,
    FoundPack,
    KnownBank,
    KnownPack,
    ProgramReport,
    ProgramRequest,
    Restart,
    Scan,
)
from dbus_xbms.settings import SettingsError, Value, as_address
from dbus_xbms.settings.bank import MOST_BANKS
from dbus_xbms.venus.item import FIXED, Item, Source, rows

NAME = "com.victronenergy.xbms"
INSTANCE = 0

R = TypeVar("R")
Row = Callable[[ProgramReport], R | None]  # one record of the report, if it is there


def _nth(records: Callable[[ProgramReport], Sequence[R] | None], n: int) -> Row[R]:
    """Return what reads the record in row ``n``."""

    def read(report: ProgramReport) -> R | None:
        found = records(report) or ()
        return found[n] if n < len(found) else None

    return read


class _Of(Generic[R]):
    """Reads one value of a record; invalid if the record is not there. 600 closures would take 0.2 MB."""

    __slots__ = ("_field", "_row")

    def __init__(self, row: Row[R], field: Callable[[R], Value | None]) -> None:
        self._row = row
        self._field = field

    def __call__(self, report: ProgramReport) -> Value | None:
        record = self._row(report)
        return None if record is None else self._field(record)


# Leaves of a row: name, type, text, value
Leaves = tuple[tuple[str, Literal["i", "d", "s"], str, Callable[[R], Value | None]], ...]


def _shown(at: str, row: Row[R], leaves: Leaves[R]) -> Iterable[Item[ProgramReport]]:
    """Return the rows that show the leaves of a record at a path."""
    return (Item(f"{at}/{name}", kind, text, _Of(row, read)) for name, kind, text, read in leaves)


def _on(value: Value) -> bool:
    """Return whether a switch was written on.

    Raises:
        SettingsError: the value is not 0 or 1.
    """
    if value not in (0, 1):
        raise SettingsError(f"only 0 and 1 can be written, not {value}")
    return value == 1


def _pressed(request: ProgramRequest) -> Callable[[Value, ProgramReport], ProgramRequest | None]:
    """Return what a button requests: writing 0 does nothing."""
    return lambda value, report: request if _on(value) else None


FOUND: Leaves[FoundPack] = (
    ("Address", "s", "{}", lambda pack: pack.address),
    ("Name", "s", "{}", lambda pack: pack.name),
    ("Rssi", "i", "{} dBm", lambda pack: pack.rssi),
    ("Protocol", "s", "{}", lambda pack: pack.protocol),
    ("Make", "s", "{}", lambda pack: pack.make),
    ("WatchOnly", "i", "{}", lambda pack: int(pack.watch_only)),
    ("Known", "i", "{}", lambda pack: int(pack.known)),
    ("LastSeen", "i", "{} s", lambda pack: int(pack.age)),
)


def _discovered(n: int) -> Iterable[Item[ProgramReport]]:
    row: Row[FoundPack] = _nth(attrgetter("found"), n)

    def add(value: Value, report: ProgramReport) -> ProgramRequest | None:
        text = str(value).strip()
        if address := as_address(text):
            return AddFound(n, address)
        if text not in ("0", "1", "0.0", "1.0"):
            raise SettingsError(f"only 1 or the address of the pack can be written, not {text!r:.60}")
        return AddFound(n) if text.startswith("1") else None

    at = f"/Discovered/{n}"
    return rows(
        Source(row),
        *_shown(at, row, FOUND),
        # Text, so that the address can be written: rows change while a scan runs.
        Item(f"{at}/Add", "s", "{}", _Of(row, lambda pack: "0"), writable=True, request=add),
    )


KNOWN: Leaves[KnownPack] = (
    ("Address", "s", "{}", lambda pack: pack.address),
    ("Name", "s", "{}", lambda pack: pack.name),
    ("Make", "s", "{}", lambda pack: pack.make),
    ("WatchOnly", "i", "{}", lambda pack: int(pack.watch_only)),
    ("State", "s", "{}", lambda pack: pack.state),
    ("Service", "s", "{}", lambda pack: pack.service or None),
    ("Instance", "i", "{}", lambda pack: pack.instance),
)


def _pack(n: int) -> Iterable[Item[ProgramReport]]:
    row: Row[KnownPack] = _nth(attrgetter("packs"), n)

    def enable(value: Value, report: ProgramReport) -> ProgramRequest | None:
        pack = row(report)
        if pack is None:
            raise SettingsError("there is no pack in this row")
        return EnablePack(pack.address, _on(value))

    at = f"/Packs/{n}"
    return rows(
        Source(row),
        *_shown(at, row, KNOWN),
        Item(
            f"{at}/Enabled",
            "i",
            "{}",
            _Of(row, lambda pack: int(pack.enabled)),
            writable=True,
            lowest=0,
            highest=1,
            request=enable,
        ),
    )


BANK: Leaves[KnownBank] = (
    ("Name", "s", "{}", lambda bank: bank.name),
    ("State", "s", "{}", lambda bank: bank.state),
    ("Members", "s", "{}", lambda bank: " ".join(bank.members)),
    ("Topology", "s", "{}", lambda bank: bank.topology),
    ("Service", "s", "{}", lambda bank: bank.service or None),
    ("Instance", "i", "{}", lambda bank: bank.instance),
)


def _bank(number: int) -> Iterable[Item[ProgramReport]]:
    def row(report: ProgramReport) -> KnownBank | None:
        return report.bank(number)

    at = f"/Banks/{number}"
    return rows(
        Source(row),
        *_shown(at, row, BANK),
        Item(
            f"{at}/Enabled",
            "i",
            "{}",
            _Of(row, lambda bank: int(bank.enabled)),
            writable=True,
            lowest=0,
            highest=1,
            request=lambda value, report: EnableBank(number, _on(value)),
        ),
    )


ADAPTER: Leaves[AdapterUse] = (
    ("Address", "s", "{}", lambda adapter: adapter.address),
    ("Name", "s", "{}", lambda adapter: adapter.name),
    ("State", "s", "{}", lambda adapter: adapter.state),
    ("Slots", "i", "{}", lambda adapter: adapter.slots),
    ("Used", "i", "{}", lambda adapter: adapter.used),
)


def _adapter(n: int) -> Iterable[Item[ProgramReport]]:
    row: Row[AdapterUse] = _nth(attrgetter("adapters"), n)
    return rows(Source(row), *_shown(f"/Adapters/{n}", row, ADAPTER))


FINDING: Leaves[CheckFinding] = (
    ("Level", "i", "{}", lambda finding: finding.level),
    ("Text", "s", "{}", lambda finding: finding.text),
)


def _finding(n: int) -> Iterable[Item[ProgramReport]]:
    row: Row[CheckFinding] = _nth(attrgetter("findings"), n)
    return rows(Source(row), *_shown(f"/Findings/{n}", row, FINDING))


ITEMS: tuple[Item[ProgramReport], ...] = (
    *rows(
        FIXED,
        Item("/Mgmt/ProcessName", "s", "{}", lambda r: "dbus-xbms"),
        Item("/Mgmt/ProcessVersion", "s", "{}", lambda r: __version__),
        Item("/Mgmt/Connection", "s", "{}", lambda r: "Bluetooth LE"),
        Item("/DeviceInstance", "i", "{}", lambda r: INSTANCE),
        Item("/ProductName", "s", "{}", lambda r: "dbus-xbms"),
        Item("/FirmwareVersion", "s", "{}", lambda r: __version__),
        Item("/Connected", "i", "{}", lambda r: 1),
        Item("/Restart", "i", "{}", lambda r: 0, writable=True, request=_pressed(Restart())),
    ),
    *rows(
        Source(attrgetter("scan_left", "interference", "uptime", "cpu", "memory", "message")),
        Item(
            *("/Scan", "i", "{} s", lambda r: r.scan_left),
            writable=True,
            request=lambda value, r: Scan(_on(value)),
        ),
        Item("/Interference", "s", "{}", lambda r: r.interference),
        Item("/Uptime", "i", "{} s", lambda r: r.uptime),
        Item("/Cpu", "d", "{:.1f} %", lambda r: r.cpu),
        Item("/Memory", "d", "{:.1f} MB", lambda r: r.memory),
        Item("/Message", "s", "{}", lambda r: r.message),
    ),
    *rows(
        Source(attrgetter("findings", "checking")),
        Item("/Findings/Count", "i", "{}", lambda r: None if r.findings is None else len(r.findings)),
        Item(
            *("/Findings/Refresh", "i", "{}", lambda r: int(r.checking)),
            writable=True,
            request=_pressed(CheckAgain()),
        ),
    ),
    *(item for n in range(MOST_FOUND) for item in _discovered(n)),
    *(item for n in range(MOST_KNOWN) for item in _pack(n)),
    *(item for number in range(1, MOST_BANKS + 1) for item in _bank(number)),
    *(item for n in range(MOST_ADAPTERS) for item in _adapter(n)),
    *(item for n in range(MOST_FINDINGS) for item in _finding(n)),
)
