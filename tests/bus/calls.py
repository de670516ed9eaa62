"""Method calls of other programs on the bus."""

from __future__ import annotations

from typing import Any

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus


async def reply_to(
    bus: MessageBus,
    name: str,
    path: str,
    interface: str | None,
    member: str,
    signature: str = "",
    *body: Any,
) -> Message:
    """Call a method and return the reply, which may be an error."""
    message = Message(
        destination=name,
        path=path,
        interface=interface,
        member=member,
        signature=signature,
        body=list(body),
    )
    reply = await bus.call(message)
    assert reply
    return reply


async def result_of(
    bus: MessageBus, name: str, path: str, interface: str, member: str, signature: str = "", *body: Any
) -> list[Any]:
    """Call a method that must succeed and return the values of its reply."""
    reply = await reply_to(bus, name, path, interface, member, signature, *body)
    assert reply.message_type is MessageType.METHOD_RETURN, (reply.error_name, reply.body)
    return list(reply.body)
