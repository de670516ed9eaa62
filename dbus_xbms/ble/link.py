"""GATT connection to one pack. Only the pack's own task may use it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from bleak.backends.characteristic import BleakGATTCharacteristic

from dbus_xbms.ble.errors import LATE, STACK_ERRORS, NotSubscribed, calling_bleak, failure
from dbus_xbms.ble.exchange import Capture, Exchange
from dbus_xbms.ble.pairing_state import PairingState
from dbus_xbms.ble.requests import ConnectRequest
from dbus_xbms.ble.stack import GattClient, find_characteristics
from dbus_xbms.model import CONNECTED, LinkStatus, Notify
from dbus_xbms.protocols import BmsFamily, Conversation, ConversationFamily, LinkError, NotPaired, T

if TYPE_CHECKING:
    from dbus_xbms.ble.central import Central

__all__ = ["Capture", "Link", "NotSubscribed"]

log = logging.getLogger(__name__)

NOTIFY_LIMIT = 5.0  # s; a subscription writes one descriptor
SETTLE = 0.2  # s between the subscription and the first request: some modules lose an earlier one
CLOSE_LIMIT = 3.0  # s; BlueZ takes 2 s to disconnect


class Link:
    """A connection that can be opened again; any failure ends it."""

    def __init__(
        self,
        central: Central,
        address: str,
        protocol: BmsFamily,
        adapter: str,
        passkey: str,
        capture: Capture | None,
    ) -> None:
        self.status = LinkStatus()
        self.changed = asyncio.Event()  # the status has changed; cleared by the user
        self.lost = asyncio.Event()  # an open link was lost
        self.acquired = False  # the last subscription used a socket
        self.broken = False  # the last connection was ended by the pack or the radio
        self._central = central
        self._protocol = protocol
        self._capture = capture
        self._pairing = PairingState(address, passkey)
        self._request = ConnectRequest(
            address,
            adapter,
            on_state=self._set_state,
            on_rssi=self._set_rssi,
            on_lost=self._end,
            pairing=self._pairing,
        )
        self._client: GattClient | None = None
        self._exchange: Exchange | None = None
        self._opened = False  # at least once

    def resume(self, before: LinkStatus) -> None:
        """Continue the counters of a previous link to the pack; call it before the first :meth:`open`."""
        self.status = replace(before, state=self.status.state)

    async def open(self, notify: Notify = Notify.START) -> None:
        """Connect once; waits without limit for bluetoothd, an adapter, a slot and the radio.

        Raises:
            NotSubscribed: the pack is connected, but notifications could not be enabled.
            NotPaired: it requires pairing, and the owner has to help.
            LinkError: the pack was not found or the connection failed.
        """
        await self.close()
        self.lost.clear()
        self.broken = False
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.close)
            try:
                self._client = await self._central.connect(self._request, self._client_lost)
                if self._request.slot:
                    self.status = replace(self.status, hci=self._request.slot.hci)
                with self._pairing_required():
                    await self._listen(self._client, notify)
            except LinkError as err:
                self._request.failures += 1
                self._set_state(err.state)
                log.debug("%s: %s", self._request.address, err)
                raise
            undo.pop_all()
        self._request.failures = 0
        self.status = replace(self.status, reconnects=self.status.reconnects + self._opened)
        self._opened = True
        self._set_state(CONNECTED)

    async def run(self, conversation: Conversation[T], limit: float = inf) -> T:
        """Run a conversation and return its result, within ``limit`` s.

        Raises:
            NotPaired: the pack requires pairing, and the owner has to help.
            LinkError: not connected, connection lost, or no reply in time.
            ProtocolError: raised by the conversation.
        """
        if not self._exchange:
            conversation.close()
            raise LinkError("not connected")
        with self._pairing_required():
            return await self._exchange.converse(conversation, limit)

    @contextmanager
    def _pairing_required(self) -> Iterator[None]:
        """Translate the pack's demand for pairing into the next step."""
        try:
            yield
        except NotPaired as err:
            raise self._pairing.required() from err

    async def close(self) -> None:
        """Disconnect and release the slot, within a few seconds in any state."""
        client, self._client = self._client, None
        exchange, self._exchange = self._exchange, None
        if exchange:
            exchange.end("the link was closed")
        try:
            # Otherwise a new client would receive every notification twice.
            if client:
                await self._disconnect(client)
        finally:
            self._central.release(self._request)
            if exchange:
                self._set_state("disconnected")

    async def _disconnect(self, client: GattClient) -> None:
        try:
            async with asyncio.timeout(CLOSE_LIMIT):
                with calling_bleak():
                    await client.disconnect()
        except STACK_ERRORS as err:
            log.debug("%s: disconnecting: %r", self._request.address, err)

    async def _listen(self, client: GattClient, notify: Notify) -> None:
        if not isinstance(self._protocol, ConversationFamily):
            raise LinkError(f"{self._protocol.make} cannot be read yet")
        ports = find_characteristics(client.services, self._protocol.layouts)
        write = partial(client.write_gatt_char, ports.write, response=ports.response) if ports.write else None
        exchange = Exchange(self._request.address, write, self._protocol.framer(), self._capture)

        def notified(_: BleakGATTCharacteristic, chunk: bytearray) -> None:
            exchange.feed(bytes(chunk))

        self.acquired = notify is Notify.ACQUIRE or (notify is Notify.AUTO and client.acquires_safely)
        try:
            async with asyncio.timeout(NOTIFY_LIMIT):
                with calling_bleak():
                    await client.start_notify(
                        ports.notify, notified, bluez={"use_start_notify": not self.acquired}
                    )
        except STACK_ERRORS as err:
            raise failure(err, "subscription failed: ", NotSubscribed, late=LATE) from err
        self._exchange = exchange
        await asyncio.sleep(SETTLE)
        if self.lost.is_set():
            raise LinkError("connection lost")

    def _client_lost(self, client: object) -> None:
        if client is self._client:  # the callback of a previous client may come late
            self.broken = not self.lost.is_set()
            self._end("connection lost")

    def _end(self, reason: str) -> None:
        if self._client and not self.lost.is_set():
            self.lost.set()
            if self._exchange:
                self._exchange.end(reason)
            self._set_state(reason)

    def _set_rssi(self, rssi: int) -> None:
        self.status = replace(self.status, rssi=rssi)

    def _set_state(self, state: str) -> None:
        if state != self.status.state:
            self.status = replace(self.status, state=state)
            self.changed.set()
