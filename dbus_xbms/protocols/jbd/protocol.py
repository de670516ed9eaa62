"""The JBD family: wake a pack, log in, read and switch it. Pure.

The first request only wakes the BMS; a poll reads 0x03 and 0x04 and rarely more. All writes are in
:mod:`dbus_xbms.protocols.jbd.switches`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dbus_xbms.model import BmsTraits, Mosfets, PackIdentity, PackSample, Reading, Switched
from dbus_xbms.protocols import (
    Advertised,
    BmsSwitching,
    Conversation,
    ConversationFamily,
    NoReply,
    ProtocolError,
)
from dbus_xbms.protocols.jbd import adverts, login, switches
from dbus_xbms.protocols.jbd.frames import JbdFramer, ask, read
from dbus_xbms.protocols.jbd.models import product, rating
from dbus_xbms.protocols.jbd.protections import commanded, is_locked, protections
from dbus_xbms.protocols.jbd.registers import (
    BASIC,
    CELLS,
    CHARGES,
    COUNTERS,
    HARDWARE,
    Basic,
    date_of,
    decode_basic,
    decode_cells,
    decode_counters,
    decode_hardware,
)
from dbus_xbms.protocols.jbd.settings import JbdSettings
from dbus_xbms.schema import Settings

T = TypeVar("T")

READ_BASIC, READ_CELLS = read(BASIC), read(CELLS)

# Plausible learned capacities, as fractions of the nominal one. Recorded packs have 0.99 to 1.05; other
# dialects have another value there, which resulted in 1.6 and 3.2.
LEARNED = (0.5, 1.3)

LARGEST_CURRENT = 3276.8  # A; the range of two bytes in units of 100 mA; Daren's gauge has four

# A BMS does not answer for a register that it lacks; waiting for it must not use up the time of the poll.
OPTIONAL_TIMEOUT = 1.0  # s


class JbdSwitching:
    """Switching of this family, as a :class:`dbus_xbms.protocols.BmsSwitching`."""

    def set_mosfets(self, want: Mosfets, *, before: PackSample, settings: Settings) -> Conversation[Switched]:
        """Command MOSFETs on or off; the contract is ``BmsSwitching.set_mosfets``."""
        newer = bool(settings.value(JbdSettings.use_fb_command))
        return switches.set_mosfets(want, before=before, newer=newer)

    def set_balancing(self, on: bool) -> Conversation[bool]:
        """Allow or stop balancing; the contract is ``BmsSwitching.set_balancing``."""
        return switches.set_balancing(on)


class Jbd(ConversationFamily):
    """The JBD family."""

    name = make = "JBD"
    layouts = adverts.LAYOUTS
    traits = BmsTraits(highest_current=3277.0)
    switching: BmsSwitching | None = JbdSwitching()

    def certainty(self, seen: Advertised) -> int:
        """Return how surely the advertisement is that of a JBD, in points; 0: it is not."""
        return adverts.jbd_certainty(seen)

    def product(self, hardware: str, name: str = "") -> str:
        """Return the name of a product by its model text."""
        return product(hardware)

    def framer(self) -> JbdFramer:
        """Return a new framer."""
        return JbdFramer()

    def hello(self, address: str, password: str) -> Conversation[None]:
        """Wake the BMS after connecting, and log in if its module requires it.

        Raises:
            LoginFailed: a password or a pairing is needed; the message says what to do.
            Mute: nothing was answered.
        """
        return login.hello(address, password)

    def poll(self, known: PackIdentity | None, *, counters: bool) -> Conversation[Reading]:
        """Read the pack once; the identity too unless ``known``, and the counters with ``counters``.

        Raises:
            ProtocolError: an impossible reading, or a number of cells that differs from the known one.
        """
        basic = decode_basic((yield from ask(READ_BASIC)))
        cells = tuple([raw / 1000 for raw in decode_cells((yield from ask(READ_CELLS)))])
        if known and len(cells) != known.cell_count:
            raise ProtocolError(f"cells: expected {known.cell_count} as before, got {len(cells)}")
        sample = _sample(basic, cells)
        identity = None
        if known is None:
            hardware = yield from _optional(HARDWARE, decode_hardware)
            identity = _identity(basic, len(cells), hardware or "")
        counted = (yield from _optional(COUNTERS, decode_counters)) if counters else None
        return Reading(sample=sample, identity=identity, counters=counted)


def _optional(register: int, decode: Callable[[bytes], T]) -> Conversation[T | None]:
    """Read a register that some firmware lacks; return ``None`` if it does not answer."""
    try:
        return decode((yield from ask(read(register, timeout=OPTIONAL_TIMEOUT, retries=1))))
    except (ProtocolError, NoReply):
        return None


def _sample(basic: Basic, cells: tuple[float, ...]) -> PackSample:
    """Return the sample; the number of cells is that of 0x04.

    Raises:
        ProtocolError: a state of charge above 100 %, no remaining or nominal capacity, or a current that no
            pack carries. A failed poll is safe: the last values are held, then become invalid.
    """
    if basic.soc > 100:
        raise ProtocolError(f"state of charge: expected 0 to 100 %, got {basic.soc}")
    if basic.unknown == CHARGES:
        raise ProtocolError("capacity: expected remaining and nominal, got FFFF for both: an unknown dialect")
    if abs(basic.current) > LARGEST_CURRENT:
        raise ProtocolError(f"current: expected at most {LARGEST_CURRENT:g} A, got {basic.current:g}")
    sensors, mosfets = basic.sensors, basic.mosfets
    return PackSample(
        voltage=basic.voltage,
        current=basic.current,
        soc=float(basic.soc),
        remaining=basic.remaining,
        nominal=_nominal(basic),
        cycles=basic.cycles,
        mosfets=mosfets,
        protection=protections(basic.protection),
        commanded=commanded(mosfets, basic.protection),
        locked=is_locked(basic.protection),
        cells=cells,
        balancing=frozenset(basic.balancing),
        temperatures=tuple([measured for measured, _ in sensors]),
        sensor_roles="".join(role for _, role in sensors),
        learned=_learned(basic),
        health=basic.health,
        balance_current=basic.tail.balance_current,
    )


def _nominal(basic: Basic) -> float:
    return 0.0 if "nominal" in basic.unknown else basic.nominal


def _learned(basic: Basic) -> float | None:
    """Return the learned capacity if it is plausible; 0 means that none is learned yet."""
    lowest, highest = (share * _nominal(basic) for share in LEARNED)
    learned = basic.learned
    return learned if learned and lowest <= learned <= highest else None


def _identity(basic: Basic, cell_count: int, hardware: str) -> PackIdentity:
    return PackIdentity(
        hardware=hardware,
        firmware=basic.firmware,
        cell_count=cell_count,
        ntc_count=len(basic.sensors),
        nominal=_nominal(basic),
        rating=rating(hardware),
        produced=date_of(basic.date) or "",
    )
