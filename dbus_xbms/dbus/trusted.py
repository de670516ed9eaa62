"""A D-Bus connection that accepts signals and replies only from programs that may send them.

The bus policy of Venus, like that of most session buses, lets any program send any connection any message. A
signal addressed to a connection needs no match rule, and a reply needs only the serial number of the call,
which counts up from 1. The daemon vouches for the sender and for nothing else.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Self

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.calls import DAEMON
from dbus_xbms.dbus.names import NameWatcher, owner_of


class TrustedBus(MessageBus):
    """A connection that drops forged signals and replies.

    Signals are accepted from the daemon and from the owners of followed names; replies from the daemon, from
    the unique name that was called, and from the owner of the followed name that was called.
    """

    FOLLOWED: tuple[str, ...] = ()  # names that are followed from the start

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._followed = NameWatcher(self, attached=False)

    async def connect(self) -> Self:
        """Connect, and follow the names in :attr:`FOLLOWED`."""
        await super().connect()
        self._release_buffers()
        try:
            for name in self.FOLLOWED:
                await self.follow(name)
        except BaseException:
            self.disconnect()
            raise
        return self

    def _release_buffers(self) -> None:
        """Replace the socket's file, which dbus-fast only closes, by one without buffers of 16 kB."""
        buffered, sock = self._stream, self._sock
        if self.connected and buffered and sock:
            self._stream = sock.makefile("rwb", buffering=0)  # type: ignore[assignment]
            buffered.close()

    async def follow(self, name: str) -> str:
        """Accept signals and replies from the present and later owners of ``name``.

        Returns the unique name of its present owner, or "". Raises the errors of
        :func:`dbus_xbms.dbus.calls.call`.
        """
        return await self._followed.watch(name)

    async def call(self, msg: Message) -> Message:
        """Call a method; a name that is not followed is replaced by its owner, which alone may reply."""
        name = msg.destination
        if name and name != DAEMON and not name.startswith(":") and not self._followed.is_watched(name):
            msg.destination = await owner_of(self, name) or name  # without an owner, the daemon replies
        return await super().call(msg)

    def _process_message(self, msg: Message) -> None:
        if self._is_trusted(msg):
            super()._process_message(msg)

    def _is_trusted(self, message: Message) -> bool:
        kind, sender = message.message_type, message.sender
        if kind is MessageType.METHOD_CALL:
            return True
        if sender == DAEMON:
            self._followed.receive(message)
            return True
        if not sender:
            return False
        if kind is MessageType.SIGNAL:
            return sender in self._followed.owners.values()
        pending = self._method_return_handlers.get(message.reply_serial)
        called = pending.args[0].destination if isinstance(pending, partial) else None
        return called is not None and sender in (called, self._followed.owners.get(called))
