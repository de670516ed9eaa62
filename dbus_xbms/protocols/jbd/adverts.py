"""Recognition of advertisements by tables of names, addresses and services, and of other brands. Pure.

Service FF00 is the only key that nearly all JBD modules share, and other brands use it too. Names can be
changed by the owner, and company ids are mostly pieces of the address, so neither decides. Source: the
advertisements in tests/data/jbd-frames.json, those of other brands in the test data of patman15/aiobmsble.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from dbus_xbms.protocols import Advertised, GattLayout
from dbus_xbms.record import record


def uuid16(short: int) -> str:
    """Return a 16-bit UUID in full."""
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


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


@record
class Pattern:
    """One kind of advertisement; all given fields must match."""

    name: str = "*"
    addresses: tuple[str, ...] = ("",)  # prefixes, one of which must match
    service: str | None = None

    def fits(self, seen: Advertised) -> bool:
        """Return whether the advertisement matches."""
        return (
            fnmatchcase(seen.name.strip(" \0"), self.name)
            and seen.address.upper().startswith(self.addresses)
            and (self.service is None or self.service in seen.services)
        )


JBD = (
    Pattern(service=FF00),
    Pattern(service=FF06, addresses=OWN_ADDRESSES + SHARED_ADDRESSES),
    Pattern(service=FFF0, addresses=OWN_ADDRESSES),
    Pattern(service=FFF0, name="WT[ae]HdB*"),  # WattCycle
    Pattern(service=FFF0, name="*DH04SC02*"),
    Pattern(name="JBD-*"),
)
SILENT_JBD = Pattern(addresses=OWN_ADDRESSES)  # only for an advertisement without any service

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


def recognises(seen: Advertised) -> bool:
    """Return whether the advertisement looks like a JBD and not like another brand on the same service."""
    if any(brand.fits(seen) for brand in OTHER_BRANDS):
        return False
    return any(jbd.fits(seen) for jbd in JBD) or (not seen.services and SILENT_JBD.fits(seen))
