"""Families that the library aiobmsble reads: shown, never obeyed. Pure."""

from __future__ import annotations

from dbus_xbms.model import BmsTraits
from dbus_xbms.protocols.aiobmsble.makes import MAKES
from dbus_xbms.protocols.aiobmsble.matching import Make
from dbus_xbms.protocols.family import Advertised, BmsFamily


class WatchedFamily(BmsFamily):
    """One make that the library reads."""

    watch_only = True
    traits = BmsTraits(first_sensor_at_mosfets=False)

    def __init__(self, row: Make) -> None:
        self.name, self.make = row.name, row.make
        self._patterns = row.patterns

    def recognises(self, seen: Advertised) -> bool:
        """Return whether the advertisement matches a pattern of the library for this make."""
        return any(pattern.matches(seen) for pattern in self._patterns)

    @property
    def module(self) -> str:
        """The module of the library that reads this make."""
        return f"{self.name}_bms"


def watched_families() -> tuple[WatchedFamily, ...]:
    """Return the families of all makes in the table."""
    return tuple(WatchedFamily(row) for row in MAKES)
