"""All that is ever written to a JBD: the MOSFET mask, and the one bit that lets it balance. Pure.

No write is repeated without reading back in between. Factory mode, which the balancing bit needs, is left
whatever happens, without the code that would store the BMS's settings and clear its counters.
"""

from __future__ import annotations

from dbus_xbms.model import Mosfet, Mosfets, PackSample, Protection, Switched
from dbus_xbms.protocols import Conversation, NoReply, NotVerified, ProtocolError, Refused, Request
from dbus_xbms.protocols.jbd.frames import ask, read, write
from dbus_xbms.protocols.jbd.protections import is_locked, protections
from dbus_xbms.protocols.jbd.registers import (
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


def set_mosfets(want: Mosfets, *, before: PackSample, newer: bool) -> Conversation[Switched]:
    """Order MOSFETs on or off and see it done; the contract is ``BmsSwitching.set_mosfets``.

    An acknowledgement only says that the order is stored, so the MOSFETs are read back. An order without
    effect is repeated once, unless anything else has changed: somebody else may have written a mask.
    """
    try:
        basic, done = yield from _told([write(MOSFET_CONTROL, mosfet_mask(want))], want, before)
    except Refused as err:
        if err.status != UNKNOWN_COMMAND or not newer:
            raise
        basic, done = yield from _told([_newer(mosfet, want) for mosfet in Mosfet], want, before)
    if not done:
        raise NotVerified(f"asked for {_words(want)}; the BMS reports {_words(basic.mosfets)}{_why(basic)}")
    return Switched(mosfets=basic.mosfets, hidden=_hidden(basic, want))


def _newer(mosfet: Mosfet, want: Mosfets) -> Request:
    return write(NEWER_MOSFET_CONTROL, bytes((NEWER_MOSFETS[mosfet], not want.of(mosfet))))


def _told(orders: list[Request], want: Mosfets, before: PackSample) -> Conversation[tuple[Basic, bool]]:
    """Send orders, once more if they show no effect; return what the BMS reports and whether it follows."""
    for _ in range(2):
        stored = True
        for order in orders:
            stored &= yield from _stored(order)
        for _ in range(READ_BACKS):
            basic = decode_basic((yield from ask(read(BASIC))))
            if _proves(basic, want, stored=stored):
                return basic, True
        if stored and _follows_unlocked(basic, want):
            return basic, True
        if _shown(basic) != (before.mosfets, before.protection, before.locked):
            break
    return basic, False


def _shown(basic: Basic) -> tuple[Mosfets, frozenset[Protection], bool]:
    return basic.mosfets, protections(basic.protection), is_locked(basic.protection)


def _stored(order: Request) -> Conversation[bool]:
    """Send an order; False if no acknowledgement came: lost on the way there, or on the way back."""
    try:
        yield from ask(order)
    except NoReply:
        return False
    return True


def _proves(basic: Basic, want: Mosfets, *, stored: bool) -> bool:
    """Whether the BMS follows; without an acknowledgement nothing else may explain what it shows."""
    if not _follows(basic, want) or _locked(basic) is not _masks(want):
        return False
    explained = any(_explained(basic, mosfet) for mosfet in Mosfet)
    return stored or not _masks(want) or not explained


def _follows_unlocked(basic: Basic, want: Mosfets) -> bool:
    """Whether a board that does not set the lock bit follows; it alone may leave that bit clear."""
    return _follows(basic, want) and _masks(want) and not _locked(basic)


def _follows(basic: Basic, want: Mosfets) -> bool:
    """Whether each MOSFET is as ordered; a protection may keep one off that was ordered on."""
    return all(
        basic.mosfets.of(mosfet) is want.of(mosfet) or (want.of(mosfet) and _explained(basic, mosfet))
        for mosfet in Mosfet
    )


def _masks(want: Mosfets) -> bool:
    return not (want.charge and want.discharge)


def _locked(basic: Basic) -> bool:
    return is_locked(basic.protection)


def _explained(basic: Basic, mosfet: Mosfet) -> bool:
    """Whether a MOSFET is off and a protection explains that."""
    return not basic.mosfets.of(mosfet) and bool(protections(basic.protection) & mosfet.blocked_by)


def _hidden(basic: Basic, want: Mosfets) -> frozenset[Mosfet]:
    """MOSFETs of which a protection hides whether they are masked, after an order that was followed.

    Without a lock bit none is, and with it the only one that is off.
    """
    if not _masks(want) or (_locked(basic) and (basic.mosfets.charge or basic.mosfets.discharge)):
        return frozenset()
    return frozenset(mosfet for mosfet in Mosfet if _explained(basic, mosfet))


def _words(mosfets: Mosfets) -> str:
    return f"charge {'on' if mosfets.charge else 'off'}, discharge {'on' if mosfets.discharge else 'off'}"


def _why(basic: Basic) -> str:
    tripped = protections(basic.protection)
    names = [protection.value for protection in Protection if protection in tripped]
    locked = " and a MOSFET lock" if _locked(basic) else ""
    return f"{locked} while it protects against {', '.join(names)}" if names else locked


def set_balancing(on: bool) -> Conversation[bool]:
    """Switch balancing off or on; the contract is ``BmsSwitching.set_balancing``.

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
