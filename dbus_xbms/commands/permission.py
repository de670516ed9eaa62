"""Check that this user may call the service and the settings: any user on a GX, only root on Debian."""

from __future__ import annotations

import os
from contextlib import suppress

from dbus_fast import ErrorType

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.loop import run_loop
from dbus_xbms.commands.session import open_bus
from dbus_xbms.dbus import BusError, ping
from dbus_xbms.rpc import NAME as SERVICE
from dbus_xbms.venus.localsettings import NAME as SETTINGS


def require() -> None:
    """Check that the bus accepts this user's calls; not needed for root or on a session bus.

    Raises:
        CommandError: the bus refuses them.
    """
    if os.geteuid() != 0 and "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
        run_loop(ask())


async def ask() -> None:
    """Ping the services that commands call; only a refusal counts.

    Raises:
        CommandError: the bus refuses this user.
    """
    with suppress(BusError):  # the command itself reports other errors
        async with open_bus() as bus:
            for name in (SERVICE, SETTINGS):
                if (err := await ping(bus, name)) and err.error == ErrorType.ACCESS_DENIED.value:
                    raise CommandError("only root may do that on this machine: use sudo") from err
