"""What runs over an open connection: conversations, or a library that reads the pack."""

from __future__ import annotations

import asyncio
from functools import partial
from math import inf
from typing import Protocol

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice

from dbus_xbms.ble.errors import LATE, STACK_ERRORS, NotSubscribed, calling_bleak, failure
from dbus_xbms.ble.exchange import Capture, Exchange
from dbus_xbms.ble.stack import GattClient, find_characteristics
from dbus_xbms.model import PackIdentity, Reading
from dbus_xbms.protocols import Conversation, ConversationFamily, T

NOTIFY_LIMIT = 5.0  # s; a subscription writes one descriptor
SETTLE = 0.2  # s between the subscription and the first request: some modules lose an earlier one


class Session(Protocol):
    """The use of one connection, from the subscription to the end; a new one for each connection."""

    async def start(self, client: GattClient, device: BLEDevice, *, socket: bool) -> None:
        """Subscribe to notifications, over a socket or as D-Bus signals.

        Raises:
            NotSubscribed: notifications could not be enabled.
            LinkError: the connection is gone, or it is another make.
            ProtocolError: the pack sends nonsense.
        """
        ...

    async def log_in(self) -> None:
        """Wake the BMS, and log in if its module requires it.

        Raises:
            LinkError: the connection is gone, or no reply.
            ProtocolError: a password or a pairing is needed, or the reply is nonsense.
        """
        ...

    async def read(self, known: PackIdentity | None, *, counters: bool, limit: float) -> Reading:
        """Read the pack once within ``limit`` s; the identity too unless ``known``.

        Raises:
            LinkError: the connection is gone, or no reply in time.
            ProtocolError: the reply is nonsense.
        """
        ...

    async def run(self, conversation: Conversation[T], limit: float) -> T:
        """Run the conversation of a command within ``limit`` s.

        Raises:
            LinkError: the connection is gone, no reply in time, or this make cannot be commanded.
            ProtocolError: raised by the conversation.
        """
        ...

    def end(self, reason: str) -> None:
        """Fail whatever is running and all that follows: the connection is gone."""
        ...

    async def close(self) -> None:
        """Leave the connection, which is closed next, within a few seconds; raises nothing."""
        ...


class ConversationSession:
    """A session of a family with conversations."""

    def __init__(
        self, address: str, family: ConversationFamily, password: str, capture: Capture | None
    ) -> None:
        self._address = address
        self._family = family
        self._password = password
        self._exchange = Exchange(address, family.framer(), capture)

    async def start(self, client: GattClient, device: BLEDevice, *, socket: bool) -> None:
        """Find the characteristics and subscribe; the contract is :meth:`Session.start`."""
        ports = find_characteristics(client.services, self._family.layouts)
        if ports.write:
            self._exchange.write = partial(client.write_gatt_char, ports.write, response=ports.response)

        def notified(_: BleakGATTCharacteristic, chunk: bytearray) -> None:
            self._exchange.feed(bytes(chunk))

        try:
            async with asyncio.timeout(NOTIFY_LIMIT):
                with calling_bleak():
                    await client.start_notify(ports.notify, notified, bluez={"use_start_notify": not socket})
        except STACK_ERRORS as err:
            raise failure(err, "subscription failed: ", NotSubscribed, late=LATE) from err
        await asyncio.sleep(SETTLE)

    async def log_in(self) -> None:
        """Run the family's greeting."""
        await self._exchange.converse(self._family.hello(self._address, self._password))

    async def read(self, known: PackIdentity | None, *, counters: bool, limit: float = inf) -> Reading:
        """Poll the pack once."""
        return await self._exchange.converse(self._family.poll(known, counters=counters), limit)

    async def run(self, conversation: Conversation[T], limit: float = inf) -> T:
        """Run a conversation."""
        return await self._exchange.converse(conversation, limit)

    def end(self, reason: str) -> None:
        """Fail the request in flight and all later ones."""
        self._exchange.end(reason)

    async def close(self) -> None:
        """Fail the request in flight; disconnecting ends the subscription."""
        self.end("the link was closed")
