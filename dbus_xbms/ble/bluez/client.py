"""A client of bleak's with the abilities that this program needs and bleak lacks."""

from __future__ import annotations

from typing import Any

from bleak.exc import BleakDeviceNotFoundError
from bleak_retry_connector import BleakClientWithServiceCache

from dbus_xbms.ble.bluez import compat
from dbus_xbms.protocols import LinkError

# Before 5.84 an AcquireNotify whose subscription fails, as when the link breaks in that moment, is never
# answered; bluetoothd then refuses AcquireNotify and StartNotify for that pack ("Notify acquired"), and may
# crash when the device is removed. Seen with 5.66. Devices have this interface since that was fixed.
SINCE_5_84 = "org.bluez.Bearer.LE1"


class Client(BleakClientWithServiceCache):
    """A client that fails at once when BlueZ has dropped the device, which only a scan brings back."""

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
            compat.close_notify_sockets(self)
