"""Every private or undocumented part of bleak and bleak-retry-connector in use, each with its reason."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from bleak.backends.bluezdbus import client as bleak_client
from bleak.backends.bluezdbus import defs
from bleak.backends.bluezdbus import manager as bleak_manager
from bleak.backends.bluezdbus.client import BleakClientBlueZDBus
from bleak.backends.bluezdbus.manager import BlueZManager, get_global_bluez_manager
from bleak.backends.bluezdbus.utils import assert_gatt_reply
from bleak.backends.bluezdbus.version import BlueZFeatures
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak_retry_connector import BleakClientWithServiceCache
from bleak_retry_connector.bleak_manager import get_global_bluez_manager_sync
from dbus_fast import Message, unpack_variants

from dbus_xbms.ble.bluez.bus import (
    ADAPTER,
    CALL_LIMIT,
    DEVICE,
    OBJECT_MANAGER,
    PROPERTIES,
    BluezBus,
    FollowingBus,
    OrderedBluezBus,
    call_bluez,
)
from dbus_xbms.ble.errors import calling_bleak
from dbus_xbms.dbus import CallRefused

bleak_log = logging.getLogger(BlueZManager.__module__)


def make_bleak_trust_bluez_only(*, alone: bool) -> None:
    """Make bleak connect as :class:`BluezBus`: on its own connections any program can forge a pack's data.

    Its manager asks for all objects and follows their changes, which needs :class:`OrderedBluezBus`. If
    ``alone``, nothing but this module uses bleak in this process, and it follows only what is asked for.
    """
    for module, bus in (
        (bleak_manager, FollowingBus if alone else OrderedBluezBus),
        (bleak_client, BluezBus),
    ):
        module.MessageBus = bus  # type: ignore[attr-defined]


def skip_version_check() -> None:
    """Keep bleak from running ``bluetoothctl --version`` at the first connect.

    It only serves to refuse BlueZ before 5.55, and when that connect is cancelled meanwhile, every later one
    waits for it for ever.
    """
    BlueZFeatures.checked_bluez_version = True


def missed(objects: Mapping[str, Container[str]]) -> bool:
    """Return whether bleak lacks an adapter or a device of BlueZ's objects."""
    return missed_by(get_global_bluez_manager_sync(), objects)


def missed_by(manager: Any, objects: Mapping[str, Container[str]]) -> bool:
    """Return whether a manager of bleak's lacks an adapter or a device of BlueZ's objects.

    What a starting bluetoothd adds while bleak asks for all objects, bleak never learns of.
    """
    known = manager._properties if manager else {}
    return any(
        path not in known
        for path, interfaces in objects.items()
        if ADAPTER in interfaces or DEVICE in interfaces
    )


async def follow(path: str) -> None:
    """Have bleak follow the changes of a device until bluetoothd ends.

    Raises the errors of :func:`dbus_xbms.ble.bluez.bus.call_bluez`.
    """
    manager, bus = await _manager_and_bus()
    if bus is None or path in bus.followed:
        return
    for gone in [one for one in bus.followed if one.rpartition("/")[0] not in manager._adapters]:
        await bus.unfollow_device(gone)  # its adapter was unplugged, and may return under another name
    await bus.follow_device(path)
    if path in manager._properties:  # as it was when bleak last heard of it
        try:
            (properties,) = await call_bluez(bus, path, PROPERTIES, "GetAll", "s", [DEVICE])
        except CallRefused as err:
            bleak_log.debug("%s is gone: %s", path, err)
        else:
            _replace(manager, path, properties)
    bus.followed.add(path)


@asynccontextmanager
async def following_all(adapter: str) -> AsyncIterator[None]:
    """Have bleak follow all devices of an adapter, given its object path, while inside.

    Raises the errors of :func:`dbus_xbms.ble.bluez.bus.call_bluez`.
    """
    manager, bus = await _manager_and_bus()
    if bus is None:
        yield
        return
    async with bus.following_devices(adapter):
        (objects,) = await call_bluez(bus, "/", OBJECT_MANAGER, "GetManagedObjects")
        for path, interfaces in objects.items():
            if path.startswith(f"{adapter}/") and DEVICE in interfaces:
                _replace(manager, path, interfaces[DEVICE])
        yield


