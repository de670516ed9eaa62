"""What devices advertise, and the patterns that tell one family from another. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from fnmatch import fnmatchcase

from dbus_xbms.record import record

PADDING = " \0\r\n"  # around names; BlueZ removes spaces, other stacks keep them
LONGEST_START = 16  # bytes of a payload that a pattern may ask for
WILDCARDS = re.compile(r"\[[^]]*\]|[*?]")

# How much a match proves, in points. Names differ between makes. The first bytes of an address tell the maker
# of the Bluetooth module, whose services several makes use. A company id is often a piece of the address.
PER_CHARACTER = 1  # of a name, without wildcards
PER_BYTE = 1  # of the payload after the company id
ADDRESS, SERVICE, SERVICE_PAYLOAD, COMPANY = 3, 1, 1, 1


def uuid16(short: int) -> str:
    """Return a 16-bit UUID in full."""
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


@record
class Advertised:
    """What a device advertises."""

    address: str
    name: str = ""
    services: tuple[str, ...] = ()  # full lower-case 128-bit UUIDs
    manufacturer: Mapping[int, bytes]
    service_data: Mapping[str, bytes] = field(default_factory=dict)  # by full lower-case 128-bit UUID
    rssi: int | None = None  # dBm

    @property
    def evidence(self) -> tuple[object, ...]:
        """All that patterns look at, to be compared with that of other advertisements."""
        companies = tuple(
            (company, payload[:LONGEST_START]) for company, payload in self.manufacturer.items()
        )
        return self.address, self.name, self.services, companies, tuple(self.service_data)


@record
class Pattern:
    """One kind of advertisement; everything that is given here must match."""

    name: str = ""  # with shell wildcards
    oui: str = ""  # beginning of the address, upper case
    service: str = ""  # full lower-case 128-bit UUID
    service_data: str | None = None  # likewise; "": without any service data
    manufacturer: int | None = None
    manufacturer_start: bytes = b""  # of the bytes that follow the company id

    def matches(self, seen: Advertised) -> bool:
        """Return whether an advertisement has everything that this requires."""
        return (
            (not self.service or self.service in seen.services)
            and (self.manufacturer is None or self._manufacturer_matches(self.manufacturer, seen))
            and (self.service_data is None or self._service_data_matches(self.service_data, seen))
            and (not self.oui or seen.address.upper().startswith(self.oui))
            and (not self.name or fnmatchcase(seen.name.strip(PADDING), self.name.strip(PADDING)))
        )

    @property
    def certainty(self) -> int:
        """How much a match proves, in points."""
        return (
            PER_CHARACTER * len(WILDCARDS.sub("", self.name.strip(PADDING)))
            + PER_BYTE * len(self.manufacturer_start)
            + ADDRESS * bool(self.oui)
            + SERVICE * bool(self.service)
            + SERVICE_PAYLOAD * bool(self.service_data)
            + COMPANY * (self.manufacturer is not None)
        )

    def _manufacturer_matches(self, company: int, seen: Advertised) -> bool:
        payload = seen.manufacturer.get(company)
        return payload is not None and payload.startswith(self.manufacturer_start)

    def _service_data_matches(self, service: str, seen: Advertised) -> bool:
        return service in seen.service_data if service else not seen.service_data


def certainty(patterns: tuple[Pattern, ...], seen: Advertised) -> int:
    """Return the points of the surest pattern that an advertisement matches; 0 if it matches none."""
    return max((one.certainty for one in patterns if one.matches(seen)), default=0)
