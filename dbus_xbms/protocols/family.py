"""Interface of a family of BMSes: how to recognise, read and, if possible, switch them. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

from dbus_xbms.model import BmsTraits, Mosfets, PackIdentity, PackSample, Reading, Switched
from dbus_xbms.protocols.advertisement import Advertised
from dbus_xbms.protocols.conversation import Conversation, Framer
from dbus_xbms.record import record
from dbus_xbms.schema import Settings

# Why a family is watch only, for the owner.
WATCH_ONLY = (
    "This make is read with the library aiobmsble, which says of itself that it must not be used for safety: "
    "the pack is shown, and never controls or is switched."
)


@record
class GattLayout:
    """The GATT service and characteristics of a protocol; full lower-case 128-bit UUIDs."""

    service: str
    notify: str
    write: str = ""  # empty: nothing is ever written


class BmsSwitching(Protocol):
    """Interface for switching the BMSes of a family."""

    def set_mosfets(self, want: Mosfets, *, before: PackSample, settings: Settings) -> Conversation[Switched]:
        """Command MOSFETs off (False), or on as far as the BMS allows it (True).

        Returns the state that the BMS then reports. A MOSFET that was commanded on may be off because of a
        protection, which may also hide whether it followed.

        Args:
            want: for both MOSFETs.
            before: the sample on which the command was based. The command is repeated once if it has no
                effect, but not if the BMS then reports anything else than this.
            settings: of the pack.

        Raises:
            Refused: the BMS refuses the command.
            NotVerified: a MOSFET did not follow.
            NoReply: whether the MOSFETs followed is not known.
        """
        ...

    def set_balancing(self, on: bool) -> Conversation[bool]:
        """Allow or stop balancing in the BMS's own settings, and return the new setting.

        Raises:
            Refused: the BMS refuses.
            NotVerified: the setting did not follow, or the BMS stayed in a mode that it should leave.
            NoReply: no reply.
        """
        ...


class BmsFamily(ABC):
    """BMSes that share a protocol: a :class:`ConversationFamily`, or one that a library reads."""

    name: str  # as in the setting Protocol
    make: str  # for people
    watch_only: bool = False  # never controls or is switched; WATCH_ONLY says why
    traits: BmsTraits = BmsTraits()
    switching: BmsSwitching | None = None  # None: these BMSes cannot be switched

    @abstractmethod
    def certainty(self, seen: Advertised) -> int:
        """Return how surely the advertisement is of this family, in points; 0: it is not."""

    def recognises(self, seen: Advertised) -> bool:
        """Return whether the advertisement looks like this family; only a reading confirms it."""
        return self.certainty(seen) > 0

    def make_of(self, seen: Advertised) -> str:
        """Return the make for people, of a pack that is recognised by its advertisement."""
        return self.make

    def described(self, seen: Advertised) -> str:
        """Return the make for people, and whether it is only watched: "LiTime (watch only)"."""
        return f"{self.make_of(seen)}{' (watch only)' if self.watch_only else ''}"

    def missing(self) -> str:
        """Return what this machine lacks to read such packs, and what to do; empty: nothing."""
        return ""

    def numbered(self, reading: Reading, cells: int) -> Reading:
        """Return a reading in which each cell has its own number, of a pack with ``cells``; 0: not known."""
        return reading

    def product(self, hardware: str, name: str = "") -> str:
        """Return the name of a product by its model text and its advertised name; both may be empty."""
        return f"{self.make} BMS"


class ConversationFamily(BmsFamily):
    """A family that is read with conversations. One that only reads needs only what is abstract here."""

    layouts: tuple[GattLayout, ...]  # where it may be in the GATT table, the usual place first

    @abstractmethod
    def framer(self) -> Framer:
        """Return a new framer."""

    def hello(self, address: str, password: str) -> Conversation[None]:
        """Wake the BMS after connecting, and log in if its Bluetooth module requires it.

        Raises:
            LoginFailed: a password or a pairing is needed.
            Mute: nothing was answered.
        """
        yield from ()

    @abstractmethod
    def poll(self, known: PackIdentity | None, *, counters: bool) -> Conversation[Reading]:
        """Read the pack once; the identity too unless ``known``, and the counters with ``counters``."""
