"""What bleak's one BlueZ manager knows, and how to make it read everything again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container, Mapping
from typing import Any

from bleak.backends.bluezdbus.manager import BlueZManager, get_global_bluez_manager
from bleak_retry_connector.bleak_manager import get_global_bluez_manager_sync

from dbus_xbms.ble.bluez.system_bus import CALL_LIMIT
from dbus_xbms.ble.errors import calling_bleak

bleak_log = logging.getLogger(BlueZManager.__module__)

ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"


def missed(objects: Mapping[str, Container[str]]) -> bool:
    """Whether bleak lacks an adapter or a device of BlueZ's objects."""
    return missed_by(get_global_bluez_manager_sync(), objects)


def missed_by(manager: Any, objects: Mapping[str, Container[str]]) -> bool:
    """Whether bleak's manager lacks an adapter or a device of BlueZ's objects."""
    known = manager._properties if manager else {}
    return any(
        path not in known
        for path, interfaces in objects.items()
        if ADAPTER in interfaces or DEVICE in interfaces
    )


async def renew() -> None:
    """Make bleak read everything again, and tell clients of the old bluetoothd that they are disconnected.

    A bluetoothd that was killed says nothing as it goes: bleak would keep its devices as connected and their
    GATT tables as valid for ever.
    """
    await close()
    async with asyncio.timeout(CALL_LIMIT):
        with calling_bleak():
            await get_global_bluez_manager()


async def close() -> None:
    """Let bleak go of its bus."""
    manager = get_global_bluez_manager_sync()
    if not manager or not manager._bus or not manager._bus_watcher_task:
        return
    bleak_log.disabled = True  # it would report our closing as a fault
    try:
        with calling_bleak():
            manager._bus.disconnect()
        await asyncio.wait([manager._bus_watcher_task])
    finally:
        bleak_log.disabled = False
