"""Families that the library aiobmsble reads: shown, never obeyed. Pure."""

from __future__ import annotations

from dbus_xbms.model import BmsTraits, Reading
from dbus_xbms.protocols.advertisement import Advertised, certainty
from dbus_xbms.protocols.aiobmsble import requirement
from dbus_xbms.protocols.aiobmsble.brands import brand
from dbus_xbms.protocols.aiobmsble.make import Make
from dbus_xbms.protocols.aiobmsble.makes import MAKES
from dbus_xbms.protocols.aiobmsble.reading import numbered
from dbus_xbms.protocols.family import BmsFamily

HIGHEST_CURRENT = 3000.0  # A; far above any pack with a Bluetooth module


class WatchedFamily(BmsFamily):
    """One make that the library reads."""

    watch_only = True
    traits = BmsTraits(highest_current=HIGHEST_CURRENT, first_sensor_at_mosfets=False)

    def __init__(self, row: Make) -> None:
        self.name, self.make = row.name, row.make
        self._patterns = row.patterns

    def certainty(self, seen: Advertised) -> int:
        """Return how surely the advertisement matches a pattern of the library for this make, in points."""
        return certainty(self._patterns, seen)

    def make_of(self, seen: Advertised) -> str:
        """Return the brand under which a pack is sold, by its name; otherwise the make."""
        return brand(self.name, seen.name) or self.make

    def product(self, hardware: str, name: str = "") -> str:
        """Return the brand, or else the make, and the model."""
        return f"{brand(self.name, name) or self.make} {hardware or 'BMS'}"

    def missing(self) -> str:
        """Return why the library cannot be used on this machine, and what to do; empty if it can."""
        return requirement.missing()

    def numbered(self, reading: Reading, cells: int) -> Reading:
        """Return the reading without cells if the library has left some out."""
        return numbered(reading, cells)

    @property
    def module(self) -> str:
        """The module of the library that reads this make."""
        return f"{self.name}_bms"


def watched_families() -> tuple[WatchedFamily, ...]:
    """Return the families of all makes in the table."""
    return tuple(WatchedFamily(row) for row in MAKES)
