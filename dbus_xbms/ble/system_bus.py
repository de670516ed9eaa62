"""A connection of our own to the system bus, and calls on it that end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bleak.backends.bluezdbus.utils import assert_reply
from dbus_fast import BusType, Message
from dbus_fast.aio import MessageBus

from dbus_xbms.ble.errors import calling_bleak

BLUEZ = "org.bluez"
CALL_LIMIT = 10.0  # s; takes some ms


@asynccontextmanager
async def system_bus() -> AsyncIterator[tuple[MessageBus, asyncio.Future[None]]]:
    """A connection to the system bus, and a future that ends with it."""
    with calling_bleak():
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    closed = asyncio.ensure_future(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]
    try:
        yield bus, closed
    finally:
        bus.disconnect()
        await asyncio.gather(closed, return_exceptions=True)


async def call(
    bus: MessageBus,
    path: str,
    interface: str,
    member: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    destination: str = BLUEZ,
    limit: float = CALL_LIMIT,
) -> Message:
    """Call a method and return its reply.

    Raises:
        BleakDBusError: the answer is an error.
        ConnectionError: the bus has closed.
        TimeoutError: none came: a call on a bus that has just closed is never answered.
    """
    request = Message(
        destination=destination,
        path=path,
        interface=interface,
        member=member,
        signature=signature,
        body=list(body),
    )
    async with asyncio.timeout(limit):
        reply = await bus.call(request)
    if reply is None:
        raise ConnectionError("the system bus has closed")
    assert_reply(reply)
    return reply
