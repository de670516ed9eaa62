"""Messages whose body is already encoded: dbus-fast encodes value by value, which costs most of a message."""

from __future__ import annotations

import struct
from typing import Any, Self

from dbus_fast import Message, MessageFlag, MessageType

_LENGTHS = struct.Struct("<II")  # of the body, and the serial number; after four bytes of the header
_LENGTHS_AT = 4
_EMPTY_BODY = 8  # bytes


class MessageHead:
    """All of a message that is the same each time: everything but the serial number and the body."""

    def __init__(self, message: Message) -> None:
        """Encode a message whose body takes 8 bytes: one or two empty arrays."""
        self._encoded = message._marshall(False)[:-_EMPTY_BODY]

    @classmethod
    def of_signal(cls, path: str, interface: str, member: str, signature: str, empty: Any) -> Self:
        """Encode a signal; ``empty``: an array without elements, in 8 bytes."""
        signal = Message(
            message_type=MessageType.SIGNAL,
            flags=MessageFlag.NO_REPLY_EXPECTED,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=[empty],
        )
        return cls(signal)

    def frame(self, serial: int, body: bytes) -> bytearray:
        """Return the whole message with another body."""
        frame = bytearray(self._encoded)
        _LENGTHS.pack_into(frame, _LENGTHS_AT, len(body), serial)
        return frame + body


class EncodedSignal(Message):
    """A signal with an encoded body, to be sent like any message."""

    def __init__(self, head: MessageHead, body: bytes) -> None:
        super().__init__(message_type=MessageType.SIGNAL, validate=False)
        self._head, self._body_encoded = head, body

    def _marshall(self, negotiate_unix_fd: bool) -> bytearray:
        """Return the whole message, as dbus-fast calls for it."""
        return self._head.frame(self.serial, self._body_encoded)


class EncodedCalls(Message):
    """Some calls, encoded one behind the other, to be sent like one message that expects no reply."""

    def __init__(self, frames: bytes) -> None:
        super().__init__(message_type=MessageType.METHOD_CALL, serial=1, validate=False)
        self._frames = bytearray(frames)

    def _marshall(self, negotiate_unix_fd: bool) -> bytearray:
        """Return the calls, as dbus-fast calls for them."""
        return self._frames
