"""One device on the bus: its own connection, its name, and one signal for all that changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from dbus_fast import DBusError, ErrorType, Message, MessageFlag, MessageType, NameFlag, RequestNameReply

from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.dbus.errors import BusError, NameTaken
from dbus_xbms.dbus.trusted import TrustedBus
from dbus_xbms.settings import Value
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.objects import Objects, OnWrite
from dbus_xbms.venus.writers import Writers

log = logging.getLogger(__name__)

NAME_TIMEOUT = 10.0  # s; the bus daemon itself answers, within milliseconds
MOST_INTRODUCTIONS = 16  # at a time; whoever comes then stays a unique name
MOST_WAITING = 500  # calls of one program, in the half second that this takes at most
RELEASE_TIMEOUT = 1.0  # s that leaving politely may take at most
PEER = "org.freedesktop.DBus.Peer"


class ItemService:
    """A Victron device service. ``lost`` is set when its name or its connection is gone without our doing.

    Consumers tell services apart by their connections, so each one has its own.
    """

    def __init__(
        self, name: str, items: Sequence[Item[Any]], values: dict[str, Value | None], on_write: OnWrite
    ) -> None:
        self.name = name
        self.items = tuple(items)
        self.lost = asyncio.Event()
        self._objects = Objects(items, values, on_write)
        self._writers = Writers()
        self._waiting: dict[str, list[Message]] = {}  # calls by who is not known yet, by unique name
        self._introductions: set[asyncio.Task[None]] = set()
        self._bus: TrustedBus | None = None
        self._closed: asyncio.Task[None] | None = None  # ends when the connection does
        self._unsent: dict[str, None] = {}  # paths, in the order in which they changed
        self._sending: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Appear on the bus, complete from the first moment.

        Raises:
            BusError: no bus, or the name is taken.
        """
        self._bus = bus = await connect()
        self._closed = until_closed(bus)
        self._closed.add_done_callback(self._disconnected)
        try:
            # Consumers ask once when the name appears and never again for what they did not find.
            bus.add_message_handler(self._handle)
            async with asyncio.timeout(NAME_TIMEOUT):
                reply = await bus.request_name(self.name, NameFlag.DO_NOT_QUEUE)
            if reply is not RequestNameReply.PRIMARY_OWNER:
                raise NameTaken(f"{self.name} is already on the bus; is another dbus-xbms running?")
        except (OSError, EOFError, DBusError) as err:
            await self.stop()
            raise BusError(f"cannot take the name {self.name}: {str(err) or type(err).__name__}") from err
        except BaseException:
            await self.stop()
            raise

    def publish(self, changed: Iterable[str]) -> None:
        """Send one signal with the present values of the paths that have changed, or none."""
        self._unsent |= dict.fromkeys(changed)
        self._send()

    async def stop(self) -> None:
        """Leave the bus; afterwards the name is free and the connection closed."""
        bus, self._bus = self._bus, None
        if bus is None or self._closed is None:
            return
        for task in tuple(self._introductions):
            task.cancel()
        try:
            if bus.connected:
                async with asyncio.timeout(RELEASE_TIMEOUT):
                    await bus.release_name(self.name)
        except (OSError, EOFError, DBusError) as err:
            log.debug("%s: not released: %s", self.name, err)
        finally:
            await close(bus, self._closed)

    def _send(self) -> None:
        """Send what is unsent, unless the bus has not taken the last signal yet: then when it has."""
        bus = self._bus
        if not self._unsent or self._sending or bus is None or not bus.connected:
            return
        self._sending = sending = bus.send(
            Message(
                message_type=MessageType.SIGNAL,
                flags=MessageFlag.NO_REPLY_EXPECTED,
                path="/",
                interface=BUS_ITEM,
                member="ItemsChanged",
                signature="a{sa{sv}}",
                body=[self._objects.entries(self._unsent)],
            )
        )
        self._unsent = {}
        if sending.done():  # nearly always
            self._sent(sending)
        else:
            sending.add_done_callback(self._sent)

    def _sent(self, sending: asyncio.Future[None]) -> None:
        self._sending = None
        if not sending.cancelled() and sending.exception() is None:
            self._send()

    def _handle(self, message: Message) -> Message | bool:
        """Answer calls, and notice when the bus takes the name away; called for every message received."""
        if message.message_type is MessageType.METHOD_CALL and message.interface != PEER:
            return self._called(message)
        if (
            message.message_type is MessageType.SIGNAL
            and message.sender == "org.freedesktop.DBus"
            and message.member == "NameLost"
            and message.body == [self.name]
        ):
            self._gone("the name was taken away")
        return False

    def _called(self, call: Message) -> Message | bool:
        """Answer at once or, from the first write of a program on, in order when it is known who that is."""
        sender = call.sender or ""
        waiting, who = self._waiting.get(sender), self._writers.named(sender)
        if waiting is not None:
            if len(waiting) >= MOST_WAITING:
                return Message.new_error(call, ErrorType.LIMITS_EXCEEDED, "too many calls at a time")
            waiting.append(call)
            return True
        if call.member == "SetValue" and who is None and len(self._waiting) < MOST_INTRODUCTIONS:
            self._waiting[sender] = [call]
            task = asyncio.create_task(self._introduce(sender))
            self._introductions.add(task)
            task.add_done_callback(self._introductions.discard)
            return True
        reply = self._answer(call, who or "")
        return True if call.flags & MessageFlag.NO_REPLY_EXPECTED else reply

    async def _introduce(self, sender: str) -> None:
        """Find out who writes, and answer what has waited for that."""
        bus = self._bus
        who = await self._writers.find(bus, sender) if bus else ""
        for call in self._waiting.pop(sender):
            reply = self._answer(call, who)
            if bus and bus.connected and not call.flags & MessageFlag.NO_REPLY_EXPECTED:
                bus.send(reply)

    def _answer(self, call: Message, who: str) -> Message:
        try:
            return self._objects.answer(call, who)
        except Exception:
            log.exception("%s: a call to %s failed by an error in this program", self.name, call.path)
            return Message.new_error(call, ErrorType.FAILED, "an error in the service; its log has more")

    def _disconnected(self, closed: asyncio.Task[None]) -> None:
        why = None if closed.cancelled() else closed.exception()
        self._gone(f"the connection was closed: {(why and str(why)) or 'end of stream'}")

    def _gone(self, why: str) -> None:
        if self._bus and not self.lost.is_set():  # else we are leaving by ourselves
            log.warning("%s: lost: %s", self.name, why)
            self.lost.set()
