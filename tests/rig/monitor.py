"""The kernel's Bluetooth monitor, which shows what passes between it and the adapter."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.rig.wire import Wire

AF_BLUETOOTH = 31  # not every Python is built with it
PROTOCOL, NO_DEVICE, CHANNEL = 1, 0xFFFF, 2  # BTPROTO_HCI, HCI_DEV_NONE, HCI_CHANNEL_MONITOR
SO_TIMESTAMP, SO_RCVBUFFORCE = 29, 33
HEADER, STAMP = struct.Struct("<HHH"), struct.Struct("@ll")
LONGEST = 4096  # bytes of a packet
ROOM = 4_000_000  # bytes of packets that wait to be read


class Monitor:
    """Feeds a wire; times are those at which the kernel took a packet, in s of the event loop's clock."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._lag = time.time() - time.monotonic()  # s; the clock of the virtual machine does not jump
        libc = ctypes.CDLL(None, use_errno=True)
        descriptor = libc.socket(AF_BLUETOOTH, socket.SOCK_RAW, PROTOCOL)
        # A Python without Bluetooth does not know the family; packets of the monitor have no address anyway.
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_RAW, 0, fileno=descriptor)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        # Python's own bind() knows no channel.
        address = struct.pack("HHH", AF_BLUETOOTH, NO_DEVICE, CHANNEL)
        if libc.bind(descriptor, address, len(address)):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def drain(self) -> None:
        """Feed all packets that wait."""
        while True:
            try:
                packet, extra, _, _ = self._socket.recvmsg(LONGEST, socket.CMSG_SPACE(STAMP.size))
            except BlockingIOError:
                return
            stamps = [
                data for level, kind, data in extra if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMP)
            ]
            seconds, micros = STAMP.unpack(stamps[0])
            opcode, _, _ = HEADER.unpack_from(packet)
            self._wire.feed(seconds + micros / 1e6 - self._lag, opcode, packet[HEADER.size :])

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()


@contextmanager
def monitoring(wire: Wire) -> Iterator[Monitor]:
    """Feed a wire from within the running event loop."""
    monitor, loop = Monitor(wire), asyncio.get_running_loop()
    loop.add_reader(monitor.fileno(), monitor.drain)
    try:
        yield monitor
    finally:
        loop.remove_reader(monitor.fileno())
        monitor.close()
