"""Discovery of the packs in range, for the commands and the settings page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from dbus_xbms.ble.adapter import Adapter, listening
from dbus_xbms.ble.bluez.stack import advertised, is_connected
from dbus_xbms.ble.errors import unreachable, with_advice
from dbus_xbms.ble.requests import ScanRequest
from dbus_xbms.ble.scheduler import ChangeSignal
from dbus_xbms.ble.stack import Stack
from dbus_xbms.contact import ContactState
from dbus_xbms.protocols import Advertised, BmsFamily

RESTART_LIMIT = 5.0  # s for bluetoothd and its adapters to come back before a discovery fails
MOST_JUDGED = 500  # advertisements that are remembered; devices with random addresses have new ones
DISCOVER_FACTOR = 2.0  # how much longer a discovery may take when packs connect meanwhile


def longest_discovery(seconds: float) -> float:
    """Longest duration of a discovery in s, with a busy radio and an adapter that disappears."""
    return DISCOVER_FACTOR * seconds + 2 * RESTART_LIMIT


class Discovery:
    """Discovers packs with all adapters that are usable."""

    def __init__(
        self,
        protocols: Sequence[BmsFamily],
        stack: Stack,
        adapters: Mapping[str, Adapter],
        changed: ChangeSignal,
        why_unreachable: Callable[[], str],
    ) -> None:
        self._protocols = protocols
        self._stack = stack
        self._adapters = adapters
        self._changed = changed
        self._why_unreachable = why_unreachable  # returns why no pack can be reached, as a short phrase
        self._running: list[ScanRequest] = []
        self._judged: dict[object, bool] = {}  # advertisement -> whether it is recognised

    def found_so_far(self) -> list[Advertised]:
        """The recognised packs that running discoveries have found so far."""
        found: dict[str, Advertised] = {}
        for search in self._running:
            found |= self._recognised(search)
        return [*found.values()]

    def _recognised(self, search: ScanRequest) -> dict[str, Advertised]:
        """The recognised packs of a search, by address."""
        found = [advertised(seen.device, seen.advertisement) for seen in search.seen.values()]
        return {one.address: one for one in found if self._is_recognised(one)}

    def _is_recognised(self, seen: Advertised) -> bool:
        """Return whether it is an advertisement of a pack; most are repeated many times."""
        evidence = seen.evidence
        if evidence not in self._judged:
            if len(self._judged) >= MOST_JUDGED:
                self._judged.clear()
            self._judged[evidence] = any(family.recognises(seen) for family in self._protocols)
        return self._judged[evidence]

    async def run(self, seconds: float) -> list[Advertised]:
        """Scan for ``seconds``; return the recognised and the connected packs, strongest first.

        Raises:
            LinkError: no adapter is usable, or it cannot scan.
        """
        search = ScanRequest(address=None, time_left=seconds, immediate=True)
        await self._until_usable()
        self._running.append(search)
        try:
            async with asyncio.timeout(DISCOVER_FACTOR * seconds):
                await self._scan(search)
        except TimeoutError:
            await self._until_usable()
        finally:
            self._running.remove(search)
        if search.error and not search.seen:
            await self._until_usable()  # a missing adapter is the better error
            raise with_advice(search.error)
        packs = self._recognised(search)
        for one in await self._connected():
            packs.setdefault(one.address, one)
        return sorted(
            packs.values(), key=lambda one: one.rssi if one.rssi is not None else -999, reverse=True
        )

    async def _scan(self, search: ScanRequest) -> None:
        """Scan until the search is finished, with all usable adapters, even if these change meanwhile."""
        while not search.finished:
            await self._until_usable()
            usable = [adapter for adapter in self._adapters.values() if adapter.usable]
            async with AsyncExitStack() as stack:
                for adapter in usable:
                    await stack.enter_async_context(self._stack.following_all(adapter.hci))
                adapters = await stack.enter_async_context(listening(search, usable))
                await self._changed.until(
                    lambda adapters=adapters: search.finished or not any(one.usable for one in adapters)  # type: ignore[misc]
                )

    async def _until_usable(self) -> None:
        """Wait for a usable adapter, as long as bluetoothd may take to restart.

        Raises:
            LinkError: there is none.
        """
        try:
            async with asyncio.timeout(RESTART_LIMIT):
                await self._changed.until(lambda: any(a.usable for a in self._adapters.values()))
        except TimeoutError:
            raise unreachable(ContactState(self._why_unreachable())) from None

    async def _connected(self) -> list[Advertised]:
        """The connected packs, which do not advertise, as the stack remembers them."""
        held = [(w.address, adapter.hci) for adapter in self._adapters.values() for w in adapter.links]
        devices = [await self._stack.known(address, hci) for address, hci in held]
        return [advertised(device) for device in devices if device and is_connected(device)]
