"""Signals whose body is already encoded: dbus-fast encodes value by value, which costs most of a signal."""

from __future__ import annotations

import struct
from typing import Any

from dbus_fast import Message, MessageFlag, MessageType

_LENGTHS = struct.Struct("<II")  # of the body, and the serial number; after four bytes of the header
_LENGTHS_AT = 4


class SignalHead:
    """All of a signal that is the same each time: path, interface, member, and the signature of an array."""

    def __init__(self, path: str, interface: str, member: str, signature: str, empty: Any) -> None:
        """Encode the header; ``empty``: an array without elements, in 8 bytes."""
        message = Message(
            message_type=MessageType.SIGNAL,
            flags=MessageFlag.NO_REPLY_EXPECTED,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=[empty],
        )
        self.encoded = message._marshall(False)[:-8]


class EncodedSignal(Message):
    """A signal with an encoded body, to be sent like any message."""

    def __init__(self, head: SignalHead, body: bytes) -> None:
        super().__init__(message_type=MessageType.SIGNAL, validate=False)
        self._head, self._encoded = head.encoded, body

    def _marshall(self, negotiate_unix_fd: bool) -> bytearray:
        """Return the whole message, as dbus-fast calls for it."""
        frame = bytearray(self._head)
        _LENGTHS.pack_into(frame, _LENGTHS_AT, len(self._encoded), self.serial)
        return frame + self._encoded
