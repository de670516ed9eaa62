"""One path of a service: its type, its text, where its value comes from, what a write requests. Pure.

Items are generic in the record that they read, so that services of other things than a pack use the same
tables: ``Item[Report]`` reads a :class:`dbus_xbms.report.Report`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import KW_ONLY, field
from typing import Any, Generic, Literal, TypeVar

from dbus_xbms.record import record, replace
from dbus_xbms.settings import Value

INVALID_TEXT = "---"
INT32 = range(-(2**31), 2**31)  # larger integers are sent as int64

# Contravariant: rows that read what packs and banks have in common are rows of both.
T = TypeVar("T", contravariant=True)

Read = Callable[[T], Value | None]

_DECIMALS = re.compile(r"\.(\d)f")


@record(kw_only=False)
class Source(Generic[T]):
    """The part of a record that some rows read: while ``parts`` stay equal, so do the rows."""

    parts: Callable[[T], object]
    # Rows become valid or invalid by this alone; slow rows need not be read before they are due.
    shape: Callable[[T], object] | None = None
    # What they show: while it is the same object, slow rows are not read even when they are due.
    origin: Callable[[T], object] | None = None
    # How long ago that was measured, in s; slow rows are due again so much earlier.
    age: Callable[[T], float | None] | None = None


WHOLE: Source[Any] = Source(lambda record: record)
FIXED: Source[Any] = Source(lambda record: None)


@record(kw_only=False)
class Item(Generic[T]):
    """One row of a table of paths.

    The type (``i`` int, ``d`` double, ``s`` text) never changes. Numbers are rounded to the decimals of the
    text, so that invisible noise makes no signal.
    """

    path: str
    kind: Literal["i", "d", "s"]
    text: str
    read: Read[T]
    _: KW_ONLY
    every: float = 0.0  # s, the least time between two changes; becoming valid or invalid never waits
    writable: bool = False
    lowest: float | None = None  # of a writable number
    highest: float | None = None
    default: Value | None = None  # of a writable number that is a setting
    kept: bool = False  # shows what was last written; ``read`` returns what it shows before
    # What a write of a value, within type and range, requests of what the service shows; None: nothing.
    # It raises SettingsError for a value that is refused.
    request: Callable[[Any, T], object] | None = None
    # What the text adds to a valid value, in brackets, such as the pack that it is of; "": nothing.
    # A change of it alone is published, too.
    note: Callable[[T], str] | None = None
    source: Source[T] = WHOLE
    decimals: int = field(init=False)

    def __post_init__(self) -> None:
        found = _DECIMALS.search(self.text)
        object.__setattr__(self, "decimals", int(found[1]) if found else 0)

    def value(self, record: T) -> Value | None:
        """Return the published value of a record; see :meth:`published`."""
        return self.published(self.read(record))

    @staticmethod
    def valid(raw: Value | None) -> bool:
        """Return whether a raw value is published at all."""
        return raw is not None and (isinstance(raw, str) or math.isfinite(raw))

    def published(self, raw: Value | None) -> Value | None:
        """Return a raw value in this row's type, rounded; ``None`` for invalid."""
        if raw is None or not self.valid(raw):
            return None
        if isinstance(raw, str) or self.kind == "s":
            return _printable(str(raw))
        return int(raw) if self.kind == "i" else round(float(raw), self.decimals) + 0.0  # never -0.0

    def noted(self, record: T) -> str:
        """Return the note on a record."""
        return _printable(self.note(record)) if self.note else ""

    def show(self, value: Value | None, note: str = "") -> str:
        """Return the text of a value; the GX prints it in notifications."""
        if value is None:
            return INVALID_TEXT
        return f"{self.text.format(value)} ({note})" if note else self.text.format(value)


def _printable(text: str) -> str:
    """Drop what D-Bus cannot carry: it disconnects the sender of a NUL."""
    return text if text.isprintable() else "".join(char for char in text if char.isprintable())


def rows(source: Source[T], *items: Item[T]) -> tuple[Item[T], ...]:
    """Return rows that read from one source."""
    return tuple(replace(item, source=source) for item in items)
