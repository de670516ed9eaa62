"""One path of a service on the bus: its type, its text, and where its value comes from. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Literal

from dbus_xbms.report import Report
from dbus_xbms.settings import Value

INVALID_TEXT = "---"

Read = Callable[[Report], Value | None]

_DECIMALS = re.compile(r"\.(\d)f")


@dataclass(frozen=True, slots=True)
class Source:
    """What some rows read of a report: as long as ``parts`` stay the same, so do the rows."""

    parts: Callable[[Report], object]
    # Rows are valid or invalid by this alone: slow ones need not be read before they are due.
    shape: Callable[[Report], object] | None = None


WHOLE = Source(lambda report: report)
FIXED = Source(lambda report: None)


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a table of paths.

    The type (``i`` int, ``d`` double, ``s`` text) is for life. Numbers are rounded to the decimals of the
    text, so that noise below what anybody can read makes no signal.
    """

    path: str
    kind: Literal["i", "d", "s"]
    text: str
    read: Read
    _: KW_ONLY
    every: float = 0.0  # s, the least time between two changes shown; becoming valid or invalid never waits
    writable: bool = False
    lowest: float | None = None  # of a writable number
    highest: float | None = None
    default: Value | None = None  # of a writable number that is a setting
    source: Source = WHOLE
    decimals: int = field(init=False)

    def __post_init__(self) -> None:
        found = _DECIMALS.search(self.text)
        object.__setattr__(self, "decimals", int(found[1]) if found else 0)

    def value(self, report: Report) -> Value | None:
        """What to show of ``report``; see :meth:`shown`."""
        return self.shown(self.read(report))

    @staticmethod
    def valid(raw: Value | None) -> bool:
        """Whether what was read is shown at all."""
        return raw is not None and (isinstance(raw, str) or math.isfinite(raw))

    def shown(self, raw: Value | None) -> Value | None:
        """What was read, as it is shown: of this row's type, rounded, ``None`` for invalid."""
        if raw is None or not self.valid(raw):
            return None
        if isinstance(raw, str) or self.kind == "s":
            text = str(raw)  # D-Bus disconnects the sender of a NUL
            return text if text.isprintable() else "".join(char for char in text if char.isprintable())
        return int(raw) if self.kind == "i" else round(float(raw), self.decimals) + 0.0  # never -0.0

    def show(self, value: Value | None) -> str:
        """Text of a value for humans; notifications on the GX print it."""
        return INVALID_TEXT if value is None else self.text.format(value)


def rows(source: Source, *items: Item) -> tuple[Item, ...]:
    """Rows that read from one source."""
    return tuple(replace(item, source=source) for item in items)
