"""Wait until the service is running and answers, for scripts. Exits with status 1 if it does not."""

from __future__ import annotations

import argparse

from dbus_xbms.commands.arguments import seconds
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.session import call_service, complete, open_bus, wait_for_name
from dbus_xbms.rpc import NAME


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms wait``."""
    parser.add_argument(
        "--seconds", type=seconds, default=60.0, metavar="N", help="give up after N seconds (60)"
    )


def run(args: argparse.Namespace) -> int:
    """Wait for the service's name on the bus, then for an answer."""
    return complete(_wait(args.seconds))


async def _wait(seconds: float) -> int:
    async with open_bus() as bus, waiting("Waiting for the service", seconds):
        await wait_for_name(bus, NAME, seconds)
        await call_service(bus, "Version")
    return 0
