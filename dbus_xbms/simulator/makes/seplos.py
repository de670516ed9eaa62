"""Seplos BMSes of the third version: Modbus, with unit 0 for the system and unit 1 for its only pack. Pure.

Source: how aiobmsble 0.31 reads them (`seplos_bms`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.makes.make import (
    HEALTH,
    NOTIFIES,
    TAKES_BOTH,
    Make,
    cell_sensors,
    mosfet_sensor,
    problem,
)
from dbus_xbms.simulator.makes.modbus import READ_COILS, READ_INPUT, parse, registers, reply, words
from dbus_xbms.simulator.modules import CharacteristicSpec, ServiceSpec

SYSTEM, PACK = 0, 1  # units
COILS = (0x2200, 0x50)  # address and number of those of the system
MOST_CELLS, CELL_SENSORS = 16, 4
KELVIN = 273.1  # of 0 °C


def answer(request: bytes, battery: Battery) -> bytes | None:
    """Return the reply to a request; ``None`` if there is none."""
    asked = parse(request)
    if asked is None:
        return None
    if (asked.unit, asked.function, asked.address, asked.count) == (SYSTEM, READ_COILS, *COILS):
        return reply(SYSTEM, READ_COILS, _coils(battery))
    make = BLOCKS.get((asked.unit, asked.function))
    return None if make is None else registers(asked, make(battery))


def _system(battery: Battery) -> Mapping[int, list[float]]:
    """Return the registers of the system."""
    average = _average(cell_sensors(battery))
    return {
        0x2000: [
            *_low_first(100 * sum(battery.cells)),
            *_low_first(10 * battery.current),
            *_low_first(100 * battery.remaining),
            *([0] * 4),
            *_low_first(100 * battery.spec.capacity),
            *([0] * 10),
            *(1, battery.cycles, 10 * battery.soc, 10 * HEALTH),
        ],
        0x2100: [*([0] * 10), 10 * average, *([0] * 11)],
    }


def _pack(battery: Battery) -> Mapping[int, list[float]]:
    """Return the registers of the pack."""
    cells = battery.cells[:MOST_CELLS]
    sensors = [10 * (celsius + KELVIN) for celsius in cell_sensors(battery)[:CELL_SENSORS]]
    mosfet = mosfet_sensor(battery)
    return {
        0x1000: [
            100 * sum(battery.cells),
            100 * battery.current,
            100 * battery.remaining,
            100 * battery.spec.capacity,
            0,
            *(10 * battery.soc, 10 * HEALTH, battery.cycles),
            *([0] * 9),
        ],
        0x1100: [
            *(1000 * volts for volts in cells),
            *([0] * (MOST_CELLS - len(cells))),
            *sensors,
            *([0] * (CELL_SENSORS + 4 - len(sensors))),
            10 * (battery.spec.ambient + KELVIN),
            0 if mosfet is None else 10 * (mosfet + KELVIN),
        ],
    }


def _coils(battery: Battery) -> bytes:
    """Return the coils of the system: what has tripped, and the MOSFETs."""
    mosfets = battery.mosfets
    switches = mosfets.discharge | mosfets.charge << 1 | bool(battery.balancing) << 2
    return bytes(1) + problem(battery).to_bytes(2, "big") + bytes(4) + bytes((switches,)) + bytes(2)


def _low_first(number: float) -> tuple[int, int]:
    high, low = words(number)
    return low, high


def _average(numbers: tuple[float, ...]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


BLOCKS: Mapping[tuple[int, int], Callable[[Battery], Mapping[int, list[float]]]] = {
    (SYSTEM, READ_INPUT): _system,
    (PACK, READ_INPUT): _pack,
}
SEPLOS = Make(
    name="SP05B2312190075",
    maker="C0:D6:3C",
    services=(
        ServiceSpec(
            0xFFF0,
            (
                CharacteristicSpec(0xFFF1, ("read", *NOTIFIES)),
                CharacteristicSpec(0xFFF2, ("read", *TAKES_BOTH)),
            ),
        ),
    ),
    manufacturer=lambda address: None,
    answer=answer,
    keys={"mtu": 247},
)
