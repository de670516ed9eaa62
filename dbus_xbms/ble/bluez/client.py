"""One connection of bleak's, with what it lacks for us."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from bleak.backends.bluezdbus.client import BleakClientBlueZDBus
from bleak.exc import BleakDeviceNotFoundError
from bleak_retry_connector import BleakClientWithServiceCache
from bleak_retry_connector.bleak_manager import get_global_bluez_manager_sync

from dbus_xbms.protocols import LinkError

# Before 5.84 an AcquireNotify whose subscription fails, as when the link breaks in that moment, is never
# answered; bluetoothd refuses AcquireNotify and StartNotify for that pack ("Notify acquired"), and may crash
# when the device is removed. Seen with 5.66. This interface of devices came with the release that mends it.
SINCE_5_84 = "org.bluez.Bearer.LE1"


class Client(BleakClientWithServiceCache):
    """A client that fails at once when BlueZ has dropped the device, which only a scan can bring back."""

    async def connect(self, **kwargs: Any) -> None:
        """Connect and read the GATT table.

        Raises:
            LinkError: BlueZ knows no such device any more.
        """
        try:
            await super().connect(**kwargs)
        except BleakDeviceNotFoundError as err:
            raise LinkError("not in range") from err

    @property
    def acquires_safely(self) -> bool:
        """Whether this bluetoothd survives a link that breaks while notifications are being acquired."""
        manager = get_global_bluez_manager_sync()
        return bool(manager and SINCE_5_84 in manager._properties.get(self._bluez._device_path or "", {}))

    async def disconnect(self) -> None:
        """Let go of the device, and close the sockets that bleak leaves open when that fails."""
        try:
            await super().disconnect()
        finally:
            sockets = self._bluez._notification_fds
            while sockets:
                _, descriptor = sockets.popitem()
                asyncio.get_running_loop().remove_reader(descriptor)
                os.close(descriptor)

    @property
    def _bluez(self) -> BleakClientBlueZDBus:
        assert isinstance(self._backend, BleakClientBlueZDBus)
        return self._backend
