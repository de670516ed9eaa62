"""Find the pack or bank that a word on the command line refers to: an address or a name."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import added_packs, candidate, known_packs
from dbus_xbms.commands.pack_contact import why_absent, why_bank_absent
from dbus_xbms.commands.scanning import Found, found_lately, recently_found
from dbus_xbms.commands.session import is_running, open_bus
from dbus_xbms.commands.table import Battery
from dbus_xbms.dbus import NoAnswer
from dbus_xbms.known.naming import UNCONFIRMED, Candidate, find
from dbus_xbms.settings import PackSettings, as_address
from dbus_xbms.text import printable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBattery:
    """A pack or bank that was found; ``battery`` is what the bus shows, or ``None``."""

    candidate: Candidate
    battery: Battery | None

    @property
    def name(self) -> str:
        """Name for messages, or the address."""
        return printable(self.candidate.shown or self.candidate.address)

    async def on_bus(self) -> Battery:
        """Return what the bus shows of it.

        Raises:
            CommandError: it is not on the bus; the message says why.
            NoAnswer: the service does not answer.
        """
        if self.battery is None:
            found = self.candidate
            if found.bank:
                confirmed = found.note != UNCONFIRMED
                raise CommandError(await why_bank_absent(found.bank, self.name, confirmed=confirmed))
            raise CommandError(await why_absent(found.address, self.name, removed=found.is_removed))
        return self.battery


async def find_battery(word: str, live: Iterable[Battery]) -> FoundBattery:
    """Find a pack or bank among those with settings and those on the bus.

    Raises:
        SettingsError: no pack or bank has this name, or several have.
        CommandError: localsettings is missing, and the word is not the exact name of one pack or bank on the
            bus.
        NoAnswer: the same, but localsettings does not answer.
    """
    present = {one.label: one for one in live if not one.gone}
    shown = {label: one.candidate for label, one in present.items()}
    if (address := as_address(word)) in shown:
        return FoundBattery(candidate=shown[address], battery=present[address])
    try:
        async with known_packs() as known:
            stored = {one.address: one for one in known.named}
    except* (CommandError, NoAnswer) as group:
        log.debug("%s", group.exceptions[0])
        exact = [one for one in shown.values() if one.shown.casefold() == word.strip().casefold()]
        if len(exact) != 1:  # a shortened name may belong to a pack that is not on the bus
            raise
        stored = {}
    found = find(word, (shown | stored).values())
    return FoundBattery(candidate=found, battery=present.get(found.address))


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInRange:
    """A pack that was found; it need not have been added."""

    candidate: Candidate
    settings: PackSettings  # the defaults if it was not added

    @property
    def address(self) -> str:
        """Bluetooth address."""
        return self.candidate.address

    @property
    def name(self) -> str:
        """Name for messages, or the address."""
        return printable(self.candidate.shown or self.candidate.address)


async def find_in_range(word: str) -> PackInRange:
    """Find a pack by any address, or by the name of a pack that was added or found by a scan.

    Raises:
        SettingsError: no pack has this name, or several have.
        NoAnswer: localsettings or the service does not answer, so names are unknown.
    """
    address = as_address(word)
    if address:  # needs neither localsettings nor the service
        try:
            added = await added_packs()
        except* (CommandError, NoAnswer) as group:
            log.debug("%s", group.exceptions[0])
            added = {}
        recent = [] if address in added else await _found_lately()
        return _in_range(Candidate(address=address), added, _protocol(address, recent))
    added = await added_packs()
    async with open_bus() as bus:
        recent = await recently_found(bus) if await is_running(bus) else []
    others = {one.address: one.candidate for one in recent}
    known = {address: candidate(address, pack) for address, pack in added.items()}
    pack = find(word, (others | known).values())
    return _in_range(pack, added, _protocol(pack.address, recent))


def _protocol(address: str, recent: Iterable[Found]) -> str:
    """Return the protocol of a pack that a scan has found, by its advertisement; empty: unknown."""
    return next((one.protocol for one in recent if one.address == address), "")


async def _found_lately() -> list[Found]:
    """Return the packs found by the service's scans; none if there is no bus."""
    found: list[Found] = []
    try:
        found = await found_lately()
    except* CommandError as group:
        log.debug("%s", group.exceptions[0])
    return found


def _in_range(pack: Candidate, added: Mapping[str, PackSettings], protocol: str = "") -> PackInRange:
    settings = added.get(pack.address)
    if settings is None:
        return PackInRange(candidate=pack, settings=PackSettings({PackSettings.protocol.name: protocol}))
    return PackInRange(candidate=candidate(pack.address, settings), settings=settings)
