"""The bus that Venus lives on, and what can go wrong with it."""

from __future__ import annotations

import asyncio
import os

from dbus_fast import AuthError, BusType, DBusError, InvalidAddressError, Message, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.trusted import TrustedBus

CONNECT_TIMEOUT = 10.0  # s; a bus answers within milliseconds


class BusError(Exception):
    """The bus, or our place on it, is not there; the message says what to do."""


class NoBus(BusError):
    """There is no bus to connect to."""


class NameTaken(BusError):
    """Somebody else owns the name of a service of ours."""


class BusLost(BusError):
    """The bus closed the connection."""

    def __init__(self) -> None:
        super().__init__("lost the D-Bus connection")


class _PatientBus(TrustedBus):
    """A connection that survives a full socket, and that breaks for those who wait for something only.

    dbus-fast takes "try again" from the socket for the end of the connection. What it could not write it
    keeps, and writes when the socket is ready; so nothing but the verdict has to be undone. When writing
    finds the connection broken, dbus-fast goes on with the closed socket and fails.
    """

    def _finalize(self, err: Exception | None = None) -> None:
        if not isinstance(err, BlockingIOError):
            super()._finalize(err)

    def send(self, msg: Message) -> asyncio.Future[None]:  # type: ignore[override]
        try:
            return super().send(msg)
        except OSError as err:
            if msg.message_type is MessageType.METHOD_CALL:
                raise
            failed = asyncio.get_running_loop().create_future()
            failed.set_exception(err)
            failed.exception()  # has been seen: answers and signals are sent without waiting
            return failed


async def connect() -> TrustedBus:
    """Connect to the session bus if the environment names one, else to the system bus, as Victron's tools do.

    Raises:
        NoBus: nobody answers there.
    """
    session = "DBUS_SESSION_BUS_ADDRESS" in os.environ
    which = "session" if session else "system"
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            return await _PatientBus(bus_type=BusType.SESSION if session else BusType.SYSTEM).connect()
    except (OSError, EOFError, AuthError, DBusError, InvalidAddressError) as err:
        hint = (
            "unset DBUS_SESSION_BUS_ADDRESS to use the system bus" if session else "is dbus-daemon running?"
        )
        raise NoBus(
            f"cannot connect to the D-Bus {which} bus: {str(err) or type(err).__name__}; {hint}"
        ) from err


async def follow(bus: TrustedBus, name: str) -> str:
    """Take signals from the owner of ``name`` from here on; returns its unique name, or "" if nobody owns it.

    Raises:
        BusError: the bus does not tell who that is.
    """
    try:
        return await bus.follow(name)
    except (OSError, EOFError) as err:  # TimeoutError too
        raise BusLost from err
    except DBusError as err:
        raise BusError(f"the bus does not tell who owns {name}: {err.text}") from err


def until_closed(bus: MessageBus) -> asyncio.Task[None]:
    """A task that ends with the connection, with an exception if that was not our doing.

    Cancelling who waits for the end would make the connection forget it; so wait for this task, and leave it
    to :func:`close`.
    """
    closed = asyncio.create_task(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]
    closed.add_done_callback(lambda task: task.cancelled() or task.exception())  # has been seen
    return closed


async def close(bus: MessageBus, closed: asyncio.Task[None]) -> None:
    """Close a connection and wait until it is."""
    bus.disconnect()
    await asyncio.wait([closed])
