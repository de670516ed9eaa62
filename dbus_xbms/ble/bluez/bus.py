"""A connection to bluetoothd on the system bus, and calls of its methods."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from dbus_fast import BusType, Message, MessageType

from dbus_xbms.dbus import TrustedBus, call, close, until_closed

BLUEZ = "org.bluez"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
PROPERTIES = "org.freedesktop.DBus.Properties"
B = TypeVar("B", bound=TrustedBus)

CALL_LIMIT = 10.0  # s; replies take some ms


class BluezBus(TrustedBus):
    """A connection that accepts signals and replies only from bluetoothd and the bus daemon."""

    FOLLOWED = (BLUEZ,)


class ManagerBus(BluezBus):
    """The connection of bleak's manager. Callers continue with a reply before later messages are handled.

    dbus-fast handles all messages that it reads at a time before a waiting caller continues. bleak then
    replaces what the signals after the reply have said by the older reply, and waits for them in vain.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: deque[Message] = deque()  # messages after a reply, until its caller has continued
        self._holding = False

    async def call(self, msg: Message) -> Message:
        """Call a method; bleak follows the properties of adapters and devices only.

        It asks for all of BlueZ's, but a notification is a change of a property, too, and comes over
        :class:`dbus_xbms.ble.bluez.gatt_bus.GattBus`.
        """
        if msg.member != "AddMatch" or "member=PropertiesChanged" not in msg.body[0]:
            return await super().call(msg)
        (rule,) = msg.body
        msg.body = [f"{rule},arg0={ADAPTER}"]
        await super().call(msg)
        msg.body, msg.serial = [f"{rule},arg0={DEVICE}"], 0
        return await super().call(msg)

    def _process_message(self, msg: Message) -> None:
        self._held.append(msg)
        if not self._holding:
            self._release()

    def _release(self) -> None:
        """Handle what is held, up to the next reply."""
        self._holding = False
        while self._held:
            message = self._held.popleft()
            super()._process_message(message)
            if message.message_type is MessageType.METHOD_RETURN:
                self._holding = True
                asyncio.get_running_loop().call_soon(self._release)
                return


@asynccontextmanager
async def system_bus() -> AsyncIterator[tuple[BluezBus, asyncio.Task[None]]]:
    """Connect to the system bus; yields the connection and a task that ends with it."""
    async with connected(BluezBus) as both:
        yield both


@asynccontextmanager
async def connected(kind: type[B]) -> AsyncIterator[tuple[B, asyncio.Task[None]]]:
    """Connect to the system bus with one kind of connection, as :func:`system_bus` does."""
    bus = await kind(bus_type=BusType.SYSTEM).connect()
    closed = until_closed(bus)
    try:
        yield bus, closed
    finally:
        await close(bus, closed)


async def call_bluez(
    bus: TrustedBus,
    path: str,
    interface: str,
    member: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    limit: float = CALL_LIMIT,
) -> list[Any]:
    """Call a method of bluetoothd, which the daemon may start for it; raises the errors of ``call``."""
    return await call(bus, BLUEZ, path, interface, member, signature, body, limit=limit, autostart=True)
