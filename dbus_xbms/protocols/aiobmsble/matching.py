"""Match an advertisement against the patterns of a make. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from dbus_xbms.protocols.family import Advertised


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What an advertisement must show; all that is given here must match."""

    name: str = ""  # with shell wildcards
    service: str = ""  # full lower-case 128-bit UUID
    service_data: str | None = None  # likewise; "": there is no service data
    oui: str = ""  # beginning of the address, lower case
    manufacturer: int | None = None
    manufacturer_start: bytes = b""  # of the bytes that follow the manufacturer's number

    def matches(self, seen: Advertised) -> bool:
        """Return whether an advertisement has everything that this requires."""
        return (
            (not self.name or fnmatchcase(seen.name, self.name))
            and (not self.service or self.service in seen.services)
            and self._service_data_matches(seen)
            and seen.address.lower().startswith(self.oui)
            and self._manufacturer_matches(seen)
        )

    def _service_data_matches(self, seen: Advertised) -> bool:
        if self.service_data is None:
            return True
        return self.service_data in seen.service_data if self.service_data else not seen.service_data

    def _manufacturer_matches(self, seen: Advertised) -> bool:
        if self.manufacturer is None:
            return True
        sent = seen.manufacturer.get(self.manufacturer)
        return sent is not None and sent.startswith(self.manufacturer_start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """A make of BMS, read by one module of the library."""

    name: str  # of the module, without "_bms"
    make: str  # for people
    patterns: tuple[Pattern, ...]  # one of them matches its advertisements
