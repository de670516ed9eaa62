"""Detect other programs that use Bluetooth, by two settings and the battery services on the bus."""

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
DESCRIPTIONS = ("/Mgmt/Connection", "/Mgmt/ProcessName")  # paths with a battery service's description
MATCH_RULES = tuple(
    f"type='signal',sender='{SETTINGS}',interface='{BUS_ITEM}',member='PropertiesChanged',path='{path}'"
    for path in (BLUETOOTH, SENSORS)
)


class ProgramWatcher:
    """Calls ``changed`` with the programs found whenever they change; reads only after a signal."""

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
                await self._read(bus, name, present=name in names.owners)
            raise BusLost

    async def _read(self, bus: MessageBus, name: str, *, present: bool) -> None:
        before = self._venus
        if name == SETTINGS:
            bluetooth, sensors = [await _value(bus, SETTINGS, path) for path in (BLUETOOTH, SENSORS)]
            self._venus = replace(before, bluetooth=bluetooth == 1, sensors=sensors == 1)
        else:
            others = {other: words for other, words in before.batteries.items() if other != name}
            if present:
                others[name] = " ".join([str(await _value(bus, name, path) or "") for path in DESCRIPTIONS])
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


async def _value(bus: MessageBus, name: str, path: str) -> Any:
    """Return the value at a path, or ``None`` if it is invalid or not answered."""
    try:
        return await get_value(bus, name, path)
    except CallFailed as err:
        log.debug("%s%s: %s", name, path, err)
        return None


def is_foreign(name: str) -> bool:
    """Return whether a bus name belongs to another program's battery."""
    return name.startswith(f"{BATTERY}.") and not name.startswith(OWN_BATTERY)