async def _manager_and_bus() -> tuple[BlueZManager, FollowingBus | None]:
    """Return bleak's manager and its connection, or ``None`` if that follows everything anyway."""
    with calling_bleak():
        manager = await get_global_bluez_manager()
    return manager, manager._bus if isinstance(manager._bus, FollowingBus) else None


def _replace(manager: BlueZManager, path: str, properties: Mapping[str, Any]) -> None:
    """Replace what bleak knows of a device; a device that it does not know is ignored."""
    if known := manager._properties.get(path, {}).get(DEVICE):
        known.clear()
        known.update(unpack_variants(properties))


def has_interface(client: BleakClientWithServiceCache, interface: str) -> bool:
    """Return whether the device of a client has an interface; bleak keeps what BlueZ said of the device."""
    manager = get_global_bluez_manager_sync()
    path = _backend(client)._device_path or ""
    return bool(manager and interface in manager._properties.get(path, {}))


@asynccontextmanager
async def watching_connection(path: str, link: Callable[[bool], None]) -> AsyncIterator[None]:
    """Call ``link`` when the radio link to a device is up, at once if it already is, and when it is down.

    bleak returns from its connect only after it has read the GATT table, seconds later.
    """
    with calling_bleak():
        manager = await get_global_bluez_manager()
        watcher = manager.add_device_watcher(path, link, lambda path, value: None)
    try:
        if manager.is_connected(path):
            link(True)
        yield
    finally:
        manager.remove_device_watcher(watcher)


def close_notify_sockets(client: BleakClientWithServiceCache) -> None:
    """Close the sockets of AcquireNotify that bleak leaves open when disconnecting fails."""
    sockets = _backend(client)._notification_fds
    while sockets:
        _, descriptor = sockets.popitem()
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)


def is_busy(refusal: Message) -> bool:
    """Return whether BlueZ refuses a call because another one is under way."""
    return refusal.error_name == defs.BLUEZ_ERROR_IN_PROGRESS


def raise_refusal(refusal: Message) -> NoReturn:
    """Raise the error of bleak's for a call that was refused.

    Raises:
        BleakError: always.
    """
    assert_gatt_reply(refusal)
    raise AssertionError(f"{refusal} is no error")


def notifies_by_socket(characteristic: BleakGATTCharacteristic, *, socket: bool) -> bool:
    """Return whether bleak uses AcquireNotify for a characteristic if it is to use a ``socket``."""
    return socket and "NotifyAcquired" in characteristic.obj[1]


def path_of(characteristic: BleakGATTCharacteristic) -> str:
    """Return the path of a characteristic on D-Bus."""
    path: str = characteristic.obj[0]
    return path


def _backend(client: BleakClientWithServiceCache) -> BleakClientBlueZDBus:
    """Return the part of a client that talks to BlueZ; bleak has no public name for it."""
    assert isinstance(client._backend, BleakClientBlueZDBus)
    return client._backend


async def renew() -> None:
    """Make bleak read all objects again, and report clients of the old bluetoothd as disconnected.

    A bluetoothd that was killed sends no signals: bleak would keep its devices as connected and their GATT
    tables as valid for ever.
    """
    await close()
    async with asyncio.timeout(CALL_LIMIT):
        with calling_bleak():
            await get_global_bluez_manager()


async def close() -> None:
    """Close bleak's connection to the bus; it has no public way to."""
    manager = get_global_bluez_manager_sync()
    if not manager or not manager._bus or not manager._bus_watcher_task:
        return
    bleak_log.disabled = True  # bleak would log the end of the connection as an error
    try:
        with calling_bleak():
            manager._bus.disconnect()
        await asyncio.wait([manager._bus_watcher_task])
    finally:
        bleak_log.disabled = False
