"""Run the service: connect to every added pack and publish each as a battery on D-Bus."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dbus_xbms import serve
from dbus_xbms.process.gathering import GatheringSelector
from dbus_xbms.process.watchdog import Watchdog

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms run``."""
    parser.add_argument(
        "--capture",
        type=Path,
        metavar="FILE",
        help="write every frame sent and received to FILE, for `decode`",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM, or until the bus is lost."""
    watchdog = Watchdog(sys.stderr.fileno())
    watchdog.start()
    selector = GatheringSelector()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        return runner.run(serve.serve(args.capture, watchdog, selector))
