"""The bytes after the temperature sensors in basic info, the tail: one table of fields per dialect. Pure.

Boards send different fields there. The length of a tail decides its dialect, for Daren also the values
before it; incomplete fields are ignored. Evidence: docs/jbd-protocol.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from dbus_xbms.protocols import Field, decode
from dbus_xbms.record import record

ZERO_CELSIUS = 2731  # raw, 0.1 K
UNKNOWN = 0xFFFF  # in basic info of a dialect that has its gauge in the tail
COARSE_FLAG = 0x80  # in the humidity byte, which is never above 100
STANDARD_LENGTH = 9  # bytes; the flag of a shorter tail is ignored: none is documented
HIGHEST_BALANCE = 10_000  # mA; active balancers reach 2 A; a pack at rest reported 8110


class Dialect(Enum):
    """The meaning of the bytes in a tail."""

    STANDARD = "standard"
    DAREN = "daren"  # DWF modules, boards DR_...: temperatures and state of health
    DAREN_GAUGE = "daren_gauge"  # the same with its own gauge; basic info has FFFF instead


# 9 bytes on some boards, 16 on others, none on most.
STANDARD_FIELDS = (
    Field(name="humidity", at=0, fmt=">B"),  # %, and COARSE_FLAG
    Field(name="alarms", at=1, fmt=">H"),
    Field(name="learned", at=3, fmt=">H"),  # full-charge capacity; unit as in the head
    Field(name="remaining", at=5, fmt=">H"),
    Field(name="balance_current", at=7, fmt=">h"),  # mA
    Field(name="active_balance", at=9, fmt=">H"),
    Field(name="version", at=11, fmt=">B"),
    Field(name="reserved", at=12, fmt=">H"),
    Field(name="bms_status", at=14, fmt=">H"),
)
DAREN_FIELDS = (
    Field(name="mosfet", at=0, fmt=">H"),  # 0.1 K
    Field(name="ambient", at=2, fmt=">H"),  # 0.1 K
    Field(name="health", at=4, fmt=">B"),  # %
)  # three bytes that were always 0 follow
GAUGE_FIELDS = (
    Field(name="remaining", at=8, fmt=">H"),  # 0.1 Ah
    Field(name="nominal", at=10, fmt=">H"),  # 0.1 Ah
    Field(name="current", at=12, fmt=">i"),  # 0.1 A
)
FIELDS: Mapping[Dialect, tuple[Field, ...]] = {
    Dialect.STANDARD: STANDARD_FIELDS,
    Dialect.DAREN: DAREN_FIELDS,
    Dialect.DAREN_GAUGE: DAREN_FIELDS + GAUGE_FIELDS,
}
DAREN_LENGTHS = {8: Dialect.DAREN, 16: Dialect.DAREN_GAUGE}
COLDEST, HOTTEST = ZERO_CELSIUS - 400, ZERO_CELSIUS + 1200  # raw: -40 and 120 °C


@record
class Tail:
    """The bytes after the sensors, and their fields."""

    encoded: bytes = b""
    dialect: Dialect = Dialect.STANDARD
    fields: Mapping[str, int] = field(default_factory=dict)  # raw, complete ones only

    @property
    def coarse(self) -> bool:
        """Whether its flag sets the units to 100 mA and 100 mAh."""
        return len(self.encoded) >= STANDARD_LENGTH and bool(self.fields.get("humidity", 0) & COARSE_FLAG)

    @property
    def balance_current(self) -> float | None:
        """Balancer current in A; ``None`` if the field is missing or contains something else."""
        raw = self.fields.get("balance_current")
        return None if raw is None or abs(raw) > HIGHEST_BALANCE else raw / 1000


def decode_tail(encoded: bytes, head: Mapping[str, int]) -> Tail:
    """Decode the bytes after the sensors; ``head`` contains the raw values before them."""
    dialect = _dialect(encoded, head)
    whole = [row for row in FIELDS[dialect] if row.end <= len(encoded)]
    return Tail(encoded=encoded, dialect=dialect, fields=decode(whole, encoded))


def _dialect(encoded: bytes, head: Mapping[str, int]) -> Dialect:
    """Return the dialect: Daren sets neither date nor version, and its tail begins with two temperatures."""
    daren = DAREN_LENGTHS.get(len(encoded))
    if daren is None or head["date"] or head["software"]:
        return Dialect.STANDARD
    fields = decode(DAREN_FIELDS, encoded)
    sane = all(COLDEST <= fields[name] <= HOTTEST for name in ("mosfet", "ambient"))
    return daren if sane and 0 < fields["health"] <= 100 else Dialect.STANDARD
