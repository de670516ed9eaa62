"""What a make of BMS is to the simulator. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbus_xbms.protocols.jbd.protections import LOCK
from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.modules import ServiceSpec, address_bytes

HEALTH = 99  # %, of every pack
NOTIFIES = ("notify",)
TAKES_BOTH = ("write", "write-without-response")


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """One make: its module, and how its BMS answers."""

    name: str  # that it advertises unless a scenario says otherwise, like the next
    maker: str  # first three bytes of its address
    services: tuple[ServiceSpec, ...]  # as in :class:`Module`
    # company id and the bytes after it, by address; None: it sends none
    manufacturer: Callable[[str], tuple[int, bytes] | None]
    answer: Callable[[bytes, Battery], bytes | None]  # to a request; None: it is not a request
    keys: Mapping[str, Any] = field(default_factory=dict)  # of a pack in a scenario, in place of the defaults
    # s between the answers that the BMS repeats by itself, and the request that makes it; 0: it does not
    repeats: tuple[float, bytes] = (0.0, b"")


def named_by_address(company: int, before: bytes = b"") -> Callable[[str], tuple[int, bytes]]:
    """Return the manufacturer data of a make that sends its address, after some bytes."""
    return lambda address: (company, before + address_bytes(address))


def problem(battery: Battery) -> int:
    """Return a code of what has tripped; its bits are those of a JBD, of which a lock is none."""
    return battery.protection & ~LOCK


def place(block: bytearray, at: int, *numbers: tuple[float, int]) -> None:
    """Write numbers, each with its size in bytes, into a block one after the other, the low byte first.

    They are rounded; those too large for their field wrap, as on a real BMS.
    """
    for number, size in numbers:
        block[at : at + size] = (round(number) & (1 << 8 * size) - 1).to_bytes(size, "little")
        at += size


def cell_sensors(battery: Battery) -> tuple[float, ...]:
    """Return the temperatures in °C of all sensors but the one at the MOSFETs."""
    return battery.temperatures[1:] if len(battery.temperatures) > 1 else battery.temperatures


def mosfet_sensor(battery: Battery) -> float | None:
    """Return the temperature in °C of the MOSFETs; ``None`` without a sensor there."""
    return battery.temperatures[0] if len(battery.temperatures) > 1 else None
