"""A D-Bus without a daemon: localsettings, the service and packs as plain values behind a fake connection.

It answers what the commands of the program call, and refuses what it does not know as a real bus does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbus_fast import ErrorType, Message, MessageType, Variant, unpack_variants

from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact
from dbus_xbms.dbus.calls import DAEMON
from dbus_xbms.rpc import NAME as SERVICE
from dbus_xbms.settings import PackSettings, Value, pack_path
from dbus_xbms.venus.bus_item import ACCEPTED, REFUSED
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS
from dbus_xbms.venus.localsettings_wire import variant

Written = tuple[str, str, object]  # service, path, value
Answer = tuple[str, list[Any]]  # signature and body


class Refusal(Exception):
    """An error reply."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(words)
        self.error = error


@dataclass
class FakeBus:
    """What is on the bus."""

    settings: dict[str, Value] = field(default_factory=dict)  # of localsettings, by path
    batteries: dict[str, Battery] = field(default_factory=dict)  # by name
    contacts: dict[str, Contact] = field(default_factory=dict)  # by address
    running: bool = True  # the service
    localsettings: bool = True
    on_write: Callable[[str, str, object], bool] = lambda service, path, value: True  # accepts a write?
    written: list[Written] = field(default_factory=list)

    def add_pack(self, address: str, **settings: Value) -> None:
        """Add a pack to localsettings."""
        chosen = PackSettings({"Enabled": 1, **settings})
        self.settings |= {pack_path(address, row.name): chosen[row.name] for row in PackSettings.rows}

    def show(self, battery: Battery) -> None:
        """Put a pack on the bus."""
        self.batteries[battery.service] = battery

    def setting(self, address: str, name: str) -> Value:
        return self.settings[pack_path(address, name)]

    @property
    def owners(self) -> dict[str, str]:
        names = [
            *([LOCALSETTINGS] if self.localsettings else []),
            *([SERVICE] if self.running else []),
            *self.batteries,
        ]
        return {name: f":1.{n}" for n, name in enumerate(names)}

    async def connect(self, *_: object, **__: object) -> FakeConnection:
        return FakeConnection(self)

    def answer(self, call: Message) -> Answer:
        """Answer a method call; raises a Refusal."""
        names = {owner: name for name, owner in self.owners.items()}
        name = names.get(call.destination or "", call.destination)
        if name == DAEMON:
            return self._daemon(call)
        if name == LOCALSETTINGS and self.localsettings:
            return self._localsettings(call)
        if name == SERVICE and self.running:
            return self._service(call)
        if name in self.batteries:
            return self._battery(self.batteries[name], call)
        raise Refusal(ErrorType.SERVICE_UNKNOWN.value, f"nobody owns {name}")

    def _daemon(self, call: Message) -> Answer:
        match call.member:
            case "AddMatch" | "RemoveMatch":
                return "", []
            case "NameHasOwner":
                return "b", [call.body[0] in self.owners]
            case "ListNames":
                return "as", [[DAEMON, *self.owners]]
            case "GetNameOwner" if call.body[0] in self.owners:
                return "s", [self.owners[call.body[0]]]
        raise Refusal(ErrorType.NAME_HAS_NO_OWNER.value, f"nobody owns {call.body}")

    def _localsettings(self, call: Message) -> Answer:
        path = call.path or ""
        match call.member:
            case "AddSettings":
                return "aa{sv}", [[self._added(unpack_variants(row)) for row in call.body[0]]]
            case "RemoveSettings":
                gone = [self.settings.pop(path, None) for path in call.body[0]]
                return "ai", [[0 if value is not None else -1 for value in gone]]
            case "SetValue":
                value = unpack_variants(call.body[0])
                self.written.append((LOCALSETTINGS, path, value))
                if not self.on_write(LOCALSETTINGS, path, value):
                    return "i", [REFUSED]
                self.settings[path] = value
                return "i", [ACCEPTED]
            case "GetValue" if path in self.settings:
                return "v", [variant(self.settings[path])]
            case "GetValue" if below := self._below(f"{path}/"):
                return "v", [Variant("a{sv}", {name: variant(value) for name, value in below.items()})]
        raise Refusal(ErrorType.UNKNOWN_OBJECT.value, f"no setting {path}")

    def _added(self, row: Mapping[str, Any]) -> dict[str, Variant]:
        value = self.settings.setdefault(row["path"], row["default"])
        return {"path": Variant("s", row["path"]), "error": Variant("i", 0), "value": variant(value)}

    def _below(self, prefix: str) -> dict[str, Value]:
        return {
            path.removeprefix(prefix): value
            for path, value in self.settings.items()
            if path.startswith(prefix)
        }

    def _service(self, call: Message) -> Answer:
        match call.member:
            case "Version":
                return "s", ["1.2.3"]
            case "RecentlyFound":
                return "aa{sv}", [[]]
            case "Packs":
                return "a{sa{sv}}", [{address: _entry(one) for address, one in self.contacts.items()}]
        raise Refusal(ErrorType.UNKNOWN_METHOD.value, f"no method {call.member}")

    def _battery(self, battery: Battery, call: Message) -> Answer:
        path = call.path or ""
        match call.member:
            case "GetItems":
                return "a{sa{sv}}", [{path: _item(battery, path) for path in battery.values}]
            case "GetValue" if path in battery.values:
                return "v", [_item(battery, path)["Value"]]
            case "SetValue" if path in battery.values:
                value = unpack_variants(call.body[0])
                self.written.append((battery.service, path, value))
                return "i", [ACCEPTED if self.on_write(battery.service, path, value) else REFUSED]
        raise Refusal(ErrorType.UNKNOWN_OBJECT.value, f"no path {path}")


class FakeConnection:
    """A connection to a FakeBus, with what the program uses of dbus-fast's."""

    def __init__(self, bus: FakeBus) -> None:
        self.connected = True
        self._bus = bus
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def call(self, message: Message) -> Message:
        try:
            signature, body = self._bus.answer(message)
        except Refusal as err:
            return Message(
                message_type=MessageType.ERROR,
                reply_serial=1,
                error_name=err.error,
                signature="s",
                body=[str(err)],
            )
        return Message(message_type=MessageType.METHOD_RETURN, reply_serial=1, signature=signature, body=body)

    async def follow(self, name: str) -> str:
        return self._bus.owners.get(name, "")

    def add_message_handler(self, handler: Callable[[Message], object]) -> None:
        """Signals do not come: what a test shows stands still."""

    def remove_message_handler(self, handler: Callable[[Message], object]) -> None:
        """See above."""

    async def wait_for_disconnect(self) -> None:
        await self._closed

    def disconnect(self) -> None:
        self.connected = False
        if not self._closed.done():
            self._closed.set_result(None)


def _item(battery: Battery, path: str) -> dict[str, Variant]:
    value = battery.values[path]
    shown = Variant("ai", []) if value is None else variant(value)
    return {"Value": shown, "Text": Variant("s", battery.texts.get(path, ""))}


def _entry(contact: Contact) -> dict[str, Variant]:
    return {
        "state": Variant("s", contact.state.value),
        "reason": Variant("s", contact.reason),
        "advice": Variant("s", contact.advice),
        "seconds": Variant("d", contact.seconds),
        "left": Variant("d", contact.left),
    }
