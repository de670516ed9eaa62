"""Writes to a BMS: the MOSFET mask, and the bit that allows balancing. Nothing else is written. Pure.

No write is repeated without reading back first. Writing the balancing bit needs factory mode, which is
always left again, with the code that does not store the BMS's settings or clear its counters.
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

# The slowest MOSFETs in captures followed 0.3 s after the acknowledgement; one read takes about 0.08 s.
READ_BACKS = 8
UNKNOWN_COMMAND = 0x80  # status
NEWER_MOSFETS = {Mosfet.CHARGE: 0x01, Mosfet.DISCHARGE: 0x00}
FACTORY_CODE, LEAVE_CODE = b"\x56\x78", b"\x00\x00"
BALANCE_BIT = 1 << 2


def mosfet_mask(want: Mosfets) -> bytes:
    """Return the payload of 0xE1: a zero byte, then a byte with a bit for each MOSFET to turn off."""
    return bytes((0, (not want.charge) | (not want.discharge) << 1))


def set_mosfets(want: Mosfets, *, before: PackSample, newer: bool) -> Conversation[Switched]:
    """Command MOSFETs on or off and verify it; the contract is ``BmsSwitching.set_mosfets``.

    An acknowledgement only means that the command is stored, so the MOSFETs are read back. A command without
    effect is repeated once, unless anything else has changed: another client may have written a mask.
    """
    try:
        basic, done = yield from _write([write(MOSFET_CONTROL, mosfet_mask(want))], want, before)
    except Refused as err:
        if err.status != UNKNOWN_COMMAND or not newer:
            raise
        basic, done = yield from _write([_newer(mosfet, want) for mosfet in Mosfet], want, before)
    if not done:
        raise NotVerified(f"commanded {_words(want)}; the BMS reports {_words(basic.mosfets)}{_why(basic)}")
    return Switched(mosfets=basic.mosfets, hidden=_hidden(basic, want))


def _newer(mosfet: Mosfet, want: Mosfets) -> Request:
    return write(NEWER_MOSFET_CONTROL, bytes((NEWER_MOSFETS[mosfet], not want.of(mosfet))))


def _write(writes: list[Request], want: Mosfets, before: PackSample) -> Conversation[tuple[Basic, bool]]:
    """Send writes, again if they have no effect; return basic info and whether the BMS followed."""
    for _ in range(2):
        stored = True
        for one in writes:
            stored &= yield from _acknowledged(one)
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


def _acknowledged(request: Request) -> Conversation[bool]:
    """Send a write; return whether it was acknowledged. If not, it may still have arrived."""
    try:
        yield from ask(request)
    except NoReply:
        return False
    return True


def _proves(basic: Basic, want: Mosfets, *, stored: bool) -> bool:
    """Return whether basic info proves that the BMS followed.

    Without an acknowledgement, a MOSFET that is off proves nothing if a protection explains it.
    """
    if not _follows(basic, want) or _locked(basic) is not _masks(want):
        return False
    explained = any(_explained(basic, mosfet) for mosfet in Mosfet)
    return stored or not _masks(want) or not explained


def _follows_unlocked(basic: Basic, want: Mosfets) -> bool:
    """Return whether a board that never sets the lock bit followed."""
    return _follows(basic, want) and _masks(want) and not _locked(basic)


def _follows(basic: Basic, want: Mosfets) -> bool:
    """Return whether each MOSFET is as commanded; a protection may keep one off that was commanded on."""
    return all(
        basic.mosfets.of(mosfet) is want.of(mosfet) or (want.of(mosfet) and _explained(basic, mosfet))
        for mosfet in Mosfet
    )


def _masks(want: Mosfets) -> bool:
    """Return whether the mask turns a MOSFET off."""
    return not (want.charge and want.discharge)


def _locked(basic: Basic) -> bool:
    return is_locked(basic.protection)


def _explained(basic: Basic, mosfet: Mosfet) -> bool:
    """Return whether a MOSFET is off and a tripped protection explains it."""
    return not basic.mosfets.of(mosfet) and bool(protections(basic.protection) & mosfet.blocked_by)


def _hidden(basic: Basic, want: Mosfets) -> frozenset[Mosfet]:
    """Return the MOSFETs for which a protection hides whether the mask turns them off.

    Empty if the mask is empty, or if the lock bit is set and only one MOSFET is off.
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
    """Allow or stop balancing; the contract is ``BmsSwitching.set_balancing``.

    The conversation must be run to its end: only a lost link may end it early.
    """
    try:
        yield from ask(write(ENTER_FACTORY_MODE, FACTORY_CODE))
        yield from _balance(on)
    except (ProtocolError, NoReply):  # not in a finally: a closed generator cannot yield
        yield from _leave_factory_mode()
        raise
    yield from _leave_factory_mode()
    return on


def _balance(on: bool) -> Conversation[None]:
    before = yield from _functions()
    wanted = before | BALANCE_BIT if on else before & ~BALANCE_BIT
    if wanted == before:
        return
    yield from _acknowledged(write(FUNCTIONS, wanted.to_bytes(2, "big")))
    if (after := (yield from _functions())) != wanted:
        raise NotVerified(f"balancing: wrote 0x{wanted:04x}, read back 0x{after:04x}")


def _functions() -> Conversation[int]:
    payload = yield from ask(read(FUNCTIONS))
    if len(payload) != 2:
        raise ProtocolError(f"functions: expected 2 bytes, got {len(payload)}")
    return int.from_bytes(payload, "big")


def _leave_factory_mode() -> Conversation[None]:
    """Leave factory mode and verify it: outside of it, the BMS refuses reads of its settings."""
    yield from _acknowledged(write(LEAVE_FACTORY_MODE, LEAVE_CODE))
    try:
        yield from ask(read(FUNCTIONS))
    except Refused:
        return
    yield from ask(write(LEAVE_FACTORY_MODE, LEAVE_CODE))
    raise NotVerified(
        "the BMS stays in its factory mode; disconnect all Bluetooth clients for a minute, then check again"
    )
