"""A program on the bus that imitates others: its messages differ only in the sender."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

DBUS, DBUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"


class Forger:
    """Send signals and replies that only other programs should send, to every connection of the bus."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus

    async def signal(self, path: str, interface: str, member: str, signature: str, *body: Any) -> None:
        """Broadcast a signal, and send it to each connection by its name."""
        for destination in (None, *await self._others()):
            await self._bus.send(
                Message(
                    message_type=MessageType.SIGNAL,
                    destination=destination,
                    path=path,
                    interface=interface,
                    member=member,
                    signature=signature,
                    body=list(body),
                )
            )
        await self._others()  # the daemon replies to this after it has delivered the signals

    async def name_owner(self, name: str, old: str, new: str) -> None:
        """Announce a new owner of a name."""
        await self.signal(DBUS_PATH, DBUS, "NameOwnerChanged", "sss", name, old, new)

    async def replies(self, destination: str, signature: str, *body: Any, calls: int = 200) -> None:
        """Reply to the first ``calls`` calls of a connection, whatever their destination."""
        for serial in range(1, calls):
            await self._bus.send(
                Message(
                    message_type=MessageType.METHOD_RETURN,
                    destination=destination,
                    reply_serial=serial,
                    signature=signature,
                    body=list(body),
                )
            )
        await self._others()

    async def _others(self) -> list[str]:
        reply = await self._bus.call(
            Message(destination=DBUS, path=DBUS_PATH, interface=DBUS, member="ListNames")
        )
        return [name for name in reply.body[0] if name.startswith(":") and name != self._bus.unique_name]


@asynccontextmanager
async def forging(address: str) -> AsyncIterator[Forger]:
    bus = await MessageBus(bus_address=address).connect()
    try:
        yield Forger(bus)
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
