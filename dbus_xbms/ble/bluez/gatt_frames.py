"""Bodies of WriteValue and of the signal for a notification, as bytes. Pure."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

CHARACTERISTIC = "org.bluez.GattCharacteristic1"
_LENGTH = Struct("<I")


def _string(text: str) -> bytes:
    return _LENGTH.pack(len(text)) + text.encode() + b"\0"


# PropertiesChanged (sa{sv}as) with one property, Value, an array of bytes.
_INTERFACE = _string(CHARACTERISTIC).ljust(36, b"\0")  # padded to the length of the dictionary
_PROPERTIES_AT = len(_INTERFACE) + _LENGTH.size  # the dictionary begins
_VALUE = (_string("Value") + b"\x02ay\0").ljust(16, b"\0")
_LENGTH_AT = _PROPERTIES_AT + len(_VALUE)
_VALUE_AT = _LENGTH_AT + _LENGTH.size
_NONE_INVALIDATED = _LENGTH.pack(0)


def notified(frame: bytes, body: int) -> bytes | None:
    """Return the new value of a characteristic from a PropertiesChanged whose body begins at ``body``.

    ``None``: the body says anything else, or more.
    """
    at = body + _VALUE_AT
    if len(frame) < at or not frame.startswith(_INTERFACE, body):
        return None
    (length,) = _LENGTH.unpack_from(frame, body + _LENGTH_AT)
    value = frame[at : at + length]
    rest = bytes(-length % 4) + _NONE_INVALIDATED
    properties = _LENGTH.pack(len(_VALUE) + _LENGTH.size + length) + _VALUE
    if not frame.startswith(properties, body + len(_INTERFACE)) or frame[at + length :] != rest:
        return None
    return value


@lru_cache(maxsize=64)  # a poll repeats its requests
def write_body(value: bytes, *, response: bool) -> bytes:
    """Return the body of WriteValue (aya{sv}): the value, and the kind of write as an option."""
    encoded = _LENGTH.pack(len(value)) + value
    encoded += bytes(-len(encoded) % 4)
    option = _string("type") + b"\x01s\0"
    option += bytes(-len(option) % 4) + _string("request" if response else "command")
    encoded += _LENGTH.pack(len(option))
    return encoded + bytes(-len(encoded) % 8) + option
