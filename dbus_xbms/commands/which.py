"""Which pack a word means, among those that were added and those that are on the bus."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.explain import absence
from dbus_xbms.commands.known import added_packs, candidate, known_packs
from dbus_xbms.commands.naming import Candidate, find
from dbus_xbms.commands.scanning import heard_by_service
from dbus_xbms.commands.session import is_running, open_bus
from dbus_xbms.commands.table import Battery
from dbus_xbms.dbus.errors import NoAnswer
from dbus_xbms.settings import PackSettings, as_address
from dbus_xbms.text import printable

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

    async def on_bus(self) -> Battery:
        """What the bus shows of it.

        Raises:
            CommandError: it is not on the bus; the reason is told.
            NoAnswer: the service hangs.
        """
        if self.battery is None:
            one = self.candidate
            raise CommandError(await absence(one.address, self.name, removed=one.is_removed))
        return self.battery


async def meant(word: str, live: Iterable[Battery]) -> Meant:
    """The pack that is meant by a word.

    Raises:
        SettingsError: no pack is called so, or several are.
        CommandError: localsettings is not there, and the word is not exactly the name of a pack on the bus.
        NoAnswer: the same if it does not answer.
    """
    there = {pack.address: pack for pack in live if not pack.gone}
    shown = {address: pack.candidate for address, pack in there.items()}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InRange:
    """A pack that the owner means, which need not have been added."""

    candidate: Candidate
    settings: PackSettings  # the defaults if it was not added

    @property
    def address(self) -> str:
        """Its Bluetooth address."""
        return self.candidate.address

    @property
    def name(self) -> str:
        """Its name for messages, or its address."""
        return printable(self.candidate.shown or self.candidate.address)


async def in_range(word: str) -> InRange:
    """The pack that is meant by a word: any address, or the name of a pack that was added or heard.

    Raises:
        SettingsError: no pack is called so, or several are.
        NoAnswer: localsettings or the service, which know the names, does not answer.
    """
    address = as_address(word)
    if address:  # then it does without them
        try:
            added = await added_packs()
        except* (CommandError, NoAnswer) as group:
            log.debug("%s", group.exceptions[0])
            added = {}
        return _in_range(Candidate(address=address), added)
    added = await added_packs()
    async with open_bus() as bus:
        heard = await heard_by_service(bus) if await is_running(bus) else []
    strangers = {one.address: one.candidate for one in heard}
    known = {address: candidate(address, pack) for address, pack in added.items()}
    return _in_range(find(word, (strangers | known).values()), added)


def _in_range(pack: Candidate, added: Mapping[str, PackSettings]) -> InRange:
    settings = added.get(pack.address)
    if settings is None:
        return InRange(candidate=pack, settings=PackSettings())
    return InRange(candidate=candidate(pack.address, settings), settings=settings)
