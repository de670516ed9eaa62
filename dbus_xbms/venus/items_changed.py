"""Encode the body of ItemsChanged: each path has a prepared part, and only value and text are added. Pure.

The body is an array ``a{sa{sv}}``: path -> ``Value`` and ``Text``. Each entry begins at a multiple of
8 bytes, so it can be encoded without those before it. Byte order is little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache
from typing import Literal

from dbus_xbms.settings import Value
from dbus_xbms.venus.item import INT32

SIGNATURE = "a{sa{sv}}"

_LENGTH = struct.Struct("<I")
_TEXT = _LENGTH.pack(4) + b"Text\0" + b"\1s\0"
_INVALID = bytes(8)  # an empty array


@cache
def _value_key(signature: str) -> bytes:
    """Return the key of a value and the signature of its variant, padded so that any type may follow."""
    key = _LENGTH.pack(5) + b"Value\0" + bytes((len(signature),)) + signature.encode() + b"\0"
    return key.ljust(16, b"\0")


@cache
def _path_key(path: str) -> tuple[bytes, bytes]:
    """Return what comes before and after the length of the inner array; few paths exist, so all are kept."""
    before = _string(path)
    before += bytes(-len(before) % 4)
    return before, bytes(-(len(before) + 4) % 8)


def _string(text: str) -> bytes:
    encoded = text.encode()
    return _LENGTH.pack(len(encoded)) + encoded + b"\0"


def _value(kind: Literal["i", "d", "s"], value: Value | None) -> bytes:
    """Encode key and value in the types of :func:`dbus_xbms.venus.bus_item.to_variant`, padded to 8 bytes."""
    if value is None:
        return _value_key("ai") + _INVALID
    if kind == "d":
        return _value_key("d") + struct.pack("<d", value)
    if kind == "i" and value in INT32:
        return _value_key("i") + struct.pack("<i4x", value)
    if kind == "i":
        return _value_key("x") + struct.pack("<q", value)
    encoded = _string(str(value))
    return _value_key("s") + encoded + bytes(-len(encoded) % 8)


def entry(path: str, kind: Literal["i", "d", "s"], value: Value | None, text: str) -> bytes:
    """Encode one path with its value, ``None`` for invalid, and its text."""
    before, after = _path_key(path)
    inner = _value(kind, value) + _TEXT + _string(text)
    return before + _LENGTH.pack(len(inner)) + after + inner


def body(entries: Iterable[bytes]) -> bytes:
    """Join encoded entries to a body."""
    found = bytearray(8)  # the length of the array, and padding
    for one in entries:
        found += bytes(-len(found) % 8)
        found += one
    _LENGTH.pack_into(found, 0, len(found) - 8)
    return bytes(found)
