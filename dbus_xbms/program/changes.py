"""Changes to packs and banks that are requested over the bus, stored in localsettings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from dbus_xbms.dbus import BusError
from dbus_xbms.known.addition import Advertisement, default_name, not_joining, to_store
from dbus_xbms.known.stored import Stored, StoredBank, parse
from dbus_xbms.policy.advice.consequences import in_order
from dbus_xbms.policy.bank.membership import title as bank_title
from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.registry import recognise
from dbus_xbms.settings import (
    DEVICES,
    SERVICE,
    AnySetting,
    BankSettings,
    PackSettings,
    SettingsError,
    Value,
    bank_instance_path,
    bank_path,
    name_of,
    pack_path,
)
from dbus_xbms.settings.bank import BANK_INSTANCE
from dbus_xbms.text import printable

log = logging.getLogger(__name__)

ENABLED = PackSettings.enabled.name


class Store(Protocol):
    """The part of :class:`dbus_xbms.venus.localsettings.LocalSettings` that changes use."""

    async def stored(self, groups: Iterable[str]) -> dict[str, object]:
        """Return the stored settings below some groups, by path."""
        ...

    async def add_usable(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        """Add settings that do not exist yet, and return the stored values."""
        ...

    async def set(self, path: str, value: Value) -> Value:
        """Store a value, and return what was stored."""
        ...

    async def remove(self, paths: Iterable[str]) -> None:
        """Remove settings."""
        ...


class Changes:
    """Stores changes; each method returns what has happened, in words for the owner.

    ``stored`` is called with path and value of each stored setting, because localsettings reports to a
    program only what others have changed.
    """

    def __init__(self, store: Store, stored: Callable[[str, Value], object]) -> None:
        self._store = store
        self._stored = stored

    async def read(self) -> Stored:
        """Return the settings of all packs and banks."""
        return parse(await self._store.stored([DEVICES, SERVICE]))

    async def add(self, seen: Advertised) -> str:
        """Add a pack under its advertised name; it is only shown until its owner chooses more.

        Raises:
            SettingsError: its make cannot be read on this machine, or a setting cannot be stored. A pack
                without settings has none afterwards.
        """
        known = await self.read()
        before = known.packs.get(seen.address)
        if before and before.enabled:
            return f"{_title(seen.address, before)} is already added"
        name = "" if before else default_name(seen.address, seen.name, known)
        family = recognise(seen)
        if family and before is None and (why := family.missing()):
            raise SettingsError(f"{family.make_of(seen)} {why}")
        chosen = to_store(
            Advertisement(name=seen.name, protocol=family.name if family else ""),
            before,
            {**not_joining(known.banks), **({PackSettings.custom_name.name: name} if name else {})},
        )
        try:
            await self._put(seen.address, chosen)
        except BaseException:  # a pack must not stay half added
            if before is None:
                await self._forget(seen.address)
            raise
        return f"{name or _title(seen.address, before or PackSettings())} added"

    async def enable(self, address: str, on: bool) -> str:
        """Read and publish a pack that has settings, or stop that.

        Raises:
            SettingsError: it has none, or a setting cannot be stored.
        """
        before = (await self.read()).packs.get(address)
        if before is None:
            raise SettingsError(f"{address} was not added")
        name = _title(address, before)
        if bool(before.enabled) == on:
            return f"{name} is already {'on' if on else 'off'}"
        await self._put(address, to_store(Advertisement(), before, {}) if on else {ENABLED: 0})
        return f"{name} turned {'on' if on else 'off'}"

    async def enable_bank(self, number: int, on: bool) -> str:
        """Turn a bank on or off; one without settings gets them, and stays off until it is turned on again.

        Raises:
            SettingsError: a setting cannot be stored.
        """
        bank = (await self.read()).banks.get(number)
        name = bank_title(number, bank or StoredBank())
        path = bank_path(number, BankSettings.enabled.name)
        if bank is None:
            rows: dict[str, AnySetting] = {bank_path(number, row.name): row for row in BankSettings.rows}
            await self._store.add_usable({**rows, bank_instance_path(number): BANK_INSTANCE})
            self._stored(path, 0)
            return f"{name} created; choose its packs, then turn it on"
        self._stored(path, await self._store.set(path, int(on)))
        return f"{name} turned {'on' if on else 'off'}"

    async def _put(self, address: str, chosen: Mapping[str, Value]) -> None:
        await self._store.add_usable({pack_path(address, row.name): row for row in PackSettings.rows})
        for name in in_order(chosen):
            path = pack_path(address, name)
            self._stored(path, await self._store.set(path, chosen[name]))

    async def _forget(self, address: str) -> None:
        try:
            stored = await self._store.stored([DEVICES])
            await self._store.remove([path for path in stored if path.startswith(pack_path(address, ""))])
        except (BusError, SettingsError) as err:
            log.warning("%s: some of its settings may be stored: %s", address, err)


def _title(address: str, pack: PackSettings) -> str:
    return printable(name_of(pack) or address)
