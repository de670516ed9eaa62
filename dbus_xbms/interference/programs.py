"""Follows what the bus tells of other programs that use Bluetooth: two settings and the battery services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.calls import ask_daemon, get_value
from dbus_xbms.dbus.connection import BusLost, close, connect, follow, until_closed
from dbus_xbms.dbus.trusted import OWNER_CHANGES
from dbus_xbms.interference.rules import VenusPrograms
from dbus_xbms.venus.localsettings import NAME as SETTINGS
from dbus_xbms.venus.objects import BUS_ITEM
from dbus_xbms.venus.tables.battery import BATTERY

BLUETOOTH, SENSORS = "/Settings/Services/Bluetooth", "/Settings/Services/BleSensors"
TELLING = ("/Mgmt/Connection", "/Mgmt/ProcessName")  # what a battery service says of itself
OURS = f"{BATTERY}.xbms_"
MATCH_RULES = (
    f"{OWNER_CHANGES},arg0namespace='{BATTERY}'",
    f"{OWNER_CHANGES},arg0='{SETTINGS}'",
    f"type='signal',sender='{SETTINGS}',interface='{BUS_ITEM}',member='PropertiesChanged',path='{BLUETOOTH}'",
    f"type='signal',sender='{SETTINGS}',interface='{BUS_ITEM}',member='PropertiesChanged',path='{SENSORS}'",
)


class ProgramWatcher:
    """Tells ``changed`` what is known, whenever that becomes another; nothing is asked but after a signal."""

    def __init__(self, changed: Callable[[VenusPrograms], None]) -> None:
        self._changed = changed
        self._venus = VenusPrograms()
        self._news: asyncio.Queue[str] = asyncio.Queue()  # names to ask; "" when the connection has ended

    async def run(self) -> None:
        """Follow until cancelled.

        Raises:
            BusError: no bus, or it is lost.
        """
        bus = await connect()
        closed = until_closed(bus)
        closed.add_done_callback(lambda _: self._news.put_nowait(""))
        try:
            bus.add_message_handler(self._handle)
            await follow(bus, SETTINGS)
            for rule in MATCH_RULES:
                await ask_daemon(bus, "AddMatch", rule)
            self._news.put_nowait(SETTINGS)
            for name in await ask_daemon(bus, "ListNames") or ():
                if foreign(name):
                    self._news.put_nowait(name)
            while name := await self._news.get():
                await self._learn(bus, name)
            raise BusLost
        finally:
            await close(bus, closed)

    async def _learn(self, bus: MessageBus, name: str) -> None:
        before = self._venus
        if name == SETTINGS:
            bluetooth, sensors = [await get_value(bus, SETTINGS, path) for path in (BLUETOOTH, SENSORS)]
            self._venus = replace(before, bluetooth=bluetooth == 1, sensors=sensors == 1)
        else:
            others = {other: told for other, told in before.batteries.items() if other != name}
            if await ask_daemon(bus, "NameHasOwner", name):
                others[name] = " ".join([str(await get_value(bus, name, path) or "") for path in TELLING])
            self._venus = replace(before, batteries=others)
        if self._venus != before:
            self._changed(self._venus)

    def _handle(self, message: Message) -> bool:
        if message.message_type is MessageType.SIGNAL:
            if message.member == "NameOwnerChanged" and message.signature == "sss":
                name = message.body[0]
                if name == SETTINGS or foreign(name):
                    self._news.put_nowait(name)
            elif message.member == "PropertiesChanged" and message.path in (BLUETOOTH, SENSORS):
                self._news.put_nowait(SETTINGS)
        return False


def foreign(name: str) -> bool:
    """Whether a bus name is a battery that is none of ours."""
    return name.startswith(f"{BATTERY}.") and not name.startswith(OURS)
