"""What commands find on the bus: localsettings, a pack, and a service that finds packs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from dbus_fast import BusType

from dbus_xbms.protocols import Advertised
from dbus_xbms.rpc import RpcService
from dbus_xbms.settings_store.service import LocalSettings
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.tables.battery import BATTERY, items_for, values
from tests.unit.commands.reports import ADDRESS, REPORT

OTHER = "A4:C1:37:0A:0B:0C"


@pytest.fixture
async def settings(private_bus: str) -> AsyncIterator[LocalSettings]:
    """A simulated localsettings on the bus."""
    simulated = LocalSettings(BusType.SESSION)
    await simulated.open()
    yield simulated
    await simulated.close()


@pytest.fixture
async def pack(private_bus: str) -> AsyncIterator[ItemService]:
    """A pack on the bus, as the service publishes it."""
    items = items_for(REPORT.identity)
    name = f"{BATTERY}.xbms_a4c137010203"
    service = ItemService(name, items, values(items, REPORT), lambda path, value, sender: True)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def scanner(private_bus: str) -> AsyncIterator[RpcService]:
    """The D-Bus interface of a running service that finds two packs."""

    async def scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
        near = Advertised(address=ADDRESS, name="House", manufacturer={}, rssi=-50)
        far = Advertised(address=OTHER, name="Neighbour", manufacturer={}, rssi=-90)
        return [(far, False, False), (near, True, True)]

    async with RpcService(scan, dict, dict, list, list) as remote:
        yield remote


def stored(settings: LocalSettings, name: str, device: str = "xbms_a4c137010203") -> object:
    entry = settings.store.entries.get(f"/Settings/Devices/{device}/{name}")
    return entry and entry.value
