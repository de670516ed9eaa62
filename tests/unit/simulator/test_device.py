"""The simulated device behaves on the wire like the captured modules and BMSes."""

from __future__ import annotations

from typing import Any

import pytest

from dbus_xbms.protocols import Echo, Frame, Request
from dbus_xbms.protocols.jbd.frames import JbdFramer, module, read, reply, write
from dbus_xbms.protocols.jbd.login import (
    APP_KEY,
    APP_KEY_TEXT,
    RANDOM,
    ROOT_PASSWORD,
    ROOT_PASSWORD_TEXT,
    USER_PASSWORD,
    scramble,
)
from dbus_xbms.protocols.jbd.registers import (
    BASIC,
    CELLS,
    COUNTERS,
    ENTER_FACTORY_MODE,
    FUNCTIONS,
    LEAVE_FACTORY_MODE,
    MOSFET_CONTROL,
    NEWER_MOSFET_CONTROL,
    decode_basic,
)
from dbus_xbms.protocols.jbd.switches import FACTORY_CODE, LEAVE_CODE
from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.board import recordings
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.simulator.scenario import address_of, pack_of
from dbus_xbms.simulator.world import make_device
from dbus_xbms.simulator.writes import STORE_CODE
from tests.unit.simulator.fake_clock import FakeClock

ADDRESS = address_of(1)
SILENCE: list[bytes] = []


class Wire:
    """A connected central."""

    def __init__(self, **row: object) -> None:
        self.clock = FakeClock()
        device = make_device(pack_of({"address": ADDRESS, **row}, 1), self.clock)
        assert isinstance(device, JbdDevice)
        self.device = device
        self.chunks: list[tuple[float, bytes]] = []
        self.connect()

    def connect(self) -> None:
        self.device.connect(lambda chunk: self.chunks.append((self.clock.now, chunk)))

    def ask(self, request: bytes, seconds: float = 1.0) -> list[bytes]:
        """Write, wait, and return the notifications."""
        self.chunks.clear()
        self.device.write(request)
        self.clock.run(seconds)
        return [chunk for _, chunk in self.chunks]

    def frames(self, request: bytes) -> list[Frame | Echo]:
        framer = JbdFramer()
        return [frame for chunk in self.ask(request) for frame in framer.feed(chunk)]

    def status(self, request: Request) -> int:
        (frame,) = self.frames(request.encoded)
        assert isinstance(frame, Frame)
        return frame.status

    def payload(self, request: Request) -> bytes:
        (frame,) = self.frames(request.encoded)
        assert isinstance(frame, Frame)
        return frame.payload

    def truth(self) -> dict[str, Any]:
        return self.device.truth()

    def battery(self) -> Battery:
        battery = self.device.battery
        assert battery is not None
        return battery

    def module(self, command: int, payload: bytes = b"") -> int:
        (frame,) = self.frames(module(command, payload).encoded)
        assert isinstance(frame, Frame)
        return frame.payload[0]

    def fault(self, kind: FaultKind, amount: float = 0.0, **more: object) -> None:
        self.device.faults.active.append(FrameFault(kind=kind, amount=amount, **more))  # type: ignore[arg-type]


def test_a_reply_is_sent_in_notifications_of_twenty_bytes_within_the_captured_times() -> None:
    wire = Wire(cells=16)
    for _ in range(50):
        chunks = wire.ask(read(CELLS).encoded)
        start = wire.clock.now - 1.0
        assert [len(chunk) for chunk in chunks] == [20, 19]
        assert 0.03 <= wire.chunks[0][0] - start <= 0.15
        assert wire.chunks[1][0] - wire.chunks[0][0] < 0.0126


def test_a_late_reply_delays_the_next_one_and_they_do_not_mix() -> None:
    """Halves of two frames can have a valid checksum: see the test of the framer."""
    for delay in range(1960, 2150, 2):  # ms: the second reply comes before, during or after the first
        wire = Wire(cells=16)
        wire.fault(FaultKind.LATE, 2.0)
        wire.device.write(read(CELLS).encoded)
        wire.clock.run(delay / 1000)
        wire.device.write(read(BASIC).encoded)
        wire.clock.run(3.0)
        first, second, third, fourth = (chunk for _, chunk in wire.chunks)
        (cells,), (basic,) = JbdFramer().feed(first + second), JbdFramer().feed(third + fourth)
        assert isinstance(cells, Frame)
        assert isinstance(basic, Frame)
        assert (cells.key.number, basic.key.number) == (CELLS, BASIC)


