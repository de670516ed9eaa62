"""Other programs with Bluetooth: they scan, subscribe and poll, and turn the adapter off and on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Any, Self

from dbus_fast import BusType, Message, MessageType, Variant, unpack_variants
from dbus_fast.aio import MessageBus

BLUEZ, ADAPTER = "org.bluez", "/org/bluez/hci0"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
NOTIFY, WRITE = "0000ff01-0000-1000-8000-00805f9b34fb", "0000ff02-0000-1000-8000-00805f9b34fb"
BASIC = bytes.fromhex("dda50300fffd77")
EVERY = 1.3  # s between its polls; not in step with the program's


class OtherClient:
    """One connection to the system bus; BlueZ ends what it began when it is closed."""

    async def __aenter__(self) -> Self:
        self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def scan(self) -> None:
        """Start discovery."""
        await self._call(ADAPTER, "org.bluez.Adapter1", "StartDiscovery")

    async def subscribe(self, address: str) -> None:
        """Subscribe to a pack's notifications."""
        await self._call(await self._characteristic(address, NOTIFY), CHARACTERISTIC, "StartNotify")

    async def poll(self, address: str) -> None:
        """Poll a pack until cancelled, or until it has no connection."""
        path = await self._characteristic(address, WRITE)
        while True:
            await self._call(path, CHARACTERISTIC, "WriteValue", "aya{sv}", BASIC, {})
            await asyncio.sleep(EVERY)

    async def power(self, on: bool) -> None:
        """Turn the adapter on or off."""
        properties, value = "org.freedesktop.DBus.Properties", Variant("b", on)
        await self._call(ADAPTER, properties, "Set", "ssv", "org.bluez.Adapter1", "Powered", value)

    async def _characteristic(self, address: str, uuid: str) -> str:
        """Return the path of a characteristic.

        Raises:
            AssertionError: BlueZ has none, because the pack was never connected.
        """
        objects = await self._call("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
        device = f"{ADAPTER}/dev_{address.replace(':', '_')}/"
        for path, interfaces in unpack_variants(objects).items():
            if path.startswith(device) and interfaces.get(CHARACTERISTIC, {}).get("UUID") == uuid:
                return str(path)
        raise AssertionError(f"{address}: BlueZ does not know {uuid}")

    async def _call(self, path: str, interface: str, member: str, signature: str = "", *body: Any) -> Any:
        call = Message(
            destination=BLUEZ,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=[*body],
        )
        reply = await self._bus.call(call)
        assert reply
        assert reply.message_type is MessageType.METHOD_RETURN, f"{member}: {reply.error_name} {reply.body}"
        return reply.body[0] if reply.body else None


class OtherClients:
    """The other programs that are active now, by what they do."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def begin(self, what: str, address: str) -> None:
        """Let a program do something until :meth:`end`."""
        self._tasks[what, address] = self._group.create_task(self._run(what, address))

    def end(self, what: str, address: str) -> None:
        """End that program."""
        self._tasks.pop((what, address)).cancel()

    async def _run(self, what: str, address: str) -> None:
        async with OtherClient() as client:
            acts: dict[str, Callable[[], Awaitable[None]]] = {
                "other_scans": client.scan,
                "other_notifies": partial(client.subscribe, address),
                "other_polls": partial(client.poll, address),
            }
            try:
                await acts[what]()
            except AssertionError as err:  # no connection just now, or no adapter
                print(f"{what} {address}: {err}", flush=True)
            await asyncio.Event().wait()
