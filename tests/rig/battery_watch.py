"""Watch the packs' services on the bus as any consumer does, with a separate client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from dbus_fast import BusType, Message, MessageType, unpack_variants
from dbus_fast.aio import MessageBus

DBUS = "org.freedesktop.DBus"
BUS_ITEM = "com.victronenergy.BusItem"
BATTERY = "com.victronenergy.battery.xbms_"
INVALID: list[int] = []


def service_of(address: str) -> str:
    """Bus name of a pack."""
    return BATTERY + address.replace(":", "").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value of one ItemsChanged."""

    at: float  # s, loop time
    path: str
    value: Any


class Watch:
    """All values that the packs' services have sent."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._owners: dict[str, str] = {}  # unique name -> service
        self._news = asyncio.Event()
        self.signals: dict[str, list[float]] = {}  # service -> when it sent ItemsChanged
        self.changes: dict[str, list[Change]] = {}  # service -> every value
        self.values: dict[str, dict[str, Any]] = {}
        self.came_and_went: list[str] = []

    async def call(self, destination: str, path: str, interface: str, member: str, *text: str) -> Any:
        """Call a method that takes strings; return its first result."""
        reply = await self._bus.call(
            Message(
                destination=destination,
                path=path,
                interface=interface,
                member=member,
                signature="s" * len(text),
                body=list(text),
            )
        )
        assert reply
        assert reply.message_type is MessageType.METHOD_RETURN, reply.body
        return reply.body[0] if reply.body else None

    async def start(self) -> None:
        """Subscribe."""
        self._bus.add_message_handler(self._received)
        for rule in (
            f"type='signal',interface='{BUS_ITEM}',member='ItemsChanged',path='/'",
            f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0namespace='com.victronenergy'",
        ):
            await self.call(DBUS, "/org/freedesktop/DBus", DBUS, "AddMatch", rule)

    async def owned(self, name: str, within: float) -> None:
        """Wait until a name has an owner."""
        if not await self.call(DBUS, "/org/freedesktop/DBus", DBUS, "NameHasOwner", name):
            await self._until(lambda: name in self._owners.values(), within, f"{name} on the bus")

    async def appeared(self, address: str, within: float) -> None:
        """Wait for a pack's service and read all its values, as consumers do."""
        name = service_of(address)
        await self._until(lambda: name in self._owners.values(), within, f"{name} on the bus")
        items = unpack_variants(await self.call(name, "/", BUS_ITEM, "GetItems"))
        now = asyncio.get_running_loop().time()
        for path, item in items.items():
            self._take(name, path, item["Value"], now)

    async def gone(self, address: str, within: float) -> None:
        """Wait until a pack's service has left."""
        name = service_of(address)
        await self._until(lambda: name not in self._owners.values(), within, f"{name} gone")

    def value(self, address: str, path: str) -> Any:
        """Return the values on the bus."""
        return self.values[service_of(address)].get(path)

    async def until(
        self, address: str, path: str, wanted: Callable[[Any], bool], within: float, what: str
    ) -> float:
        """Wait until a path has the expected value; return how long that took, in s."""
        began = asyncio.get_running_loop().time()
        await self._until(lambda: wanted(self.value(address, path)), within, f"{address} {path}: {what}")
        return asyncio.get_running_loop().time() - began

    async def _until(self, holds: Callable[[], bool], within: float, what: str) -> None:
        try:
            async with asyncio.timeout(within):
                while not holds():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not within {within:g} s: {what}") from None

    def history(self, address: str, path: str, since: float) -> list[Change]:
        """Return the values of a path since a loop time."""
        every = self.changes.get(service_of(address), [])
        return [change for change in every if change.path == path and change.at >= since]

    def signal_counts(self) -> dict[str, int]:
        """Return how many ItemsChanged signals each service has sent."""
        return {name: len(times) for name, times in self.signals.items()}

    def _received(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        now = asyncio.get_running_loop().time()
        if message.member == "NameOwnerChanged" and not message.body[0].startswith(":"):
            name, _, new = message.body
            self._owners = {owner: served for owner, served in self._owners.items() if served != name}
            if new:
                self._owners[new] = name
            self.came_and_went.append(f"{name} {'came' if new else 'went'}")
        elif message.member == "ItemsChanged" and (name := self._owners.get(message.sender or "")):
            self.signals.setdefault(name, []).append(now)
            for path, item in unpack_variants(message.body[0]).items():
                self._take(name, path, item["Value"], now)
        self._news.set()

    def _take(self, name: str, path: str, value: Any, now: float) -> None:
        self.values.setdefault(name, {})[path] = value
        self.changes.setdefault(name, []).append(Change(at=now, path=path, value=value))


@asynccontextmanager
async def watching() -> AsyncIterator[Watch]:
    """Yield a watch on the Venus bus."""
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    try:
        watch = Watch(bus)
        await watch.start()
        yield watch
    finally:
        bus.disconnect()
