"""Wait until the service runs, for scripts; the exit status tells whether it does."""

from __future__ import annotations

import argparse

from dbus_xbms.commands.session import complete, open_bus, wait_for_name
from dbus_xbms.remote import NAME


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms wait``."""
    parser.add_argument("--seconds", type=float, default=60.0, help="at most so long; 60")


def run(args: argparse.Namespace) -> int:
    """Wait for the service's name on the bus."""
    return complete(_wait(args.seconds))


async def _wait(seconds: float) -> int:
    async with open_bus() as bus:
        await wait_for_name(bus, NAME, seconds)
    return 0
