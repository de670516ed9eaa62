"""Observe notifications of packs and the resulting signals on a bus, with its own clock."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.settings import bank_id, device_id

DBUS = "org.freedesktop.DBus"
MATCHES = (
    "type='signal',interface='com.victronenergy.BusItem',member='ItemsChanged'",
    "type='signal',sender='org.bluez',member='PropertiesChanged',arg0='org.bluez.GattCharacteristic1'",
)


class Watch:
    """Records every ItemsChanged and its delay after the pack's last notification."""

    def __init__(self, bus: str, addresses: list[str]) -> None:
        self._bus_address = bus
        self.signals: list[Message] = []
        self.latencies: list[float] = []  # s
        self._addresses = addresses
        self._packs: dict[str, str] = {}  # sender, or the floor's object path -> address
        self._banks: set[str] = set()  # senders
        self._notified: dict[str, float] = {}  # address -> loop time in s, until the next signal
        self._bus: MessageBus | None = None

    async def __aenter__(self) -> Self:
        self._bus = await MessageBus(self._bus_address).connect()
        for address in self._addresses:
            self._packs["/" + address.replace(":", "")] = address
            if owner := await self._owner(device_id(address)):
                self._packs[owner] = address
        if owner := await self._owner(bank_id(1)):
            self._banks.add(owner)
        self._bus.add_message_handler(self._handle)
        for rule in MATCHES:
            await self._ask("AddMatch", rule)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._bus
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def _owner(self, device: str) -> str:
        """Return the connection that owns a battery's name; "" if none does."""
        name = f"com.victronenergy.battery.{device}"
        owner: str = await self._ask("GetNameOwner", name) if await self._ask("NameHasOwner", name) else ""
        return owner

    async def daemon_pid(self) -> int:
        """Return the process id of the bus daemon."""
        pid: int = await self._ask("GetConnectionUnixProcessID", DBUS)
        return pid

    async def _ask(self, member: str, argument: str) -> Any:
        assert self._bus
        reply = await self._bus.call(
            Message(
                destination=DBUS,
                path="/org/freedesktop/DBus",
                interface=DBUS,
                member=member,
                signature="s",
                body=[argument],
            )
        )
        assert reply
        assert reply.message_type is MessageType.METHOD_RETURN, (member, reply.body)
        return reply.body[0] if reply.body else None

    def _handle(self, message: Message) -> None:
        now = asyncio.get_running_loop().time()
        path = message.path or ""
        if message.member == "PropertiesChanged" and "Value" in message.body[1]:
            self._notified[path.split("/")[4].removeprefix("dev_").replace("_", ":")] = now
        elif message.member == "ItemsChanged":
            pack = self._packs.get(message.sender or "") or self._packs.get(path)
            if pack is None and message.sender not in self._banks:
                return  # of another service, such as that of the program
            self.signals.append(message)
            if pack and (notified := self._notified.pop(pack, None)):
                self.latencies.append(now - notified)


def wire_size(signal: Message) -> int:
    """Return the size of a message on the wire, in bytes."""
    return len(signal._marshall(negotiate_unix_fd=False))
