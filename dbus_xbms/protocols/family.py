"""What a family of BMSes provides: how it is recognised, read and, if it can be, switched. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dbus_xbms.model import Mosfets, PackIdentity, PackSample, Reading, Switched
from dbus_xbms.protocols.conversation import Conversation, Framer


@dataclass(frozen=True, slots=True, kw_only=True)
class GattLayout:
    """The GATT service and characteristics of a protocol; full lower-case 128-bit UUIDs."""

    service: str
    notify: str
    write: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """What a device advertises."""

    address: str
    name: str = ""
    services: tuple[str, ...] = ()  # full lower-case 128-bit UUIDs
    manufacturer: Mapping[int, bytes]
    rssi: int | None = None  # dBm


class BmsFamily(Protocol):
    """BMSes that share a protocol."""

    @property
    def layouts(self) -> tuple[GattLayout, ...]:
        """The places in the GATT table where the protocol may be, the usual one first."""
        ...

    def recognises(self, seen: Advertised) -> bool:
        """Whether the advertisement looks like this family; only a reading confirms it."""
        ...

    def framer(self) -> Framer:
        """Return a new framer."""
        ...

    def hello(self, address: str, password: str) -> Conversation[None]:
        """Wake the BMS after connecting, and log in if its Bluetooth module requires it.

        Raises:
            LoginFailed: a password or a pairing is needed.
            Mute: nothing was answered.
        """
        ...

    def poll(self, known: PackIdentity | None, *, counters: bool) -> Conversation[Reading]:
        """Read the pack once; the identity too unless ``known``, and the counters with ``counters``."""
        ...


class Switchable(Protocol):
    """A BMS family that can be switched, beyond :class:`BmsFamily`."""

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


class SwitchableBms(BmsFamily, Switchable, Protocol):
    """A BMS family as a pack's task uses it."""
