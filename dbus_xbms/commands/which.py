"""Which pack a word means, among those that were added and those that are on the bus."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.naming import Candidate, find
from dbus_xbms.commands.table import Battery
from dbus_xbms.printable import printable
from dbus_xbms.settings import as_address
from dbus_xbms.venus.peers import NoAnswer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The pack that the owner means; ``battery`` is what the bus shows of it, if it is there."""

    candidate: Candidate
    battery: Battery | None

    @property
    def name(self) -> str:
        """Its name for messages, or its address."""
        return printable(self.candidate.shown or self.candidate.address)

    @property
    def on_bus(self) -> Battery:
        """What the bus shows of it.

        Raises:
            CommandError: it is not on the bus.
        """
        if self.battery is None:
            raise CommandError(f"{self.name} is not on the bus; `dbus-xbms list` says why")
        return self.battery


async def meant(word: str, live: Iterable[Battery]) -> Meant:
    """The pack that is meant by a word.

    Raises:
        SettingsError: no pack is called so, or several are.
        CommandError: localsettings is not there, and the word is not exactly the name of a pack on the bus.
        NoAnswer: the same if it does not answer.
    """
    there = {pack.address: pack for pack in live if not pack.gone}
    shown = {address: _candidate(pack) for address, pack in there.items()}
    if (address := as_address(word)) in shown:
        return Meant(candidate=shown[address], battery=there[address])
    try:
        async with known_packs() as known:
            stored = {one.address: one for one in known.candidates}
    except* (CommandError, NoAnswer) as group:
        log.debug("%s", group.exceptions[0])
        exact = [one for one in shown.values() if one.shown.casefold() == word.strip().casefold()]
        if len(exact) != 1:  # a beginning may be that of a pack which is not on the bus
            raise
        stored = {}
    found = find(word, (shown | stored).values())
    return Meant(candidate=found, battery=there.get(found.address))


def _candidate(pack: Battery) -> Candidate:
    given, product = (str(pack.values.get(path) or "") for path in ("/CustomName", "/ProductName"))
    return Candidate(address=pack.address, given=given, others=(product,))
