"""A connection that receives and sends messages as bytes, and has dbus-fast decode those it does not know."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from io import BytesIO
from typing import Any, Self

from dbus_fast import Message
from dbus_fast._private.unmarshaller import Unmarshaller

from dbus_xbms.dbus import frames
from dbus_xbms.dbus.connection import PatientBus
from dbus_xbms.dbus.encoded import EncodedCalls
from dbus_xbms.dbus.errors import BusLost

log = logging.getLogger(__name__)

READ_AT_A_TIME = 65536  # bytes; 16 packs send less within a second


class FramedBus(PatientBus, ABC):
    """A connection whose subclass handles frequent messages without having them decoded.

    What is sent in one turn of the event loop is one system call, and wakes the bus daemon once.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._received = bytearray()  # not handled yet; begins with a message
        self._unsent: list[bytes | bytearray] = []
        self.gathering = 0.0  # s from one look at what has arrived to the next, while messages arrive

    @abstractmethod
    def handle_frame(self, frame: bytes) -> bool:
        """Handle a message; return False to have it decoded."""

    @abstractmethod
    def handle_decoded(self, frame: bytes, message: Message) -> bool:
        """Handle a message that was decoded; return False to leave it to dbus-fast."""

    def send_frame(self, frame: bytes | bytearray) -> None:
        """Send a call, together with all others of this turn of the event loop.

        Raises:
            BusLost: the connection is lost.
        """
        if self._disconnected:
            raise BusLost
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(frame)

    def _flush(self) -> None:
        calls, self._unsent = EncodedCalls(b"".join(self._unsent)), []
        if self._disconnected:
            return  # those who wait for a reply know it
        try:
            sending = self.send(calls)
        except OSError as err:
            self._finalize(err)
            return
        sending.add_done_callback(lambda sent: sent.cancelled() or sent.exception())

    async def connect(self) -> Self:
        """Connect, and read messages in place of dbus-fast, which has read nothing but whole ones so far."""
        await super().connect()
        assert self._fd is not None
        self._loop.remove_reader(self._fd)
        self._loop.add_reader(self._fd, self._receive)
        return self

    def _receive(self) -> None:
        """Handle what has arrived; if more is to be gathered, look again later."""
        if self._handle_received() and self.gathering:
            assert self._fd is not None
            self._loop.remove_reader(self._fd)
            self._loop.call_later(self.gathering, self._gather)

    def _gather(self) -> None:
        """Handle what has arrived meanwhile; if that is nothing, wait for the next message."""
        if self._disconnected:
            return
        if self._handle_received():
            self._loop.call_later(self.gathering, self._gather)
        elif self._fd is not None and not self._disconnected:
            self._loop.add_reader(self._fd, self._receive)

    def _handle_received(self) -> bool:
        """Handle all that has arrived; return False if nothing has, or the connection has ended."""
        assert self._sock
        try:
            chunk = self._sock.recv(READ_AT_A_TIME)
            if not chunk:
                raise EOFError
            self._received += chunk
            received = frames.cut(self._received)
        except BlockingIOError:
            return False
        except (OSError, EOFError, ValueError) as err:
            self._finalize(err)
            return False
        for frame in received:
            try:
                if not self.handle_frame(frame):
                    self._decode(frame)
            except Exception:
                log.exception("a message from the bus was not handled")
        return not self._disconnected

    def _decode(self, frame: bytes) -> None:
        message = Unmarshaller(BytesIO(frame)).unmarshall()  # type: ignore[arg-type]
        if message and not self.handle_decoded(frame, message):
            self._process_message(message)
