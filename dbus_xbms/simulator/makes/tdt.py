"""TDT BMSes: frames from 7E to 0D with the checksum of Modbus, in the other byte order. Pure.

Source: how aiobmsble 0.31 reads them (`tdt_bms`).
"""

from __future__ import annotations

from collections.abc import Iterable

from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.makes.make import (
    HEALTH,
    NOTIFIES,
    TAKES_BOTH,
    Make,
    cell_sensors,
    mosfet_sensor,
    named_by_address,
    problem,
)
from dbus_xbms.simulator.makes.modbus import crc
from dbus_xbms.simulator.modules import CharacteristicSpec, ServiceSpec

HEAD, TAIL = 0x7E, 0x0D
MEASURED, STATE, DEVICE = 0x8C, 0x8D, 0x92  # commands
COMPANY = 54976
MOST_CELLS, MOST_SENSORS = 16, 6
KELVIN = 273.0  # of 0 °C
DISCHARGING = 0x8000  # bit of the current
VERSION = b"6032_10016S00_V20".ljust(20, b"\0") + b"TDT".ljust(20, b"\0") + b"00000001".ljust(20, b"\0")


def request(command: int) -> bytes:
    """Return a request without a value."""
    return _frame(command, b"")


def answer(asked: bytes, battery: Battery) -> bytes | None:
    """Return the reply to a request; ``None`` if there is none."""
    for command, make in ((MEASURED, _measured), (STATE, _state), (DEVICE, lambda _: VERSION)):
        if asked == request(command):
            return _frame(command, make(battery))
    return None


def _frame(command: int, payload: bytes) -> bytes:
    """Return a request or a reply; they only differ in what they carry."""
    frame = bytes((HEAD, 0x00, 0x01, 0x03, 0x00, command)) + len(payload).to_bytes(2, "big") + payload
    return frame + crc(frame)[::-1] + bytes((TAIL,))


def _words(numbers: Iterable[float]) -> bytes:
    return b"".join((round(number) & 0xFFFF).to_bytes(2, "big") for number in numbers)


def _sensors(battery: Battery) -> list[float]:
    """Return the temperatures in °C: around, at the MOSFETs, then at cells."""
    mosfet, cells = mosfet_sensor(battery), cell_sensors(battery)
    if not cells:
        return []
    around = battery.spec.ambient
    return [around, around if mosfet is None else mosfet, *cells][:MOST_SENSORS]


def _measured(battery: Battery) -> bytes:
    cells, sensors = battery.cells[:MOST_CELLS], _sensors(battery)
    amperes = round(10 * abs(battery.current)) & 0x3FFF
    return (
        bytes((len(cells),))
        + _words(1000 * volts for volts in cells)
        + bytes((len(sensors),))
        + _words(10 * (celsius + KELVIN) for celsius in sensors)
        + _words(
            (
                amperes | (DISCHARGING if battery.current < 0 else 0),
                100 * sum(cells),
                10 * battery.remaining,
                0,
                battery.cycles,
                10 * battery.spec.capacity,
                battery.soc,
                HEALTH,
            )
        )
    )


def _state(battery: Battery) -> bytes:
    """Return what has tripped, and the MOSFETs, after a byte for each cell and sensor."""
    cells, sensors = battery.cells[:MOST_CELLS], _sensors(battery)
    mosfets = battery.mosfets
    each = bytes((len(cells),)) + bytes(len(cells)) + bytes((len(sensors),)) + bytes(len(sensors))
    switches = mosfets.charge << 1 | mosfets.discharge << 2
    return each + bytes(4) + problem(battery).to_bytes(2, "big") + bytes((switches,)) + bytes(4)


TDT = Make(
    name="WTDH04SC02",
    maker="AA:C2:38",
    services=(
        ServiceSpec(0xFFF0, (CharacteristicSpec(0xFFF1, NOTIFIES), CharacteristicSpec(0xFFF2, TAKES_BOTH))),
    ),
    manufacturer=named_by_address(COMPANY),
    answer=answer,
    keys={"mtu": 247},
)
