"""A D-Bus connection that takes signals and replies only from those that may send them.

The bus policy of Venus, like that of most session buses, lets any program send any connection any message. A
signal needs no match rule when it is addressed to a connection, and a reply needs nothing but the number of
the call, which counts up from 1. The daemon vouches for one thing alone: the sender.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Self

from dbus_fast import DBusError, ErrorType, Message, MessageType
from dbus_fast.aio import MessageBus

DAEMON = "org.freedesktop.DBus"
DAEMON_PATH = "/org/freedesktop/DBus"
OWNER_CHANGES = (
    f"type='signal',sender='{DAEMON}',interface='{DAEMON}',member='NameOwnerChanged'"  # a match rule
)
ANSWER_LIMIT = 10.0  # s; the daemon answers within milliseconds


class TrustedBus(MessageBus):
    """Drops signals that neither the daemon nor the owner of a followed name sent, and replies of strangers.

    A reply counts if it comes from the daemon, from the unique name that was called, or from the owner of the
    followed name that was called.
    """

    FOLLOWED: tuple[str, ...] = ()  # names that are followed from the start

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owners: dict[str, str | None] = {}  # of followed names; "": nobody, None: not known yet

    async def connect(self) -> Self:
        """Connect, and follow what is followed from the start."""
        await super().connect()
        try:
            for name in self.FOLLOWED:
                await self.follow(name)
        except BaseException:
            self.disconnect()
            raise
        return self

    async def follow(self, name: str) -> str:
        """Take signals and replies from whoever owns ``name``, now and later; returns its unique name or "".

        Raises:
            DBusError: the daemon refuses to tell.
            TimeoutError: it does not answer.
        """
        if self._owners.get(name) is None:
            self._owners[name] = None
            await self.ask_daemon("AddMatch", f"{OWNER_CHANGES},arg0='{name}'")
            owner = await self._owner(name)
            if self._owners[name] is None:  # else a signal has brought a newer one meanwhile
                self._owners[name] = owner
        return self._owners[name] or ""

    async def call(self, msg: Message) -> Message:
        """Call a method; a name that is not followed is replaced by its owner, who alone may reply."""
        name = msg.destination
        if name and name != DAEMON and not name.startswith(":") and name not in self._owners:
            msg.destination = await self._owner(name) or name  # for a name without owner the daemon replies
        return await super().call(msg)

    async def _owner(self, name: str) -> str:
        try:
            owner: str = await self.ask_daemon("GetNameOwner", name)
        except DBusError as err:
            if err.type == ErrorType.NAME_HAS_NO_OWNER.value:
                return ""
            raise
        return owner

    async def ask_daemon(self, member: str, text: str) -> Any:
        """Call a method of the daemon that takes a text; returns its result.

        Raises:
            DBusError: the daemon refuses.
            EOFError: the bus closed the connection.
            TimeoutError: it does not answer.
        """
        call = Message(
            destination=DAEMON,
            path=DAEMON_PATH,
            interface=DAEMON,
            member=member,
            signature="s",
            body=[text],
        )
        async with asyncio.timeout(ANSWER_LIMIT):
            reply = await self.call(call)
        if reply is None:
            raise EOFError("the bus closed the connection")
        if reply.message_type is MessageType.ERROR:
            words = reply.body[0] if reply.body else "no reason given"
            raise DBusError(reply.error_name or ErrorType.FAILED, str(words), reply)
        return reply.body[0] if reply.body else None

    def _process_message(self, msg: Message) -> None:
        if self._counts(msg):
            super()._process_message(msg)

    def _counts(self, message: Message) -> bool:
        kind, sender = message.message_type, message.sender
        if kind is MessageType.METHOD_CALL:
            return True
        if sender == DAEMON:
            if message.member == "NameOwnerChanged" and message.body[0] in self._owners:
                self._owners[message.body[0]] = message.body[2]
            return True
        if not sender:
            return False
        if kind is MessageType.SIGNAL:
            return sender in self._owners.values()
        asked = self._method_return_handlers.get(message.reply_serial)
        called = asked.args[0].destination if isinstance(asked, partial) else None  # who was asked
        return called is not None and sender in (called, self._owners.get(called))
