"""Writes of another program during a call of the client of localsettings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from dbus_fast import Message, Variant

from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.settings import Value
from dbus_xbms.venus.localsettings import NAME
from tests.bus.localsettings_servers import FIRST, Changes, name, rows, serving


@asynccontextmanager
async def hasty_server(path: str, value: Value) -> AsyncIterator[None]:
    """A localsettings that announces a write by another program before it replies to AddSettings."""
    bus = await connect()
    closed = until_closed(bus)

    def answer(call: Message) -> bool:
        if call.member != "AddSettings":
            return False
        added = [
            {"path": row["path"], "error": Variant("i", 0), "value": row["default"]} for row in call.body[0]
        ]
        change = {"Value": Variant("s", value), "Text": Variant("s", value)}
        # In the other order both may arrive in one read, and then either may be handled first.
        bus.send(
            Message.new_signal(path, "com.victronenergy.BusItem", "PropertiesChanged", "a{sv}", [change])
        )
        bus.send(Message.new_method_return(call, "aa{sv}", [added]))
        return True

    bus.add_message_handler(answer)
    await bus.request_name(NAME)
    try:
        yield
    finally:
        await close(bus, closed)


async def test_a_write_announced_before_the_reply_to_add_is_not_lost(private_bus: str) -> None:
    path, changes = name(FIRST), Changes()
    async with hasty_server(path, "House"), serving(changes) as local:
        assert (await local.add(rows(FIRST)))[path] == "House"
        assert (await local.add(rows(FIRST)))[path] == "House"
        assert changes.get_nowait() == (path, "House")
        assert changes.empty()


UNUSABLE = "x" * 1000  # too long for a name


@asynccontextmanager
async def contested_server(path: str, written: list[Value]) -> AsyncIterator[Callable[[Value], None]]:
    """A localsettings to which another program writes while the client repairs an unusable value."""
    bus = await connect()
    closed = until_closed(bus)

    def signal(value: Value) -> None:
        change = {"Value": Variant("s", value), "Text": Variant("s", str(value))}
        bus.send(
            Message.new_signal(path, "com.victronenergy.BusItem", "PropertiesChanged", "a{sv}", [change])
        )

    def answer(call: Message) -> bool:
        if call.member == "AddSettings":
            added = [
                {"path": row["path"], "error": Variant("i", 0), "value": row["default"]}
                for row in call.body[0]
            ]
            bus.send(Message.new_method_return(call, "aa{sv}", [added]))
        elif call.member == "SetValue":
            written.append(call.body[0].value)
            if len(written) == 1:
                signal("Stern")
                signal(UNUSABLE)
            bus.send(Message.new_method_return(call, "i", [0]))
        elif call.member == "GetValue":
            stored = UNUSABLE if len(written) == 1 else written[-1]
            bus.send(Message.new_method_return(call, "v", [Variant("s", stored)]))
        else:
            return False
        return True

    bus.add_message_handler(answer)
    await bus.request_name(NAME)
    try:
        yield signal
    finally:
        await close(bus, closed)


async def test_a_write_during_the_repair_of_an_unusable_value_is_not_undone(private_bus: str) -> None:
    path, changes, written = name(FIRST), Changes(), list[Value]()
    async with contested_server(path, written) as signal, serving(changes) as local:
        await local.add(rows(FIRST))
        signal(UNUSABLE)
        assert await changes.get() == (path, "Stern")
        while len(written) < 2:  # noqa: ASYNC110 (the fake server has no event)
            await asyncio.sleep(0.01)
        assert written == ["", "Stern"]
