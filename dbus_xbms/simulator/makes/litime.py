"""Packs of LiTime and the brands that share its BMS: one request, and one reply with everything. Pure.

Source: how aiobmsble 0.31 reads it (`redodo_bms`).
"""

from __future__ import annotations

from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.makes.make import (
    HEALTH,
    NOTIFIES,
    TAKES_BOTH,
    Make,
    named_by_address,
    place,
    problem,
)
from dbus_xbms.simulator.modules import CharacteristicSpec, ServiceSpec

REQUEST = bytes.fromhex("000004011355aa17")
HEADER = bytes.fromhex("000065019355aa00")  # the third byte: length of what follows it, without the checksum
LENGTH = 105
COMPANY = 0x585A
MOST_CELLS, MOST_SENSORS = 16, 5


def answer(request: bytes, battery: Battery) -> bytes | None:
    """Return the reply to a request; ``None`` if there is none."""
    if request != REQUEST:
        return None
    block = bytearray(LENGTH - 1)
    block[: len(HEADER)] = HEADER
    cells = battery.cells[:MOST_CELLS]
    place(block, 8, (1000 * sum(cells), 4), (1000 * sum(cells), 4))
    place(block, 16, *((1000 * volts, 2) for volts in cells))
    place(block, 48, (1000 * battery.current, 4))
    place(block, 52, *((celsius, 2) for celsius in battery.temperatures[:MOST_SENSORS]))
    place(block, 62, (100 * battery.remaining, 2), (100 * battery.spec.capacity, 4))
    place(block, 76, (problem(battery), 8))
    place(block, 84, (sum(1 << cell - 1 for cell in battery.balancing), 4))
    place(block, 90, (battery.soc, 2), (HEALTH, 4), (battery.cycles, 4))
    return bytes(block) + bytes((sum(block) & 0xFF,))


def brand(name: str) -> Make:
    """Return a brand with this BMS by the name that it advertises."""
    return Make(
        name=name,
        maker="C8:47:80",
        services=(
            ServiceSpec(
                0xFFE0,
                (CharacteristicSpec(0xFFE1, NOTIFIES), CharacteristicSpec(0xFFE2, TAKES_BOTH)),
            ),
        ),
        manufacturer=named_by_address(COMPANY),
        answer=answer,
        keys={"mtu": 247},
    )
