"""The objects of one service: Victron's BusItem protocol over a table of items.

One table of methods each for leaves, groups and the root answers every call. There is no object per path: it
would cost memory and time for each of the some 150 paths of each pack.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dbus_fast import Message, Variant

from dbus_xbms.dbus import Method, Node
from dbus_xbms.settings import Value
from dbus_xbms.venus import items_changed
from dbus_xbms.venus.bus_item import ACCEPTED, BUS_ITEM, NOT_WRITABLE, REFUSED, from_variant, to_variant
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.item_table import ItemTable

log = logging.getLogger(__name__)

OnWrite = Callable[[str, Value, str], bool]  # path, value, and who writes; True if the value is accepted
Entries = dict[str, dict[str, Variant]]


class ItemObjects:
    """Every object of one service, with its present values.

    ``values`` has a value or ``None`` for each path, ``notes`` what the text of some adds; the owner of the
    service changes them. ``writer`` returns what to call the program behind a caller's unique name, for
    ``on_write``.
    """

    def __init__(
        self,
        items: Sequence[Item[Any]],
        values: dict[str, Value | None],
        on_write: OnWrite,
        writer: Callable[[str], str],
        notes: Mapping[str, str] | None = None,
    ) -> None:
        table = ItemTable.of(items)
        self.items = table.by_path
        self.shown = values
        self._notes: Mapping[str, str] = {} if notes is None else notes
        self._on_write = on_write
        self._writer = writer
        self._children = table.children  # of each node above the items
        group = {
            (BUS_ITEM, "GetValue"): Method(gives="v", run=self._get_values),
            (BUS_ITEM, "GetText"): Method(gives="v", run=self._get_texts),
            (BUS_ITEM, "SetValue"): Method(takes="v", gives="i", run=lambda call: [NOT_WRITABLE]),
        }
        self._group = Node(methods=group)
        self._root = Node(
            methods={**group, (BUS_ITEM, "GetItems"): Method(gives="a{sa{sv}}", run=self._get_items)},
            signals={(BUS_ITEM, "ItemsChanged"): "a{sa{sv}}"},
        )
        self._leaf = Node(
            methods={
                (BUS_ITEM, "GetValue"): Method(gives="v", run=lambda call: [self._value(call.path or "")]),
                (BUS_ITEM, "GetText"): Method(gives="s", run=lambda call: [self._text(call.path or "")]),
                (BUS_ITEM, "SetValue"): Method(takes="v", gives="i", run=self._set_value),
                (BUS_ITEM, "GetMin"): Method(gives="v", run=self._attribute("lowest")),
                (BUS_ITEM, "GetMax"): Method(gives="v", run=self._attribute("highest")),
                (BUS_ITEM, "GetDefault"): Method(gives="v", run=self._attribute("default")),
                (BUS_ITEM, "GetDescription"): Method(takes="si", gives="s", run=lambda call: [""]),
            }
        )

    def find(self, path: str) -> Node | None:
        """Return the object at a path."""
        if path in self.items:
            return self._leaf
        if path not in self._children:
            return None
        return self._root if path == "/" else self._group

    def children(self, path: str) -> Iterable[str]:
        """Return the names of the objects right below a path."""
        return self._children.get(path, ())

    def entries(self, paths: Iterable[str]) -> Entries:
        """Return value and text of some paths, as GetItems carries them."""
        found: Entries = {}
        for path in paths:
            item, value = self.items[path], self.shown[path]
            text = item.show(value, self._notes.get(path, ""))
            found[path] = {"Value": to_variant(item.kind, value), "Text": Variant("s", text)}
        return found

    def encoded(self, paths: Iterable[str]) -> bytes:
        """Return :meth:`entries` as the body of ItemsChanged."""
        return items_changed.body(self._encoded(path) for path in paths)

    def _encoded(self, path: str) -> bytes:
        item, value = self.items[path], self.shown[path]
        return items_changed.entry(path, item.kind, value, item.show(value, self._notes.get(path, "")))

    def _get_items(self, call: Message) -> list[Any]:
        found = self.entries(self.items)
        for item in self.items.values():
            if item.highest is not None:
                found[item.path] |= {"Min": _bound(item, item.lowest), "Max": _bound(item, item.highest)}
            if item.default is not None:
                found[item.path]["Default"] = _bound(item, item.default)
        return [found]

    def _value(self, path: str) -> Variant:
        return to_variant(self.items[path].kind, self.shown[path])

    def _text(self, path: str) -> str:
        return self.items[path].show(self.shown[path], self._notes.get(path, ""))

    def _set_value(self, call: Message) -> list[Any]:
        """Pass a write on; a refusal is a number, never an error."""
        path, (raw,) = call.path or "", call.body
        item = self.items[path]
        value = from_variant(item.kind, raw) if item.writable else None
        if value is None:
            log.debug("%s: not writable, or not of its type: %r", path, raw)
            return [NOT_WRITABLE]
        if isinstance(value, int | float) and not _within(item, value):
            return [REFUSED]
        # An unchanged value is passed on, too: an earlier write may be under way and not be shown yet.
        return [ACCEPTED if self._on_write(path, value, self._writer(call.sender or "")) else REFUSED]

    def _attribute(self, name: str) -> Callable[[Message], list[Any]]:
        def run(call: Message) -> list[Any]:
            item = self.items[call.path or ""]
            return [_bound(item, getattr(item, name))]

        return run

    def _get_values(self, call: Message) -> list[Any]:
        return [Variant("a{sv}", {below: self._value(path) for below, path in self._below(call)})]

    def _get_texts(self, call: Message) -> list[Any]:
        return [
            Variant("a{sv}", {below: Variant("s", self._text(path)) for below, path in self._below(call)})
        ]

    def _below(self, call: Message) -> Iterable[tuple[str, str]]:
        """Return the items below a node: their paths relative to it, and in full."""
        prefix = (call.path or "/").rstrip("/") + "/"
        return ((path[len(prefix) :], path) for path in self.items if path.startswith(prefix))


def _within(item: Item[Any], value: float) -> bool:
    too_low = item.lowest is not None and value < item.lowest
    too_high = item.highest is not None and value > item.highest
    return not (too_low or too_high)


def _bound(item: Item[Any], bound: Value | None) -> Variant:
    return to_variant(item.kind, None if bound is None else from_variant(item.kind, bound))
