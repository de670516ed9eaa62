"""Services and settings of Venus OS, put on the bus by a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tests.bus.venus import BUS_ITEM, KINDS, SETTINGS, Venus


@asynccontextmanager
async def venus_service(name: str, items: Mapping[str, Any], *, hangs: bool = False) -> AsyncIterator[None]:
    """Run a service of Venus OS that shows ``items``, or never answers."""
    bus = await MessageBus(bus_type=BusType.SESSION).connect()

    def answer(call: Message) -> Message | bool | None:
        if call.message_type is not MessageType.METHOD_CALL or call.interface != BUS_ITEM:
            return None
        if hangs:
            return True
        if call.member == "GetItems":
            return Message.new_method_return(call, "a{sa{sv}}", [{}])
        value = items.get(call.path or "")
        variant = Variant("ai", []) if value is None else Variant(KINDS[type(value)], value)
        return Message.new_method_return(call, "v", [variant])

    bus.add_message_handler(answer)
    await bus.request_name(name)
    try:
        yield
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def offer(venus: Venus, **settings: int) -> None:
    """Put Venus's own settings into localsettings."""
    rows = [
        {"path": Variant("s", f"/Settings/{name.replace('_', '/')}"), "default": Variant("i", value)}
        for name, value in settings.items()
    ]
    await venus.call(SETTINGS, "/", "com.victronenergy.Settings", "AddSettings", "aa{sv}", rows)
