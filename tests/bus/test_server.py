"""The method server on a real bus: names, slow methods, errors, shutdown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from dbus_fast import DBusError, ErrorType, Message

from dbus_xbms.dbus.calls import call
from dbus_xbms.dbus.connection import connected
from dbus_xbms.dbus.errors import CallRefused, NameTaken
from dbus_xbms.dbus.objects import LATER, Method, Node, children_of
from dbus_xbms.dbus.server import Server
from dbus_xbms.dbus.trusted import TrustedBus
from tests.patience import PATIENCE

NAME, PATH, INTERFACE = "com.example.Lamp", "/lamp", "com.example.Lamp1"

pytestmark = pytest.mark.usefixtures("private_bus")


class Lamp:
    """Methods of every kind."""

    def __init__(self, **options: Any) -> None:
        self.held: list[Message] = []
        self.started = asyncio.Event()
        methods = {
            "Add": Method(takes="ii", gives="i", run=lambda call: [sum(call.body)]),
            "Later": Method(gives="s", run=self._hold),
            "Slow": Method(gives="s", run=self._slow),
            "Wait": Method(run=self._wait),
            "Refuse": Method(run=self._refuse),
            "Break": Method(run=lambda call: {"": call}["nothing"]),
            "Misfit": Method(gives="i", run=lambda call: ["no number"]),
        }
        node = Node(methods={(INTERFACE, name): method for name, method in methods.items()})
        self.server = Server(NAME, {PATH: node}.get, lambda path: children_of([PATH], path), **options)

    def _hold(self, call: Message) -> object:
        self.held.append(call)
        self.started.set()
        return LATER

    async def _slow(self, call: Message) -> list[str]:
        await asyncio.sleep(0)
        return ["done"]

    async def _wait(self, call: Message) -> list[Any]:
        self.started.set()
        await asyncio.Event().wait()
        return []

    def _refuse(self, call: Message) -> object:
        raise DBusError("com.example.Error.No", "not today")


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[tuple[Lamp, TrustedBus]]:
    lamp = Lamp(**options)
    await lamp.server.open()
    async with asyncio.timeout(PATIENCE), connected() as (bus, _):
        yield lamp, bus
    await lamp.server.close()


async def ask(bus: TrustedBus, member: str, signature: str = "", *body: Any) -> list[Any]:
    return await call(bus, NAME, PATH, INTERFACE, member, signature, body, limit=PATIENCE)


async def test_methods_reply_at_once_later_and_from_a_coroutine() -> None:
    async with serving() as (lamp, bus):
        assert await ask(bus, "Add", "ii", 3, 4) == [7]
        assert await ask(bus, "Slow") == ["done"]
        pending = asyncio.create_task(ask(bus, "Later"))
        await lamp.started.wait()
        lamp.server.reply(lamp.held.pop(), "s", ["at last"])
        assert await pending == ["at last"]


@pytest.mark.parametrize(
    ("member", "error", "words"),
    [
        ("Refuse", "com.example.Error.No", "not today"),
        ("Break", ErrorType.FAILED.value, "an error in the service; see its log"),
        ("Misfit", ErrorType.FAILED.value, "an error in the service; see its log"),
    ],
)
async def test_every_failure_is_answered_with_a_name_and_a_message(
    member: str, error: str, words: str
) -> None:
    async with serving() as (_, bus):
        with pytest.raises(CallRefused) as caught:
            await ask(bus, member)
        assert (caught.value.error, caught.value.words) == (error, words)
        assert await ask(bus, "Add", "ii", 1, 1) == [2]


async def test_a_running_method_is_answered_when_the_server_closes() -> None:
    async with serving() as (lamp, bus):
        pending = asyncio.create_task(ask(bus, "Wait"))
        await lamp.started.wait()
        await lamp.server.close()
        with pytest.raises(CallRefused, match="the service is stopping"):
            await pending


async def test_a_name_has_one_owner_and_is_free_after_it_closes() -> None:
    lost: list[str] = []
    async with serving(lost=lost.append):
        second = Lamp(taken="one lamp is enough")
        with pytest.raises(NameTaken, match="one lamp is enough"):
            await second.server.open()
        assert not second.server.running
    await second.server.open()
    assert second.server.running
    await second.server.close()
    assert lost == []


async def test_clients_that_leave_are_reported() -> None:
    gone: asyncio.Queue[str] = asyncio.Queue()
    async with serving(client_gone=gone.put_nowait), asyncio.timeout(PATIENCE):
        async with connected() as (client, _):
            name = client.unique_name
        while await gone.get() != name:
            pass
    assert name


async def test_calls_during_the_preparation_are_answered_after_it() -> None:
    lamp, events = Lamp(), []

    def prepare() -> None:
        early = Message(path=PATH, interface=INTERFACE, member="Later", serial=1, sender=":1.99")
        lamp.server._receive(early)
        events.append(("prepared", len(lamp.held)))

    await lamp.server.open(prepare)
    events.append(("open", len(lamp.held)))
    await lamp.server.close()
    assert events == [("prepared", 0), ("open", 1)]