def test_a_larger_mtu_carries_more() -> None:
    assert [len(chunk) for chunk in Wire(cells=16, mtu=185).ask(read(CELLS).encoded)] == [39]


@pytest.mark.parametrize("tail", [0, 9, 16])
def test_the_tail_of_basic_info_has_the_length_of_its_family(tail: int) -> None:
    (frame,) = Wire(tail=tail, sensors=3).frames(read(BASIC).encoded)
    assert isinstance(frame, Frame)
    assert len(decode_basic(frame.payload).tail.encoded) == tail


def test_values_too_large_for_the_fine_unit_are_sent_in_the_coarse_one() -> None:
    (fine,) = Wire(capacity=900.0, soc=100.0).frames(read(BASIC).encoded)
    (coarse,) = Wire(capacity=900.0, soc=100.0, coarse=True).frames(read(BASIC).encoded)
    assert isinstance(fine, Frame)
    assert isinstance(coarse, Frame)
    assert decode_basic(fine.payload).nominal == pytest.approx(900.0 - 655.36)  # wraps, as on real boards
    assert decode_basic(coarse.payload).nominal == 900.0


def test_the_coarse_unit_can_be_flagged_in_the_tail() -> None:
    (frame,) = Wire(capacity=900.0, soc=100.0, coarse=True, flag="tail", tail=9).frames(read(BASIC).encoded)
    assert isinstance(frame, Frame)
    basic = decode_basic(frame.payload)
    assert (basic.nominal, basic.learned, basic.status & 0x80) == (900.0, 900.0, 0)


@pytest.mark.parametrize(("dialect", "length", "raw"), [("daren", 8, 30000), ("daren_gauge", 16, 0xFFFF)])
def test_daren_sends_its_health_and_optionally_its_gauge_in_the_tail(
    dialect: str, length: int, raw: int
) -> None:
    wire = Wire(cells=16, capacity=300.0, soc=50.0, sensors=5, dialect=dialect)
    (frame,) = wire.frames(read(BASIC).encoded)
    assert isinstance(frame, Frame)
    assert int.from_bytes(frame.payload[6:8], "big") == raw
    basic = decode_basic(frame.payload)
    assert (len(basic.tail.encoded), basic.sensor_count, len(basic.sensors)) == (length, 4, 6)
    assert (basic.nominal, basic.remaining, basic.health) == (300.0, 150.0, 99.0)
    (refused,) = wire.frames(read(0x05).encoded)
    assert isinstance(refused, Frame)
    assert refused.encoded.hex() == "dd058000ff8077"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (read(0x24).encoded, 0x81),
        (read(0x42).encoded, 0x81),
        (read(0xFB).encoded, 0x80),
        (write(0x2D, b"\x00\x06").encoded, 0x81),
        (write(0xFB, b"\x01\x01").encoded, 0x80),
        (write(MOSFET_CONTROL, b"\x00\x04").encoded, 0x80),
    ],
)
def test_unknown_registers_and_those_of_factory_mode_are_refused(request_: bytes, status: int) -> None:
    (frame,) = Wire().frames(request_)
    assert isinstance(frame, Frame)
    assert frame.status == status


@pytest.mark.parametrize(
    ("commands", "request_", "mask"),
    [
        ("e1", write(MOSFET_CONTROL, b"\x00\x03"), 3),
        ("e1", write(NEWER_MOSFET_CONTROL, b"\x01\x01"), None),
        ("fb", write(MOSFET_CONTROL, b"\x00\x03"), None),
        ("fb", write(NEWER_MOSFET_CONTROL, b"\x01\x01"), 1),
        ("fb", write(NEWER_MOSFET_CONTROL, b"\x00\x01"), 2),
        ("both", write(NEWER_MOSFET_CONTROL, b"\x0a\x01"), 3),
        ("both", write(NEWER_MOSFET_CONTROL, b"\x03\x01"), None),
    ],
)
def test_a_board_obeys_only_the_switch_command_it_knows(
    commands: str, request_: Request, mask: int | None
) -> None:
    wire = Wire(commands=commands)
    assert wire.status(request_) == (0x80 if mask is None else 0)
    assert wire.truth()["mask"] == (mask or 0)


