"""One D-Bus method call: its time limit, its errors, and the types of its reply."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from dbus_fast import Message, MessageFlag, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.errors import ANSWER_LIMIT, BusLost, CallRefused, NoAnswer, UnexpectedReply

DAEMON = "org.freedesktop.DBus"  # bus name and interface of the bus daemon
DAEMON_PATH = "/org/freedesktop/DBus"
PEER = "org.freedesktop.DBus.Peer"


async def call(
    bus: MessageBus,
    destination: str,
    path: str,
    interface: str,
    member: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    returns: str | None = None,
    limit: float = ANSWER_LIMIT,
    writes: bool = False,
    autostart: bool = False,
) -> list[Any]:
    """Call a method and return the body of the reply.

    Args:
        returns: the signature that the reply must have; by default any.
        limit: s to wait for the reply.
        writes: the call changes something, so an error for a missing reply says that it still may.
        autostart: let the bus daemon start the program if it does not run.

    Raises:
        CallRefused: the reply is an error.
        NoAnswer: no reply within ``limit``.
        UnexpectedReply: the reply has another signature than ``returns``.
        BusLost: the bus closed the connection.
    """
    message = Message(
        destination=destination,
        path=path,
        interface=interface,
        member=member,
        signature=signature,
        body=[*body],
        flags=MessageFlag.NONE if autostart else MessageFlag.NO_AUTOSTART,
    )
    try:
        async with asyncio.timeout(limit):
            reply = await bus.call(message)
    except TimeoutError as err:
        raise NoAnswer(destination, limit=limit, wrote=writes) from err
    except (OSError, EOFError) as err:
        raise BusLost from err
    if reply is None:  # dbus-fast's reply to a call that was pending when the bus closed
        raise BusLost
    if reply.message_type is MessageType.ERROR:
        error = reply.error_name or ""
        raise CallRefused(destination, error, str(reply.body[0] if reply.body else error))
    if returns is not None and reply.signature != returns:
        raise UnexpectedReply(destination, member, expected=returns, got=reply.signature)
    return list(reply.body)


async def call_daemon(bus: MessageBus, member: str, *text: str, limit: float = ANSWER_LIMIT) -> Any:
    """Call a method of the bus daemon that takes strings; return the first value of its reply, if any.

    Raises the errors of :func:`call`.
    """
    body = await call(bus, DAEMON, DAEMON_PATH, DAEMON, member, "s" * len(text), text, limit=limit)
    return body[0] if body else None


async def has_owner(bus: MessageBus, name: str) -> bool:
    """Return whether a program owns a bus name; raises the errors of :func:`call`."""
    return bool(await call_daemon(bus, "NameHasOwner", name))


async def ping(
    bus: MessageBus, name: str, *, limit: float = ANSWER_LIMIT, autostart: bool = False
) -> CallRefused | None:
    """Check that a program replies at all, and return the error if it replies with one.

    Raises:
        NoAnswer: it does not reply.
        BusLost: the bus closed the connection.
    """
    try:
        await call(bus, name, "/", PEER, "Ping", limit=limit, autostart=autostart)
    except CallRefused as err:
        return err
    return None
