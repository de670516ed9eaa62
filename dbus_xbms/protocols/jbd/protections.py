"""The 16 protection bits of basic info (offset 16), and what they imply about the MOSFETs. Pure.

Bits 13 to 15 differ between vendor documents. Bit 12 is not a protection: it is set while the MOSFET mask,
which the BMS does not report, keeps a MOSFET off. Evidence: docs/jbd-protocol.md.
"""

from __future__ import annotations

from enum import IntEnum

from dbus_xbms.model import NOTHING_TRIPPED, Mosfet, Mosfets, MosfetTarget, Protection


class ProtectionBit(IntEnum):
    """One bit of the protection word; combinations are plain integers."""

    CELL_OVERVOLTAGE = 1 << 0
    CELL_UNDERVOLTAGE = 1 << 1
    PACK_OVERVOLTAGE = 1 << 2
    PACK_UNDERVOLTAGE = 1 << 3
    CHARGE_OVERTEMPERATURE = 1 << 4
    CHARGE_UNDERTEMPERATURE = 1 << 5
    DISCHARGE_OVERTEMPERATURE = 1 << 6
    DISCHARGE_UNDERTEMPERATURE = 1 << 7
    CHARGE_OVERCURRENT = 1 << 8
    DISCHARGE_OVERCURRENT = 1 << 9
    SHORT_CIRCUIT = 1 << 10
    FRONTEND_IC_ERROR = 1 << 11
    MOSFET_SOFTWARE_LOCK = 1 << 12
    VENDOR_BIT_13 = 1 << 13  # charge MOSFET breakdown, or charge time-out
    VENDOR_BIT_14 = 1 << 14  # discharge MOSFET breakdown
    VENDOR_BIT_15 = 1 << 15  # MOSFET over-temperature


LOCK = ProtectionBit.MOSFET_SOFTWARE_LOCK
ON = MosfetTarget(charge=True, discharge=True)

MEANINGS = {
    ProtectionBit.CELL_OVERVOLTAGE: Protection.CELL_OVERVOLTAGE,
    ProtectionBit.CELL_UNDERVOLTAGE: Protection.CELL_UNDERVOLTAGE,
    ProtectionBit.PACK_OVERVOLTAGE: Protection.PACK_OVERVOLTAGE,
    ProtectionBit.PACK_UNDERVOLTAGE: Protection.PACK_UNDERVOLTAGE,
    ProtectionBit.CHARGE_OVERTEMPERATURE: Protection.CHARGE_OVERTEMPERATURE,
    ProtectionBit.CHARGE_UNDERTEMPERATURE: Protection.CHARGE_UNDERTEMPERATURE,
    ProtectionBit.DISCHARGE_OVERTEMPERATURE: Protection.DISCHARGE_OVERTEMPERATURE,
    ProtectionBit.DISCHARGE_UNDERTEMPERATURE: Protection.DISCHARGE_UNDERTEMPERATURE,
    ProtectionBit.CHARGE_OVERCURRENT: Protection.CHARGE_OVERCURRENT,
    ProtectionBit.DISCHARGE_OVERCURRENT: Protection.DISCHARGE_OVERCURRENT,
    ProtectionBit.SHORT_CIRCUIT: Protection.SHORT_CIRCUIT,
    ProtectionBit.FRONTEND_IC_ERROR: Protection.FRONTEND_ERROR,
    ProtectionBit.VENDOR_BIT_13: Protection.CHARGE_FAULT,
    ProtectionBit.VENDOR_BIT_14: Protection.DISCHARGE_FAULT,
    ProtectionBit.VENDOR_BIT_15: Protection.MOSFET_OVERTEMPERATURE,
}


def protections(bits: int) -> frozenset[Protection]:
    """Return the protections that the protection word reports as tripped."""
    if not bits:
        return NOTHING_TRIPPED
    return frozenset(meaning for bit, meaning in MEANINGS.items() if bits & bit)


def is_locked(bits: int) -> bool:
    """Return whether the BMS reports that its mask keeps a MOSFET off."""
    return bool(bits & LOCK.value)


def commanded(mosfets: Mosfets, bits: int) -> MosfetTarget:
    """Return the command that the MOSFETs must have; ``None`` if a protection hides it.

    A MOSFET that is off without the lock bit was turned off by a protection.
    """
    if not is_locked(bits):
        return ON
    tripped = protections(bits)
    off = {m: None if tripped & m.blocked_by else False for m in Mosfet}
    known = {m: True if mosfets.of(m) else off[m] for m in Mosfet}
    return MosfetTarget(charge=known[Mosfet.CHARGE], discharge=known[Mosfet.DISCHARGE])
