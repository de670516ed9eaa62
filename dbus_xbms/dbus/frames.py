"""Messages of D-Bus as bytes: where each one ends, and what it shares with others of its kind. Pure.

dbus-fast decodes a message value by value, in Python on a GX. What arrives at every poll can be recognized
without that, because messages of a kind differ in a few bytes only: in the serial numbers and in the body.

A frame is the bytes of one message: a header of 16 bytes, an array of fields, padding, the body.
"""

from __future__ import annotations

from struct import Struct

REPLY, SIGNAL = 2, 4  # kinds of messages
_KIND_AT = 1
_HEADER = 16  # bytes
_LITTLE_ENDIAN, _BIG_ENDIAN = ord("l"), ord("B")
_LENGTHS = {_LITTLE_ENDIAN: Struct("<4xI4xI"), _BIG_ENDIAN: Struct(">4xI4xI")}  # of body and fields
_REPLY_SERIAL = b"\x05\x01u\0"  # a field begins: its code, and the type of its value, a number of 4 bytes
_SERIAL = Struct("<I")
_LONGEST = 2**27  # bytes; the specification allows no more


def cut(received: bytearray) -> list[bytes]:
    """Remove the whole messages from the beginning of what was received, and return them.

    Raises:
        ValueError: this is no message.
    """
    frames, at = [], 0
    while len(received) - at >= _HEADER:
        lengths = _LENGTHS.get(received[at])
        if lengths is None:
            raise ValueError(f"a message begins with {received[at]}, which is no byte order")
        body, fields = lengths.unpack_from(received, at)
        end = at + _HEADER + fields + -fields % 8 + body
        if end - at > _LONGEST:
            raise ValueError(f"a message of {end - at} bytes")
        if end > len(received):
            break
        frames.append(bytes(received[at:end]))
        at = end
    del received[:at]
    return frames


def kind(frame: bytes) -> int:
    """Return which kind of message a frame is, such as ``SIGNAL``."""
    return frame[_KIND_AT]


def body_at(frame: bytes) -> int:
    """Return where the body of a frame begins; its length if it has none."""
    fields: int = _LENGTHS[frame[0]].unpack_from(frame)[1]
    return _HEADER + fields + -fields % 8


def signal_shape(frame: bytes, body: int) -> bytes:
    """Return what signals have in common if sender, object, interface and member are the same."""
    return frame[:4] + frame[12:body]


def reply_shape(frame: bytes) -> tuple[bytes, int] | None:
    """Return what replies without a body have in common if sender and receiver are the same.

    Also return the serial number of the call. ``None``: not found, or in big-endian byte order.
    """
    field = frame.find(_REPLY_SERIAL, _HEADER)
    at = field + len(_REPLY_SERIAL)
    if field < 0 or frame[0] != _LITTLE_ENDIAN or at + _SERIAL.size > len(frame):
        return None
    return frame[:8] + frame[12:at] + frame[at + _SERIAL.size :], _SERIAL.unpack_from(frame, at)[0]
