"""Check that bluetoothd replies, before a command relies on it."""

from __future__ import annotations

from contextlib import suppress

from dbus_fast import AuthError, InvalidAddressError

from dbus_xbms.ble.bluez.bus import BLUEZ, system_bus
from dbus_xbms.dbus import BusLost, ping


async def check_bluetoothd() -> None:
    """Check that bluetoothd does not hang; the command itself reports if it does not run, or without a bus.

    Raises:
        NoAnswer: it hangs.
    """
    with suppress(OSError, EOFError, AuthError, InvalidAddressError, BusLost):
        async with system_bus() as (bus, _):
            await ping(bus, BLUEZ, autostart=True)
