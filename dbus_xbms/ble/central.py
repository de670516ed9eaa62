"""All Bluetooth adapters of this machine: connections to packs, and discovery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from dbus_xbms.ble.adapter import Adapter, listening
from dbus_xbms.ble.attempt import Attempt
from dbus_xbms.ble.bluez.stack import Bluez, is_connected
from dbus_xbms.ble.discovery import Discovery
from dbus_xbms.ble.errors import HANGS, NotInRange
from dbus_xbms.ble.exchange import Capture
from dbus_xbms.ble.link import CLOSE_LIMIT, Link
from dbus_xbms.ble.requests import AdapterDevice, ConnectRequest, ScanRequest
from dbus_xbms.ble.scheduler import ChangeSignal
from dbus_xbms.ble.stack import AdapterState, GattClient, Stack
from dbus_xbms.contact import ContactState
from dbus_xbms.protocols import Advertised, BmsFamily

log = logging.getLogger(__name__)

SEARCH_TIME = 8.0  # s of scanning until a pack counts as not in range; the slowest advertise every 2 s
# After a failure a pack is connected to only once its advertisement was seen; every so many failures it is
# tried without, for modules that accept a connection but whose advertisements are not received.
DIRECT_EVERY = 8


class Central:
    """The central role of BLE, on all adapters."""

    def __init__(
        self,
        protocols: Sequence[BmsFamily],
        *,
        max_connections: int = 16,
        stack: Stack | None = None,
        alone: bool = False,
    ) -> None:
        """Make a central on ``stack``, by default BlueZ; ``alone``: nothing else here uses bleak."""
        self._max_connections = max_connections
        self._stack: Stack = stack or Bluez(alone=alone)
        self.changed = ChangeSignal()  # an adapter or its use has changed
        self._present: bool | None = None  # whether bluetoothd is running; None: not known yet
        self._adapters: dict[str, Adapter] = {}  # by address
        self._discovery = Discovery(
            protocols, self._stack, self._adapters, self.changed, lambda: self._why_unreachable("")
        )

    @property
    def max_connections(self) -> int:
        """Most simultaneous connections on one adapter; lowering it ends none."""
        return self._max_connections

    @max_connections.setter
    def max_connections(self, limit: int) -> None:
        self._max_connections = limit
        self.changed.notify()

    @property
    def adapters(self) -> tuple[AdapterState, ...]:
        """The adapters that are present."""
        return tuple(adapter.state for adapter in self._adapters.values() if adapter.hci)

    def possible(self, adapter: str) -> bool:
        """Return whether the adapter with this address, or any if empty, is present and on."""
        return any(one.usable for one in self._adapters.values() if adapter.upper() in ("", one.address))

    @property
    def busy(self) -> frozenset[str]:
        """The adapters that refuse to scan because another program does."""
        return frozenset(a.hci for a in self._adapters.values() if a.hci and a.busy)

    def link(
        self,
        address: str,
        protocol: BmsFamily,
        *,
        adapter: str = "",
        passkey: str = "",
        capture: Capture | None = None,
    ) -> Link:
        """Create a closed link to the pack at ``address``; ``adapter`` is an adapter's address or empty."""
        return Link(self, address, protocol, adapter.upper(), passkey, capture)

    async def run(self) -> None:
        """Follow bluetoothd and the adapters, and scan on request; runs for ever."""
        try:
            async with asyncio.TaskGroup() as group:

                def found(states: tuple[AdapterState, ...] | None) -> None:
                    self._stack_changed(states, group)

                await self._stack.watch(found)
        finally:
            await self._until_closed()
            await self._stack.leave()

    async def _until_closed(self) -> None:
        """Wait for links that are closing: they need the stack for that."""
        try:
            async with asyncio.timeout(CLOSE_LIMIT):
                await self.changed.until(lambda: not any(a.links for a in self._adapters.values()))
        except TimeoutError:
            log.debug("some links did not close in time")

    def _stack_changed(self, states: tuple[AdapterState, ...] | None, group: asyncio.TaskGroup) -> None:
        if self._present != (states is not None):
            self._present = states is not None
            if self._present:
                log.info("bluetoothd is running")
            elif self._stack.hangs:
                log.warning(HANGS.words)
            else:
                log.warning("bluetoothd is not running; waiting for it")
        by_address = {state.address: state for state in states or ()}
        for address in [new for new in by_address if new not in self._adapters]:
            adapter = Adapter(address, self._stack, self.changed, lambda: self._max_connections)
            self._adapters[address] = adapter
            group.create_task(adapter.keep_scanning(), name=f"scan {address}")
        for address, adapter in self._adapters.items():
            adapter.update(by_address.get(address))
        self.changed.notify()

    # For links

    async def connect(self, request: ConnectRequest, lost: Callable[[Any], None]) -> GattClient:
        """Connect to a pack, which then holds a slot until :meth:`release`.

        Raises:
            NotPaired: it requires pairing, and the owner has to help.
            LinkError: not in range, or the connection failed.
        """
        attempt = Attempt(self._stack, request, lost)
        place = await self._find(request)
        while True:
            request.slot = place.adapter
            place.adapter.links.add(request)
            if client := await attempt.turn(*place):
                return client
            self.release(request)
            if not place.adapter.ready:
                place = await self._find(request)

    def release(self, request: ConnectRequest) -> None:
        """Release the slot of a request, if it holds one."""
        if request.slot:
            request.slot.links.discard(request)
            request.slot, request.linked = None, False
            self.changed.notify()

    async def _find(self, request: ConnectRequest) -> AdapterDevice:
        """Find the device on an adapter that is ready, without a scan if possible."""
        while True:
            await self._until_possible(request)
            place = await self._known(request)
            if not (place and (request.failures % DIRECT_EVERY == 0 or is_connected(place.device))):
                place = await self._look(request, otherwise=place)
            if place and place.adapter.ready:
                return place

    def _candidates(self, request: ConnectRequest) -> list[Adapter]:
        fitting = [a for a in self._adapters.values() if request.adapter in ("", a.address) and a.ready]
        return sorted(fitting, key=lambda adapter: len(adapter.links))

    async def _until_possible(self, request: ConnectRequest) -> None:
        while reason := self._why_unreachable(request.adapter):
            request.on_state(reason)
            await self.changed.until(lambda seen=reason: self._why_unreachable(request.adapter) != seen)  # type: ignore[misc]

    def _why_unreachable(self, only: str) -> str:
        """Why packs cannot be reached by the adapter ``only``, or by any if empty, as a short phrase."""
        here = [a for a in self._adapters.values() if a.hci and only in ("", a.address)]
        if not self._present:
            return ContactState.BLUETOOTH_HANGS if self._stack.hangs else ContactState.NO_BLUETOOTH
        if not here:
            return ContactState.NO_ADAPTER
        if not any(adapter.powered for adapter in here):
            return ContactState.ADAPTER_OFF
        if not any(adapter.ready for adapter in here):
            return f"{ContactState.SLOTS_FULL} {max(a.used for a in here)}/{self._max_connections}"
        return ""

    async def _known(self, request: ConnectRequest) -> AdapterDevice | None:
        for adapter in self._candidates(request):
            if device := await self._stack.known(request.address, adapter.hci):
                return AdapterDevice(adapter, device)
        return None

    async def _look(self, request: ConnectRequest, otherwise: AdapterDevice | None) -> AdapterDevice | None:
        """Wait for the pack's advertisement; ``otherwise`` is returned if scanning is not possible.

        Raises:
            LinkError: the pack was not found.
        """
        request.on_state(ContactState.SEARCHING)
        search = ScanRequest(address=request.address, time_left=SEARCH_TIME, immediate=not request.failures)
        candidates = self._candidates(request)
        for adapter in candidates:
            await self._stack.follow(request.address, adapter.hci)
        async with listening(search, candidates) as adapters:
            await self.changed.until(
                lambda: (
                    bool(search.seen) or search.finished or not any(adapter.usable for adapter in adapters)
                )
            )
        if seen := search.seen.get(request.address):
            request.on_rssi(seen.advertisement.rssi)
            return AdapterDevice(seen.adapter, seen.device)
        if search.error and not otherwise:
            raise search.error
        if search.finished and not search.error:
            raise NotInRange("not in range, or connected to a phone")
        return otherwise if search.error else None

    # For commands

    def found_so_far(self) -> list[Advertised]:
        """The recognised packs that running discoveries have found so far."""
        return self._discovery.found_so_far()

    async def discover(self, seconds: float) -> list[Advertised]:
        """Scan for ``seconds``; return the recognised and the connected packs, strongest first.

        Raises:
            LinkError: no adapter is usable, or it cannot scan.
        """
        return await self._discovery.run(seconds)
