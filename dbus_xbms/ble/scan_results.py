"""The packs that scans have heard: in memory only, so that a neighbour's boat leaves no trace on the disk."""

from __future__ import annotations

from collections.abc import Iterable

from dbus_xbms.protocols import Advertised

SHORTEST_SCAN = 1.0  # s
LONGEST_SCAN = 60.0  # s; a scan takes radio time from every pack
MOST_PACKS = 20  # packs, the strongest; random addresses are without end
KEPT_FOR = 86_400.0  # s


class ScanResults:
    """What the last scans have heard of packs, the strongest of them, for a day."""

    def __init__(self) -> None:
        self._packs: dict[str, tuple[float, Advertised]] = {}  # by address: when, in s, and what

    def add(self, found: Iterable[Advertised], now: float) -> None:
        """Take what a scan has found at ``now``, in s."""
        self._packs |= {one.address: (now, one) for one in found}
        latest = sorted(self._packs.items(), key=lambda entry: strength(entry[1][1]), reverse=True)
        self._packs = dict([entry for entry in latest if now - entry[1][0] < KEPT_FOR][:MOST_PACKS])

    def packs(self, now: float) -> list[Advertised]:
        """What was heard within the day before ``now``, the strongest first."""
        return [one for when, one in self._packs.values() if now - when < KEPT_FOR]


def strongest(found: Iterable[Advertised], most: int) -> list[Advertised]:
    """The strongest of some packs, at most so many."""
    return sorted(found, key=strength, reverse=True)[:most]


def strength(one: Advertised) -> int:
    """How strong a pack is heard, in dBm; least of all one that does not advertise."""
    return -999 if one.rssi is None else one.rssi
