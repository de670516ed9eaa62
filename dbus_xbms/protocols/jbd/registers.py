"""The registers that are read from a pack: tables of their payloads, decoded to SI units. Pure.

Offsets count from the first payload byte; all integers are big-endian. Evidence: docs/jbd-protocol.md.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Mapping
from typing import Any

from dbus_xbms.model import Counters, Mosfets
from dbus_xbms.protocols import Field, ProtocolError, decode
from dbus_xbms.protocols.jbd.tail import UNKNOWN, ZERO_CELSIUS, Dialect, Tail, decode_tail
from dbus_xbms.record import record

BASIC = 0x03
CELLS = 0x04
HARDWARE = 0x05
COUNTERS = 0xAA
MOSFET_CONTROL = 0xE1
NEWER_MOSFET_CONTROL = 0xFB
ENTER_FACTORY_MODE, LEAVE_FACTORY_MODE = 0x00, 0x01
FUNCTIONS = 0x2D  # bits of the functions that the BMS performs by itself

MOST_CELLS = 32
MOST_SENSORS = 8


# Bits of the MOSFET byte of basic info. Sources disagree on its other bits, so they are ignored.
CHARGE_ON = 1 << 0
DISCHARGE_ON = 1 << 1
COARSE = 1 << 7  # currents and charges in 100 mA and 100 mAh instead of 10; not seen in any capture


def celsius(raw: int) -> float:
    """Return °C from 0.1 K."""
    return (raw - ZERO_CELSIUS) / 10


def date_of(raw: int) -> str | None:
    """Return a packed date as ISO text, or ``None`` if it is invalid."""
    try:
        return datetime.date(2000 + (raw >> 9), raw >> 5 & 0xF, raw & 0x1F).isoformat()
    except ValueError:
        return None


BASIC_FIELDS = (
    Field(name="voltage", at=0, fmt=">H", convert=lambda raw: raw / 100),
    Field(name="current", at=2, fmt=">h"),  # raw here: COARSE decides the unit
    Field(name="remaining", at=4, fmt=">H"),
    Field(name="nominal", at=6, fmt=">H"),
    Field(name="cycles", at=8, fmt=">H"),
    Field(name="date", at=10, fmt=">H"),
    Field(name="balance_low", at=12, fmt=">H"),
    Field(name="balance_high", at=14, fmt=">H"),
    Field(name="protection", at=16, fmt=">H"),
    Field(name="software", at=18, fmt=">B"),
    Field(name="soc", at=19, fmt=">B"),
    Field(name="status", at=20, fmt=">B"),
    Field(name="cell_count", at=21, fmt=">B"),
    Field(name="sensor_count", at=22, fmt=">B"),
)
HEAD = struct.Struct(">" + "".join(row.fmt.removeprefix(">") for row in BASIC_FIELDS))  # there are no gaps
SENSORS_AT = 23
CHARGES = frozenset(("remaining", "nominal"))
GAUGE = CHARGES | {"current"}  # raw in BASIC_FIELDS: a flag decides the unit
GAUGE_PER_UNIT = 10  # raw units in Daren's own gauge

# Letters of the setting TemperatureRoles; most dialects do not report the roles of their sensors.
CELL_ROLE, MOSFET_ROLE, OTHER_ROLE = "c", "m", "-"


@record
class Basic:
    """Register 0x03. Units not given here are those of :class:`dbus_xbms.model.PackSample`."""

    voltage: float
    current: float
    remaining: float
    nominal: float
    cycles: int
    date: int  # packed, see date_of()
    balance_low: int  # bit 0 = cell 1
    balance_high: int  # bit 0 = cell 17
    protection: int  # bits as in ProtectionBit
    software: int  # one nibble before the dot, one after it
    soc: int  # %
    status: int  # bits, see CHARGE_ON
    cell_count: int
    sensor_count: int  # as reported; temperatures has those that were sent
    temperatures: tuple[float, ...]
    tail: Tail
    unknown: frozenset[str]  # those of remaining and nominal that read FFFF

    @property
    def per_unit(self) -> int:
        """Raw units of current or charge per 1 A or 1 Ah.

        There is a flag in the MOSFET byte and one in the tail. If one changes, the nominal capacity changes
        by a factor of ten, which :mod:`dbus_xbms.policy.identity` detects.
        """
        return _per_unit(self.status, self.tail)

    @property
    def learned(self) -> float | None:
        """Full-charge capacity in Ah as reported, plausible or not; 0: none learned yet."""
        raw = self.tail.fields.get("learned")
        return None if raw is None else raw / self.per_unit

    @property
    def health(self) -> float | None:
        """State of health in %, if the dialect reports it."""
        raw = self.tail.fields.get("health")
        return None if raw is None else float(raw)

    @property
    def sensors(self) -> tuple[tuple[float, str], ...]:
        """Every sensor in °C with its role, those of the tail last; roles are empty if not reported."""
        if self.tail.dialect is Dialect.STANDARD:
            return tuple([(measured, "") for measured in self.temperatures])
        named = (("mosfet", MOSFET_ROLE), ("ambient", OTHER_ROLE))
        return (
            *((measured, CELL_ROLE) for measured in self.temperatures),
            *((celsius(self.tail.fields[name]), role) for name, role in named),
        )

    @property
    def balancing(self) -> list[int]:
        """Numbers of the cells being balanced, 1-based, ascending."""
        bits = self.balance_low | self.balance_high << 16
        return [cell for cell in range(1, 33) if bits >> (cell - 1) & 1] if bits else []

    @property
    def firmware(self) -> str:
        """Software version, e.g. "2.9"."""
        return f"{self.software >> 4:x}.{self.software & 0xF:x}"

    @property
    def mosfets(self) -> Mosfets:
        """The state of the MOSFETs."""
        return Mosfets(charge=bool(self.status & CHARGE_ON), discharge=bool(self.status & DISCHARGE_ON))


def decode_basic(payload: bytes) -> Basic:
    """Decode register 0x03.

    Raises:
        ProtocolError: too short, or more sensors than any JBD has.
    """
    values = _decode_head(payload)
    count = values["sensor_count"]
    if count > MOST_SENSORS:
        raise ProtocolError(f"temperature sensors: expected at most {MOST_SENSORS}, got {count}")
    probes, rest = payload[SENSORS_AT:][: 2 * count], payload[SENSORS_AT + 2 * count :]
    whole = probes[: len(probes) // 2 * 2]
    temperatures = tuple([celsius(raw) for (raw,) in struct.iter_unpack(">H", whole)])
    tail = decode_tail(rest, values)
    gauge: Mapping[str, int] = values
    per_unit = _per_unit(values["status"], tail)
    if tail.dialect is Dialect.DAREN_GAUGE and _unknown(values) == CHARGES:
        per_unit, gauge = GAUGE_PER_UNIT, tail.fields
    values |= {"unknown": _unknown(gauge)} | {name: gauge[name] / per_unit for name in GAUGE}
    return Basic(**values, temperatures=temperatures, tail=tail)


def _decode_head(payload: bytes) -> dict[str, Any]:
    """Decode :data:`BASIC_FIELDS` at once; if there are too few bytes, one by one up to the missing one."""
    if len(payload) < HEAD.size:
        return decode(BASIC_FIELDS, payload)
    return {
        row.name: row.convert(raw) for row, raw in zip(BASIC_FIELDS, HEAD.unpack_from(payload), strict=True)
    }


def _per_unit(status: int, tail: Tail) -> int:
    return 10 if status & COARSE or tail.coarse else 100


def _unknown(gauge: Mapping[str, int]) -> frozenset[str]:
    return frozenset(name for name in CHARGES if gauge[name] == UNKNOWN)


def decode_cells(payload: bytes) -> tuple[int, ...]:
    """Decode register 0x04 to mV per cell; 0 mV and values of a broken wire are accepted.

    Raises:
        ProtocolError: odd length, no cell, or more cells than any JBD has.
    """
    if len(payload) % 2 or not 0 < len(payload) <= 2 * MOST_CELLS:
        raise ProtocolError(f"cells: expected 2 bytes for each of 1 to {MOST_CELLS}, got {len(payload)}")
    return struct.unpack(f">{len(payload) // 2}H", payload)


def decode_hardware(payload: bytes) -> str:
    """Decode register 0x05: the model as plain text, without a length byte."""
    text = payload.replace(b"\0", b"").decode("ascii", "replace").strip()
    return "".join(letter for letter in text if letter.isprintable())


COUNTER_NAMES = tuple(Counters.__dataclass_fields__)


def decode_counters(payload: bytes) -> Counters:
    """Decode register 0xAA; older firmware does not count restarts.

    Raises:
        ProtocolError: not 11 or 12 counters.
    """
    if len(payload) not in (22, 24):
        raise ProtocolError(f"counters: expected 22 or 24 bytes, got {len(payload)}")
    counts = (raw for (raw,) in struct.iter_unpack(">H", payload))
    return Counters(**dict(zip(COUNTER_NAMES, counts, strict=False)))
