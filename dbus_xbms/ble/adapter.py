"""One Bluetooth adapter: its radio, its connection slots, and one scan shared by all searches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from dbus_xbms.ble.backoff import Backoff
from dbus_xbms.ble.errors import RadioBusy
from dbus_xbms.ble.requests import ConnectRequest, ScanRequest, Sighting
from dbus_xbms.ble.scheduler import LAST, ChangeSignal, RadioLease, RadioScheduler
from dbus_xbms.ble.stack import AdapterState, Stack
from dbus_xbms.contact import ContactState
from dbus_xbms.protocols import LinkError

log = logging.getLogger(__name__)

REST = 12.0  # s without a scan after an unsuccessful one, to leave the radio to open links
NO_RSSI = -127  # bleak's value when a property changed without an advertisement


class Adapter:
    """An adapter of this machine, identified by its address."""

    def __init__(self, address: str, stack: Stack, changed: ChangeSignal, limit: Callable[[], int]) -> None:
        self.address = address
        self.hci = ""  # "" while it is absent
        self.powered = False
        self.busy = False  # the last scan was refused: another program is scanning
        self.links: set[ConnectRequest] = set()
        self.radio = RadioScheduler(changed)
        self._stack = stack
        self._changed = changed
        self._limit = limit
        self._searches: set[ScanRequest] = set()
        self._rest_until = 0.0
        self._delays = Backoff()

    @property
    def usable(self) -> bool:
        """Present and switched on."""
        return bool(self.hci) and self.powered

    @property
    def ready(self) -> bool:
        """Usable, with a free slot."""
        return self.usable and self.used < self._limit()

    @property
    def used(self) -> int:
        """How many slots are in use: an attempt takes one once its radio link is up."""
        return sum(request.linked for request in self.links)

    @property
    def state(self) -> AdapterState:
        """Snapshot for status reports."""
        return AdapterState(address=self.address, hci=self.hci, powered=self.powered, links=len(self.links))

    def update(self, found: AdapterState | None) -> None:
        """Apply what the stack reports; links of an adapter that is switched off or removed are lost."""
        before, was_usable = self.hci, self.usable
        self.hci = found.hci if found else ""
        self.powered = bool(found and found.powered)
        if was_usable and (not self.usable or self.hci != before):
            log.warning("adapter %s (%s) is %s", self.address, before, "off" if self.hci else "gone")
            self.radio.end()
            for request in tuple(self.links):
                request.on_lost(ContactState.ADAPTER_OFF if self.hci else ContactState.NO_BLUETOOTH)
        elif self.usable and not was_usable:
            log.info("adapter %s (%s) is ready", self.address, self.hci)
            self.busy = False
            self._rest_until = 0.0
            self._delays.reset()

    def join(self, search: ScanRequest) -> None:
        """Add a search to the scan until :meth:`leave`."""
        search.started_at = self._now()
        self._searches.add(search)
        self._changed.notify()

    def leave(self, search: ScanRequest) -> None:
        """Remove a search from the scan."""
        self._searches.discard(search)
        self._changed.notify()

    async def keep_scanning(self) -> None:
        """Scan while there are searches and no connection is being made; runs for ever."""
        while True:
            await self._changed.until(self._scan_wanted)
            await self._rest()
            async with self.radio.lease(LAST) as lease:
                trouble = await self._scan(lease) if self._scan_wanted() else None
            if trouble:
                await asyncio.sleep(self._delays.next())

    def _scan_wanted(self) -> bool:
        return self.usable and any(not search.finished for search in self._searches)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout_at(self._rest_until):
                await self._changed.until(lambda: any(search.immediate for search in self._searches))
        except TimeoutError:
            return

    async def _scan(self, lease: RadioLease) -> LinkError | None:
        """Scan until a connection needs the radio, or a search ends; return the error if scanning failed."""
        try:
            # Must not be cancelled while it starts: bluetoothd would scan for us for ever.
            async with self._stack.scan(self.hci, self._seen):
                self._delays.reset()
                if self.busy:
                    self.busy = False
                    self._changed.notify()
                await self._listen(lease, self.hci)
        except LinkError as err:
            log.debug("adapter %s: scan: %s", self.hci, err)
            self.busy = isinstance(err, RadioBusy)
            for search in self._searches:
                search.error = err
            self._changed.notify()
            return err
        return None

    async def _listen(self, lease: RadioLease, hci: str) -> None:
        began = self._now()
        try:
            async with asyncio.timeout(
                min((s.time_left for s in self._searches if not s.finished), default=0.0)
            ):
                await self._changed.until(
                    lambda: lease.contested or self.hci != hci or not self._scan_wanted()
                )
        except TimeoutError:
            pass
        now = self._now()
        for search in self._searches:
            search.time_left -= now - max(began, search.started_at)
        if not self._scan_wanted():
            missed = any(search.finished for search in self._searches)
            self._rest_until = now + REST if missed else 0.0
        self._changed.notify()

    def _seen(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        if advertisement.rssi == NO_RSSI:
            return
        for search in self._searches:
            if search.address in (None, device.address):
                search.seen[device.address] = Sighting(self, device, advertisement)
                if search.address:
                    self._changed.notify()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def listening(search: ScanRequest, adapters: list[Adapter]) -> AsyncIterator[list[Adapter]]:
    """Scan for a search with these adapters while inside."""
    for adapter in adapters:
        adapter.join(search)
    try:
        yield adapters
    finally:
        for adapter in adapters:
            adapter.leave(search)
