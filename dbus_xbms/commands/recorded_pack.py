"""A pack that exists only as a recorded reply, for the self-test of the library that reads other makes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection

from dbus_xbms.ble.stack import BASE_UUID
from dbus_xbms.ble.watched_session import LibrarySession
from dbus_xbms.model import Reading
from dbus_xbms.protocols.aiobmsble import WatchedFamily
from dbus_xbms.protocols.registry import family_named

FAMILY = "redodo"
ADDRESS = "C8:47:80:00:00:01"
REQUEST = bytes.fromhex("000004011355aa17")
# Of a simulated LiTime with four cells at 70 %, discharged with 12.5 A.
REPLY = bytes.fromhex(
    "000065019355aa00de330000de330000f60cf90cf80cf70c0000000000000000000000000000000000000000000000002ccfffff1500"
    "0000000000000000581b10270000000000000000000000000000000000000000000000004600630000002a00000000000000b3"
)
CHARACTERISTICS = {"ffe1": "notify", "ffe2": "write"}  # of service ffe0


class RecordedPack:
    """The open connection: it replies to the request, and to nothing else."""

    acquires_safely = False

    def __init__(self) -> None:
        self.services = BleakGATTServiceCollection()
        service = BleakGATTService(None, 1, f"0000ffe0{BASE_UUID}")
        self.services.add_service(service)
        for handle, (uuid, flag) in enumerate(CHARACTERISTICS.items(), 2):
            flags = cast(Any, [flag])
            found = BleakGATTCharacteristic(
                None, handle, f"0000{uuid}{BASE_UUID}", flags, lambda: 20, service
            )
            self.services.add_characteristic(found)
        self._notified: Callable[[BleakGATTCharacteristic, bytearray], None] | None = None

    async def start_notify(
        self,
        char_specifier: BleakGATTCharacteristic,
        callback: Callable[[BleakGATTCharacteristic, bytearray], None],
        **_: object,
    ) -> None:
        """Subscribe."""
        self._notified = callback

    async def write_gatt_char(
        self, char_specifier: BleakGATTCharacteristic, data: bytes, response: bool | None = None
    ) -> None:
        """Reply to the request."""
        if data == REQUEST and self._notified:
            self._notified(char_specifier, bytearray(REPLY))

    async def read_gatt_char(self, char_specifier: BleakGATTCharacteristic) -> bytearray:
        """Return nothing: there is no characteristic to read."""
        return bytearray()

    async def disconnect(self) -> None:
        """Do nothing."""


def read() -> Reading:
    """Return what the library reads from the recorded reply.

    Raises:
        LinkError: the library cannot be used.
        ProtocolError: it does not understand the reply.
    """
    return asyncio.run(_read())


async def _read() -> Reading:
    session = LibrarySession(ADDRESS, cast(WatchedFamily, family_named(FAMILY)), password="", capture=None)
    try:
        await session.start(RecordedPack(), BLEDevice(ADDRESS, "L-12", None), socket=False)
        return await session.read(None, counters=False)
    finally:
        await session.close()
