"""The packs in localsettings: their settings and names, and changes to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from dbus_xbms.commands.naming import PROGRAM, REMOVED, Candidate, did_you_mean, find
from dbus_xbms.commands.session import open_bus, wait_for_name
from dbus_xbms.dbus import ANSWER_LIMIT, has_owner
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
    address_of,
    name_of,
    pack_path,
    service_path,
    switch_path,
)
from dbus_xbms.text import printable
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS
from dbus_xbms.venus.localsettings import LocalSettings
from dbus_xbms.venus.tables.device import named_product

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Settings)

SETTINGS_LIMIT = 5.0  # s; it may be restarting


class Known:
    """All packs with settings in localsettings, whether they are enabled or were removed."""

    def __init__(self, local: LocalSettings, stored: Mapping[str, object]) -> None:
        self._local = local
        self._parse(stored)

    def _parse(self, stored: Mapping[str, object]) -> None:
        self.packs: dict[str, PackSettings] = {}  # by address
        # Why stored values cannot be used, by address and setting
        self.unusable: dict[str, dict[str, str]] = {}
        for path, value in stored.items():
            device, _, name = path.removeprefix(f"{DEVICES}/").partition("/")
            if address := address_of(device):
                pack = self.packs.setdefault(address, PackSettings())
                if why := _put(pack, name, value):
                    self.unusable.setdefault(address, {})[name] = why

    async def read(self) -> None:
        """Read the packs again; another program may have changed them."""
        self._parse(await self._local.stored([DEVICES]))

    @property
    def candidates(self) -> list[Candidate]:
        """The packs with their names, for :func:`dbus_xbms.commands.naming.find`."""
        return [candidate(address, pack) for address, pack in sorted(self.packs.items())]

    def address(self, word: str) -> str:
        """Return the address of the pack that a word refers to.

        Raises:
            SettingsError: no pack has this name, or several have.
        """
        return find(word, self.candidates).address

    async def add(self, address: str) -> PackSettings:
        """Store the defaults of a pack's missing settings, and return all settings."""
        self.packs[address] = await self._added(PackSettings, lambda name: pack_path(address, name))
        return self.packs[address]

    async def program(self) -> ProgramSettings:
        """Return the settings of the service."""
        return await self._added(ProgramSettings, service_path)

    async def _added(self, table: type[S], path: Callable[[str], str]) -> S:
        stored = await self._local.add_usable({path(row.name): row for row in table.rows})
        settings = table()
        for name, value in stored.items():
            _put(settings, name.rpartition("/")[2], value)
        return settings

    async def set(self, path: str, value: Value) -> Value:
        """Store a value and return what localsettings stored; an entry of another type is replaced."""
        address, name = address_of(path.split("/")[3]), path.rpartition("/")[2]
        if name in self.unusable.get(address or "", {}):
            await self._local.remove([path])
            await self._local.add({path: PackSettings.named(name)})
        return await self._local.set(path, value)

    async def forget(self, address: str) -> None:
        """Remove all settings of a pack."""
        await self._forget(DEVICES, pack_path(address, ""), switch_path(address))

    async def forget_program(self) -> None:
        """Remove the settings of the service."""
        await self._forget(SERVICE, service_path(""))

    async def _forget(self, root: str, *prefixes: str) -> None:
        stored = await self._local.stored([root])
        await self._local.remove([path for path in stored if path.startswith(prefixes)])


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
    """Read the packs from localsettings; inside, they can be changed.

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
            yield Known(local, await local.stored([DEVICES]))
        finally:
            serving.cancel()


async def added_packs() -> Mapping[str, PackSettings]:
    """Return the packs in localsettings by address; empty without localsettings."""
    async with open_bus() as bus:
        if not await has_owner(bus, LOCALSETTINGS):
            return {}
    async with known_packs() as known:
        return known.packs


def _put(settings: Settings, name: str, value: object) -> str:
    """Copy a stored value into the settings; return why it cannot be used, or empty."""
    if name not in settings:
        return ""
    try:
        settings.put(name, value)
    except SettingsError as err:
        log.debug("%s", err)
        return str(err)
    return ""
