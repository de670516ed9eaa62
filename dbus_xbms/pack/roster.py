"""The contact with every enabled pack, including those whose task is not running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from dbus_xbms.contact import Contact, ContactState, advice
from dbus_xbms.record import record

CRASHED = "stopped by an error in this program; restarted every few seconds"
# States in which a restarted pack has not reported anything yet.
UNDECIDED = (ContactState.STARTING, ContactState.SEARCHING, ContactState.CONNECTING)


class Contacted(Protocol):
    """What the roster needs of a :class:`dbus_xbms.pack.pack.Pack`."""

    def contact(self, now: float) -> Contact:
        """Return the contact with the pack at ``now``, in s."""
        ...


@record
class StoppedPack:
    """Why a pack is not running, or why it last stopped."""

    words: str
    since: float  # s
    ended: Contacted | None  # the pack that crashed


class Roster:
    """The packs by address, and why some of them are not running."""

    def __init__(self, packs: Mapping[str, Contacted]) -> None:
        self._packs = packs
        self._faults: dict[str, StoppedPack] = {}

    def stopped(self, address: str, words: str, now: float, *, crashed: Contacted | None = None) -> None:
        """Record that a pack is not running, until its successor reports its contact."""
        before = self._faults.get(address)
        self._faults[address] = StoppedPack(words=words, since=before.since if before else now, ended=crashed)

    def removed(self, address: str) -> None:
        """Forget a pack."""
        self._faults.pop(address, None)

    def contacts(self, now: float) -> dict[str, Contact]:
        """Return the contact with each pack at ``now``, in s."""
        current = {address: pack.contact(now) for address, pack in self._packs.items()}
        for address in [one for one in self._faults if self._runs_again(one, current)]:
            del self._faults[address]
        return current | {address: _stopped(address, fault, now) for address, fault in self._faults.items()}

    def _runs_again(self, address: str, current: Mapping[str, Contact]) -> bool:
        if address not in current or self._packs[address] is self._faults[address].ended:
            return False
        return current[address].state not in UNDECIDED


def _stopped(address: str, fault: StoppedPack, now: float) -> Contact:
    state = ContactState.STOPPED
    return Contact(state=state, reason=fault.words, advice=advice(state, address), seconds=now - fault.since)
