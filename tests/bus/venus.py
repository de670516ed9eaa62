"""Venus OS as the tests see it: battery services, their signals, and the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.settings import (
    BankSettings,
    PackSettings,
    ProgramSettings,
    Value,
    bank_id,
    bank_path,
    device_id,
    pack_path,
    service_path,
)
from dbus_xbms.venus.service import ItemService
from tests.bus.calls import reply_to
from tests.patience import PATIENCE

BUS_ITEM = "com.victronenergy.BusItem"
BATTERY, SWITCH = "com.victronenergy.battery.", "com.victronenergy.switch."
SETTINGS = "com.victronenergy.settings"
DBUS = "org.freedesktop.DBus"
MATCHES = (
    f"type='signal',interface='{BUS_ITEM}',member='ItemsChanged'",
    *(
        f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0namespace='{kind.rstrip('.')}'"
        for kind in (BATTERY, SWITCH)
    ),
)
# Errors of a call to a program that has left the bus.
LEFT = ("org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NoReply")
LENGTHY = ("/Battery/", "/Members/", "/Diagnostics/Module", "/SwitchableOutput/", "/Voltages/")  # not printed
KINDS: dict[type, str] = {int: "i", float: "d", str: "s"}


# The least that a pack needs to control chargers.
CONTROL: dict[str, float | str] = {"Control": 1, "Chemistry": "LiFePO4"}


def show(service: ItemService, values: Mapping[str, Value | None]) -> None:
    """Publish the values that differ from the present ones."""
    shown = service._objects.shown
    changed = {path: value for path, value in values.items() if value != shown[path]}
    shown.update(changed)
    service.publish(changed)


def plain(value: Any) -> Any:
    """A value without its variant; invalid is ``None``."""
    inner = value.value if isinstance(value, Variant) else value
    return None if inner == [] else inner


def _result(reply: Message) -> Any:
    assert reply.message_type is MessageType.METHOD_RETURN, (reply.error_name, reply.body)
    return reply.body[0] if reply.body else None


@dataclass
class Seen:
    """A service as a consumer knows it that called ``GetItems`` and follows its signals."""

    name: str
    owner: str
    since: float  # s, loop time when it appeared
    joined: bool = False  # GetItems was answered
    items: dict[str, dict[str, Any]] = field(default_factory=dict)  # path -> Value, Text
    # loop time, changed values
    signals: list[tuple[float, dict[str, Any]]] = field(default_factory=list, repr=False)

    def __getitem__(self, path: str) -> Any:
        return plain(self.items[path]["Value"])

    @property
    def brief(self) -> dict[str, Any]:
        """Its valid values other than 0, without those of switches and of the packs of a bank."""
        return {path: self[path] for path in self.items if self[path] and not path.startswith(LENGTHY)}


class Venus:
    """Watch all batteries and switch devices.

    ``on_change`` is called with a service after each of its signals, ``on_leave`` once it has left the bus.
    """

    def __init__(
        self,
        on_change: Callable[[Seen], None] | None = None,
        on_leave: Callable[[Seen], None] | None = None,
    ) -> None:
        self.services: dict[str, Seen] = {}
        self.left: list[str] = []
        self._on_change = on_change
        self._on_leave = on_leave
        self._bus: MessageBus | None = None
        self._changed = asyncio.Event()
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        self._bus = await MessageBus(bus_type=BusType.SESSION).connect()
        await self._tasks.__aenter__()
        self._bus.add_message_handler(self._handle)
        for rule in MATCHES:
            await self.call(DBUS, "/org/freedesktop/DBus", DBUS, "AddMatch", "s", rule)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._bus
        try:
            await self._tasks.__aexit__(kind, err, trace)
        finally:
            self._bus.disconnect()
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def call(
        self, name: str, path: str, interface: str, member: str, signature: str = "", *body: Any
    ) -> Any:
        return _result(await self._reply(name, path, interface, member, signature, *body))

    async def _reply(
        self, name: str, path: str, interface: str, member: str, signature: str = "", *body: Any
    ) -> Message:
        assert self._bus
        return await reply_to(self._bus, name, path, interface, member, signature, *body)

    async def write(self, service: str, path: str, value: float | str) -> int:
        """Call SetValue and return its code."""
        variant = Variant(KINDS[type(value)], value)
        answer: int = await self.call(service, path, BUS_ITEM, "SetValue", "v", variant)
        return answer

    async def signals(self, service: str, seconds: float) -> list[dict[str, Any]]:
        """Return the values that a service signals within some seconds, signal by signal."""
        assert self._bus
        owner = await self.call(DBUS, "/org/freedesktop/DBus", DBUS, "GetNameOwner", "s", service)
        heard: list[dict[str, Any]] = []

        def hear(message: Message) -> None:
            if message.member == "ItemsChanged" and message.sender == owner:
                heard.append({path: plain(entry["Value"]) for path, entry in message.body[0].items()})

        self._bus.add_message_handler(hear)
        await asyncio.sleep(seconds)
        self._bus.remove_message_handler(hear)
        return heard

    async def enable(self, *addresses: str, **chosen: float | str) -> None:
        """Add and enable packs, with the given settings, as an owner does."""
        for address in addresses:
            wanted = {**chosen, "Enabled": 1}
            rows = [row for row in PackSettings.rows if row.name in wanted]
            await self._add({pack_path(address, row.name): row.default for row in rows})
            for name, value in wanted.items():
                assert await self.set(address, name, value) == 0

    async def set(self, address: str, name: str, value: float | str) -> int:
        """Write one setting of a pack, or of the program for an empty address."""
        path = pack_path(address, name) if address else service_path(name)
        row = next(row for row in PackSettings.rows + ProgramSettings.rows if row.name == name)
        return await self.write(SETTINGS, path, type(row.default)(value))

    async def confirm_bank(self, **chosen: float | str) -> None:
        """Add and confirm the first bank with the given settings, as an owner does."""
        await self._add({bank_path(1, row.name): row.default for row in BankSettings.rows})
        for name, value in {**chosen, "Enabled": 1}.items():
            assert await self.set_bank(name, value) == 0

    async def set_bank(self, name: str, value: float | str) -> int:
        """Write one setting of the first bank."""
        row = next(row for row in BankSettings.rows if row.name == name)
        return await self.write(SETTINGS, bank_path(1, name), type(row.default)(value))

    async def setting(self, address: str, name: str) -> Any:
        """Read one setting of a pack."""
        return plain(await self.call(SETTINGS, pack_path(address, name), BUS_ITEM, "GetValue"))

    async def until_stored(self, path: str, value: float | str, timeout: float = PATIENCE) -> None:
        """Poll a setting, by its path in localsettings, until it has the value."""
        async with asyncio.timeout(timeout):
            while plain(await self.call(SETTINGS, path, BUS_ITEM, "GetValue")) != value:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def until_setting(
        self, address: str, name: str, value: float | str, timeout: float = PATIENCE
    ) -> None:
        """Poll a setting until it has the value."""
        async with asyncio.timeout(timeout):
            while await self.setting(address, name) != value:  # noqa: ASYNC110 (localsettings is polled)
                await asyncio.sleep(0.05)

    async def _add(self, defaults: dict[str, Any]) -> None:
        rows = [
            {"path": Variant("s", path), "default": Variant(KINDS[type(default)], default)}
            for path, default in defaults.items()
        ]
        await self.call(SETTINGS, "/", "com.victronenergy.Settings", "AddSettings", "aa{sv}", rows)

    async def until(
        self, address: str, condition: Callable[[Seen], bool], timeout: float = PATIENCE, kind: str = BATTERY
    ) -> Seen:
        """Wait until the pack's service is on the bus and ``condition`` holds; return the service."""
        return await self._until(kind + device_id(address), condition, timeout)

    async def until_bank(self, condition: Callable[[Seen], bool], timeout: float = PATIENCE) -> Seen:
        """Wait until the first bank's service is on the bus and ``condition`` holds; return the service."""
        return await self._until(BATTERY + bank_id(1), condition, timeout)

    async def _until(self, name: str, condition: Callable[[Seen], bool], timeout: float) -> Seen:
        seen = None
        try:
            async with asyncio.timeout(timeout):
                while True:
                    seen = self.services.get(name)
                    if seen and seen.joined and condition(seen):
                        return seen
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            shown = seen.brief if seen else "not on the bus"
            raise AssertionError(f"{name} does not fulfil the condition: {shown}") from None

    async def until_gone(self, address: str, timeout: float = PATIENCE) -> None:
        """Wait until the pack's service is not on the bus."""
        await self._until_gone(BATTERY + device_id(address), timeout)

    async def until_bank_gone(self, timeout: float = PATIENCE) -> None:
        """Wait until the first bank's service is not on the bus."""
        await self._until_gone(BATTERY + bank_id(1), timeout)

    async def _until_gone(self, name: str, timeout: float) -> None:
        async with asyncio.timeout(timeout):
            while name in self.services:
                self._changed.clear()
                await self._changed.wait()

    def _handle(self, message: Message) -> None:
        if message.member == "NameOwnerChanged" and message.body[0].startswith((BATTERY, SWITCH)):
            name, _, owner = message.body
            if seen := self.services.pop(name, None):
                self.left.append(name)
                if self._on_leave:
                    self._on_leave(seen)
            if owner:
                self._add_service(Seen(name=name, owner=owner, since=asyncio.get_running_loop().time()))
            self._changed.set()
        elif message.member == "ItemsChanged":
            for seen in self.services.values():
                if seen.owner == message.sender:
                    self._apply(seen, message.body[0])

    def _add_service(self, seen: Seen) -> None:
        joining = self._join(seen)
        try:
            self._tasks.create_task(joining)
        except RuntimeError:  # the context is being left
            joining.close()

    async def _join(self, seen: Seen) -> None:
        self.services[seen.name] = seen
        # Called at once, as every consumer does: paths that are missing now are never looked for again.
        reply = await self._reply(seen.owner, "/", BUS_ITEM, "GetItems")
        if reply.error_name in LEFT:
            return
        items = _result(reply)
        seen.items, seen.joined = {**items, **seen.items}, True
        self._changed.set()
        if self._on_change and seen.joined:
            self._on_change(seen)

    def _apply(self, seen: Seen, changes: dict[str, dict[str, Any]]) -> None:
        now = asyncio.get_running_loop().time()
        seen.items.update(changes)
        seen.signals.append((now, {path: plain(entry["Value"]) for path, entry in changes.items()}))
        self._changed.set()
        if self._on_change and seen.joined:
            self._on_change(seen)
