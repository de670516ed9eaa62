"""The packs and banks in localsettings: their settings and names, and changes to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from dbus_xbms.commands.session import open_bus, wait_for_name
from dbus_xbms.dbus import ANSWER_LIMIT, has_owner
from dbus_xbms.known.naming import PROGRAM, REMOVED, Candidate, bank_candidates, did_you_mean, find
from dbus_xbms.known.stored import StoredBank, parse, put
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.protocols.registry import family_named
from dbus_xbms.settings import (
    DEVICES,
    SERVICE,
    AnySetting,
    PackSettings,
    ProgramSettings,
    Settings,
    SettingsError,
    Value,
    bank_instance_path,
    bank_path,
    bank_setting,
    name_of,
    pack_path,
    service_path,
    switch_path,
)
from dbus_xbms.settings.bank import BANK_INSTANCE, MOST_BANKS
from dbus_xbms.text import printable
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS
from dbus_xbms.venus.localsettings import LocalSettings
from dbus_xbms.venus.tables.device import named_product

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Settings)

GROUPS = (DEVICES, SERVICE)  # of settings, with those of packs and banks
SETTINGS_LIMIT = 5.0  # s; it may be restarting


class Known:
    """All packs and banks with settings in localsettings, whether they are enabled or not."""

    def __init__(self, local: LocalSettings, stored: Mapping[str, object]) -> None:
        self._local = local
        self._parse(stored)

    def _parse(self, stored: Mapping[str, object]) -> None:
        found = parse(stored)
        self.packs = found.packs  # by address
        self.banks = found.banks  # by number
        self.unusable = found.unusable  # why stored values cannot be used, by path
        for why in found.unusable.values():
            log.debug("%s", why)

    def unusable_of(self, address: str) -> tuple[str, ...]:
        """Return why stored values of a pack cannot be used."""
        return tuple(why for path, why in self.unusable.items() if path.startswith(pack_path(address, "")))

    async def read(self) -> None:
        """Read all again; another program may have changed them."""
        self._parse(await self._local.stored(GROUPS))

    @property
    def configuration(self) -> Configuration:
        """The settings of all packs and banks, as last read."""
        return Configuration(packs=self.packs, banks=self.banks)

    @property
    def candidates(self) -> list[Candidate]:
        """The packs with their names, for :func:`dbus_xbms.known.naming.find`."""
        return [candidate(address, pack) for address, pack in sorted(self.packs.items())]

    @property
    def named(self) -> list[Candidate]:
        """The packs and the banks with their names."""
        return [*self.candidates, *bank_candidates(self.banks)]

    def address(self, word: str) -> str:
        """Return the address of the pack that a word refers to.

        Raises:
            SettingsError: no pack has this name, or several have.
        """
        return find(word, self.candidates).address

    def bank(self, word: str) -> int:
        """Return the number of the bank that a word refers to.

        Raises:
            SettingsError: no bank has this name, or several have.
        """
        banks = bank_candidates(self.banks)
        if not banks:
            raise SettingsError("there is no bank; `dbus-xbms bank create` creates one")
        return find(word, banks).bank or 0

    async def add(self, address: str) -> PackSettings:
        """Store the defaults of a pack's missing settings, and return all settings."""
        self.packs[address] = await self._added(PackSettings, lambda name: pack_path(address, name))
        return self.packs[address]

    async def add_bank(self, number: int) -> StoredBank:
        """Store the defaults of a bank's missing settings, and return all settings."""
        self.banks[number] = await self._added(StoredBank, lambda name: path_of_bank(number, name))
        return self.banks[number]

    async def program(self) -> ProgramSettings:
        """Return the settings of the service."""
        return await self._added(ProgramSettings, service_path)

    async def _added(self, table: type[S], path: Callable[[str], str]) -> S:
        stored = await self._local.add_usable({path(row.name): row for row in table.rows})
        settings = table()
        for name, value in stored.items():
            put(settings, name.rpartition("/")[2], value)
        return settings

    async def set(self, path: str, value: Value) -> Value:
        """Store a value and return what localsettings stored; an entry of another type is replaced."""
        if path in self.unusable:
            table = StoredBank if bank_setting(path) else PackSettings
            await self._local.remove([path])
            await self._local.add({path: table.named(path.rpartition("/")[2])})
        return await self._local.set(path, value)

    async def forget(self, address: str) -> None:
        """Remove all settings of a pack."""
        await self._forget(DEVICES, pack_path(address, ""), switch_path(address))

    async def forget_bank(self, number: int) -> None:
        """Remove all settings of a bank."""
        await self._forget(SERVICE, bank_path(number, ""))
        await self._local.remove([bank_instance_path(number)])

    async def forget_program(self) -> None:
        """Remove the settings of the service and of all banks."""
        await self._forget(SERVICE, service_path(""))
        await self._local.remove(map(bank_instance_path, range(1, MOST_BANKS + 1)))

    async def _forget(self, root: str, *prefixes: str) -> None:
        stored = await self._local.stored([root])
        await self._local.remove([path for path in stored if path.startswith(prefixes)])


def path_of_bank(number: int, name: str) -> str:
    """Return the path of a bank's setting; that of its device instance is elsewhere."""
    return bank_instance_path(number) if name == BANK_INSTANCE.name else bank_path(number, name)


def candidate(address: str, pack: PackSettings) -> Candidate:
    """Return a pack with all of its names."""
    given, hardware = pack.custom_name, pack.hardware
    product = family_named(pack.protocol).product(hardware)
    return Candidate(
        address=address,
        given=given,
        others=(pack.advertised_name, named_product(product, "" if given else address), hardware),
        note="" if pack.enabled else REMOVED,
    )


def is_program(word: str) -> bool:
    """Return whether a word refers to the service instead of a pack."""
    return word.strip().lower() == PROGRAM


def title(address: str, pack: PackSettings) -> str:
    """Return a pack's name for messages, or its address."""
    return printable(name_of(pack) or address)


def row_of(table: Iterable[AnySetting], name: str) -> AnySetting:
    """Return the setting with this name, in any case; internal settings are left out.

    Raises:
        SettingsError: there is no such setting.
    """
    offered = {row.name.lower(): row for row in table if not row.internal}
    row = offered.get(name.strip().lower())
    if row is None:
        names = [row.name for row in offered.values()]
        hint = did_you_mean(name, names) or f"; settings are: {', '.join(names)}"
        raise SettingsError(f"there is no setting {name!r:.60}{hint}")
    return row


@asynccontextmanager
async def known_packs() -> AsyncIterator[Known]:
    """Read the packs and banks from localsettings; inside, they can be changed.

    Raises:
        CommandError: no bus, or no localsettings on it.
        NoAnswer: localsettings does not answer; each call inside may raise this too.
    """
    async with open_bus() as bus:
        await wait_for_name(bus, LOCALSETTINGS, SETTINGS_LIMIT)
    async with asyncio.TaskGroup() as group:
        local = LocalSettings(lambda path, value: None, patience=ANSWER_LIMIT)
        serving = group.create_task(local.run(), name="localsettings")
        try:
            yield Known(local, await local.stored(GROUPS))
        finally:
            serving.cancel()


async def added_packs() -> Mapping[str, PackSettings]:
    """Return the packs in localsettings by address; empty without localsettings."""
    async with open_bus() as bus:
        if not await has_owner(bus, LOCALSETTINGS):
            return {}
    async with known_packs() as known:
        return known.packs
