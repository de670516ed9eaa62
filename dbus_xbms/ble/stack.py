"""What the air needs of the machine's Bluetooth stack; :mod:`dbus_xbms.ble.bluez.stack` is the real one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from bleak.args.bluez import BlueZNotifyArgs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.backends.service import BleakGATTServiceCollection

from dbus_xbms.ble.errors import OtherMake
from dbus_xbms.protocols import GattLayout

BASE_UUID = "-0000-1000-8000-00805f9b34fb"  # what a 16-bit UUID stands in

Seen = Callable[[BLEDevice, AdvertisementData], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterState:
    """One Bluetooth adapter of this machine."""

    address: str  # stays, unlike the hci number
    hci: str  # "hci0"; "" while it is not there
    powered: bool
    links: int = 0  # connections that we hold or make on it


class GattClient(Protocol):
    """The part of bleak's ``BleakClient`` that a link uses."""

    @property
    def services(self) -> BleakGATTServiceCollection:
        """The GATT table of the connected device."""
        ...

    @property
    def acquires_safely(self) -> bool:
        """Whether this bluetoothd survives a link that breaks while notifications are being acquired."""
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

    async def disconnect(self) -> None:
        """Let go of the device."""
        ...


class Stack(Protocol):
    """The machine's Bluetooth; every failure is a LinkError in the owner's words."""

    async def watch(self, changed: Callable[[tuple[AdapterState, ...] | None], None]) -> None:
        """Report the adapters at every change, ``None`` while there is no bluetoothd; never returns.

        A bluetoothd that was replaced is reported as ``None`` in between.
        """
        ...

    @property
    def hangs(self) -> bool:
        """Whether bluetoothd runs and does not answer, when it is reported as ``None``."""
        ...

    async def answers(self) -> bool:
        """Ask bluetoothd for a sign of life; True if it cannot be asked."""
        ...

    async def leave(self) -> None:
        """Free what is held, after the last link was closed."""
        ...

    async def known(self, address: str, hci: str) -> BLEDevice | None:
        """Return the device if the stack knows it on that adapter, so that no scan is needed."""
        ...

    def scan(self, hci: str, seen: Seen) -> AbstractAsyncContextManager[None]:
        """Scan while inside; ``seen`` is called for every advertisement."""
        ...

    async def connect(
        self,
        device: BLEDevice,
        *,
        freshest: Callable[[], BLEDevice],
        trust_cache: bool,
        up: Callable[[], None],
        lost: Callable[[Any], None],
    ) -> GattClient:
        """Connect and read the GATT table; a device that is connected already is taken over.

        ``up`` is called when the radio link stands, ``lost`` with the client when it is gone; ``trust_cache``
        allows the GATT table of the last connection to stand for this one's.
        """
        ...

    async def pair(self, device: BLEDevice, passkey: str) -> bool:
        """Pair with a device that is not connected, for good; False if it refuses the passkey."""
        ...

    async def forget(self, device: BLEDevice) -> None:
        """Forget a device and its pairing; it has to be found anew."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics:
    """The two characteristics that carry a protocol."""

    notify: BleakGATTCharacteristic
    write: BleakGATTCharacteristic
    response: bool  # write with response


def find_characteristics(
    services: BleakGATTServiceCollection, layouts: tuple[GattLayout, ...]
) -> Characteristics:
    """Pick the first layout that the GATT table offers; writes prefer to be without response.

    Raises:
        OtherMake: none of them is there, or one without its characteristics.
    """
    lacking = ""
    for layout in layouts:
        for service in services:
            if service.uuid != layout.service:
                continue
            by_uuid = {char.uuid: char for char in service.characteristics}
            notify, write = by_uuid.get(layout.notify), by_uuid.get(layout.write)
            if notify and write and {"notify", "indicate"} & set(notify.properties):
                return Characteristics(
                    notify=notify, write=write, response="write-without-response" not in write.properties
                )
            lacking = lacking or (
                f"service {_short(layout.service)} is there, but not its characteristics "
                f"{_short(layout.notify)} and {_short(layout.write)}: another make of BMS"
            )
    found = ", ".join(sorted(_short(service.uuid) for service in services)) or "none"
    raise OtherMake(lacking or f"no BMS that we know: its GATT services are {found}")


def _short(uuid: str) -> str:
    return uuid[4:8] if uuid.endswith(BASE_UUID) else uuid
