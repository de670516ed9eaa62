"""What the air needs of the machine's Bluetooth stack; :mod:`dbus_xbms.ble.bluez` is the real one."""

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
from bleak.exc import BleakError

from dbus_xbms.protocols.base import GattLayout, LinkError, NotPaired

# What bleak and dbus-fast let through when the link, bluetoothd or the bus dies under them: besides their
# own errors, those of a reply that never came (None for a message) or came without its socket, and of
# properties that vanished.
STACK_ERRORS = (BleakError, OSError, EOFError, TimeoutError, AssertionError, AttributeError, LookupError)

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
class Ports:
    """The two characteristics that carry a protocol."""

    notify: BleakGATTCharacteristic
    write: BleakGATTCharacteristic
    response: bool  # write with response


def find_ports(services: BleakGATTServiceCollection, layouts: tuple[GattLayout, ...]) -> Ports:
    """Pick the first layout that the GATT table offers; writes prefer to be without response.

    Raises:
        LinkError: none of them is there.
    """
    for layout in layouts:
        for service in services:
            if service.uuid != layout.service:
                continue
            by_uuid = {char.uuid: char for char in service.characteristics}
            notify, write = by_uuid.get(layout.notify), by_uuid.get(layout.write)
            if notify and write and {"notify", "indicate"} & set(notify.properties):
                return Ports(
                    notify=notify, write=write, response="write-without-response" not in write.properties
                )
    found = ", ".join(sorted(service.uuid[4:8] for service in services)) or "none"
    raise LinkError(f"no BMS that we know: its GATT services are {found}")


def trouble_in_words(err: BaseException) -> str:
    """What an error of the stack means to an owner."""
    text = str(err.__cause__ or err) or type(err.__cause__ or err).__name__
    for fragment, words in _WORDS:
        if fragment in text:
            return words
    return text.splitlines()[0]


def failure(err: BaseException, doing: str = "", kind: type[LinkError] = LinkError) -> LinkError:
    """An error of the stack as one of ours: a wish to be paired is one of its own."""
    words = trouble_in_words(err)
    return NotPaired(words) if words == UNPAIRED else kind(doing + words)


BUSY = "Bluetooth is busy with another program"
UNPAIRED = "the pack wants to be paired"
_WORDS = (
    ("not found", "not in range"),
    ("UnknownObject", "not in range"),
    ("TimeoutError", "no answer; out of range, or connected to a phone"),
    ("org.bluez.Error.InProgress", BUSY),
    ("org.bluez.Error.NotReady", "the adapter is off"),
    ("ServiceUnknown", "bluetoothd is not running"),
    ("org.freedesktop.DBus.Error.NoReply", "bluetoothd has stopped"),
    ("org.freedesktop.DBus.Error.AccessDenied", "D-Bus does not allow this user to use Bluetooth"),
    ("Notify acquired", "another program on this machine reads the pack"),
    ("AuthenticationCanceled", "the connection broke meanwhile"),
    ("AuthenticationTimeout", "the pack did not answer in time"),
    ("uthentication", UNPAIRED),
    ("ncryption", UNPAIRED),
    ("Not paired", UNPAIRED),
    ("NotPermitted", "the pack does not permit it"),
    ("abort-by-local", "the connection failed; a weak signal?"),
    ("ConnectionAttemptFailed", "the connection failed; a weak signal?"),
    ("failed to discover services", "the connection broke while reading the GATT table"),
    ("Not connected", "connection lost"),
    ("NoneType", "connection lost"),  # a reply that never came
    ("AssertionError", "connection lost"),
)
