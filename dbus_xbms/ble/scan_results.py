"""Results of recent scans, in memory only: neighbours' packs are never stored on the disk. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dbus_xbms.protocols import Advertised

SHORTEST_SCAN = 1.0  # s
LONGEST_SCAN = 60.0  # s; a scan takes radio time from every pack
MOST_PACKS = 20  # the strongest; random addresses are endless
KEPT_FOR = 86_400.0  # s


class ScanResults:
    """The strongest packs that scans have found within a day, those of the newest scan first."""

    def __init__(self) -> None:
        self._packs: dict[str, tuple[float, Advertised]] = {}  # by address: time in s, advertisement

    def add(self, found: Iterable[Advertised], now: float) -> None:
        """Add what a scan has found at ``now``, in s."""
        self._packs |= {one.address: (now, one) for one in found}
        latest = sorted(
            self._packs.items(), key=lambda entry: (entry[1][0] == now, strength(entry[1][1])), reverse=True
        )
        self._packs = dict([entry for entry in latest if now - entry[1][0] < KEPT_FOR][:MOST_PACKS])

    def packs(self, now: float) -> list[Advertised]:
        """Packs found within the day before ``now``, the strongest first."""
        return strongest((one for one, _ in self.ages(now)), MOST_PACKS)

    def ages(self, now: float) -> list[tuple[Advertised, float]]:
        """Packs found within the day before ``now``, each with the time in s since it was found."""
        return [(one, now - when) for when, one in self._packs.values() if now - when < KEPT_FOR]


def strongest(found: Iterable[Advertised], most: int) -> list[Advertised]:
    """The ``most`` strongest packs."""
    return sorted(found, key=strength, reverse=True)[:most]


def strength(one: Advertised) -> int:
    """Signal strength in dBm for sorting; lowest for a pack that does not advertise."""
    return -999 if one.rssi is None else one.rssi
