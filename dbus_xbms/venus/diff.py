"""Which paths of a service change from one record to the next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Generic, TypeVar

from dbus_xbms.settings import Value
from dbus_xbms.venus.item import Item, Source

T = TypeVar("T")

UNREAD = object()


class Diff(Generic[T]):
    """The published values of a table of items; each row changes no faster than it may.

    ``values`` holds the value of every path, and is the only copy of it; ``notes`` what some texts add.
    """

    def __init__(self, items: Sequence[Item[T]]) -> None:
        self.values: dict[str, Value | None] = dict.fromkeys(item.path for item in items)
        self.notes: dict[str, str] = {item.path: "" for item in items if item.note}
        groups: dict[tuple[Source[T], float], list[Item[T]]] = {}
        for item in items:
            groups.setdefault((item.source, item.every), []).append(item)
        self._groups = [_Group(source, every, rows) for (source, every), rows in groups.items()]

    def changes(self, record: T, now: float) -> dict[str, Value | None]:
        """Take the values of a record; return those that changed. ``now``: s, monotonic."""
        changed: dict[str, Value | None] = {}
        for group in self._groups:
            due = group.is_new(record) and now >= group.due_at
            if group.read(record, due, self.values, changed):
                group.read_notes(record, due, self.notes, self.values, changed)
                # A record that brings nothing new must not delay the next one.
                group.due_at = now - group.age(record) + group.every if due else group.due_at
        return changed


class _Group(Generic[T]):
    """Rows of one source and one rate."""

    def __init__(self, source: Source[T], every: float, rows: Sequence[Item[T]]) -> None:
        self.every = every
        self.due_at = -inf  # s
        self._source = source
        self._rows = rows
        self._noted = [item for item in rows if item.note]
        self._raw: list[Value | None] = [None] * len(rows)  # before rounding, as last published
        self._parts: object = UNREAD  # of the record last read, if that was when due
        self._shape: object = UNREAD  # of the record last read
        self._origin: object = UNREAD  # of the last record

    def is_new(self, record: T) -> bool:
        """Return whether a record is of another origin than the last one, as far as the source tells.

        If delayed values of the last sample were published between two polls, those of the next sample would
        have to wait.
        """
        if (origin_of := self._source.origin) is None:
            return True
        origin, before = origin_of(record), self._origin
        self._origin = origin
        return origin is not before

    def age(self, record: T) -> float:
        """Return how long ago a record was measured, in s, as far as the source tells.

        A sample that arrived late, such as when this program was suspended, must not delay the next one.
        """
        return (self._source.age(record) or 0.0) if self._source.age else 0.0

    def read(
        self,
        record: T,
        due: bool,
        values: dict[str, Value | None],
        changed: dict[str, Value | None],
    ) -> bool:
        """Update ``values``, and add the paths that changed to ``changed``; return whether rows were read."""
        if shape_of := self._source.shape:
            shape = shape_of(record)
            if shape == self._shape and not due:
                return False
            self._shape = shape
        parts = self._source.parts(record)
        if parts is self._parts or parts == self._parts:  # settings are slow to compare
            return False
        self._parts = parts if due else UNREAD
        for n, item in enumerate(self._rows):
            raw = item.read(record)
            if raw == self._raw[n]:  # most are: their rounding need not be repeated
                continue
            published = values[item.path]
            if not due and published is not None and item.valid(raw):
                continue
            self._raw[n], value = raw, item.published(raw)
            if value != published:
                values[item.path] = changed[item.path] = value
        return True

    def read_notes(
        self,
        record: T,
        due: bool,
        notes: dict[str, str],
        values: dict[str, Value | None],
        changed: dict[str, Value | None],
    ) -> None:
        """Update ``notes``, and add the paths that they changed to ``changed``."""
        for item in self._noted:
            if not due and item.path not in changed:  # a note is about the value that is published
                continue
            note = item.noted(record)
            if note != notes[item.path]:
                notes[item.path] = note
                changed[item.path] = values[item.path]
