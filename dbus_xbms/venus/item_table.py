"""All rows of one service, and what is looked up in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from sys import intern

from dbus_xbms.venus.item import Item, T


class ItemTable(tuple[Item[T], ...]):
    """Rows, found by path. Services with the same rows share one table: a pack has some 230 rows."""

    @staticmethod
    def of(items: Iterable[Item[T]]) -> ItemTable[T]:
        """Return rows as a table; the same one if they are a table."""
        return items if isinstance(items, ItemTable) else ItemTable(items)

    @cached_property
    def by_path(self) -> Mapping[str, Item[T]]:
        """Each row by its path."""
        return {item.path: item for item in self}

    @cached_property
    def children(self) -> Mapping[str, Sequence[str]]:
        """The names right below each path that has some: ``{"/": ("Dc", "Soc"), "/Dc": ("0",), ...}``."""
        found: dict[str, dict[str, None]] = {"/": {}}
        for path in self.by_path:
            node = "/"
            for name in map(intern, path.strip("/").split("/")):  # most occur many times
                found.setdefault(node, {})[name] = None
                node = f"{node.rstrip('/')}/{name}"
        return {node: tuple(names) for node, names in found.items()}
