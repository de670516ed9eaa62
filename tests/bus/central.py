"""A plain Bluetooth central on unmodified bleak, for the tests of the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from bleak_retry_connector import BleakClientWithServiceCache, establish_connection

from dbus_xbms.protocols import Echo, Frame
from dbus_xbms.protocols.jbd.frames import JbdFramer, read
from tests.patience import PATIENCE

SERVICE, NOTIFY, WRITE = (f"0000{short}-0000-1000-8000-00805f9b34fb" for short in ("ff00", "ff01", "ff02"))
FIRST = "A4:C1:37:00:00:01"


async def find(address: str = FIRST, timeout: float = 10.0) -> BLEDevice:
    device = await BleakScanner.find_device_by_address(address, timeout=timeout)
    assert device is not None
    return device


async def scan(count: int) -> dict[str, tuple[BLEDevice, AdvertisementData]]:
    """Scan until ``count`` packs are found."""
    found: dict[str, tuple[BLEDevice, AdvertisementData]] = {}
    enough = asyncio.Event()

    def on_advertisement(device: BLEDevice, advertisement: AdvertisementData) -> None:
        found[device.address] = (device, advertisement)
        if len(found) >= count:
            enough.set()

    async with BleakScanner(on_advertisement):
        await asyncio.wait_for(enough.wait(), 10)
    return found


class Central:
    """A plain central: one client at a time, its notifications, and whether the link is lost."""

    def __init__(self) -> None:
        self.client: BleakClient | None = None
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self.lost = asyncio.Event()

    async def connect(
        self, device: BLEDevice, *, acquire: bool = False, notify: str = NOTIFY, attempts: int = 2
    ) -> BleakClient:
        self.lost = asyncio.Event()
        lost = self.lost
        self.client = await establish_connection(
            BleakClientWithServiceCache, device, device.address, lambda _: lost.set(), max_attempts=attempts
        )
        try:
            await self.client.start_notify(
                notify,
                lambda _, chunk: self.chunks.put_nowait(bytes(chunk)),
                bluez={"use_start_notify": not acquire},
            )
        except BleakError:
            await self.client.disconnect()
            raise
        return self.client

    async def ask(self, register: int, *, write: str = WRITE, response: bool = False) -> Frame:
        assert self.client
        await self.client.write_gatt_char(write, read(register).encoded, response=response)
        return await self.frame()

    async def frame(self) -> Frame:
        framer, frames = JbdFramer(), list[Frame | Echo]()
        async with asyncio.timeout(PATIENCE):
            while not any(isinstance(frame, Frame) for frame in frames):
                chunk = await self.chunks.get()
                assert len(chunk) <= 20
                frames += framer.feed(chunk)
        return next(frame for frame in frames if isinstance(frame, Frame))


@asynccontextmanager
async def connected(*, acquire: bool = False) -> AsyncIterator[Central]:
    central = Central()
    client = await central.connect(await find(), acquire=acquire)
    try:
        yield central
    finally:
        await client.disconnect()
