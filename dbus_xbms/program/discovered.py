"""Which discovered pack is in which row. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import zip_longest

from dbus_xbms.ble.scan_results import strength
from dbus_xbms.program_report import MOST_FOUND, FoundPack
from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.registry import recognise
from dbus_xbms.text import printable

CLEARLY = 6  # dB; signals vary by this much from one advertisement to the next
SETTLED_AFTER = 3.0  # s that a row has to show the same pack before it can be added by its row alone
MINUTE = 60.0  # s


Sighting = tuple[Advertised, float]  # a pack, and s since a scan found it


class Discovered:
    """The strongest discovered packs, row after row.

    A pack only overtakes another whose signal is clearly weaker, so that rows stay while somebody reads them.
    """

    def __init__(self) -> None:
        self._rows: list[str] = []  # addresses
        self._since: list[float] = []  # s, when each row last changed its pack
        self._sightings: dict[str, Sighting] = {}

    def update(self, sightings: Iterable[Sighting], now: float) -> None:
        """Take all packs that scans have found, at ``now`` in s."""
        ranked = sorted(sightings, key=lambda one: strength(one[0]), reverse=True)[:MOST_FOUND]
        self._sightings = {one[0].address: one for one in ranked}
        rows = [address for address in self._rows if address in self._sightings]
        rows += [address for address in self._sightings if address not in rows]
        self._sort(rows)
        before = zip_longest(rows, self._rows[: len(rows)], self._since[: len(rows)])
        self._since = [since if address == old else now for address, old, since in before]
        self._rows = rows

    def _sort(self, rows: list[str]) -> None:
        """Move each row up past those that are clearly weaker."""
        for n in range(1, len(rows)):
            at = n
            while at and self._strength(rows[at]) > self._strength(rows[at - 1]) + CLEARLY:
                rows[at - 1], rows[at] = rows[at], rows[at - 1]
                at -= 1

    def _strength(self, address: str) -> int:
        return strength(self._sightings[address][0])

    def shown(self, known: Collection[str]) -> tuple[FoundPack, ...]:
        """Return the packs of all rows; ``known``: addresses of packs that have settings."""
        return tuple(_found(self._sightings[address], address in known) for address in self._rows)

    def pack_in(self, row: int, now: float, address: str = "") -> Advertised | None:
        """Return the pack that a caller means who read a row, at ``now`` in s.

        ``None`` if the row is empty, if it has another address than the given one or, without one, if it
        has changed so recently that the caller may have read the pack before.
        """
        if not 0 <= row < len(self._rows):
            return None
        shown = self._rows[row]
        settled = now - self._since[row] >= SETTLED_AFTER
        return self._sightings[shown][0] if shown == address or (settled and not address) else None


def _found(sighting: Sighting, known: bool) -> FoundPack:
    pack, age = sighting
    family = recognise(pack)
    return FoundPack(
        address=pack.address,
        name=printable(pack.name),
        rssi=pack.rssi,
        protocol=family.name if family else "",
        make=family.make_of(pack) if family else "",
        watch_only=bool(family and family.watch_only),
        known=known,
        age=age // MINUTE * MINUTE,
    )
