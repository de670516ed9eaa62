"""A Venus bus with localsettings, watched."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS
from tests.rig.battery_watch import Watch, watching
from tests.rig.machine import OUT, background, until

APPEAR = 90.0  # s until localsettings is on the bus


@asynccontextmanager
async def venus_bus() -> AsyncIterator[tuple[int, Watch]]:
    """Start the bus and localsettings; yield the daemon's process and a watch.

    The environment of this process and its children names the bus.
    """
    settings = (sys.executable, "-m", "dbus_xbms", "simulate", "--settings-only")
    with tempfile.TemporaryDirectory() as directory:
        address = f"unix:path={Path(directory) / 'venus-bus'}"
        command = ("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}")
        async with background(*command, log=OUT / "venus-bus.log") as daemon:
            await until((Path(directory) / "venus-bus").exists)
            os.environ["DBUS_SESSION_BUS_ADDRESS"] = address
            async with background(*settings, log=OUT / "settings.log"), watching() as watch:
                await watch.owned(LOCALSETTINGS, APPEAR)
                yield daemon.pid, watch
