"""A battery service on Victron's library, beside the packs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.bus.venus import BATTERY
from tests.bus.victron import Gx, Victron, owned

PYLONTECH, SHUNT = f"{BATTERY}socketcan_can0", f"{BATTERY}ttyS5"

BATTERY_SERVICE = """
import json, sys
from dbus.mainloop.glib import DBusGMainLoop
DBusGMainLoop(set_as_default=True)
from gi.repository import GLib
import dbus
from vedbus import VeDbusService

name, instance, values = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
service = VeDbusService(name, dbus.SessionBus(private=True), register=False)
service.add_mandatory_paths(name, "1", "cable", instance, 0, name, 0x400, 1, 1)
for path, value in values.items():
    service.add_path(path, value)
service.register()
GLib.MainLoop().run()
"""


@asynccontextmanager
async def battery(running: Gx, name: str, instance: int, **more: float) -> AsyncIterator[None]:
    """Another battery service of a 48 V system."""
    values: dict[str, Any] = {
        "/Dc/0/Voltage": 52.1,
        "/Dc/0/Current": -150.0,
        "/Dc/0/Power": -7815,
        "/Soc": 70,
    }
    values |= {f"/Info/{name}": value for name, value in more.items()}
    async with Victron("-c", BATTERY_SERVICE, name, str(instance), json.dumps(values)):
        await owned(running.venus, name)
        yield
