"""A service with a few items, and a program of Venus OS that uses it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from dbus_fast import BusType, Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.calls import call_daemon
from dbus_xbms.settings import Value
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.service import ItemService
from tests.bus.calls import reply_to

NAME = "com.victronenergy.battery.xbms_a4c137010203"
DBUS = "org.freedesktop.DBus"


def unread(report: object) -> Value | None:
    raise AssertionError("a service shows what it is given")


ITEMS = (
    Item("/DeviceInstance", "i", "{}", unread),
    Item("/Dc/0/Voltage", "d", "{:.2f}V", unread),
    Item("/Dc/0/Current", "d", "{:.1f}A", unread),
    Item("/Voltages/Cell1", "d", "{:.3f}V", unread),
    Item("/Voltages/Cell2", "d", "{:.3f}V", unread),
    Item("/CustomName", "s", "{}", unread, writable=True),
    Item("/Battery/Request/Id", "i", "{}", unread, writable=True, lowest=1, highest=1),
    Item("/Setpoint", "d", "{:.1f}A", unread, writable=True),
    Item("/Counter", "i", "{}", unread),
)
VALUES: dict[str, Value | None] = {
    "/DeviceInstance": 3,
    "/Dc/0/Voltage": 13.25,
    "/Dc/0/Current": None,
    "/Voltages/Cell1": 3.301,
    "/Voltages/Cell2": 3.302,
    "/CustomName": "Küche",
    "/Battery/Request/Id": 1,
    "/Setpoint": 2.0,
    "/Counter": 3_000_000_000,
}


async def other_program() -> MessageBus:
    """A connection of another program."""
    return await MessageBus(bus_type=BusType.SESSION).connect()


class Client:
    """A program of Venus OS: makes calls and records signals."""

    def __init__(self, bus: MessageBus) -> None:
        self.bus = bus
        self.signals: list[Message] = []
        self.on_owner: Callable[[str], None] = lambda name: None
        bus.add_message_handler(self._on_message)

    def _on_message(self, message: Message) -> bool:
        if message.message_type is MessageType.SIGNAL and message.interface == BUS_ITEM:
            self.signals.append(message)
        elif message.member == "NameOwnerChanged" and message.body[0] == NAME and message.body[2]:
            self.on_owner(NAME)
        return False

    async def call(
        self, path: str, member: str, signature: str = "", *body: object, interface: str | None = BUS_ITEM
    ) -> Message:
        return await reply_to(self.bus, NAME, path, interface, member, signature, *body)

    async def body(self, path: str, member: str, signature: str = "", *body: object) -> Any:
        reply = await self.call(path, member, signature, *body)
        assert reply.message_type is MessageType.METHOD_RETURN, reply.body
        return reply.body[0]

    async def listen(self, rule: str) -> None:
        await call_daemon(self.bus, "AddMatch", rule)

    async def received(self) -> list[dict[str, dict[str, Variant]]]:
        """All signals sent so far: the service replies to a call after the signals that it sent before."""
        await self.call("/", "Ping", interface="org.freedesktop.DBus.Peer")
        received, self.signals = self.signals, []
        assert all((m.path, m.member, m.signature) == ("/", "ItemsChanged", "a{sa{sv}}") for m in received)
        assert all(m.flags & MessageFlag.NO_REPLY_EXPECTED for m in received)
        return [message.body[0] for message in received]


class Writes:
    """A write handler that records writes and may refuse them."""

    def __init__(self) -> None:
        self.accepting = True
        self.seen: list[tuple[str, Value]] = []
        self.senders: list[str] = []

    def __call__(self, path: str, value: Value, sender: str) -> bool:
        self.seen.append((path, value))
        self.senders.append(sender)
        return self.accepting


@pytest.fixture
def writes() -> Writes:
    return Writes()


@pytest.fixture
async def service(private_bus: str, writes: Writes) -> AsyncIterator[ItemService]:
    service = ItemService(NAME, ITEMS, dict(VALUES), writes)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def client(private_bus: str) -> AsyncIterator[Client]:
    bus = await other_program()
    client = Client(bus)
    await client.listen(f"type='signal',interface='{BUS_ITEM}'")
    yield client
    bus.disconnect()
    with contextlib.suppress(OSError, EOFError):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
