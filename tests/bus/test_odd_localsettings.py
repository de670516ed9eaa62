"""A localsettings with malformed replies and signals: the client reports errors and keeps its values."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from dbus_fast import Message, MessageType, NameFlag, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.settings import DEVICES, PackSettings, SettingsError, Value, pack_path
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.localsettings import NAME, LocalSettings
from tests.fuzz.odd import ARGUMENTS, VALUES
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")

HOLD = next(row for row in PackSettings.rows if row.name == "HoldTime")
PATH = pack_path("A4:C1:37:00:00:01", "HoldTime")
ROW = {"path": Variant("s", PATH), "error": Variant("i", 0), "value": Variant("d", 20.0)}
ANSWERS: tuple[tuple[str, list[Any]], ...] = (
    *ARGUMENTS,
    ("aa{sv}", [[ROW, ROW]]),
    ("aa{sv}", [[{}]]),
    ("aa{sv}", [[{"path": Variant("s", PATH), "error": Variant("i", 0)}]]),
    *(("aa{sv}", [[{**ROW, "value": value}]]) for value in VALUES),
    *(("aa{sv}", [[{**ROW, "error": value}]]) for value in VALUES),
    *(("v", [value]) for value in VALUES),
    ("i", [-1]),
)


class Server:
    """Replies to every call with ``answer``."""

    def __init__(self, bus: MessageBus) -> None:
        self.answer: tuple[str, list[Any]] = ("", [])
        self._bus = bus

    def handle(self, call: Message) -> Message | bool:
        if call.message_type is not MessageType.METHOD_CALL:
            return False
        return Message.new_method_return(call, *self.answer)

    async def announce(self, signature: str, body: list[Any], member: str = "PropertiesChanged") -> None:
        signal = Message(
            message_type=MessageType.SIGNAL,
            path=PATH,
            interface=BUS_ITEM,
            member=member,
            signature=signature,
            body=body,
        )
        with suppress(BlockingIOError):  # the rest is buffered and sent later
            await self._bus.send(signal)


@asynccontextmanager
async def serving(changes: list[tuple[str, Value]]) -> AsyncIterator[tuple[Server, LocalSettings]]:
    bus = await connect()
    closed, server = until_closed(bus), Server(bus)
    bus.add_message_handler(server.handle)
    await bus.request_name(NAME, NameFlag.DO_NOT_QUEUE)
    local = LocalSettings(lambda path, value: changes.append((path, value)))
    task = asyncio.create_task(local.run())
    try:
        async with asyncio.timeout(PATIENCE):
            yield server, local
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait([task])
        await close(bus, closed)


async def test_a_malformed_reply_is_a_settings_error_or_a_valid_value() -> None:
    async with serving([]) as (server, local):
        for answer in ANSWERS:
            server.answer = answer
            for request in (local.add({PATH: HOLD}), local.set(PATH, 10.0)):
                with suppress(SettingsError):
                    result = await request
                    value = result[PATH] if isinstance(result, dict) else result
                    assert HOLD.checked(value) == value
            assert isinstance(await local.stored([DEVICES]), dict)


async def test_a_malformed_signal_changes_nothing_and_logs_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    changes: list[tuple[str, Value]] = []
    async with serving(changes) as (server, local):
        server.answer = ("aa{sv}", [[ROW]])
        assert await local.add({PATH: HOLD}) == {PATH: 20.0}
        server.answer = ("i", [0])
        for signature, body in ARGUMENTS:
            await server.announce(signature, body)
            await server.announce(signature, body, member="NameOwnerChanged")
        for value in VALUES:
            await server.announce("a{sv}", [{"Value": value, "Text": Variant("i", 1)}])
            await server.announce("a{sv}", [{"Min": value}])
        await server.announce("a{sv}", [{"Value": Variant("d", 12.0)}])
        while changes[-1:] != [(PATH, 12.0)]:  # noqa: ASYNC110 (earlier signals have been handled by then)
            await asyncio.sleep(0.01)
        assert all(HOLD.checked(value) == value for _, value in changes)
    assert [r for r in caplog.records if r.exc_info or r.levelno >= logging.ERROR] == []
