"""The Bluetooth stack of Linux, BlueZ: bleak for the links, a D-Bus connection of our own for the rest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak_retry_connector import establish_connection, get_device_by_adapter
from dbus_fast import AuthError, InvalidAddressError, Message, MessageType, unpack_variants

from dbus_xbms.ble.backoff import Backoff
from dbus_xbms.ble.bluez import compat, pairing
from dbus_xbms.ble.bluez.bus import ADAPTER, BLUEZ, OBJECT_MANAGER, call_bluez, connected
from dbus_xbms.ble.bluez.client import Client
from dbus_xbms.ble.bluez.gatt_bus import GattBus
from dbus_xbms.ble.errors import HANGS, STACK_ERRORS, calling_bleak, failure
from dbus_xbms.ble.stack import AdapterState, GattClient, Seen
from dbus_xbms.dbus import BusLost, NameWatcher, NoAnswer, TrustedBus, call_daemon, ping
from dbus_xbms.protocols import Advertised

log = logging.getLogger(__name__)

RENEWALS = 5  # at most, until bleak knows all of BlueZ's objects
MATCH_RULES = (
    "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.Properties',"
    "member='PropertiesChanged',path_namespace='/org/bluez',arg0='org.bluez.Adapter1'",
    "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.ObjectManager',arg0path='/org/bluez/'",
)
PING_LIMIT = 5.0  # s for any reply of bluetoothd; takes some ms
SCAN_LIMIT = 10.0  # s to start or stop a scan; takes 10 ms
ROOT = "/org/bluez"  # object path above all adapters
UNSET = "00:00:00:00:00:00"  # address of an adapter that has none of its own yet

Changed = Callable[[tuple[AdapterState, ...] | None], None]


class Bluez:
    """BlueZ on the system bus."""

    def __init__(self, *, alone: bool = False) -> None:
        """Make a stack; ``alone``: nothing else in this process uses bleak."""
        self._alone = alone
        self._adapters: dict[str, dict[str, Any]] = {}  # object path -> properties
        self._arrived = asyncio.Event()  # bluetoothd has taken its name, or the bus has closed
        self._loaded = False  # its adapters are known, and bleak has been renewed
        self._outdated = False  # something changed while they were being read
        self._changed: Changed = lambda _: None
        self._bus: GattBus | None = None  # while bluetoothd is watched
        self.hangs = False  # bluetoothd has its name, and did not reply last time

    # Watching bluetoothd and the adapters

    async def watch(self, changed: Changed) -> None:
        """Report the adapters at every change, ``None`` while there is no bluetoothd; never returns."""
        self._changed = changed
        compat.skip_version_check()
        compat.make_bleak_trust_bluez_only(alone=self._alone)
        delays = Backoff()
        while True:
            try:
                await self._watch_bus(delays)
            except (TimeoutError, NoAnswer) as err:
                log.debug("system bus: %r", err)
                self.hangs = True
            except (*STACK_ERRORS, AuthError, InvalidAddressError) as err:
                log.debug("system bus: %r", err)
                self.hangs = False
            finally:
                self._bus = None
            self._report_absent()
            await asyncio.sleep(delays.next())

    async def answers(self) -> bool:
        """Return whether bluetoothd replies at all; an error is a reply. True if it cannot be asked."""
        if self._bus is None:
            return True
        try:
            await ping(self._bus, BLUEZ, limit=PING_LIMIT, autostart=True)
        except NoAnswer:
            return False
        except STACK_ERRORS as err:
            log.debug("ping: %r", err)
        return True

    async def leave(self) -> None:
        """Close bleak's connection to the bus; no link works after this."""
        await compat.close()

    async def _watch_bus(self, delays: Backoff) -> None:
        """Watch org.bluez until the bus closes."""
        async with connected(GattBus) as (bus, closed):
            self._bus = bus
            self._arrived.clear()
            bus.add_message_handler(self._received)
            closed.add_done_callback(lambda _: self._arrived.set())
            for rule in MATCH_RULES:
                await call_daemon(bus, "AddMatch", rule)
            if await NameWatcher(bus, self._owner_changed).watch(BLUEZ):
                self._arrived.set()
            else:
                self.hangs = False
                self._report_absent()
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                if closed.done():
                    raise BusLost
                await self._load(bus)
                self.hangs = False
                delays.reset()

    async def _load(self, bus: TrustedBus) -> None:
        """Read BlueZ's objects, and make bleak read them until it knows them all, too."""
        if not await self.answers():
            raise NoAnswer(BLUEZ, limit=PING_LIMIT)
        for _ in range(RENEWALS):
            await compat.renew()
            objects = await self._objects(bus)
            if not compat.missed(objects):
                break
            log.debug("bleak has missed an object of BlueZ")
        self._know(objects)

    def _know(self, objects: Mapping[str, Mapping[str, Any]]) -> None:
        self._adapters = {
            path: unpack_variants(interfaces[ADAPTER])
            for path, interfaces in objects.items()
            if ADAPTER in interfaces
        }
        self._loaded = True
        self._report()

    async def _objects(self, bus: TrustedBus) -> dict[str, dict[str, Any]]:
        self._outdated = True
        while self._outdated:
            self._outdated = False
            (objects,) = await call_bluez(bus, "/", OBJECT_MANAGER, "GetManagedObjects")
        found: dict[str, dict[str, Any]] = objects
        return found

    def _owner_changed(self, name: str, old: str, new: str) -> None:
        if old:
            self._outdated = True
            self._report_absent()
        if new:
            self._arrived.set()

    def _received(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        if message.member == "NameOwnerChanged":
            return
        if not self._loaded:
            self._outdated = True  # what is being read just now may lack this
        elif self._take_over(message):
            self._report()

    def _take_over(self, signal: Message) -> bool:
        """Take over a change of an adapter from a signal; return whether it has to be reported."""
        if signal.member == "InterfacesAdded" and ADAPTER in signal.body[1]:
            self._adapters[signal.body[0]] = unpack_variants(signal.body[1][ADAPTER])
            return True
        if signal.member == "InterfacesRemoved" and ADAPTER in signal.body[1]:
            return self._adapters.pop(signal.body[0], None) is not None
        if signal.member == "PropertiesChanged" and signal.path in self._adapters:
            changes = unpack_variants(signal.body[1])
            self._adapters[signal.path].update(changes)
            return bool(changes.keys() & {"Powered", "Address"})
        return False

    def _report(self) -> None:
        self._changed(
            tuple(
                AdapterState(
                    address=properties["Address"],
                    hci=path.rpartition("/")[2],
                    powered=bool(properties.get("Powered")),
                )
                for path, properties in sorted(self._adapters.items())
                if properties["Address"] != UNSET
            )
        )

    def _report_absent(self) -> None:
        self._loaded = False
        self._adapters.clear()
        self._changed(None)

    # Devices

    async def follow(self, address: str, hci: str) -> None:
        """Have bleak follow the device at an address from now on."""
        try:
            async with asyncio.timeout(SCAN_LIMIT):
                await compat.follow(_device_path(address, hci))
        except STACK_ERRORS as err:
            raise failure(err, "cannot scan: ", late=HANGS) from err

    @asynccontextmanager
    async def following_all(self, hci: str) -> AsyncIterator[None]:
        """Have bleak follow all devices while inside."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(SCAN_LIMIT):
                    await stack.enter_async_context(compat.following_all(f"{ROOT}/{hci}"))
            except STACK_ERRORS as err:
                raise failure(err, "cannot scan: ", late=HANGS) from err
            yield

    async def known(self, address: str, hci: str) -> BLEDevice | None:
        """Return the device at an address if BlueZ knows it on that adapter."""
        try:
            await compat.follow(_device_path(address, hci))
            with calling_bleak():
                return await get_device_by_adapter(address, hci)
        except STACK_ERRORS as err:
            log.debug("%s: %r", address, err)
            return None

    @asynccontextmanager
    async def scan(self, hci: str, seen: Seen) -> AsyncIterator[None]:
        """Scan inside the context, and pass on each advertisement."""
        scanner = BleakScanner(seen, bluez={"adapter": hci})
        try:
            async with asyncio.timeout(SCAN_LIMIT):
                with calling_bleak():
                    await scanner.start()
        except STACK_ERRORS as err:
            raise failure(err, "cannot scan: ", late=HANGS) from err
        try:
            yield
        finally:
            try:
                async with asyncio.timeout(SCAN_LIMIT):
                    with calling_bleak():
                        await scanner.stop()
            except STACK_ERRORS as err:
                log.debug("%s: the scan was not stopped: %r", hci, err)

    async def connect(
        self,
        device: BLEDevice,
        *,
        freshest: Callable[[], BLEDevice],
        trust_cache: bool,
        link: Callable[[bool], None],
        lost: Callable[[Any], None],
    ) -> GattClient:
        """Connect and read the GATT table."""
        try:
            if self._bus is None:
                raise BusLost
            await compat.follow(device.details["path"])
            async with compat.watching_connection(device.details["path"], link):
                with calling_bleak():
                    return await establish_connection(
                        Client,
                        device,
                        device.address,
                        disconnected_callback=lost,
                        max_attempts=1,
                        ble_device_callback=freshest,
                        use_services_cache=trust_cache,
                        gatt_bus=self._bus,
                    )
        except STACK_ERRORS as err:
            raise failure(err) from err

    async def pair(self, device: BLEDevice, passkey: str, *, link: Callable[[bool], None]) -> bool:
        """Pair with a device that is not connected; False if it refuses the passkey."""
        path = device.details["path"]
        try:
            await compat.follow(path)
            async with compat.watching_connection(path, link):
                return await pairing.pair(path, passkey)
        except STACK_ERRORS as err:
            raise failure(err) from err

    async def forget(self, device: BLEDevice) -> None:
        """Forget a device and its pairing."""
        await pairing.forget(device.details["path"])


def _device_path(address: str, hci: str) -> str:
    """Return the object path of a device."""
    return f"{ROOT}/{hci}/dev_{address.upper().replace(':', '_')}"


def advertised(device: BLEDevice, advertisement: AdvertisementData | None = None) -> Advertised:
    """Return a device's advertisement; without ``advertisement``, as BlueZ remembers it."""
    properties = device.details.get("props", {})
    if advertisement is None:
        return Advertised(
            address=device.address,
            name=properties.get("Name", ""),
            services=tuple(uuid.lower() for uuid in properties.get("UUIDs", ())),
            manufacturer={k: bytes(v) for k, v in properties.get("ManufacturerData", {}).items()},
            service_data={k.lower(): bytes(v) for k, v in properties.get("ServiceData", {}).items()},
        )
    return Advertised(
        address=device.address,
        name=advertisement.local_name or "",
        services=tuple(uuid.lower() for uuid in advertisement.service_uuids),
        manufacturer=advertisement.manufacturer_data,
        service_data={uuid.lower(): sent for uuid, sent in advertisement.service_data.items()},
        rssi=advertisement.rssi,
    )


def is_connected(device: BLEDevice) -> bool:
    """Return whether BlueZ holds a connection to a device, e.g. one left by a crash of this program."""
    return bool(device.details.get("props", {}).get("Connected"))
