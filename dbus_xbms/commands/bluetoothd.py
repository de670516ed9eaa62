"""A check that bluetoothd replies, made before a command relies on it."""

from __future__ import annotations

from contextlib import suppress

from dbus_fast import AuthError, InvalidAddressError

from dbus_xbms.ble.bluez.bus import BLUEZ, system_bus
from dbus_xbms.dbus import BusLost, ping


async def check_bluetoothd() -> None:
    """Return unless bluetoothd hangs; if it does not run, or there is no bus, the command itself says so.

    Raises:
        NoAnswer: it hangs.
    """
    with suppress(OSError, EOFError, AuthError, InvalidAddressError, BusLost):
        async with system_bus() as (bus, _):
            await ping(bus, BLUEZ, autostart=True)
