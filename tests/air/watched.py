"""Packs of other makes: simulated, and links through which the library aiobmsble reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection

from dbus_xbms.ble.link import Link
from dbus_xbms.protocols.aiobmsble import WatchedFamily
from dbus_xbms.protocols.registry import family_named
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.makes.device import OtherDevice
from dbus_xbms.simulator.makes.table import MAKES
from tests.air.fakes import ADDRESSES, FakePack, FakeStack, running

aiobmsble = pytest.importorskip("aiobmsble", reason="the library needs Python 3.12")
ADDRESS = ADDRESSES[0]
FAMILIES_BY_MAKE = {"litime": "redodo"}  # simulated make -> family that reads it


def table_of(make: str) -> BleakGATTServiceCollection:
    """Return the GATT table of a simulated make."""
    table, handle = BleakGATTServiceCollection(), 10
    for service in MAKES[make].services:
        added = BleakGATTService(None, handle, uuid(service.uuid))
        table.add_service(added)
        for one in service.characteristics:
            handle += 2
            flags: Any = list(one.flags)
            table.add_characteristic(
                BleakGATTCharacteristic(None, handle, uuid(one.uuid), flags, lambda: 20, added)
            )
        handle += 2
    return table


def uuid(short: int) -> str:
    """Return the full form of a 16-bit UUID."""
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


def simulated(make: str = "litime") -> FakePack:
    """Return a simulated pack of another make."""
    battery = Battery(BatterySpec(cells=4, capacity=100.0))
    device = OtherDevice(
        ADDRESS,
        battery,
        MAKES[make],
        WireSpec(mtu=MAKES[make].keys.get("mtu", 23)),
        asyncio.get_running_loop(),
    )
    return FakePack(ADDRESS, device=device, services=lambda: table_of(make), disconnect_takes=0.5)


def family(make: str = "litime") -> WatchedFamily:
    """Return the family that reads a simulated make."""
    found = family_named(FAMILIES_BY_MAKE.get(make, make))
    assert isinstance(found, WatchedFamily)
    return found


@asynccontextmanager
async def closed(pack: FakePack, make: str = "litime", **more: Any) -> AsyncIterator[Link]:
    """A link that is not open yet, to a pack that BlueZ knows."""
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(pack.address, family(make), **more)
        try:
            yield link
        finally:
            await link.close()
    assert not stack.violations


@asynccontextmanager
async def opened(pack: FakePack, make: str = "litime") -> AsyncIterator[Link]:
    """An open link to a pack."""
    async with closed(pack, make) as link:
        await link.open()
        yield link
