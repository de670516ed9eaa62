"""JK (Jikong) BMSes with 32 cells: frames of 300 bytes, repeated by themselves once requested. Pure.

Source: how aiobmsble 0.31 reads them (`jikong_bms`).
"""

from __future__ import annotations

from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.makes.make import (
    HEALTH,
    Make,
    cell_sensors,
    mosfet_sensor,
    named_by_address,
    place,
    problem,
)
from dbus_xbms.simulator.modules import CharacteristicSpec, ServiceSpec

COMMAND, REPLY = bytes.fromhex("aa5590eb"), bytes.fromhex("55aaeb90")  # at the beginning
DEVICE, MEASURED = 0x97, 0x96  # commands
LENGTH = 300
READY = COMMAND + bytes((0xC8, 1, 1)) + bytes(12) + b"\x44"  # follows the first reply
TEXTS = ((6, b"JK_B2A8S20P"), (22, b"15A"), (30, b"15.30"), (46, b"JK_B2A8S20P"), (86, b"00000001"))
COMPANY = 0x0B65
MOST_CELLS = 32
MOSFET_SENSOR, SENSORS = (0, 144), ((1, 162), (2, 164), (4, 256), (5, 258))  # bit, place
REPEATED = 1.0  # s; assumed


def request(number: int) -> bytes:
    """Return a request without a value."""
    return _with_sum(COMMAND + bytes((number,)) + bytes(14))


def answer(asked: bytes, battery: Battery) -> bytes | None:
    """Return the reply to a request; ``None`` if there is none."""
    if asked == request(DEVICE):
        return _device() + READY
    return _measured(battery) if asked == request(MEASURED) else None


def _device() -> bytes:
    block = bytearray(LENGTH - 1)
    block[:5] = REPLY + b"\x03"
    for at, text in TEXTS:
        block[at : at + len(text)] = text
    return _with_sum(block)


def _measured(battery: Battery) -> bytes:
    cells, mosfets = battery.cells[:MOST_CELLS], battery.mosfets
    block = bytearray(LENGTH - 1)
    block[:5] = REPLY + b"\x02"
    place(block, 6, *((1000 * volts, 2) for volts in cells))
    average, spread = sum(cells) / len(cells), max(cells) - min(cells)
    place(block, 70, ((1 << len(cells)) - 1, 4), (1000 * average, 2), (1000 * spread, 2))
    power = sum(cells) * battery.current
    place(block, 150, (1000 * sum(cells), 4), (1000 * abs(power), 4), (1000 * battery.current, 4))
    place(block, 166, (problem(battery), 4), (100 * len(battery.balancing), 2), (bool(battery.balancing), 1))
    place(block, 173, (battery.soc, 1), (1000 * battery.remaining, 4), (1000 * battery.spec.capacity, 4))
    place(block, 182, (battery.cycles, 4), (0, 4), (HEALTH, 1))
    place(block, 198, (mosfets.charge, 1), (mosfets.discharge, 1))
    _place_sensors(block, battery)
    return _with_sum(block)


def _place_sensors(block: bytearray, battery: Battery) -> None:
    places = dict(zip(SENSORS, cell_sensors(battery), strict=False))
    if (mosfet := mosfet_sensor(battery)) is not None:
        places[MOSFET_SENSOR] = mosfet
    for (_, at), celsius in places.items():
        place(block, at, (10 * celsius, 2))
    place(block, 214, (sum(1 << bit for bit, _ in places), 1))


def _with_sum(block: bytes | bytearray) -> bytes:
    return bytes(block) + bytes((sum(block) & 0xFF,))


JIKONG = Make(
    name="JK_B2A8S20P",
    maker="C8:47:80",
    services=(
        ServiceSpec(0xFFE0, (CharacteristicSpec(0xFFE1, ("notify", "write-without-response", "write")),)),
    ),
    manufacturer=named_by_address(COMPANY, bytes.fromhex("88a0")),
    answer=answer,
    keys={"mtu": 247},
    repeats=(REPEATED, request(MEASURED)),
)
