"""One device on the bus: its own connection, its name, and one signal for all that changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dbus_fast import DBusError, ErrorType, Message

from dbus_xbms.dbus import EncodedSignal, MessageHead, Server
from dbus_xbms.settings import Value
from dbus_xbms.venus import items_changed
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.objects import ItemObjects, OnWrite
from dbus_xbms.venus.writers import Writers

log = logging.getLogger(__name__)

MOST_LOOKUPS = 16  # at a time; further writers are named by their unique names alone
MOST_WAITING = 500  # calls of one program, in the half second that a lookup takes at most


class ItemService:
    """A Victron device service. ``lost`` is set when its name or its connection is lost.

    Consumers distinguish services by their connections, so each one has its own.
    """

    def __init__(
        self,
        name: str,
        items: Sequence[Item[Any]],
        values: dict[str, Value | None],
        on_write: OnWrite,
        notes: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.items = tuple(items)
        self.lost = asyncio.Event()
        self._writers = Writers()
        self._waiting: dict[str, list[Message]] = {}  # calls of programs that are looked up, by unique name
        self._values = values
        self._on_write = on_write
        self._objects = ItemObjects(
            items, values, self._write, lambda sender: self._writers.known(sender), notes
        )
        self._server = Server(
            name,
            self._objects.find,
            self._objects.children,
            taken=f"{name} is already on the bus; is another dbus-xbms running?",
            holds=self._holds,
            lost=self._server_lost,
        )
        self._leaving = False
        self._items_changed = MessageHead.of_signal(
            "/", BUS_ITEM, "ItemsChanged", items_changed.SIGNATURE, {}
        )
        self._unsent: dict[str, None] = {}  # paths, in the order in which they changed
        self._sending: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Appear on the bus, complete from the first moment.

        Raises:
            BusError: there is no bus, or the name is taken.
        """
        await self._server.open()

    async def stop(self) -> None:
        """Answer waiting calls and leave the bus; afterwards the name is free and the connection closed."""
        self._leaving = True
        for sender in list(self._waiting):
            self._answer_waiting(sender)
        await self._server.close()

    def publish(self, changed: Iterable[str]) -> None:
        """Send one signal with the present values of the paths that have changed, or none."""
        self._unsent |= dict.fromkeys(changed)
        self._send()

    def _send(self) -> None:
        """Send what is unsent; while the bus has not taken the last signal yet, later."""
        if not self._unsent or self._sending or not self._server.running:
            return
        self._sending = sending = self._server.send(
            EncodedSignal(self._items_changed, self._objects.encoded(self._unsent))
        )
        self._unsent = {}
        if sending is None or sending.done():  # nearly always
            self._sent(sending)
        else:
            sending.add_done_callback(self._sent)

    def _sent(self, sending: asyncio.Future[None] | None) -> None:
        self._sending = None
        if sending and not sending.cancelled() and sending.exception() is None:
            self._send()

    def _write(self, path: str, value: Value, sender: str) -> bool:
        accepted = self._on_write(path, value, sender)
        if accepted and self._objects.items[path].kept:
            self._values[path] = value
            self.publish((path,))
        return accepted

    def _holds(self, call: Message) -> bool:
        """Keep a program's first write, and all calls after it, until the program is known."""
        sender = call.sender or ""
        waiting = self._waiting.get(sender)
        if waiting is not None:
            if len(waiting) < MOST_WAITING:
                waiting.append(call)
            else:
                self._server.fail(call, DBusError(ErrorType.LIMITS_EXCEEDED, "too many calls at a time"))
            return True
        if call.member != "SetValue" or self._writers.is_known(sender):
            return False
        if self._leaving or len(self._waiting) >= MOST_LOOKUPS:
            return False
        self._waiting[sender] = [call]
        self._server.start(self._look_up(sender))
        return True

    async def _look_up(self, sender: str) -> None:
        """Find out which program writes, then answer its waiting calls in order."""
        if self._server.bus:
            await self._writers.find(self._server.bus, sender)
        self._answer_waiting(sender)

    def _answer_waiting(self, sender: str) -> None:
        for call in self._waiting.pop(sender, ()):
            self._server.answer(call)

    def _server_lost(self, why: str) -> None:
        if not self.lost.is_set():
            log.warning("%s: lost: %s", self.name, why)
            self.lost.set()
