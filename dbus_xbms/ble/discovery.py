"""Scans for people: which packs are in range, whoever holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from dbus_xbms.ble.adapter import Adapter, listening
from dbus_xbms.ble.bluez.stack import advertised, is_connected
from dbus_xbms.ble.errors import advised, hindered
from dbus_xbms.ble.requests import ScanRequest
from dbus_xbms.ble.scheduler import ChangeSignal
from dbus_xbms.ble.stack import Stack
from dbus_xbms.contact import ContactState
from dbus_xbms.protocols import Advertised, BmsFamily

RESTART_LIMIT = 5.0  # s for bluetoothd and its adapters to come back before a scan for people fails
DISCOVER_FACTOR = 2.0  # a scan for people may last this much longer when packs connect meanwhile


def longest_discovery(seconds: float) -> float:
    """How long a scan for people may take, in s, if the radio is busy and the adapter comes and goes."""
    return DISCOVER_FACTOR * seconds + 2 * RESTART_LIMIT


class Discovery:
    """Scans for people, over the adapters that there are at each moment."""

    def __init__(
        self,
        protocols: Sequence[BmsFamily],
        stack: Stack,
        adapters: Mapping[str, Adapter],
        changed: ChangeSignal,
        hindrance: Callable[[], str],
    ) -> None:
        self._protocols = protocols
        self._stack = stack
        self._adapters = adapters
        self._changed = changed
        self._hindrance = hindrance  # what keeps packs from being reached, in a short phrase
        self._going_on: list[ScanRequest] = []

    def hearing(self) -> list[Advertised]:
        """What the scans for people that go on have heard so far: the packs that we recognise."""
        found: dict[str, Advertised] = {}
        for search in self._going_on:
            found |= self._recognised(search)
        return [*found.values()]

    def _recognised(self, search: ScanRequest) -> dict[str, Advertised]:
        """The packs among what a search has heard, by address."""
        heard = [advertised(seen.device, seen.advertisement) for seen in search.seen.values()]
        return {one.address: one for one in heard if any(p.recognises(one) for p in self._protocols)}

    async def run(self, seconds: float) -> list[Advertised]:
        """Listen for ``seconds``; the packs in range that we recognise or hold, strongest first.

        Raises:
            LinkError: no adapter is usable, or it cannot scan.
        """
        search = ScanRequest(address=None, time_left=seconds, immediate=True)
        await self._until_usable()
        self._going_on.append(search)
        try:
            async with asyncio.timeout(DISCOVER_FACTOR * seconds):
                await self._hear(search)
        except TimeoutError:
            await self._until_usable()
        finally:
            self._going_on.remove(search)
        if search.error and not search.seen:
            await self._until_usable()  # an adapter that is gone says more than that scanning failed
            raise advised(search.error)
        ours = self._recognised(search)
        for one in await self._connected():
            ours.setdefault(one.address, one)
        return sorted(ours.values(), key=lambda one: one.rssi if one.rssi is not None else -999, reverse=True)

    async def _hear(self, search: ScanRequest) -> None:
        """Listen until a search is over, with the adapters that are usable, also if they change meanwhile."""
        while not search.finished:
            await self._until_usable()
            usable = [adapter for adapter in self._adapters.values() if adapter.usable]
            async with listening(search, usable) as adapters:
                await self._changed.until(
                    lambda adapters=adapters: search.finished or not any(one.usable for one in adapters)  # type: ignore[misc]
                )

    async def _until_usable(self) -> None:
        """Wait for an adapter, for as long as bluetoothd may take to restart.

        Raises:
            LinkError: none is there and on.
        """
        try:
            async with asyncio.timeout(RESTART_LIMIT):
                await self._changed.until(lambda: any(a.usable for a in self._adapters.values()))
        except TimeoutError:
            raise hindered(ContactState(self._hindrance())) from None

    async def _connected(self) -> list[Advertised]:
        """What the stack remembers of the packs we hold: they do not advertise now."""
        held = [(w.address, adapter.hci) for adapter in self._adapters.values() for w in adapter.links]
        devices = [await self._stack.known(address, hci) for address, hci in held]
        return [advertised(device) for device in devices if device and is_connected(device)]
