"""Connections to the bus: what each of them takes, and how it ends."""

from __future__ import annotations

import os
from io import BufferedIOBase

import pytest

from dbus_xbms.dbus import call_daemon
from dbus_xbms.dbus.connection import close, connect, until_closed


async def test_a_connection_has_no_buffers_and_its_socket_is_closed_with_it(private_bus: str) -> None:
    bus = await connect()
    closed = until_closed(bus)
    assert not isinstance(bus._stream, BufferedIOBase)
    assert await call_daemon(bus, "GetId")
    assert bus._sock
    descriptor = bus._sock.fileno()
    await close(bus, closed)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
