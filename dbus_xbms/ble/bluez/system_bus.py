"""A connection of our own to the system bus, and calls on it that end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bleak.backends.bluezdbus import client as bleak_client
from bleak.backends.bluezdbus import manager as bleak_manager
from bleak.backends.bluezdbus.utils import assert_reply
from dbus_fast import BusType, Message

from dbus_xbms.dbus.trusted import TrustedBus

BLUEZ = "org.bluez"
CALL_LIMIT = 10.0  # s; takes some ms


class BluezBus(TrustedBus):
    """A connection that takes signals and replies from BlueZ and the bus daemon only."""

    FOLLOWED = (BLUEZ,)


def make_bleak_trust_bluez_only() -> None:
    """Have bleak use such connections, too: on its own ones anybody could say what a pack sends."""
    for module in (bleak_manager, bleak_client):
        module.MessageBus = BluezBus  # type: ignore[attr-defined]


@asynccontextmanager
async def system_bus() -> AsyncIterator[tuple[BluezBus, asyncio.Future[None]]]:
    """A connection to the system bus, and a future that ends with it."""
    bus = await BluezBus(bus_type=BusType.SYSTEM).connect()
    closed = asyncio.ensure_future(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]
    try:
        yield bus, closed
    finally:
        bus.disconnect()
        await asyncio.gather(closed, return_exceptions=True)


async def call(
    bus: TrustedBus,
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


async def ping(bus: TrustedBus, limit: float) -> None:
    """Ask bluetoothd for a sign of life: any answer, even an error; fails as :func:`call` does."""
    await call(bus, "/", "org.freedesktop.DBus.Peer", "Ping", limit=limit)
