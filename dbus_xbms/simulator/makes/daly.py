"""Daly BMSes with the newer protocol: Modbus with the unit 0xD2. Pure.

Source: how aiobmsble 0.31 reads them (`daly_bms`).
"""

from __future__ import annotations

from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.makes.make import (
    NOTIFIES,
    TAKES_BOTH,
    Make,
    cell_sensors,
    mosfet_sensor,
    named_by_address,
    problem,
)
from dbus_xbms.simulator.makes.modbus import READ_HOLDING, characters, parse, registers
from dbus_xbms.simulator.modules import CharacteristicSpec, ServiceSpec

UNIT = 0xD2
COMPANY = 0x0302
MOST_CELLS, MOST_SENSORS = 32, 8
MEASURED, SETTINGS, DEVICE = 0x0000, 0x003E, 0x00A9  # first registers of three blocks
TEXTS = (b"DL-R16U-F16S100A" + b"DL-R16U-01".ljust(16)).ljust(64, b"\0")  # software, hardware
NO_CURRENT = 30000  # raw; a current in 0.1 A is added
NO_TEMPERATURE = 40  # °C that are added


def answer(request: bytes, battery: Battery) -> bytes | None:
    """Return the reply to a request; ``None`` if there is none."""
    asked = parse(request)
    if asked is None or (asked.unit, asked.function) != (UNIT, READ_HOLDING):
        return None
    return registers(
        asked, {MEASURED: _measured(battery), SETTINGS: _settings(battery), DEVICE: characters(TEXTS)}
    )


def _measured(battery: Battery) -> list[float]:
    """Return registers 0x00 to 0x3D."""
    cells, mosfets = battery.cells[:MOST_CELLS], battery.mosfets
    sensors = cell_sensors(battery)[:MOST_SENSORS]
    warmth = [celsius + NO_TEMPERATURE for celsius in sensors]
    return [
        *(1000 * volts for volts in cells),
        *([0] * (MOST_CELLS - len(cells))),
        *warmth,
        *([0] * (MOST_SENSORS - len(sensors))),
        10 * sum(cells),
        NO_CURRENT + 10 * battery.current,
        10 * battery.soc,
        1000 * max(cells),
        1000 * min(cells),
        max(warmth, default=0),
        min(warmth, default=0),
        0 if battery.current == 0 else 1 if battery.current > 0 else 2,
        10 * battery.remaining,
        len(cells),
        len(sensors),
        battery.cycles,
        bool(battery.balancing),
        mosfets.charge,
        mosfets.discharge,
        1000 * sum(cells) / len(cells),
        1000 * (max(cells) - min(cells)),
        abs(sum(cells) * battery.current),
        *(0, 0, 0, problem(battery)),
    ]


def _settings(battery: Battery) -> list[float]:
    """Return registers 0x3E to 0x46, of which only the temperature of the MOSFETs is known."""
    celsius = mosfet_sensor(battery)
    return [*([0] * 4), 0 if celsius is None else celsius + NO_TEMPERATURE, *([0] * 4)]


DALY = Make(
    name="DL-401710015C9B",
    maker="40:17:10",
    services=(
        ServiceSpec(0xFFF0, (CharacteristicSpec(0xFFF1, NOTIFIES), CharacteristicSpec(0xFFF2, TAKES_BOTH))),
    ),
    manufacturer=named_by_address(COMPANY, b"\x16"),
    answer=answer,
    keys={"mtu": 247},
)