def test_the_newer_command_changes_only_the_mosfets_it_names() -> None:
    wire = Wire(commands="fb")
    masks = [b"\x01\x01", b"\x00\x01", b"\x01\x00"]  # each before the previous one takes effect
    for payload in masks:
        wire.device.write(write(NEWER_MOSFET_CONTROL, payload).encoded)
    wire.clock.run(1.0)
    assert wire.truth()["mask"] == 2


def test_functions_can_be_read_and_written_in_factory_mode_only() -> None:
    wire = Wire(load="charge")
    wire.battery().overrides.cells[2] = 3.45
    no_balancing = write(FUNCTIONS, b"\x00\x02")
    assert wire.status(no_balancing) == 0x81
    assert wire.status(write(ENTER_FACTORY_MODE, b"\x12\x34")) == 0x81
    assert wire.status(write(ENTER_FACTORY_MODE, FACTORY_CODE)) == 0
    assert wire.truth()["factory"]
    assert wire.payload(read(FUNCTIONS)) == b"\x00\x06"
    assert wire.status(read(0x24)) == 0x80  # there is no other parameter
    assert wire.truth()["balancing"]
    assert wire.status(no_balancing) == 0
    assert wire.payload(read(FUNCTIONS)) == b"\x00\x02"
    assert not wire.truth()["balancing"]
    assert wire.status(write(LEAVE_FACTORY_MODE, LEAVE_CODE)) == 0
    assert wire.status(read(FUNCTIONS)) == 0x81
    assert (wire.truth()["factory"], wire.truth()["functions"], wire.truth()["stored"]) == (False, 2, 0)


def test_factory_mode_survives_the_link_and_is_left_by_the_code_that_clears_the_counters() -> None:
    wire = Wire()
    wire.status(write(ENTER_FACTORY_MODE, FACTORY_CODE))
    wire.device.disconnect()
    wire.connect()
    assert wire.truth()["factory"]
    assert any(wire.payload(read(COUNTERS))[:22])
    assert wire.status(write(LEAVE_FACTORY_MODE, b"\x00\x01")) == 0x81
    assert wire.status(write(LEAVE_FACTORY_MODE, STORE_CODE)) == 0
    assert (wire.truth()["factory"], wire.truth()["stored"]) == (False, 1)
    assert not any(wire.payload(read(COUNTERS))[:22])


def test_every_write_is_recorded_with_its_time_whether_it_takes_effect_or_not() -> None:
    wire = Wire()
    wire.ask(read(BASIC).encoded)
    wire.ask(write(MOSFET_CONTROL, b"\x00\x01").encoded)
    wire.fault(FaultKind.LOSE)
    wire.ask(write(MOSFET_CONTROL, b"\x00\x02").encoded)
    wire.ask(module(APP_KEY, APP_KEY_TEXT).encoded)
    assert list(wire.device.counters.writes) == [(101.0, 0xE1, "0001"), (102.0, 0xE1, "0002")]
    assert wire.truth()["mask"] == 1


def test_only_the_acknowledgement_can_be_lost() -> None:
    wire = Wire()
    wire.fault(FaultKind.LOST_ACKNOWLEDGE)
    assert wire.ask(read(BASIC).encoded) != SILENCE
    assert wire.ask(write(MOSFET_CONTROL, b"\x00\x01").encoded) == SILENCE
    assert wire.truth()["mask"] == 1


def test_only_the_read_back_can_be_lost() -> None:
    wire = Wire()
    wire.fault(FaultKind.LOST_READ_BACK, count=None)
    assert wire.ask(read(BASIC).encoded) != SILENCE
    assert wire.status(write(MOSFET_CONTROL, b"\x00\x01")) == 0
    answers = [wire.ask(read(BASIC).encoded) != SILENCE for _ in range(4)]
    assert answers == [False, False, False, True]


def test_a_write_can_be_acknowledged_and_ignored() -> None:
    wire = Wire()
    wire.fault(FaultKind.IGNORED_WRITE)
    request = write(MOSFET_CONTROL, b"\x00\x01")
    assert (wire.status(request), wire.truth()["mask"]) == (0, 0)
    assert (wire.status(request), wire.truth()["mask"]) == (0, 1)


def test_a_mosfet_command_is_acknowledged_as_in_the_captures() -> None:
    assert Wire().ask(bytes.fromhex("dd5ae1020001ff1c77")) == [bytes.fromhex("dde10000000077")]


