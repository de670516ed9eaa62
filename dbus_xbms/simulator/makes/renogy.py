"""Renogy batteries: Modbus with the unit 0x30, over two services. Pure.

Source: how aiobmsble 0.31 reads them (`renogy_bms`).
"""

from __future__ import annotations

from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.makes.make import NOTIFIES, TAKES_BOTH, Make, problem
from dbus_xbms.simulator.makes.modbus import READ_HOLDING, characters, parse, registers, words
from dbus_xbms.simulator.modules import CharacteristicSpec, ServiceSpec, address_bytes

UNIT = 0x30
MOST_CELLS, MOST_SENSORS = 16, 16
CELLS, GAUGE, STATE, DEVICE = 0x1388, 0x13B2, 0x13EC, 0x13F0  # first registers of four blocks
# The serial number at 12, the name at 36 and the version of the software at 52.
TEXTS = bytes(12) + b"00000001".ljust(24, b"\0") + b"RBT100LFP12-BT".ljust(16, b"\0") + b"1.00"


def answer(request: bytes, battery: Battery) -> bytes | None:
    """Return the reply to a request; ``None`` if there is none."""
    asked = parse(request)
    if asked is None or (asked.unit, asked.function) != (UNIT, READ_HOLDING):
        return None
    device, state = characters(TEXTS), _state(battery)
    return registers(asked, {CELLS: _cells(battery), GAUGE: _gauge(battery), STATE: state, DEVICE: device})


def _cells(battery: Battery) -> list[float]:
    """Return the cells, in 0.1 V, and the sensors."""
    cells, sensors = battery.cells[:MOST_CELLS], battery.temperatures[:MOST_SENSORS]
    return [
        len(cells),
        *(10 * volts for volts in cells),
        *([0] * (MOST_CELLS - len(cells))),
        len(sensors),
        *(10 * celsius for celsius in sensors),
        *([0] * (MOST_SENSORS - len(sensors))),
    ]


def _gauge(battery: Battery) -> list[float]:
    return [
        100 * battery.current,
        10 * sum(battery.cells),
        *words(1000 * battery.remaining),
        *words(1000 * battery.spec.capacity),
        battery.cycles,
    ]


def _state(battery: Battery) -> list[float]:
    """Return what has tripped, and the MOSFETs in the last but one byte of the seventh register."""
    mosfets = battery.mosfets
    return [*([0] * 5), problem(battery), mosfets.charge << 1 | mosfets.discharge << 2, 0]


def _manufacturer(address: str) -> tuple[int, bytes]:
    """Return the address; its first two bytes are in place of a company id."""
    forward = address_bytes(address)
    return int.from_bytes(forward[:2], "little"), forward[2:]


RENOGY = Make(
    name="BT-TH-66EDFC11",
    maker="60:98:66",
    services=(
        ServiceSpec(0xFFD0, (CharacteristicSpec(0xFFD1, TAKES_BOTH),)),
        ServiceSpec(0xFFF0, (CharacteristicSpec(0xFFF1, NOTIFIES),)),
    ),
    manufacturer=_manufacturer,
    answer=answer,
    keys={"mtu": 247},
)
