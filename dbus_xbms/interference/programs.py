"""Other programs that use Bluetooth, as the bus shows them: two settings and the battery services."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus import BusLost, CallFailed, NameWatcher, call_daemon, connected
from dbus_xbms.interference.rules import VenusPrograms
from dbus_xbms.venus.bus_item import BUS_ITEM, get_value
from dbus_xbms.venus.localsettings import NAME as SETTINGS
from dbus_xbms.venus.tables.battery import BATTERY, OWN_BATTERY

log = logging.getLogger(__name__)

BLUETOOTH, SENSORS = "/Settings/Services/Bluetooth", "/Settings/Services/BleSensors"
DESCRIPTIONS = ("/Mgmt/Connection", "/Mgmt/ProcessName")  # by which a battery service describes itself
MATCH_RULES = tuple(
    f"type='signal',sender='{SETTINGS}',interface='{BUS_ITEM}',member='PropertiesChanged',path='{path}'"
    for path in (BLUETOOTH, SENSORS)
)


class ProgramWatcher:
    """Calls ``changed`` with what is known whenever that changes; reads only after a signal."""

    def __init__(self, changed: Callable[[VenusPrograms], None]) -> None:
        self._changed = changed
        self._venus = VenusPrograms()
        self._due: asyncio.Queue[str] = asyncio.Queue()  # names to read; "" when the connection has ended

    async def run(self) -> None:
        """Watch until cancelled.

        Raises:
            BusError: there is no bus, or it is lost.
        """
        async with connected() as (bus, closed):
            closed.add_done_callback(lambda _: self._due.put_nowait(""))
            bus.add_message_handler(self._receive)
            await bus.follow(SETTINGS)
            for rule in MATCH_RULES:
                await call_daemon(bus, "AddMatch", rule)
            names = NameWatcher(bus, self._owner_changed)
            await names.watch(SETTINGS)
            await names.watch_namespace(BATTERY)
            for name in (SETTINGS, *filter(is_foreign, names.owners)):
                self._due.put_nowait(name)
            while name := await self._due.get():
                await self._read(bus, name, there=name in names.owners)
            raise BusLost

    async def _read(self, bus: MessageBus, name: str, *, there: bool) -> None:
        before = self._venus
        if name == SETTINGS:
            bluetooth, sensors = [await _shown(bus, SETTINGS, path) for path in (BLUETOOTH, SENSORS)]
            self._venus = replace(before, bluetooth=bluetooth == 1, sensors=sensors == 1)
        else:
            others = {other: words for other, words in before.batteries.items() if other != name}
            if there:
                others[name] = " ".join([str(await _shown(bus, name, path) or "") for path in DESCRIPTIONS])
            self._venus = replace(before, batteries=others)
        if self._venus != before:
            self._changed(self._venus)

    def _owner_changed(self, name: str, old: str, new: str) -> None:
        if name == SETTINGS or is_foreign(name):
            self._due.put_nowait(name)

    def _receive(self, message: Message) -> bool:
        if (
            message.message_type is MessageType.SIGNAL
            and message.member == "PropertiesChanged"
            and message.path in (BLUETOOTH, SENSORS)
        ):
            self._due.put_nowait(SETTINGS)
        return False


async def _shown(bus: MessageBus, name: str, path: str) -> Any:
    """Return the value at a path; ``None`` also without an answer."""
    try:
        return await get_value(bus, name, path)
    except CallFailed as err:
        log.debug("%s%s: %s", name, path, err)
        return None


def is_foreign(name: str) -> bool:
    """Return whether a bus name is that of another program's battery."""
    return name.startswith(f"{BATTERY}.") and not name.startswith(OWN_BATTERY)
