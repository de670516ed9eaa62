"""An open connection as a library sees it: it may use it, but neither open nor close one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.service import BleakGATTServiceCollection
from bleak.exc import BleakCharacteristicNotFoundError, BleakError

from dbus_xbms.ble.errors import STACK_ERRORS, calling_bleak
from dbus_xbms.ble.exchange import HIDDEN, Capture
from dbus_xbms.ble.stack import GattClient

log = logging.getLogger(__name__)

NOTIFY_LIMIT = 5.0  # s; a subscription writes one descriptor
MOST_RECEIVED = 20_000  # bytes within a second; the best link carries some 10 kB
Characteristic = BleakGATTCharacteristic | int | str | UUID
Handler = Callable[[BleakGATTCharacteristic, bytearray], Awaitable[None] | None]


class SubscriptionFailed(BleakError):
    """Notifications could not be enabled; the cause is the error of the stack."""


class LibraryClient:
    """The part of bleak's ``BleakClient`` that the library uses.

    ``failed`` is called with an error that a handler of notifications raises, or that ends the connection.
    """

    def __init__(
        self,
        address: str,
        client: GattClient,
        *,
        socket: bool,
        secret: bytes,
        capture: Capture | None,
        failed: Callable[[Exception], None],
    ) -> None:
        self.address = address
        self._client = client
        self._socket = socket
        self._secret = secret
        self._capture = capture
        self._failed = failed
        self._open = True
        self._handling: set[asyncio.Future[None]] = set()
        self._received, self._second = 0, 0.0  # bytes, since then

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open."""
        return self._open

    @property
    def services(self) -> BleakGATTServiceCollection:
        """The GATT table of the connected device."""
        return self._client.services

    async def start_notify(self, char_specifier: Characteristic, callback: Handler, **_: Any) -> None:
        """Subscribe to a characteristic.

        Raises:
            SubscriptionFailed: not possible, or not in time.
            BleakError: there is no such characteristic, or the connection is closed.
        """
        found = self._find(char_specifier)
        try:
            async with asyncio.timeout(NOTIFY_LIMIT):
                with calling_bleak():
                    await self._client.start_notify(
                        found, partial(self._notified, callback), bluez={"use_start_notify": not self._socket}
                    )
        except STACK_ERRORS as err:
            raise SubscriptionFailed(str(err)) from err

    async def write_gatt_char(
        self, char_specifier: Characteristic, data: bytes, response: bool | None = None
    ) -> None:
        """Write a characteristic.

        Raises:
            BleakError: not possible.
        """
        found = self._find(char_specifier)
        self._trace(">", bytes(data))
        with calling_bleak():
            await self._client.write_gatt_char(found, bytes(data), response=response)

    async def read_gatt_char(self, char_specifier: Characteristic, **_: Any) -> bytearray:
        """Read a characteristic.

        Raises:
            BleakError: not possible.
        """
        found = self._find(char_specifier)
        with calling_bleak():
            return await self._client.read_gatt_char(found)

    async def disconnect(self) -> None:
        """Stop using the connection; whoever opened it closes it."""
        self.end()

    def end(self) -> None:
        """Refuse everything from now on."""
        self._open = False
        for task in self._handling:
            task.cancel()

    def _find(self, specifier: Characteristic) -> BleakGATTCharacteristic:
        if not self._open:
            raise BleakError("Not connected")
        if isinstance(specifier, BleakGATTCharacteristic):
            return specifier
        found = self.services.get_characteristic(specifier)
        if found is None:
            raise BleakCharacteristicNotFoundError(specifier)
        return found

    def _notified(self, handler: Handler, sender: BleakGATTCharacteristic, chunk: bytearray) -> None:
        if not self._open:
            return
        self._trace("<", bytes(chunk))
        if self._sends_without_end(len(chunk)):
            self._failed(BleakError(f"the pack sends without end: over {MOST_RECEIVED} bytes in a second"))
            return
        try:
            handling = handler(sender, chunk)
        except Exception as err:
            self._failed(err)
            return
        if handling is not None:
            task = asyncio.ensure_future(handling)
            self._handling.add(task)
            task.add_done_callback(self._handled)

    def _handled(self, task: asyncio.Future[None]) -> None:
        self._handling.discard(task)
        if not task.cancelled() and isinstance(err := task.exception(), Exception):
            self._failed(err)

    def _sends_without_end(self, count: int) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._second >= 1.0:
            self._received, self._second = 0, now
        self._received += count
        return self._received > MOST_RECEIVED

    def _trace(self, direction: str, chunk: bytes) -> None:
        """Capture and log a chunk; of a pack with a password, nothing that may carry it."""
        debug = log.isEnabledFor(logging.DEBUG)
        if not self._capture and not debug:
            return
        secret = self._secret and (direction == ">" or self._secret in chunk)
        shown = HIDDEN if secret else chunk.hex()
        if self._capture:
            self._capture(self.address, direction, shown)
        if debug:
            log.debug("%s %s %s", self.address, direction, shown)
