"""Patterns of advertisements of JBDs, and of other brands on the same services. Pure.

Service FF00 is the only key that nearly all JBD modules share, and other brands use it too. Names can be
changed by the owner, and company ids are mostly pieces of the address, so neither decides. Source: the
advertisements in tests/data/jbd-frames.json, those of other brands in the test data of patman15/aiobmsble.
"""

from __future__ import annotations

from dbus_xbms.protocols import Advertised, GattLayout
from dbus_xbms.protocols.advertisement import Pattern, certainty, uuid16

FF00, FFF0, FF06 = uuid16(0xFF00), uuid16(0xFFF0), uuid16(0xFF06)

LAYOUTS = (
    GattLayout(service=FF00, notify=uuid16(0xFF01), write=uuid16(0xFF02)),
    GattLayout(service=FFF0, notify=uuid16(0xFFF1), write=uuid16(0xFFF2)),  # DH04SC02, WattCycle, YNT
    GattLayout(service=FF06, notify=uuid16(0xFF07), write=uuid16(0xFF08)),  # Eleksol
)

# Address prefixes that JBD's module makers use; those of SHARED_ADDRESSES are common on other devices too.
OWN_ADDRESSES = (
    *("A2:C2:37", "A4:C1:37", "A5:C2:37", "A5:C2:39", "A5:C2:3A", "AA:C2:37", "EE:C2:37"),
    "70:3E:97",
)
SHARED_ADDRESSES = ("A4:C1:38", "10:A5:62")


def _patterns(service: str, ouis: tuple[str, ...]) -> tuple[Pattern, ...]:
    return tuple(Pattern(service=service, oui=oui) for oui in ouis)


JBD = (
    Pattern(service=FF00),
    *_patterns(FF00, OWN_ADDRESSES + SHARED_ADDRESSES),
    *_patterns(FF06, OWN_ADDRESSES + SHARED_ADDRESSES),
    *_patterns(FFF0, OWN_ADDRESSES),
    Pattern(service=FFF0, name="WT[ae]HdB*"),  # WattCycle
    Pattern(service=FFF0, name="DH04SC02*"),
    Pattern(name="JBD-*"),
)
SILENT_JBD = _patterns("", OWN_ADDRESSES)  # only for an advertisement without any service

OTHER_BRANDS = (
    Pattern(name="HSKS-*"),  # Braun Power: frames 7B..7D
    Pattern(name="*Vanvolt-*"),  # the same BMS; its company data 007B: 02FFFF7D also occurs on a JBD
    Pattern(name="BL-*"),
    Pattern(name="TP_*"),  # TianPwr: frames 55..AA
    Pattern(name="BP[012]?", service=FF00),  # Seplos V2
    Pattern(name="SP1??B*", service=FFF0),  # Seplos V3
    Pattern(name="HS????", service=FF00),  # Humsienk
    Pattern(name="ECO????", service=FF00),  # Eco-Worthy with a Humsienk BMS
    Pattern(name="DL-*"),  # Daly
    Pattern(name="JHB-*"),
)


def jbd_certainty(seen: Advertised) -> int:
    """Return how surely the advertisement is of a JBD, in points; 0 for another brand on its services."""
    if certainty(OTHER_BRANDS, seen):
        return 0
    return certainty(JBD + SILENT_JBD if not seen.services else JBD, seen)
