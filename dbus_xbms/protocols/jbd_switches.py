"""All that is ever written to a JBD: the MOSFET mask, and the one bit that lets it balance. Pure.

No write is repeated without reading back in between. Factory mode, which the balancing bit needs, is left
whatever happens, without the code that would store the BMS's settings and clear its counters.
"""

from __future__ import annotations

from dbus_xbms.model import Mosfet, Mosfets, Protection
from dbus_xbms.protocols.base import Conversation, NoReply, NotVerified, ProtocolError, Refused, Request
from dbus_xbms.protocols.jbd_frames import ask, read, write
from dbus_xbms.protocols.jbd_registers import (
    BASIC,
    ENTER_FACTORY_MODE,
    FUNCTIONS,
    LEAVE_FACTORY_MODE,
    MOSFET_CONTROL,
    NEWER_MOSFET_CONTROL,
    Basic,
    decode_basic,
)

# The MOSFETs follow 0.3 s after the acknowledgement at the latest seen; one read takes about 0.08 s.
READ_BACKS = 8
UNKNOWN_COMMAND = 0x80  # status
NEWER_MOSFETS = {Mosfet.CHARGE: 0x01, Mosfet.DISCHARGE: 0x00}
FACTORY_CODE, LEAVE_CODE = b"\x56\x78", b"\x00\x00"
BALANCE_BIT = 1 << 2


def mosfet_mask(want: Mosfets) -> bytes:
    """Return what 0xE1 takes: a zero byte, then a bit for each MOSFET that is to be off."""
    return bytes((0, (not want.charge) | (not want.discharge) << 1))


def set_mosfets(want: Mosfets, *, newer: bool) -> Conversation[Mosfets]:
    """Order MOSFETs on or off and see it done; the contract is ``Switchable.set_mosfets``.

    An acknowledgement only says that the order is stored, so the MOSFETs are read back. An order without
    effect is repeated once.
    """
    try:
        basic, done = yield from _told([write(MOSFET_CONTROL, mosfet_mask(want))], want)
    except Refused as err:
        if err.status != UNKNOWN_COMMAND or not newer:
            raise
        basic, done = yield from _told([_newer(mosfet, want) for mosfet in Mosfet], want)
    if not done:
        raise NotVerified(f"asked for {_words(want)}; the BMS reports {_words(basic.mosfets)}{_why(basic)}")
    return basic.mosfets


def _newer(mosfet: Mosfet, want: Mosfets) -> Request:
    return write(NEWER_MOSFET_CONTROL, bytes((NEWER_MOSFETS[mosfet], not want.of(mosfet))))


def _told(orders: list[Request], want: Mosfets) -> Conversation[tuple[Basic, bool]]:
    """Give orders, once more if they show no effect; return what the BMS reports and whether it obeys."""
    for _ in range(2):
        stored = True
        for order in orders:
            stored &= yield from _stored(order)
        for _ in range(READ_BACKS):
            basic = decode_basic((yield from ask(read(BASIC))))
            if _obeys(basic, want, stored=stored):
                return basic, True
    return basic, False


def _stored(order: Request) -> Conversation[bool]:
    """Send an order; False if no acknowledgement came: lost on the way there, or on the way back."""
    try:
        yield from ask(order)
    except NoReply:
        return False
    return True


def _obeys(basic: Basic, want: Mosfets, *, stored: bool) -> bool:
    """Whether the BMS does as told; without an acknowledgement nothing else may explain what it shows."""
    return all(_follows(basic, mosfet, want.of(mosfet)) for mosfet in Mosfet) and (
        stored or _witnesses(basic, want)
    )


def _follows(basic: Basic, mosfet: Mosfet, on: bool) -> bool:
    """Whether a MOSFET is as it was told to be; a protection may keep one off that was ordered on."""
    return basic.mosfets.of(mosfet) is on or (on and bool(basic.protection & mosfet.blocked_by))


def _witnesses(basic: Basic, want: Mosfets) -> bool:
    """Whether the report proves by itself that the order arrived: only the lock turns a MOSFET off."""
    if want.charge and want.discharge:
        return Protection.MOSFET_LOCK not in basic.protection
    explained = any(basic.protection & mosfet.blocked_by for mosfet in Mosfet if not basic.mosfets.of(mosfet))
    return Protection.MOSFET_LOCK in basic.protection and not explained


def _words(mosfets: Mosfets) -> str:
    return f"charge {'on' if mosfets.charge else 'off'}, discharge {'on' if mosfets.discharge else 'off'}"


def _why(basic: Basic) -> str:
    tripped = basic.protection & ~Protection.MOSFET_LOCK
    names = [bit.name.replace("_", " ").lower() for bit in Protection if bit in tripped and bit.name]
    return f" while it protects against {', '.join(names)}" if names else ""


def set_balancing(on: bool) -> Conversation[bool]:
    """Switch balancing off or on; the contract is ``Switchable.set_balancing``.

    Whoever carries this conversation must not give it up half-way: only a lost link may end it early.
    """
    try:
        yield from ask(write(ENTER_FACTORY_MODE, FACTORY_CODE))
        yield from _balance(on)
    except (ProtocolError, NoReply):  # not in a finally: one that is closed can send nothing any more
        yield from _leave_factory_mode()
        raise
    yield from _leave_factory_mode()
    return on


def _balance(on: bool) -> Conversation[None]:
    before = yield from _functions()
    wanted = before | BALANCE_BIT if on else before & ~BALANCE_BIT
    if wanted == before:
        return
    yield from _stored(write(FUNCTIONS, wanted.to_bytes(2, "big")))
    if (after := (yield from _functions())) != wanted:
        raise NotVerified(f"balancing: wrote 0x{wanted:04x}, the BMS holds 0x{after:04x}")


def _functions() -> Conversation[int]:
    payload = yield from ask(read(FUNCTIONS))
    if len(payload) != 2:
        raise ProtocolError(f"functions: expected 2 bytes, got {len(payload)}")
    return int.from_bytes(payload, "big")


def _leave_factory_mode() -> Conversation[None]:
    """Leave, and make sure: out of factory mode the BMS does not tell its settings."""
    yield from _stored(write(LEAVE_FACTORY_MODE, LEAVE_CODE))
    try:
        yield from ask(read(FUNCTIONS))
    except Refused:
        return
    yield from ask(write(LEAVE_FACTORY_MODE, LEAVE_CODE))
    raise NotVerified(
        "the BMS stays in its factory mode; take its Bluetooth away for a minute, then look again"
    )
