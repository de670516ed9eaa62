"""Owners of names on a real bus: found, watched and lost."""

from __future__ import annotations

import asyncio

import pytest
from dbus_fast import BusType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.connection import connected
from dbus_xbms.dbus.names import NameWatcher
from tests.bus.forger import forging
from tests.patience import PATIENCE

NAMESPACE = "com.victronenergy.battery"
ONE, TWO = f"{NAMESPACE}.one", f"{NAMESPACE}.two"
SIMILAR = f"{NAMESPACE}x.three"

Change = tuple[str, str, str]


async def program(name: str) -> MessageBus:
    """Start another program that owns a name."""
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    await bus.request_name(name)
    return bus


async def end(bus: MessageBus) -> None:
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


@pytest.mark.usefixtures("private_bus")
async def test_a_namespace_includes_present_new_and_leaving_programs() -> None:
    changes: asyncio.Queue[Change] = asyncio.Queue()
    first, similar = await program(ONE), await program(SIMILAR)
    async with asyncio.timeout(PATIENCE), connected() as (bus, _):
        names = NameWatcher(bus, lambda *change: changes.put_nowait(change))
        await names.watch_namespace(NAMESPACE)
        assert names.owners == {ONE: first.unique_name}
        second = await program(TWO)
        assert await changes.get() == (TWO, "", second.unique_name)
        await end(first)
        assert await changes.get() == (ONE, first.unique_name, "")
        assert names.owners == {TWO: second.unique_name}
        await end(second)
        await end(similar)


async def test_a_forged_owner_is_ignored(private_bus: str) -> None:
    changes: asyncio.Queue[Change] = asyncio.Queue()
    owner = await program(ONE)
    async with asyncio.timeout(PATIENCE), connected() as (bus, _), forging(private_bus) as forger:
        names = NameWatcher(bus, lambda *change: changes.put_nowait(change))
        assert await names.watch(ONE) == owner.unique_name
        await forger.name_owner(ONE, owner.unique_name or "", ":1.99")
        await end(owner)
        assert await changes.get() == (ONE, owner.unique_name, "")
        assert names.owners == {}
