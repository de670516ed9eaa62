"""One name on a bus whose objects are found in tables: methods and properties, no class per interface."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from dbus_fast import BusType, DBusError, ErrorType, Message, MessageType, NameFlag, RequestNameReply, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.constants import MessageFlag

log = logging.getLogger(__name__)

DBUS = "org.freedesktop.DBus"
PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
PEER = "org.freedesktop.DBus.Peer"

LATER = object()  # what a method returns when its reply comes later, by Service.reply or Service.fail

Properties = dict[str, dict[str, Variant]]  # interface -> property -> value


class NameTakenError(Exception):
    """Somebody else serves this name on this bus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of an object: signatures, and what to run. ``run`` returns the reply's body, None or LATER."""

    takes: str = ""
    gives: str = ""
    run: Callable[[Message], object]


@dataclass(slots=True, kw_only=True)
class Node:
    """An object on the bus."""

    methods: Mapping[tuple[str, str], Method] = field(default_factory=dict)
    properties: Properties = field(default_factory=dict)
    setters: Mapping[tuple[str, str], Callable[[Any], None]] = field(default_factory=dict)


class Service:
    """A bus connection that owns ``name`` and answers for the objects that ``find`` knows.

    ``paths`` lists every object's path, for introspection. ``on_sender_gone`` is called with the unique name
    of each client that leaves the bus.
    """

    def __init__(
        self,
        name: str,
        bus_type: BusType,
        find: Callable[[str], Node | None],
        paths: Callable[[], Iterable[str]],
        *,
        on_sender_gone: Callable[[str], None] | None = None,
    ) -> None:
        self.name = name
        self._bus_type = bus_type
        self._find = find
        self._paths = paths
        self._on_sender_gone = on_sender_gone
        self._bus: MessageBus | None = None
        self._asked: dict[int, Callable[[Message], None]] = {}  # calls of our own, by serial
        self._early: list[Message] | None = None  # calls that came before we were ready for them
        self._standard = {
            (PROPERTIES, "Get"): Method(takes="ss", gives="v", run=self._get),
            (PROPERTIES, "GetAll"): Method(takes="s", gives="a{sv}", run=self._get_all),
            (PROPERTIES, "Set"): Method(takes="ssv", run=self._set),
            (INTROSPECTABLE, "Introspect"): Method(gives="s", run=self._introspect),
            (PEER, "Ping"): Method(run=lambda _: None),
        }

    @property
    def running(self) -> bool:
        """Whether the name is on the bus."""
        return self._bus is not None and self._bus.connected

    async def open(self, prepare: Callable[[], None] = lambda: None) -> None:
        """Connect and take the name; then ``prepare``, before the first call is answered.

        Raises:
            NameTakenError: it has an owner already.
            OSError: there is no bus, or ``prepare`` failed.
        """
        self._early = []
        bus = MessageBus(bus_type=self._bus_type, negotiate_unix_fd=True)
        try:
            await bus.connect()
            bus.add_message_handler(self._handle)
            if self._on_sender_gone:
                rule = f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg2=''"
                await bus.call(
                    Message(
                        destination=DBUS,
                        path="/org/freedesktop/DBus",
                        interface=DBUS,
                        member="AddMatch",
                        signature="s",
                        body=[rule],
                    )
                )
            self._bus = bus
            if await bus.request_name(self.name, NameFlag.DO_NOT_QUEUE) != RequestNameReply.PRIMARY_OWNER:
                raise NameTakenError(f"{self.name} is already served on this bus")
            prepare()
        except BaseException:
            self._bus = None
            bus.disconnect()
            raise
        early, self._early = self._early, None
        for message in early:
            self._handle(message)

    async def close(self) -> None:
        """Leave the bus, without any signal of our own. Replies still outstanding never come."""
        bus, self._bus = self._bus, None
        self._asked = {}
        if bus is not None:
            bus.disconnect()
            with contextlib.suppress(OSError, EOFError):  # the bus itself may be gone
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def until_lost(self) -> None:
        """Wait until the bus closes the connection."""
        if self._bus is not None:
            with contextlib.suppress(OSError, EOFError):
                await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def flush(self) -> None:
        """Wait until everything sent so far has reached the bus."""
        if self._bus is not None and self._bus.connected:
            await self._bus.call(
                Message(destination=DBUS, path="/org/freedesktop/DBus", interface=DBUS, member="GetId")
            )

    def signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        """Send a signal to everybody; nothing happens while the name is off the bus."""
        self._send(Message.new_signal(path, interface, member, signature, body))

    def reply(self, call: Message, signature: str = "", body: list[Any] | None = None) -> None:
        """Answer a call whose method returned LATER."""
        if not call.flags & MessageFlag.NO_REPLY_EXPECTED:
            self._send(Message.new_method_return(call, signature, body or []))

    def fail(self, call: Message, error: DBusError) -> None:
        """Answer a call with an error."""
        if not call.flags & MessageFlag.NO_REPLY_EXPECTED:
            self._send(Message.new_error(call, error.type, error.text))

    def reply_fd(self, call: Message, fd: int, mtu: int, sent: Callable[[], None]) -> None:
        """Answer with a file descriptor; ``sent`` is called when it is on its way and may be closed."""
        message = Message.new_method_return(call, "hq", [0, mtu], [fd])
        if self._bus is None:
            sent()
        else:
            self._bus.send(message).add_done_callback(lambda _: sent())

    def ask(self, request: Message, answered: Callable[[Message], None]) -> None:
        """Call a client; ``answered`` gets its reply or error, unless the name is off the bus by then."""
        if self._bus is not None and self._bus.connected:
            request.serial = self._bus.next_serial()
            self._asked[request.serial] = answered
            self._send(request)

    def _send(self, message: Message) -> None:
        if self._bus is not None and self._bus.connected:
            self._bus.send(message).add_done_callback(_note_failure)

    def _handle(self, message: Message) -> bool:
        if message.message_type is MessageType.SIGNAL:
            if self._on_sender_gone and message.member == "NameOwnerChanged" and message.sender == DBUS:
                self._on_sender_gone(message.body[0])
            return False
        if message.message_type is not MessageType.METHOD_CALL:
            if answered := self._asked.pop(message.reply_serial or 0, None):
                answered(message)
            return False
        if self._early is not None:
            self._early.append(message)
            return True
        try:
            method = self._method(message)
            body = method.run(message)
            if body is not LATER:
                self.reply(message, method.gives, body if isinstance(body, list) else [])
        except DBusError as err:
            self.fail(message, err)
        except Exception:
            log.exception("%s failed by an error in this program", message.member)
            self.fail(message, DBusError(ErrorType.FAILED, "an error in the program; its log has more"))
        return True

    def _method(self, message: Message) -> Method:
        path, interface, member = message.path or "/", message.interface or "", message.member or ""
        node = self._find(path)
        if node is None and (interface, member) != (INTROSPECTABLE, "Introspect"):
            raise DBusError(ErrorType.UNKNOWN_OBJECT, f"there is no object {path}")
        method = (node.methods.get((interface, member)) if node else None) or self._standard.get(
            (interface, member)
        )
        if method is None:
            raise DBusError(ErrorType.UNKNOWN_METHOD, f"{path} has no method {interface}.{member}")
        if message.signature != method.takes:
            raise DBusError(
                ErrorType.INVALID_ARGS, f"{member} takes {method.takes!r}, not {message.signature!r}"
            )
        return method

    def _interface(self, message: Message) -> dict[str, Variant]:
        node = self._find(message.path or "/")
        interface = message.body[0]
        if node is None or interface not in node.properties:
            raise DBusError("org.freedesktop.DBus.Error.UnknownInterface", f"no interface {interface}")
        return node.properties[interface]

    def _get(self, message: Message) -> list[Any]:
        name = message.body[1]
        properties = self._interface(message)
        if name not in properties:
            raise DBusError("org.freedesktop.DBus.Error.UnknownProperty", f"no property {name}")
        return [properties[name]]

    def _get_all(self, message: Message) -> list[Any]:
        return [self._interface(message)]

    def _set(self, message: Message) -> None:
        interface, name, value = message.body
        self._interface(message)
        node = self._find(message.path or "/")
        setter = node.setters.get((interface, name)) if node else None
        if setter is None:
            raise DBusError("org.freedesktop.DBus.Error.PropertyReadOnly", f"{name} cannot be set")
        setter(value.value)

    def _introspect(self, message: Message) -> list[Any]:
        path = message.path or "/"
        node = self._find(path) or Node()
        tables = [(interface, member, method) for (interface, member), method in node.methods.items()]
        tables += [(interface, member, method) for (interface, member), method in self._standard.items()]
        lines = ["<node>"]
        for interface in sorted({row[0] for row in tables} | set(node.properties)):
            lines.append(f"<interface name={quoteattr(interface)}>")
            lines += [_method_xml(member, method) for name, member, method in tables if name == interface]
            lines += [
                _property_xml(name, value.signature, (interface, name) in node.setters)
                for name, value in node.properties.get(interface, {}).items()
            ]
            lines.append("</interface>")
        prefix = "/" if path == "/" else path + "/"
        children = {p[len(prefix) :].split("/")[0] for p in self._paths() if p.startswith(prefix)} - {""}
        lines += [f"<node name={quoteattr(child)}/>" for child in sorted(children)]
        return ["\n".join([*lines, "</node>"])]


def _property_xml(name: str, signature: str, settable: bool) -> str:
    access = "readwrite" if settable else "read"
    return f'<property name={quoteattr(name)} type={quoteattr(signature)} access="{access}"/>'


def _method_xml(member: str, method: Method) -> str:
    arguments = [("in", method.takes), ("out", method.gives)]
    inner = "".join(
        f"<arg type={quoteattr(one)} direction={quoteattr(direction)}/>"
        for direction, signature in arguments
        for one in _complete_types(signature)
    )
    return f"<method name={quoteattr(member)}>{inner}</method>"


def _complete_types(signature: str) -> list[str]:
    """Split a signature into its complete types: ``ssa{sv}`` is s, s and a{sv}."""
    types, depth, start = [], 0, 0
    for at, letter in enumerate(signature):
        depth += (letter in "({") - (letter in ")}")
        if depth == 0 and letter != "a":
            types.append(signature[start : at + 1])
            start = at + 1
    return types


def _note_failure(sent: asyncio.Future[Any]) -> None:
    if not sent.cancelled() and (err := sent.exception()) is not None:
        log.debug("not sent: %s", err)
