"""The contact with every pack that is enabled, also with those whose task does not run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dbus_xbms.contact import Contact, ContactState, advice

CRASHED = "stopped by an error in this program; started again every few seconds"
# In these a pack that runs again has not shown yet how it is.
UNDECIDED = (ContactState.STARTING, ContactState.SEARCHING, ContactState.CONNECTING)


class Contacted(Protocol):
    """A pack, as far as it is asked here: :class:`dbus_xbms.pack.pack.Pack`."""

    def contact(self, now: float) -> Contact:
        """How the contact with the pack is, and why."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a pack does not run, or did not at last."""

    words: str
    since: float  # s
    ended: Contacted | None  # the pack that has crashed; it goes on telling of the time before


class Roster:
    """The packs by address, and what has stopped some of them."""

    def __init__(self, packs: Mapping[str, Contacted]) -> None:
        self._packs = packs
        self._faults: dict[str, Fault] = {}

    def stopped(self, address: str, words: str, now: float, *, crashed: Contacted | None = None) -> None:
        """Record that a pack does not run; stands until the pack that runs in its place tells how it is."""
        before = self._faults.get(address)
        self._faults[address] = Fault(words=words, since=before.since if before else now, ended=crashed)

    def released(self, address: str) -> None:
        """Forget a pack."""
        self._faults.pop(address, None)

    def contacts(self, now: float) -> dict[str, Contact]:
        """The contact with each pack at ``now``, in s."""
        told = {address: pack.contact(now) for address, pack in self._packs.items()}
        for address in [one for one in self._faults if self._runs_again(one, told)]:
            del self._faults[address]
        return told | {address: _stopped(address, fault, now) for address, fault in self._faults.items()}

    def _runs_again(self, address: str, told: Mapping[str, Contact]) -> bool:
        if address not in told or self._packs[address] is self._faults[address].ended:
            return False
        return told[address].state not in UNDECIDED


def _stopped(address: str, fault: Fault, now: float) -> Contact:
    state = ContactState.STOPPED
    return Contact(state=state, reason=fault.words, advice=advice(state, address), seconds=now - fault.since)
