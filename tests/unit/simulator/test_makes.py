"""Packs of other makes answer their own requests and nothing else, and repeat only while connected."""

from __future__ import annotations

import pytest

from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.device import Device
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.makes import jikong, litime, tdt
from dbus_xbms.simulator.makes.modbus import READ_COILS, READ_HOLDING, READ_INPUT, crc, parse
from dbus_xbms.simulator.makes.table import MAKES
from dbus_xbms.simulator.scenario import ScenarioError, address_of, brands, pack_of, read_scenario
from dbus_xbms.simulator.world import make_device, make_module
from tests.unit.simulator.fake_clock import FakeClock

ADDRESS = address_of(1)


def modbus(unit: int, function: int, address: int, count: int) -> bytes:
    """Return a request with its checksum."""
    frame = bytes((unit, function)) + address.to_bytes(2, "big") + count.to_bytes(2, "big")
    return frame + crc(frame)


REQUESTS = {
    "litime": [litime.REQUEST],
    "redodo": [litime.REQUEST],
    "power_queen": [litime.REQUEST],
    "jikong": [jikong.request(jikong.DEVICE), jikong.request(jikong.MEASURED)],
    "daly": [modbus(0xD2, READ_HOLDING, 0, 62), modbus(0xD2, READ_HOLDING, 0x3E, 9)],
    "seplos": [
        modbus(0, READ_INPUT, 0x2000, 0x1A),
        modbus(0, READ_INPUT, 0x2100, 0x16),
        modbus(0, READ_COILS, 0x2200, 0x50),
        modbus(1, READ_INPUT, 0x1000, 0x11),
        modbus(1, READ_INPUT, 0x1100, 0x1A),
    ],
    "tdt": [tdt.request(command) for command in (tdt.MEASURED, tdt.STATE, tdt.DEVICE)],
    "renogy": [
        modbus(0x30, READ_HOLDING, 0x13B2, 7),
        modbus(0x30, READ_HOLDING, 0x1388, 34),
        modbus(0x30, READ_HOLDING, 0x13EC, 8),
    ],
}


class Wire:
    """A central that is connected to a pack."""

    def __init__(self, **row: object) -> None:
        self.clock = FakeClock()
        self.device: Device = make_device(pack_of({"address": ADDRESS, **row}, 1), self.clock)
        self.chunks: list[bytes] = []
        self.device.connect(self.chunks.append)

    def ask(self, request: bytes, seconds: float = 0.5) -> bytes:
        """Write, wait, and return what was notified."""
        self.chunks.clear()
        self.device.write(request)
        self.clock.run(seconds)
        return b"".join(self.chunks)


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("cells", [1, 4, 32])
@pytest.mark.parametrize("sensors", [0, 1, 2, 8])
def test_every_request_has_a_reply_whatever_the_number_of_cells_and_sensors(
    make: str, cells: int, sensors: int
) -> None:
    wire = Wire(make=make, cells=cells, sensors=sensors, capacity=9999.0)
    for request in REQUESTS[make]:
        assert wire.ask(request)
        assert wire.device.counters.requests[request.hex()] == 1
    assert wire.device.counters.garbled == 0


@pytest.mark.parametrize("make", MAKES)
def test_what_is_no_request_gets_no_reply_and_is_counted(make: str) -> None:
    wire = Wire(make=make)
    damaged = [request[:-1] + bytes((request[-1] ^ 1,)) for request in REQUESTS[make]]
    others = [b"", b"\0", modbus(9, READ_HOLDING, 0, 1), modbus(0xD2, READ_HOLDING, 60, 9)]
    for request in (*damaged, *others):
        assert wire.ask(request) == b""
    assert wire.device.counters.garbled == len(damaged) + len(others)


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("kind", [FaultKind.MUTE, FaultKind.LOSE, FaultKind.REFUSE])
def test_a_fault_of_the_wire_makes_it_silent_and_ends(make: str, kind: FaultKind) -> None:
    wire, request = Wire(make=make), REQUESTS[make][0]
    wire.device.faults.active.append(FrameFault(kind=kind, count=1))
    assert wire.ask(request) == b""
    assert wire.ask(request)


def test_a_jikong_repeats_its_measurements_until_the_link_ends() -> None:
    wire = Wire(make="jikong")
    wire.ask(jikong.request(jikong.MEASURED))
    wire.ask(jikong.request(jikong.MEASURED), seconds=10.0)
    assert wire.device.counters.requests["repeated"] == 10
    wire.device.disconnect()
    wire.clock.run(10.0)
    assert wire.device.counters.requests["repeated"] == 10


def test_a_silent_jikong_repeats_nothing() -> None:
    wire = Wire(make="jikong")
    wire.ask(jikong.request(jikong.MEASURED))
    wire.device.faults.active.append(FrameFault(kind=FaultKind.MUTE, count=None))
    wire.chunks.clear()
    wire.clock.run(10.0)
    assert wire.chunks == []
    wire.device.faults.clear()
    wire.clock.run(2.0)
    assert wire.chunks


def test_the_truth_of_a_pack_has_its_last_replies() -> None:
    wire = Wire(make="litime")
    frame = wire.ask(litime.REQUEST)
    truth = wire.device.truth()
    ((_, request, reply),) = truth["reads"]
    assert (request, reply) == (litime.REQUEST.hex(), frame.hex())
    assert truth["soc"] == pytest.approx(60.0, abs=0.1)


def test_a_reading_without_sensors_has_no_temperature() -> None:
    battery = Battery(BatterySpec(sensors=0))
    battery.advance(0.0)
    frame = jikong.answer(jikong.request(jikong.MEASURED), battery)
    assert frame is not None
    assert frame[214] == 0


def test_a_request_for_registers_is_parsed_whole_or_not_at_all() -> None:
    request = parse(modbus(0xD2, READ_HOLDING, 0x3E, 9))
    assert request is not None
    assert (request.unit, request.function, request.address, request.count) == (0xD2, 3, 0x3E, 9)
    assert parse(modbus(0xD2, READ_HOLDING, 0x3E, 9)[:-1]) is None


def test_a_brand_of_each_kind_has_a_name_and_a_module_of_its_own() -> None:
    packs = brands()
    assert [pack.make for pack in packs] == ["jbd", "litime", "jikong", "daly", "seplos"]
    assert len({pack.radio.name for pack in packs}) == len(packs)
    assert [make_module(pack).advertised for pack in packs] == [0xFF00, 0xFFE0, 0xFFE0, 0xFFF0, 0xFFF0]


def test_a_scenario_names_the_make_and_what_differs_from_it() -> None:
    (pack,) = read_scenario('{"packs": [{"make": "daly", "name": "DL-1", "mtu": 185}]}').packs
    assert (pack.make, pack.radio.name, pack.wire.mtu) == ("daly", "DL-1", 185)
    for row, words in (
        ('{"make": "acme"}', "make must be one of jbd, litime"),
        ('{"make": "daly", "replay": "vendor-17s"}', "all recordings are of jbd, not daly"),
    ):
        with pytest.raises(ScenarioError, match=words):
            read_scenario(f'{{"packs": [{row}]}}')
