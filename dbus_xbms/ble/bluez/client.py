"""A client of bleak's with the abilities that this program needs and bleak lacks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bleak.args.bluez import BlueZNotifyArgs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakDeviceNotFoundError, BleakError
from bleak_retry_connector import BleakClientWithServiceCache

from dbus_xbms.ble.bluez import compat
from dbus_xbms.ble.bluez.gatt_bus import GattBus
from dbus_xbms.protocols import LinkError

# Before 5.84 an AcquireNotify whose subscription fails, as when the link breaks in that moment, is never
# answered; bluetoothd then refuses AcquireNotify and StartNotify for that pack ("Notify acquired"), and may
# crash when the device is removed. Seen with 5.66. Devices have this interface since that was fixed.
SINCE_5_84 = "org.bluez.Bearer.LE1"


# BlueZ confirms the first writes of a connection, some two polls: it says if the pack is not paired, or if
# another program has acquired the characteristic. Of later writes without a response of the pack it could
# only say that they were sent, which the pack's reply shows.
CONFIRMED_WRITES = 8


class Client(BleakClientWithServiceCache):
    """A client that fails at once when BlueZ has dropped the device, which only a scan brings back.

    It writes over the connection to D-Bus that all clients share, and is notified over it.
    """

    def __init__(self, *args: Any, gatt_bus: GattBus, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gatt_bus = gatt_bus
        self._subscribed: set[str] = set()  # paths of characteristics
        self._writes = 0  # confirmed ones

    async def connect(self, **kwargs: Any) -> None:
        """Connect and read the GATT table.

        Raises:
            LinkError: BlueZ no longer knows the device.
        """
        try:
            await super().connect(**kwargs)
        except BleakDeviceNotFoundError as err:
            raise LinkError("not in range") from err

    @property
    def acquires_safely(self) -> bool:
        """Whether this bluetoothd survives a link that breaks while notifications are being acquired."""
        return compat.has_interface(self, SINCE_5_84)

    async def disconnect(self) -> None:
        """Disconnect from the device, and close the sockets that bleak leaves open if that fails."""
        try:
            await super().disconnect()
        finally:
            while self._subscribed:
                self._gatt_bus.unsubscribe(self._subscribed.pop())
            compat.close_notify_sockets(self)

    async def start_notify(  # type: ignore[override]
        self,
        char_specifier: BleakGATTCharacteristic,
        callback: Callable[[BleakGATTCharacteristic, bytearray], None],
        *,
        bluez: BlueZNotifyArgs | None = None,
        **kwargs: Any,
    ) -> None:
        """Subscribe to a characteristic; bleak only calls BlueZ, unless notifications come over a socket."""
        chosen: BlueZNotifyArgs = {} if bluez is None else bluez
        socket = not chosen.get("use_start_notify", True)
        if compat.notifies_by_socket(char_specifier, socket=socket):
            await super().start_notify(char_specifier, callback, bluez=chosen, **kwargs)
            return
        path = compat.path_of(char_specifier)
        self._subscribed.add(path)
        await self._gatt_bus.subscribe(path, partial(callback, char_specifier))
        await super().start_notify(char_specifier, _ignore, bluez=chosen, **kwargs)

    async def write_gatt_char(  # type: ignore[override]
        self, char_specifier: BleakGATTCharacteristic, data: bytes, response: bool | None = None
    ) -> None:
        """Write a characteristic.

        Raises:
            BleakError: not connected, or refused as far as that is confirmed.
            BusLost: the connection to the bus is lost.
        """
        if not self.is_connected:
            raise BleakError("Not connected")
        if response is None:
            response = "write" in char_specifier.properties
        path = compat.path_of(char_specifier)
        if not response and self._writes >= CONFIRMED_WRITES:
            self._gatt_bus.write_unconfirmed(path, data)
            return
        self._writes += 1
        await self._gatt_bus.write(path, data, response=response)


def _ignore(_: BleakGATTCharacteristic, value: bytearray) -> None:
    """Ignore a notification: it comes over the shared connection."""