def test_a_malformed_request_gets_no_reply() -> None:
    wire = Wire()
    assert wire.ask(bytes.fromhex("dda50300fffe77")) == SILENCE
    assert wire.device.counters.garbled == 1


def test_the_first_request_of_a_connection_is_lost_if_the_board_sleeps() -> None:
    wire = Wire(lose_first=True)
    assert wire.ask(read(BASIC).encoded) == SILENCE
    assert wire.ask(read(BASIC).encoded) != SILENCE
    wire.device.disconnect()
    wire.connect()
    assert wire.ask(read(BASIC).encoded) == SILENCE


def test_a_pending_reply_is_lost_with_the_link() -> None:
    wire = Wire()
    wire.device.write(read(BASIC).encoded)
    wire.device.disconnect()
    wire.connect()
    wire.clock.run(1.0)
    assert wire.chunks == []


def test_a_passkey_module_echoes_until_it_is_paired() -> None:
    wire = Wire(passkey="123456")
    assert wire.ask(read(BASIC).encoded) == [read(BASIC).encoded]
    wire.device.paired = True
    assert wire.ask(read(BASIC).encoded) != [read(BASIC).encoded]


@pytest.mark.parametrize("root", [False, True])
def test_a_password_module_is_silent_until_the_login_is_done(root: bool) -> None:
    wire = Wire(password="123456", needs_root=root)
    assert wire.ask(read(BASIC).encoded) == SILENCE
    assert wire.module(APP_KEY, APP_KEY_TEXT) == 0
    number = wire.module(RANDOM)
    assert wire.module(USER_PASSWORD, scramble(ADDRESS, b"654321", number)) == 1
    assert wire.module(USER_PASSWORD, scramble(ADDRESS, b"123456", number)) == 0
    assert wire.ask(read(BASIC).encoded) == SILENCE  # the first after the login is lost
    if root:
        assert wire.ask(read(BASIC).encoded) == SILENCE
        assert wire.module(ROOT_PASSWORD, scramble(ADDRESS, ROOT_PASSWORD_TEXT, number)) == 0
        assert wire.ask(read(BASIC).encoded) == SILENCE
    assert wire.ask(read(BASIC).encoded) != SILENCE
    wire.device.disconnect()
    wire.connect()
    assert wire.ask(read(BASIC).encoded) == SILENCE


def test_a_password_module_without_a_password_opens_on_the_app_key() -> None:
    wire = Wire(password="")
    assert wire.ask(read(BASIC).encoded) == SILENCE
    assert wire.module(APP_KEY, APP_KEY_TEXT) == 2
    assert wire.ask(read(BASIC).encoded) != SILENCE


def test_a_module_without_a_login_ignores_module_frames() -> None:
    assert Wire().ask(module(APP_KEY, APP_KEY_TEXT).encoded) == SILENCE


def test_foreign_blocks_follow_every_reply_of_an_up16s() -> None:
    chunks = Wire(foreign=True).ask(read(CELLS).encoded)
    assert chunks[1].startswith(bytes.fromhex("02510000ffff"))
    assert sum(len(chunk) for chunk in chunks[1:]) == 64


def test_a_fault_ends_after_its_count_or_its_time() -> None:
    wire = Wire()
    wire.fault(FaultKind.LOSE, count=2)
    answers = [wire.ask(read(CELLS).encoded) != SILENCE for _ in range(4)]
    assert answers == [False, False, True, True]
    wire.fault(FaultKind.MUTE, count=None, until=wire.clock.now + 2.5)
    assert [wire.ask(read(CELLS).encoded) != SILENCE for _ in range(4)] == [False, False, False, True]


def test_a_fault_occurs_with_its_probability() -> None:
    wire = Wire()
    wire.fault(FaultKind.LOSE, count=None, probability=0.1)
    lost = sum(wire.ask(read(CELLS).encoded) == SILENCE for _ in range(500))
    assert 25 < lost < 80


@pytest.mark.parametrize("name", sorted(recordings()))
def test_a_replayed_recording_replies_with_the_recorded_frames(name: str) -> None:
    wire = Wire(replay=name)
    for register, payloads in recordings()[name].replies.items():
        for payload in (*payloads, payloads[0]):
            assert b"".join(wire.ask(read(register).encoded)) == reply(register, payload)
    (frame,) = wire.frames(write(MOSFET_CONTROL, b"\x00\x00").encoded)
    assert isinstance(frame, Frame)
    assert frame.status == 0x81
