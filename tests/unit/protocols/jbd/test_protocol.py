"""Conversations with a JBD: what a poll reads and accepts."""

from __future__ import annotations

import pytest

from dbus_xbms.model import Mosfets, PackIdentity, Protection, Reading
from dbus_xbms.protocols import ConversationFamily, NoReply, ProtocolError, Refused
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.protocols.jbd.frames import JbdFramer, read, reply
from tests.unit.recorded import converse, frame_of

BASIC, CELLS = read(0x03).encoded.hex(), read(0x04).encoded.hex()
HARDWARE, COUNTERS = read(0x05).encoded.hex(), read(0xAA).encoded.hex()
KNOWN = PackIdentity(cell_count=4)
PACK = {
    0x03: frame_of("280ah_4s_cell_overvoltage"),
    0x04: frame_of("sp04s034_cells_a"),
    0x05: frame_of("sp04s034_hwver"),
    0xAA: frame_of("sp04s034_error_counts_a"),
}


def poll(
    registers: dict[int, bytes], known: PackIdentity | None = KNOWN, *, counters: bool = False
) -> tuple[Reading, list[str]]:
    return converse(Jbd().poll(known, counters=counters), lambda request: registers.get(request.reply.number))


def test_jbd_is_a_bms_protocol() -> None:
    protocol: ConversationFamily = Jbd()
    assert isinstance(protocol.framer(), JbdFramer)
    assert [layout.service[4:8] for layout in protocol.layouts] == ["ff00", "fff0", "ff06"]


def test_a_poll_of_a_known_pack_sends_03_and_04_and_nothing_else() -> None:
    reading, sent = poll(PACK)
    assert sent == [BASIC, CELLS]
    assert (reading.identity, reading.counters) == (None, None)


def test_a_poll_returns_a_complete_sample() -> None:
    reading, _ = poll(PACK)
    sample = reading.sample
    assert (sample.voltage, sample.current, sample.soc, sample.cycles) == (14.28, 0.0, 100.0, 8)
    assert (sample.remaining, sample.nominal) == (280.0, 280.0)
    assert sample.mosfets == Mosfets(charge=False, discharge=True)
    assert sample.protection == frozenset({Protection.CELL_OVERVOLTAGE})
    assert sample.cells == (3.909, 3.901, 3.895, 3.901)
    assert sample.temperatures == (21.5, 20.9, 20.4)
    assert (sample.balancing, sample.learned, sample.balance_current) == (frozenset(), None, None)


def test_the_tail_has_the_learned_capacity_and_the_balance_current() -> None:
    sample = poll(PACK | {0x03: frame_of("vatrer_16s_tail9")})[0].sample
    assert (sample.learned, sample.balance_current, sample.nominal) == (101.0, 0.0, 100.0)


def test_balancing_cells_are_numbered_from_one() -> None:
    sample = poll(PACK | {0x03: frame_of("sp15s001_11s_charge_balancing")})[0].sample
    assert sample.balancing == frozenset({2, 8, 10})


def test_an_unknown_pack_is_asked_for_its_identity() -> None:
    reading, sent = poll(PACK, None)
    assert sent == [BASIC, CELLS, HARDWARE]
    assert reading.identity == PackIdentity(
        hardware="JBD-SP04S034-L4S-200A-B-U",
        firmware="8.0",
        cell_count=4,
        ntc_count=3,
        nominal=280.0,
        rating=200.0,
        produced="2022-03-28",
    )


@pytest.mark.parametrize("answer", [None, reply(0x05, status=0x80)])
def test_a_pack_without_a_hardware_text_still_has_an_identity(answer: bytes | None) -> None:
    registers = {register: frame for register, frame in PACK.items() if register != 0x05}
    reading, _ = poll(registers | ({0x05: answer} if answer else {}), None)
    assert reading.identity is not None
    assert (reading.identity.hardware, reading.identity.cell_count) == ("", 4)


def test_counters_are_read_when_asked_for() -> None:
    reading, sent = poll(PACK, counters=True)
    assert sent == [BASIC, CELLS, COUNTERS]
    assert reading.counters is not None
    assert (reading.counters.cell_overvoltage, reading.counters.restarts) == (122, 1)


@pytest.mark.parametrize("answer", [None, reply(0xAA, status=0x80), reply(0xAA, bytes(5))])
def test_a_pack_without_counters_is_still_polled(answer: bytes | None) -> None:
    registers = {register: frame for register, frame in PACK.items() if register != 0xAA}
    reading, _ = poll(registers | ({0xAA: answer} if answer else {}), counters=True)
    assert reading.counters is None
    assert reading.sample.voltage == 14.28


def test_if_the_cell_counts_disagree_that_of_the_voltages_is_used() -> None:
    reading, _ = poll(PACK | {0x04: frame_of("sp25s003_16s_cells")}, None)
    assert len(reading.sample.cells) == 16
    assert reading.sample.cells[15] == 0.0
    assert reading.identity is not None
    assert reading.identity.cell_count == 16


def test_a_changed_cell_count_fails_the_poll_until_the_next_connection() -> None:
    with pytest.raises(ProtocolError, match="expected 3 as before, got 4"):
        poll(PACK, PackIdentity(cell_count=3))
    reading, _ = poll(PACK, None)
    assert reading.identity
    assert reading.identity.cell_count == 4


def test_a_board_with_nothing_wired_is_a_valid_reading() -> None:
    sample = poll(PACK | {0x03: frame_of("sp25s003_16s_no_ntc")})[0].sample
    assert (sample.voltage, sample.soc, sample.remaining, sample.temperatures) == (0.0, 0.0, 0.0, ())


def test_a_state_of_charge_above_100_fails_the_poll() -> None:
    payload = bytearray(PACK[0x03][4:-3])
    payload[19] = 101
    with pytest.raises(ProtocolError, match="state of charge: expected 0 to 100 %, got 101"):
        poll(PACK | {0x03: reply(0x03, bytes(payload))})


@pytest.mark.parametrize("register", [0x03, 0x04])
def test_a_poll_fails_if_a_required_register_is_silent_or_refused(register: int) -> None:
    with pytest.raises(NoReply):
        poll({other: frame for other, frame in PACK.items() if other != register})
    with pytest.raises(Refused):
        poll(PACK | {register: reply(register, status=0x81)})


def test_cells_are_never_taken_from_a_late_basic_info() -> None:
    with pytest.raises(ProtocolError, match="expected a reply to dd 0x04, got one to dd 0x03"):
        poll({0x03: PACK[0x03], 0x04: PACK[0x03]})
