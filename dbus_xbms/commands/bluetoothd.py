"""Whether bluetoothd answers, asked before a command relies on it."""

from __future__ import annotations

from contextlib import suppress

from bleak.exc import BleakError
from dbus_fast import AuthError, InvalidAddressError

from dbus_xbms.ble.bluez.system_bus import BLUEZ, ping, system_bus
from dbus_xbms.dbus.peers import ANSWER_LIMIT, NoAnswer


async def check_bluetoothd() -> None:
    """Fail if bluetoothd hangs; one that does not run answers with an error, which others put into words.

    Raises:
        NoAnswer: it hangs.
    """
    with suppress(OSError, EOFError, AuthError, InvalidAddressError, BleakError):
        async with system_bus() as (bus, _):
            try:
                await ping(bus, ANSWER_LIMIT)
            except TimeoutError as err:
                raise NoAnswer(BLUEZ) from err
