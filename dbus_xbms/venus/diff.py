"""What of report after report is shown anew. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import Item, Source

UNREAD = object()


class Diff:
    """Reads report after report and tells what is to be shown anew, each row no faster than it may be."""

    def __init__(self, items: Sequence[Item]) -> None:
        groups: dict[tuple[Source, float], list[Item]] = {}
        for item in items:
            groups.setdefault((item.source, item.every), []).append(item)
        self._groups = [_Group(source, every, rows) for (source, every), rows in groups.items()]
        self._due = dict.fromkeys((item.every for item in items), -inf)

    def changes(self, report: Report, now: float) -> dict[str, Value | None]:
        """The paths that show something else from now on; ``now``: s, monotonic."""
        due = {every for every, at in self._due.items() if now >= at}
        self._due.update({every: now + every for every in due})
        changed: dict[str, Value | None] = {}
        for group in self._groups:
            group.read(report, group.every in due, changed)
        return changed


class _Group:
    """Rows of one source and one rate."""

    def __init__(self, source: Source, every: float, rows: Sequence[Item]) -> None:
        self.every = every
        self._source = source
        self._rows = rows
        self._read: list[Value | None] = [None] * len(rows)  # as it was when last shown
        self._shown: list[Value | None] = [None] * len(rows)
        self._parts: object = UNREAD  # of the report last read, if that was when due
        self._shape: object = UNREAD  # of the report last read

    def read(self, report: Report, due: bool, changed: dict[str, Value | None]) -> None:
        """Add what is to be shown anew to ``changed``."""
        parts = self._source.parts(report)
        if parts == self._parts:
            return
        if shape_of := self._source.shape:
            shape = shape_of(report)
            if shape == self._shape and not due:
                return
            self._shape = shape
        self._parts = parts if due else UNREAD
        for n, item in enumerate(self._rows):
            raw, shown = item.read(report), self._shown[n]
            if raw == self._read[n]:  # most are: what they are shown as need not be worked out again
                continue
            if not due and shown is not None and item.valid(raw):
                continue
            self._read[n], value = raw, item.shown(raw)
            if value != shown:
                self._shown[n] = changed[item.path] = value
