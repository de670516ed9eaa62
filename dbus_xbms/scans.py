"""Scans by the running service, which owns the radio: for the command line and pages of the GX."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.scan_results import ScanResults
from dbus_xbms.protocols import Advertised
from dbus_xbms.settings import DEVICES, PackSettings, SettingsError, Value, pack_path

log = logging.getLogger(__name__)


class Stored(Protocol):
    """The part of :class:`dbus_xbms.venus.localsettings.LocalSettings` that scans use."""

    async def stored(self, groups: Iterable[str]) -> dict[str, object]:
        """Return the stored settings below some groups, by path."""
        ...

    async def set(self, path: str, value: Value) -> Value:
        """Store a value, and return what was stored."""
        ...


class Scans:
    """Scans for packs, and what they found within the last day."""

    def __init__(self, central: Central, store: Stored, running: Collection[str]) -> None:
        """``running``: addresses of the enabled packs."""
        self._central = central
        self._store = store
        self._running = running
        self._results = ScanResults()

    async def scan(self, seconds: float) -> list[tuple[Advertised, bool, bool]]:
        """Scan for packs; return each with whether it has settings, and whether it is enabled."""
        stored = await self._store.stored([DEVICES])
        found = await self._central.discover(seconds)
        self._results.add(found, _now())
        added = [seen for seen in found if pack_path(seen.address, PackSettings.enabled.name) in stored]
        for seen in added:
            await self._rename(seen, stored)
        return [(seen, seen in added, seen.address in self._running) for seen in found]

    async def _rename(self, seen: Advertised, stored: Mapping[str, object]) -> None:
        """Store the advertised name of a pack if it has changed."""
        path = pack_path(seen.address, PackSettings.advertised_name.name)
        if not seen.name or stored.get(path) == seen.name:
            return
        try:
            await self._store.set(path, seen.name)
        except SettingsError as err:
            log.warning("%s: its advertised name is not stored: %s", seen.address, err)

    def heard(self) -> list[Advertised]:
        """Return the packs found by scans of the last day."""
        return self._results.packs(_now())

    def sightings(self) -> list[tuple[Advertised, float]]:
        """Return the packs found by scans of the last day and by running ones, each with its age in s."""
        running = {one.address: (one, 0.0) for one in self._central.found_so_far()}
        ended = {one.address: (one, age) for one, age in self._results.ages(_now())}
        return [*(ended | running).values()]

    def keep_found_so_far(self) -> None:
        """Keep what running scans have found, before one of them is cancelled."""
        self._results.add(self._central.found_so_far(), _now())


def _now() -> float:
    return asyncio.get_running_loop().time()
