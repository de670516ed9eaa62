"""Connect to every pack that was added, and publish each as a battery on D-Bus: the service."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from dbus_xbms import serve
from dbus_xbms.process.watchdog import Watchdog


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms run``."""
    parser.add_argument(
        "--capture", type=Path, metavar="FILE", help="write every frame sent and received; `decode` reads it"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM, or until the bus goes away."""
    watchdog = Watchdog(sys.stderr.fileno())
    watchdog.start()
    return asyncio.run(serve.serve(args.capture, watchdog))
