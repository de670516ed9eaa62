"""A battery monitor on the bus, on a connection of its own, as Victron's drivers are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.venus.bus_item import BUS_ITEM

SMART_SHUNT, OTHER = "com.victronenergy.battery.ttyUSB0", "com.victronenergy.battery.ttyUSB1"
PATH = "/Dc/0/Current"


class SmartShunt:
    """A battery monitor on a connection of its own, as Victron's drivers are."""

    def __init__(self, bus: MessageBus) -> None:
        self.shown = Variant("d", -20.0)
        self.answers = True
        self.asked = 0
        self.bus = bus
        bus.add_message_handler(self._answer)

    def _answer(self, message: Message) -> Message | bool:
        if message.member == "GetItems":
            return Message.new_method_return(message, "a{sa{sv}}", [{PATH: self._item(self.shown)}])
        if message.message_type is not MessageType.METHOD_CALL or message.path != PATH:
            return False
        self.asked += 1
        return Message.new_method_return(message, "v", [self.shown]) if self.answers else True

    async def properties_changed(self, value: Variant, path: str = PATH) -> None:
        await self._send(path, "PropertiesChanged", "a{sv}", self._item(value))

    async def items_changed(self, value: Variant) -> None:
        await self._send("/", "ItemsChanged", "a{sa{sv}}", {PATH: self._item(value)})

    @staticmethod
    def _item(value: Variant) -> dict[str, Variant]:
        return {"Value": value, "Text": Variant("s", "")}

    async def _send(self, path: str, member: str, signature: str, body: object) -> None:
        signal = Message(
            message_type=MessageType.SIGNAL,
            path=path,
            interface=BUS_ITEM,
            member=member,
            signature=signature,
            body=[body],
        )
        await self.bus.send(signal)


@asynccontextmanager
async def smart_shunt(name: str = SMART_SHUNT) -> AsyncIterator[SmartShunt]:
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    shown = SmartShunt(bus)
    await bus.request_name(name)
    try:
        yield shown
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
