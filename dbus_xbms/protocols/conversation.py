"""Requests, frames and conversations, the same for every BMS protocol. Pure.

A conversation is a generator that yields a :class:`Request`, is sent the matching :class:`Frame`, and returns
its result. For a BMS that pushes its frames, see :func:`expect`. If no frame comes, :class:`NoReply`
is thrown into the conversation, so it can try another way. It does no I/O and has no clock;
:mod:`dbus_xbms.ble.exchange` runs it over a connection.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterable
from dataclasses import field
from typing import Any, Protocol, TypeVar

from dbus_xbms.protocols.errors import ProtocolError
from dbus_xbms.record import record

T = TypeVar("T")


@record
class Key:
    """Matches a reply to its request: the kind of frame and its register or command number."""

    kind: str  # one of the protocol's own framings, e.g. "dd", "ffaa"
    number: int

    def __str__(self) -> str:
        return f"{self.kind} 0x{self.number:02x}"


@record
class Request:
    """Bytes to send, and the key of the reply to wait for."""

    encoded: bytes  # empty: send nothing, only wait; see expect()
    reply: Key
    timeout: float = 2.0  # s; a BMS answers within 0.2 s, one reply in 700 took 1.6 s
    retries: int = 2  # 0 for a write, which must not be repeated blindly
    secret: bool = False  # it carries a password: neither a log nor a capture may show it


def expect(key: Key, timeout: float) -> Request:
    """Return a request that sends nothing: wait up to ``timeout`` s for a frame that the BMS pushes."""
    return Request(encoded=b"", reply=key, timeout=timeout, retries=0)


@record
class Frame:
    """One whole frame with a good checksum, or a refusal, whose checksum may be wrong."""

    key: Key
    status: int  # 0: ok
    payload: bytes
    encoded: bytes


@record
class Echo:
    """A request that came back byte for byte."""

    encoded: bytes


Conversation = Generator[Request, Frame, T]


class Framer(Protocol):
    """Splits a stream of notifications into frames. Its memory is bounded, and it never raises."""

    def feed(self, chunk: bytes) -> list[Frame | Echo]:
        """Add one notification and return the frames that it completed."""
        ...

    def reset(self) -> None:
        """Drop an incomplete frame, so that it does not swallow the next one."""
        ...


@record
class Field:
    """One field of a payload: its place, its format, and how to convert its raw integer."""

    name: str
    at: int  # bytes from the start of the payload
    fmt: str  # as in struct, one integer
    convert: Callable[[int], object] = int
    end: int = field(init=False)  # first byte after this field

    def __post_init__(self) -> None:
        object.__setattr__(self, "end", self.at + struct.calcsize(self.fmt))


def decode(fields: Iterable[Field], payload: bytes) -> dict[str, Any]:
    """Return the converted values by name.

    Raises:
        ProtocolError: the payload ends before a field does.
    """
    values: dict[str, Any] = {}
    for row in fields:
        if row.end > len(payload):
            size = struct.calcsize(row.fmt)
            raise ProtocolError(f"{row.name}: needs {size} bytes at {row.at}, payload has {len(payload)}")
        (raw,) = struct.unpack_from(row.fmt, payload, row.at)
        values[row.name] = row.convert(raw)
    return values
