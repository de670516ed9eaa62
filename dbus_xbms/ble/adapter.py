"""One Bluetooth adapter: its radio's turns, its connection slots, and the one scan for all who search."""

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

REST = 12.0  # s without a scan after one that missed somebody; leaves the radio to the links that stand
NO_RSSI = -127  # bleak's way to say that a property changed without an advertisement


class Adapter:
    """An adapter of this machine, known by its address for as long as the program runs."""

    def __init__(self, address: str, stack: Stack, changed: ChangeSignal, limit: Callable[[], int]) -> None:
        self.address = address
        self.hci = ""  # "" while it is not there
        self.powered = False
        self.busy = False  # refused to scan when last asked: another program does
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
        """There and switched on."""
        return bool(self.hci) and self.powered

    @property
    def ready(self) -> bool:
        """Usable, with a free slot."""
        return self.usable and len(self.links) < self._limit()

    @property
    def state(self) -> AdapterState:
        """What it looks like from outside."""
        return AdapterState(address=self.address, hci=self.hci, powered=self.powered, links=len(self.links))

    def update(self, found: AdapterState | None) -> None:
        """Take over what the stack reports; links on an adapter that went off or away are gone."""
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
        """Listen for what ``search`` wants until it leaves."""
        search.started_at = self._now()
        self._searches.add(search)
        self._changed.notify()

    def leave(self, search: ScanRequest) -> None:
        """Listen no longer."""
        self._searches.discard(search)
        self._changed.notify()

    async def keep_scanning(self) -> None:
        """Scan whenever somebody searches and nobody connects; runs for ever."""
        while True:
            await self._changed.until(self._scan_wanted)
            await self._rest()
            async with self.radio.lease(LAST) as turn:
                trouble = await self._scan(turn) if self._scan_wanted() else None
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

    async def _scan(self, turn: RadioLease) -> LinkError | None:
        """Scan until somebody else wants the radio, nobody searches, or a searcher's patience is over."""
        try:
            # Not to be cancelled in its first steps: bluetoothd would scan on for us, for ever.
            async with self._stack.scan(self.hci, self._seen):
                self._delays.reset()
                if self.busy:
                    self.busy = False
                    self._changed.notify()
                await self._listen(turn, self.hci)
        except LinkError as err:
            log.debug("adapter %s: scan: %s", self.hci, err)
            self.busy = isinstance(err, RadioBusy)
            for search in self._searches:
                search.error = err
            self._changed.notify()
            return err
        return None

    async def _listen(self, turn: RadioLease, hci: str) -> None:
        began = self._now()
        try:
            async with asyncio.timeout(
                min((s.time_left for s in self._searches if not s.finished), default=0.0)
            ):
                await self._changed.until(
                    lambda: turn.contested or self.hci != hci or not self._scan_wanted()
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
    """Have these adapters scan for a search while inside."""
    for adapter in adapters:
        adapter.join(search)
    try:
        yield adapters
    finally:
        for adapter in adapters:
            adapter.leave(search)
