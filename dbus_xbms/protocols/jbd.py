"""Xiaoxiang / JBD / LLT / Overkill: how a pack is woken, read and switched. Pure.

The rules in short: the first request is a throw-away; a poll is 0x03 and 0x04 and little else; the only
register that is ever written is the MOSFET control, 0xE1, and never twice without reading back in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dbus_xbms.model import Mosfets, PackIdentity, PackSample, Protection, Reading
from dbus_xbms.protocols import jbd_adverts, jbd_login
from dbus_xbms.protocols.base import (
    Advertised,
    Conversation,
    GattLayout,
    NoReply,
    NotVerified,
    ProtocolError,
    Recall,
    Request,
)
from dbus_xbms.protocols.jbd_frames import JbdFramer, ask, read, write
from dbus_xbms.protocols.jbd_registers import (
    BASIC,
    CELLS,
    COUNTERS,
    HARDWARE,
    MOSFET_CONTROL,
    Basic,
    date_of,
    decode_basic,
    decode_cells,
    decode_counters,
    decode_hardware,
)

T = TypeVar("T")

READ_BASIC, READ_CELLS = read(BASIC), read(CELLS)

# A BMS without one of the optional registers keeps silent; that must not eat up the poll.
OPTIONAL_TIMEOUT = 1.0  # s
# The gates follow 0.3 s after the acknowledgement at the latest seen; one read takes about 0.08 s.
READ_BACKS = 8


class Jbd:
    """The JBD family as a :class:`dbus_xbms.protocols.base.BmsProtocol`."""

    name = "JBD"
    layouts: tuple[GattLayout, ...] = jbd_adverts.LAYOUTS

    def recognises(self, seen: Advertised) -> bool:
        """Whether the advertisement looks like a JBD; only talking to it makes sure."""
        return jbd_adverts.recognises(seen)

    def framer(self) -> JbdFramer:
        """Return a new framer."""
        return JbdFramer()

    def hello(self, address: str, password: str) -> Conversation[None]:
        """Wake the BMS after connecting and log in if its module wants that.

        Raises:
            LoginFailed: a password or a pairing is needed; the message tells the owner what to do.
            NoReply: silence all the way.
        """
        return jbd_login.hello(address, password)

    def poll(
        self, known: PackIdentity | None, *, counters: bool, recall: Recall | None = None
    ) -> Conversation[Reading]:
        """Read the pack once; the identity too unless ``known``, the counters if asked for.

        With ``recall`` the cells are read only where it does not know them.

        Raises:
            ProtocolError: a reading that cannot be true, or of another number of cells than is known.
        """
        basic = decode_basic((yield from ask(READ_BASIC)))
        recalled = recall(_sample(basic, ())) if recall else ()
        cells = recalled or tuple(raw / 1000 for raw in decode_cells((yield from ask(READ_CELLS))))
        if known and len(cells) != known.cell_count:
            raise ProtocolError(f"cells: expected {known.cell_count} as before, got {len(cells)}")
        sample = _sample(basic, cells)
        identity = None
        if known is None:
            hardware = yield from _optional(HARDWARE, decode_hardware)
            identity = _identity(basic, len(cells), hardware or "")
        counted = (yield from _optional(COUNTERS, decode_counters)) if counters else None
        return Reading(sample=sample, identity=identity, counters=counted, recalled=bool(recalled))

    def set_mosfets(self, want: Mosfets) -> Conversation[Mosfets]:
        """Switch both MOSFETs and return what the BMS then reports.

        An acknowledgement says that the order is stored, not that it took effect, so the gates are read back.
        An order whose acknowledgement got lost is repeated once, only after reading back showed no effect.

        Raises:
            Refused: the BMS refuses the order.
            NotVerified: the gates did not follow, e.g. a protection holds one open.
        """
        order = write(MOSFET_CONTROL, mosfet_mask(want))
        stored, basic = yield from _order(order, want)
        if not stored and not _shows(basic, want, stored=False):
            stored, basic = yield from _order(order, want)
        if not _shows(basic, want, stored=stored):
            raise NotVerified(
                f"asked for {_words(want)}; the BMS reports {_words(basic.mosfets)}{_why(basic)}"
            )
        return basic.mosfets


def mosfet_mask(want: Mosfets) -> bytes:
    """Return what 0xE1 takes: a zero byte, then one bit for each gate that is to be OFF."""
    return bytes((0, (not want.charge) | (not want.discharge) << 1))


def _optional(register: int, decode: Callable[[bytes], T]) -> Conversation[T | None]:
    """Read a register that some firmware lacks; ``None`` if this one does."""
    try:
        return decode((yield from ask(read(register, timeout=OPTIONAL_TIMEOUT, retries=1))))
    except (ProtocolError, NoReply):
        return None


def _order(order: Request, want: Mosfets) -> Conversation[tuple[bool, Basic]]:
    """Send a MOSFET order; return whether it was acknowledged, and the state that settled."""
    try:
        yield from ask(order)
        stored = True
    except NoReply:  # lost on the way there, or its acknowledgement on the way back: reading tells
        stored = False
    for _ in range(READ_BACKS):
        basic = decode_basic((yield from ask(READ_BASIC)))
        if _shows(basic, want, stored=stored):
            break
    return stored, basic


def _shows(basic: Basic, want: Mosfets, *, stored: bool) -> bool:
    """Whether the BMS obeys; without an acknowledgement its lock bit must witness it, not only the gates."""
    locked = Protection.MOSFET_LOCK in basic.protection
    return basic.mosfets == want and (stored or locked != (want.charge and want.discharge))


def _words(mosfets: Mosfets) -> str:
    return f"charge {'on' if mosfets.charge else 'off'}, discharge {'on' if mosfets.discharge else 'off'}"


def _why(basic: Basic) -> str:
    tripped = basic.protection & ~Protection.MOSFET_LOCK
    names = [bit.name.replace("_", " ").lower() for bit in Protection if bit in tripped and bit.name]
    return f" while it protects against {', '.join(names)}" if names else ""


def _sample(basic: Basic, cells: tuple[float, ...]) -> PackSample:
    """Return the sample; how many cells there are is what 0x04 brought.

    Raises:
        ProtocolError: a state of charge beyond 100 %; a refused poll is held, then invalid: the safe way.
    """
    if basic.soc > 100:
        raise ProtocolError(f"state of charge: expected 0 to 100 %, got {basic.soc}")
    tail = basic.extension
    learned, balance = tail.get("learned"), tail.get("balance_current")
    return PackSample(
        voltage=basic.voltage,
        current=basic.current,
        soc=float(basic.soc),
        remaining=basic.remaining,
        nominal=basic.nominal,
        cycles=basic.cycles,
        mosfets=basic.mosfets,
        protection=basic.protection,
        cells=cells,
        balancing=frozenset(basic.balancing),
        temperatures=basic.temperatures,
        learned=learned / basic.per_unit if learned else None,  # 0: nothing learned yet
        balance_current=balance / 1000 if balance is not None else None,
    )


def _identity(basic: Basic, cell_count: int, hardware: str) -> PackIdentity:
    return PackIdentity(
        hardware=hardware,
        firmware=basic.firmware,
        cell_count=cell_count,
        ntc_count=len(basic.temperatures),
        nominal=basic.nominal,
        produced=date_of(basic.date) or "",
    )
