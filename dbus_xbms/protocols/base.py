"""What every BMS protocol is made of: requests, frames, conversations and their errors. Pure.

A conversation is a generator that yields a :class:`Request`, is sent the matching :class:`Frame`, and returns
its result. Silence is thrown into it as :class:`NoReply`, so that a conversation can try another way. It does
no I/O and knows no clock; :mod:`dbus_xbms.ble.link` runs it on the air.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from dbus_xbms.contact import ContactState
from dbus_xbms.model import Mosfets, PackIdentity, PackSample, Reading, Switched

T = TypeVar("T")


class ProtocolError(Exception):
    """Bytes from a pack that do not make sense; the message says what was expected and what came."""

    state = ContactState.GARBLED  # of the contact with the pack
    what = ""  # the message without its advice, if it has one
    finding = ""  # what is known of the pack all the same, in a short phrase


class Refused(ProtocolError):
    """The BMS answered, but with a refusal."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotVerified(ProtocolError):
    """A command was acknowledged, but reading back shows no effect."""


class LoginFailed(ProtocolError):
    """The module wants a password or a pairing that we lack: ``what``, and ``advice`` for the owner."""

    state = ContactState.NEEDS_PASSWORD
    finding = "reached, but its Bluetooth module needs a password"

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what}; {advice}" if advice else what)
        self.what = what
        self.advice = advice


class LinkError(Exception):
    """The air failed: no adapter, no pack, no connection, no reply."""

    state = ContactState.NO_CONNECTION  # of the contact with the pack, and of a link that could not be opened
    what = ""  # the message without its advice, if it has one
    finding = ""  # what is known of the pack all the same, in a short phrase


class PairingNext(LinkError):
    """The pack needs to be paired, and will be before the next connection."""

    state = ContactState.CONNECTING


class NotPaired(LoginFailed, LinkError):
    """The pack only answers those that are paired with it."""

    state = ContactState.NEEDS_PASSKEY
    finding = "reached, but it needs to be paired"


class NoReply(LinkError):
    """A request stayed without its reply. ``echoed``: the module sent back the request itself."""

    def __init__(self, message: str, *, echoed: bool = False) -> None:
        super().__init__(message)
        self.echoed = echoed


class Mute(NoReply):
    """The connection stands, and nothing that was tried on it was ever answered."""

    state = ContactState.MUTE
    what = "it connects, but never answers"
    finding = "reached, but does not answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Which reply belongs to which request: the kind of frame and its register or command number."""

    kind: str  # one of the protocol's own framings, e.g. "dd", "ffaa"
    number: int

    def __str__(self) -> str:
        return f"{self.kind} 0x{self.number:02x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Bytes to send, and the key of the reply to await."""

    encoded: bytes
    reply: Key
    timeout: float = 2.0  # s; JBD answers within 0.2 s, once in 700 in 1.6 s
    retries: int = 2  # a write must not be repeated blindly: 0
    secret: bool = False  # it carries a password: neither a log nor a capture may show it


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One whole, checksum-good frame (or a refusal, which may lack a good checksum)."""

    key: Key
    status: int  # 0: ok
    payload: bytes
    encoded: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row of a payload's table: where a value lies and what its raw integer means."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A request of ours that came back byte for byte."""

    encoded: bytes


Conversation = Generator[Request, Frame, T]


class Framer(Protocol):
    """Cuts a stream of notifications into frames; bounded, and never raises on what it is fed."""

    def feed(self, chunk: bytes) -> list[Frame | Echo]:
        """Take one notification and return what it completed."""
        ...

    def reset(self) -> None:
        """Forget a frame that has begun: a torn one must not eat the next."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GattLayout:
    """Where a protocol lives in the GATT table; full lower-case 128-bit UUIDs."""

    service: str
    notify: str
    write: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """What the air tells of a device before anybody connects."""

    address: str
    name: str = ""
    services: tuple[str, ...] = ()  # full lower-case 128-bit UUIDs
    manufacturer: Mapping[int, bytes]
    rssi: int | None = None  # dBm


class BmsProtocol(Protocol):
    """One BMS family, as the link and the pack's task use it."""

    @property
    def layouts(self) -> tuple[GattLayout, ...]:
        """Where the protocol may live in the GATT table, the usual place first."""
        ...

    def recognises(self, seen: Advertised) -> bool:
        """Whether the advertisement looks like this family (to be confirmed by talking to it)."""
        ...

    def framer(self) -> Framer:
        """Return a new framer."""
        ...

    def hello(self, address: str, password: str) -> Conversation[None]:
        """Wake the BMS after connecting and log in if its module wants that.

        Raises:
            LoginFailed: a password or a pairing is needed.
            Mute: silence all the way.
        """
        ...

    def poll(self, known: PackIdentity | None, *, counters: bool) -> Conversation[Reading]:
        """Read the pack once; the identity too unless ``known``, and the counters with ``counters``."""
        ...


class Switchable(Protocol):
    """A BMS family that can be told things, beyond :class:`BmsProtocol`."""

    def set_mosfets(
        self, want: Mosfets, *, before: PackSample, newer: bool = False
    ) -> Conversation[Switched]:
        """Order MOSFETs off (False), or on as far as the BMS allows it (True).

        Returns what the BMS then reports: a MOSFET ordered on may be off because of a protection, which may
        also hide whether one follows.
        ``before``: what the order was judged by; it is not repeated if the BMS then reports neither that nor
        the order's effect. With ``newer`` a BMS that does not know the usual command is given the newer one.

        Raises:
            Refused: the BMS refuses the order.
            NotVerified: a MOSFET did not follow.
            NoReply: it is not known whether the MOSFETs followed.
        """
        ...

    def set_balancing(self, on: bool) -> Conversation[bool]:
        """Switch balancing off or on in the BMS's own settings, and return what they then say.

        Raises:
            Refused: the BMS refuses.
            NotVerified: the setting did not follow, or the BMS stayed in its factory mode.
            NoReply: silence.
        """
        ...


class SwitchableBms(BmsProtocol, Switchable, Protocol):
    """A BMS family as a pack's task uses it."""
