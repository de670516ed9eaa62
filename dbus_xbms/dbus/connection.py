"""Connections to the bus that Venus uses: the session bus if there is one, else the system bus."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbus_fast import AuthError, BusType, DBusError, InvalidAddressError, Message, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.errors import NoBus
from dbus_xbms.dbus.trusted import TrustedBus

CONNECT_TIMEOUT = 10.0  # s; a bus answers within milliseconds


class PatientBus(TrustedBus):
    """A connection that survives a full socket, and whose failures reach only callers that wait for a reply.

    dbus-fast mistakes "try again" from the socket for the end of the connection. It keeps what it could not
    write, and writes it when the socket is ready, so nothing but its conclusion has to be undone. When
    writing finds the connection broken, dbus-fast continues with the closed socket and fails.
    """

    def _finalize(self, err: Exception | None = None) -> None:
        if not isinstance(err, BlockingIOError):
            super()._finalize(err)

    def send(self, msg: Message) -> asyncio.Future[None]:  # type: ignore[override]
        """Send a message.

        Raises:
            OSError: the connection is broken, and the message is a call.
        """
        try:
            return super().send(msg)
        except OSError as err:
            if msg.message_type is MessageType.METHOD_CALL:
                raise
            failed = asyncio.get_running_loop().create_future()
            failed.set_exception(err)
            failed.exception()  # marks it as retrieved: nobody waits for replies and signals to be sent
            return failed


def venus_bus() -> BusType:
    """Return the session bus if the environment names one, else the system bus, as Victron's tools do."""
    return BusType.SESSION if "DBUS_SESSION_BUS_ADDRESS" in os.environ else BusType.SYSTEM


async def connect(bus_type: BusType | None = None, *, file_descriptors: bool = False) -> TrustedBus:
    """Connect to a bus, by default that of :func:`venus_bus`.

    Raises:
        NoBus: the bus cannot be reached.
    """
    which = venus_bus() if bus_type is None else bus_type
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            return await PatientBus(bus_type=which, negotiate_unix_fd=file_descriptors).connect()
    except (OSError, EOFError, AuthError, DBusError, InvalidAddressError) as err:
        name = which.name.lower()
        hint = (
            "unset DBUS_SESSION_BUS_ADDRESS to use the system bus"
            if which is BusType.SESSION
            else "is dbus-daemon running?"
        )
        words = str(err) or type(err).__name__
        raise NoBus(f"cannot connect to the D-Bus {name} bus: {words}; {hint}") from err


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[TrustedBus, asyncio.Task[None]]]:
    """Connect as :func:`connect`; yields the connection and the task of :func:`until_closed`."""
    bus = await connect()
    closed = until_closed(bus)
    try:
        yield bus, closed
    finally:
        await close(bus, closed)


def until_closed(bus: MessageBus) -> asyncio.Task[None]:
    """Return a task that ends with the connection: with an exception unless this program closed it.

    A waiter that is cancelled would make dbus-fast forget the connection, so wait for this task instead, and
    leave its end to :func:`close`.
    """
    closed = asyncio.create_task(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]
    closed.add_done_callback(lambda task: task.cancelled() or task.exception())  # marks it as retrieved
    return closed


async def close(bus: MessageBus, closed: asyncio.Task[None]) -> None:
    """Close a connection and wait until it is closed."""
    bus.disconnect()
    await asyncio.wait([closed])
