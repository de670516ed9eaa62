"""Interface to the machine's Bluetooth stack; :mod:`dbus_xbms.ble.bluez.stack` implements it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from bleak.args.bluez import BlueZNotifyArgs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.backends.service import BleakGATTServiceCollection

from dbus_xbms.ble.errors import OtherMake
from dbus_xbms.protocols import GattLayout
from dbus_xbms.record import record

BASE_UUID = "-0000-1000-8000-00805f9b34fb"  # the rest of a 16-bit UUID

Seen = Callable[[BLEDevice, AdvertisementData], None]


@record
class AdapterState:
    """One Bluetooth adapter of this machine."""

    address: str  # does not change, unlike the hci number
    hci: str  # "hci0"; "" while it is absent
    powered: bool
    links: int = 0  # connections, open or being made


class GattClient(Protocol):
    """The part of bleak's ``BleakClient`` that a link uses."""

    @property
    def services(self) -> BleakGATTServiceCollection:
        """The GATT table of the connected device."""
        ...

    @property
    def acquires_safely(self) -> bool:
        """Whether this bluetoothd survives a link that breaks during AcquireNotify."""
        ...

    async def start_notify(
        self,
        char_specifier: BleakGATTCharacteristic,
        callback: Callable[[BleakGATTCharacteristic, bytearray], None],
        *,
        bluez: BlueZNotifyArgs = ...,
    ) -> None:
        """Subscribe to a characteristic."""
        ...

    async def write_gatt_char(
        self, char_specifier: BleakGATTCharacteristic, data: bytes, response: bool | None = ...
    ) -> None:
        """Write a characteristic."""
        ...

    async def read_gatt_char(self, char_specifier: BleakGATTCharacteristic) -> bytearray:
        """Read a characteristic."""
        ...

    async def disconnect(self) -> None:
        """Disconnect."""
        ...


class Stack(Protocol):
    """The machine's Bluetooth; every failure is a LinkError with a message for the owner."""

    async def watch(self, changed: Callable[[tuple[AdapterState, ...] | None], None]) -> None:
        """Report the adapters at every change, ``None`` while bluetoothd is not running; never returns.

        A restart of bluetoothd is reported as ``None`` in between.
        """
        ...

    @property
    def hangs(self) -> bool:
        """Whether bluetoothd runs but does not answer, while it is reported as ``None``."""
        ...

    async def answers(self) -> bool:
        """Return whether bluetoothd answers a ping; True if it cannot be pinged."""
        ...

    async def leave(self) -> None:
        """Release all resources, after the last link was closed."""
        ...

    async def known(self, address: str, hci: str) -> BLEDevice | None:
        """Return the device if the stack knows it on that adapter, so that no scan is needed."""
        ...

    async def follow(self, address: str, hci: str) -> None:
        """Have scans with that adapter report the device at an address from now on.

        Raises:
            LinkError: the stack does not answer.
        """
        ...

    def following_all(self, hci: str) -> AbstractAsyncContextManager[None]:
        """Have scans with that adapter report all devices while inside.

        Without this, a device that nobody follows is reported only when it appears.

        Raises:
            LinkError: the stack does not answer.
        """
        ...

    def scan(self, hci: str, seen: Seen) -> AbstractAsyncContextManager[None]:
        """Scan while inside; ``seen`` is called for every advertisement of a followed device."""
        ...

    async def connect(
        self,
        device: BLEDevice,
        *,
        freshest: Callable[[], BLEDevice],
        trust_cache: bool,
        link: Callable[[bool], None],
        lost: Callable[[Any], None],
    ) -> GattClient:
        """Connect and read the GATT table; an existing connection of the device is used.

        Until this returns, ``link`` is called when the radio link is up, and when it is down; after that,
        ``lost`` is called with the client when the link is gone. ``trust_cache`` allows the GATT table of the
        last connection to be used again.
        """
        ...

    async def pair(self, device: BLEDevice, passkey: str, *, link: Callable[[bool], None]) -> bool:
        """Pair with a device that is not connected, permanently; False if it refuses the passkey.

        ``link`` is called as by :meth:`connect`.
        """
        ...

    async def forget(self, device: BLEDevice) -> None:
        """Forget a device and its pairing; it has to be found by a scan again."""
        ...


@record
class Characteristics:
    """The characteristics that carry a protocol."""

    notify: BleakGATTCharacteristic
    write: BleakGATTCharacteristic | None  # None: the protocol never writes
    response: bool  # write with response


def find_characteristics(
    services: BleakGATTServiceCollection, layouts: tuple[GattLayout, ...]
) -> Characteristics:
    """Find the first layout that the GATT table offers; writes without response are preferred.

    Raises:
        OtherMake: none of the layouts is complete.
    """
    lacking = ""
    for layout in layouts:
        for service in services:
            if service.uuid != layout.service:
                continue
            by_uuid = {char.uuid: char for char in service.characteristics}
            notify, write = by_uuid.get(layout.notify), by_uuid.get(layout.write)
            if notify and (write or not layout.write) and {"notify", "indicate"} & set(notify.properties):
                response = write is not None and "write-without-response" not in write.properties
                return Characteristics(notify=notify, write=write, response=response)
            lacking = lacking or (
                f"service {_short(layout.service)} is there, but not its characteristics "
                f"{' and '.join(_short(uuid) for uuid in (layout.notify, layout.write) if uuid)}: "
                "another make of BMS"
            )
    found = ", ".join(sorted(_short(service.uuid) for service in services)) or "none"
    raise OtherMake(lacking or f"no BMS of a known make: its Bluetooth services are {found}")


def _short(uuid: str) -> str:
    return uuid[4:8] if uuid.endswith(BASE_UUID) else uuid
