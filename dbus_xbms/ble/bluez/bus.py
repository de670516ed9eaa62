"""A connection to bluetoothd on the system bus, and calls of its methods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from dbus_fast import BusType

from dbus_xbms.dbus import TrustedBus, call, close, until_closed

BLUEZ = "org.bluez"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
PROPERTIES = "org.freedesktop.DBus.Properties"
CALL_LIMIT = 10.0  # s; replies take some ms


class BluezBus(TrustedBus):
    """A connection that accepts signals and replies only from bluetoothd and the bus daemon."""

    FOLLOWED = (BLUEZ,)


@asynccontextmanager
async def system_bus() -> AsyncIterator[tuple[BluezBus, asyncio.Task[None]]]:
    """Connect to the system bus; yields the connection and a task that ends with it."""
    bus = await BluezBus(bus_type=BusType.SYSTEM).connect()
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
