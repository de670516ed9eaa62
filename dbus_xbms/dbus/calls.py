"""Asks other services of the bus for a value; who does not answer in time has none."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from dbus_fast import DBusError, Message, MessageFlag, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.trusted import DAEMON, DAEMON_PATH
from dbus_xbms.venus.localsettings_wire import plain
from dbus_xbms.venus.objects import BUS_ITEM

log = logging.getLogger(__name__)

REPLY_TIMEOUT = 5.0  # s; programs that start are slow


async def get_value(bus: MessageBus, name: str, path: str) -> Any:
    """The value of a path: an empty list if it is invalid, ``None`` without an answer."""
    return plain(await ask(bus, name, path, BUS_ITEM, "GetValue"))


async def ask(bus: MessageBus, name: str, path: str, interface: str, member: str, *text: str) -> Any:
    """Call a method that takes texts; its result, or ``None`` for an error or no answer."""
    call = Message(
        destination=name,
        path=path,
        interface=interface,
        member=member,
        signature="s" * len(text),
        body=list(text),
        flags=MessageFlag.NO_AUTOSTART,
    )
    try:
        async with asyncio.timeout(REPLY_TIMEOUT):
            reply = await bus.call(call)
    except (TimeoutError, OSError, EOFError, DBusError) as err:
        log.debug("%s%s: %r", name, path, err)
        return None
    good = reply and reply.message_type is MessageType.METHOD_RETURN and reply.body
    return reply.body[0] if reply and good else None


async def ask_daemon(bus: MessageBus, member: str, *text: str) -> Any:
    """Call a method of the bus daemon, as :func:`ask` does."""
    return await ask(bus, DAEMON, DAEMON_PATH, DAEMON, member, *text)
