"""The settings of a store, and the rules for changing them. Pure.

The rules are those of Victron's localsettings 1.76, found by observation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from math import isfinite
from typing import Any

Number = int | float
Value = int | float | str

ROOT = "/Settings"
DEVICES = "/Settings/Devices"
KINDS: dict[str, type[int] | type[float] | type[str]] = {"i": int, "f": float, "s": str}
LARGEST = 2**63 - 1  # the largest signed integer of D-Bus
_PATH = re.compile(rf"{ROOT}(/[A-Za-z0-9_]+)+")  # narrower than D-Bus allows


class AddError(IntEnum):
    """Result of AddSettings for one setting."""

    NONE = 0
    UNDERSCORE_PREFIX = -2
    UNKNOWN_TYPE = -3
    INVALID_PATH = -4
    TYPE_DIFFERS = -5
    INVALID_DEFAULT = -6
    DEFAULT_OUT_OF_RANGE = -7
    IS_GROUP = -8
    NOT_IN_SETTINGS = -9


@dataclass(slots=True, kw_only=True)
class Entry:
    """One stored setting. ``kind``: i, f or s; ``unknown``: keys stored with it by another version."""

    kind: str
    value: Value
    default: Value
    lowest: Number | None = None
    highest: Number | None = None
    silent: bool = False
    unknown: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Result of one add; ``changed``: it must be announced and saved."""

    error: AddError
    entry: Entry | None = None
    changed: bool = False


def converted(kind: str, value: Any) -> Value | None:
    """Return ``value`` in a setting's type, or ``None`` if it cannot be converted."""
    if value is None:
        return None
    try:
        read = KINDS[kind](value)
    except (TypeError, ValueError, OverflowError):
        return None
    if isinstance(read, str):
        return read
    return read if isfinite(read) and (kind == "f" or abs(read) <= LARGEST) else None


def is_path(path: str) -> bool:
    """Return whether a setting may have this path."""
    return _PATH.fullmatch(path) is not None


def _number(kind: str, value: object) -> Number | None:
    limit = converted(kind, value)
    return None if isinstance(limit, str) else limit


def class_and_instance(value: object) -> tuple[str, int] | None:
    """Parse ``battery:3``; ``None`` if it is not exactly a class, a colon and an integer."""
    parts = value.split(":") if isinstance(value, str) else []
    try:
        return (parts[0], int(parts[1])) if len(parts) == 2 else None
    except ValueError:
        return None


def _is_instance(path: str) -> bool:
    parts = path.split("/")
    return path.startswith(DEVICES + "/") and len(parts) == 5 and parts[4] == "ClassAndVrmInstance"


class Store:
    """All settings by their path."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def is_group(self, path: str) -> bool:
        """Return whether ``path`` is a group of settings rather than a setting."""
        prefix = path.rstrip("/") + "/"
        return path in ("/", ROOT, DEVICES) or any(name.startswith(prefix) for name in self.entries)

    def below(self, path: str) -> dict[str, Entry]:
        """Return the settings in a group, by their paths relative to it."""
        prefix = path.rstrip("/") + "/"
        return {
            name.removeprefix(prefix): entry
            for name, entry in self.entries.items()
            if name.startswith(prefix)
        }

    def add(
        self,
        path: str,
        kind: str,
        default: object,
        lowest: object = None,
        highest: object = None,
        *,
        silent: bool = False,
    ) -> Added:
        """Add a setting, or update the attributes of an existing one, which keeps its value."""
        if "/_" in path:
            return Added(error=AddError.UNDERSCORE_PREFIX)
        if kind not in KINDS:
            return Added(error=AddError.UNKNOWN_TYPE)
        first = converted(kind, default)
        if first is None:
            return Added(error=AddError.INVALID_DEFAULT)
        low, high = _limits(kind, lowest, highest)
        entry = Entry(kind=kind, value=first, default=first, lowest=low, highest=high, silent=silent)
        if not within_limits(entry, first):
            return Added(error=AddError.DEFAULT_OUT_OF_RANGE)
        if not path.startswith(ROOT + "/"):
            return Added(error=AddError.NOT_IN_SETTINGS)
        if not is_path(path):
            return Added(error=AddError.INVALID_PATH)
        if path not in self.entries and self.is_group(path):
            return Added(error=AddError.IS_GROUP)
        return self._merge(path, entry)

    def _merge(self, path: str, entry: Entry) -> Added:
        old = self.entries.get(path)
        if old is not None and old.kind != entry.kind:
            return Added(error=AddError.TYPE_DIFFERS)
        if _is_instance(path) and class_and_instance(entry.default) is None:
            return Added(error=AddError.INVALID_DEFAULT)
        if old is not None:
            entry.value, entry.unknown = old.value, old.unknown
            if entry == old:
                return Added(error=AddError.NONE, entry=old)
        entry.value = self._free(path, entry.value)
        self.entries[path] = entry
        return Added(error=AddError.NONE, entry=entry, changed=True)

    def put(self, path: str, value: object) -> bool | None:
        """Set a value; return True if it changed, False if it was the same, ``None`` if it is refused."""
        entry = self.entries[path]
        new = converted(entry.kind, value)
        if new is None or not within_limits(entry, new):
            return None
        if new == entry.value:
            return False
        if _is_instance(path) and class_and_instance(new) is None:
            return None
        entry.value = self._free(path, new)
        return True

    def put_default(self, path: str) -> bool | None:
        """Reset a value to its default, with the results of :meth:`put`; refused for a device instance."""
        return None if _is_instance(path) else self.put(path, self.entries[path].default)

    def remove(self, path: str) -> bool:
        """Remove a setting; return whether there was one."""
        return self.entries.pop(path, None) is not None

    def _free(self, path: str, value: Value) -> Value:
        """Return ``value``; for a device instance, the next free one of its class."""
        wanted = class_and_instance(value) if _is_instance(path) else None
        if wanted is None:
            return value
        used = {e.value for p, e in self.entries.items() if p != path and _is_instance(p)}
        name, number = wanted
        while f"{name}:{number}" in used:
            number += 1
        return f"{name}:{number}"


def _limits(kind: str, lowest: object, highest: object) -> tuple[Number | None, Number | None]:
    low, high = _number(kind, lowest), _number(kind, highest)
    return (None, None) if kind == "s" or (low == 0 and high == 0) else (low, high)


def within_limits(entry: Entry, value: Value) -> bool:
    """Return whether a value is within a setting's limits; a text has none."""
    if isinstance(value, str):
        return True
    return (entry.lowest is None or value >= entry.lowest) and (
        entry.highest is None or value <= entry.highest
    )
