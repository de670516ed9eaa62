"""All Bluetooth adapters of this machine: connections to packs, and discovery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from bleak.backends.device import BLEDevice

from dbus_xbms.ble.adapter import Adapter, listening
from dbus_xbms.ble.bluez.stack import Bluez, is_connected
from dbus_xbms.ble.discovery import Discovery
from dbus_xbms.ble.errors import HANGS, NO_ANSWER, BluetoothHangs, NotInRange
from dbus_xbms.ble.exchange import Capture
from dbus_xbms.ble.link import CLOSE_LIMIT, Link
from dbus_xbms.ble.pairing_state import PairingStep
from dbus_xbms.ble.requests import AdapterDevice, ConnectRequest, ScanRequest
from dbus_xbms.ble.scheduler import ChangeSignal, RadioLease
from dbus_xbms.ble.stack import AdapterState, GattClient, Stack
from dbus_xbms.contact import ContactState
from dbus_xbms.protocols import Advertised, BmsFamily, LinkError

log = logging.getLogger(__name__)

CONNECT_LIMIT = 20.0  # s for the radio link, and again for the GATT table; as long as bleak itself would wait
PAIR_LIMIT = 40.0  # s: BlueZ connects, which may take 20 s, pairs and reads the GATT table
CONNECT_SHARE = 4.0  # s to wait for a pack's advertisement while others wait for the radio
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
        adapter, device = await self._find(request)
        request.slot = adapter
        adapter.links.add(request)
        async with adapter.radio.lease(request.failures) as lease:
            if not adapter.usable:
                raise LinkError("the adapter went away")
            request.on_state(ContactState.CONNECTING)
            # The device may have been replaced while this waited for the radio.
            device = await self._stack.known(request.address, adapter.hci) or device
            request.device = device
            await self._pair(request, device, lease)
            try:
                async with lease.limited(CONNECT_LIMIT, CONNECT_SHARE):
                    return await self._stack.connect(
                        device,
                        freshest=lambda: device,
                        trust_cache=not request.failures,
                        up=lambda: lease.hold(CONNECT_LIMIT),
                        lost=lost,
                    )
            except TimeoutError as err:
                raise await self._unanswered(NO_ANSWER.words) from err

    async def _pair(self, request: ConnectRequest, device: BLEDevice, lease: RadioLease) -> None:
        """Pair first if the pack requires it."""
        pairing = request.pairing
        if pairing.step is PairingStep.NONE:
            return
        request.on_state("pairing")
        try:
            async with lease.limited(PAIR_LIMIT, PAIR_LIMIT):
                if pairing.step is PairingStep.RENEW:
                    await self._stack.forget(device)
                    raise pairing.forgotten()
                if not await self._stack.pair(device, pairing.passkey):
                    raise pairing.refused()
        except TimeoutError as err:
            raise await self._unanswered("the pack did not pair in time") from err
        pairing.done()
        log.info("%s: paired", request.address)

    async def _unanswered(self, words: str) -> LinkError:
        """Return the error for a timeout: ``words``, or that bluetoothd hangs."""
        return LinkError(words) if await self._stack.answers() else BluetoothHangs(HANGS.words)

    def release(self, request: ConnectRequest) -> None:
        """Release the slot of a request, if it holds one."""
        if request.slot:
            request.slot.links.discard(request)
            request.slot = None
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
            return f"{ContactState.SLOTS_FULL} {max(len(a.links) for a in here)}/{self._max_connections}"
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
