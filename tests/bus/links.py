"""The program's own central on simulated radios, and links to packs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import Link
from dbus_xbms.model import Reading
from dbus_xbms.protocols import LinkError
from dbus_xbms.protocols.jbd import Jbd
from tests.bus.simulation import Simulation
from tests.patience import PATIENCE

JBD = Jbd()
SOON = PATIENCE


@asynccontextmanager
async def running(max_connections: int = 16) -> AsyncIterator[Central]:
    central = Central([JBD], max_connections=max_connections)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(central.run())
        try:
            yield central
        finally:
            task.cancel()


@asynccontextmanager
async def linked(central: Central, address: str) -> AsyncIterator[Link]:
    link = central.link(address, JBD)
    try:
        await link.open()
        await link.run(JBD.hello(address, ""))
        yield link
    finally:
        await link.close()


@asynccontextmanager
async def both(central: Central, sim: Simulation) -> AsyncIterator[tuple[Link, Link]]:
    async with linked(central, sim.addresses[0]) as one, linked(central, sim.addresses[1]) as two:
        yield one, two


async def poll(link: Link) -> Reading:
    return await link.run(JBD.poll(None, counters=False))


async def reopen(link: Link, seconds: float = 30.0) -> None:
    """Retry until the link is open, as a pack's task does."""
    async with asyncio.timeout(seconds):
        while True:
            with suppress(LinkError):
                await link.open()
                return
            await asyncio.sleep(0.5)


async def until_state(link: Link, state: str, seconds: float = SOON) -> None:
    """Wait until the state of the link is ``state``."""
    changed = asyncio.Event()
    link.changed = changed
    async with asyncio.timeout(seconds):
        while link.status.state != state:
            changed.clear()
            await changed.wait()


async def until_lost(link: Link) -> None:
    """Wait for the loss of an open link."""
    async with asyncio.timeout(PATIENCE):
        await link.lost.wait()
