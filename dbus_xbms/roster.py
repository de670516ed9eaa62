"""The contact with every pack that is enabled, also with those whose task does not run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dbus_xbms.contact import Contact, State, advice

CRASHED = "stopped by an error in this program; started again every few seconds"


class Contacted(Protocol):
    """A pack, as far as it is asked here: :class:`dbus_xbms.pack.Pack`."""

    def contact(self, now: float) -> Contact:
        """How the contact with the pack is, and why."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a pack does not run, or did not at last."""

    words: str
    since: float  # s


class Roster:
    """The packs by address, and what has stopped some of them."""

    def __init__(self, packs: Mapping[str, Contacted]) -> None:
        self._packs = packs
        self._faults: dict[str, Fault] = {}

    def stopped(self, address: str, words: str, now: float) -> None:
        """Record that a pack does not run; stands until it is heard again."""
        before = self._faults.get(address)
        self._faults[address] = Fault(words=words, since=before.since if before else now)

    def released(self, address: str) -> None:
        """Forget a pack."""
        self._faults.pop(address, None)

    def contacts(self, now: float) -> dict[str, Contact]:
        """The contact with each pack at ``now``, in s."""
        told = {address: pack.contact(now) for address, pack in self._packs.items()}
        for address in [one for one in self._faults if one in told and told[one].well]:
            del self._faults[address]
        return told | {address: _stopped(address, fault, now) for address, fault in self._faults.items()}


def _stopped(address: str, fault: Fault, now: float) -> Contact:
    state = State.STOPPED
    return Contact(state=state, reason=fault.words, advice=advice(state, address), seconds=now - fault.since)
