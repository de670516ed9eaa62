"""Conversations with a JBD: what a poll reads and believes, and how MOSFETs are switched and verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from dbus_xbms.model import Mosfets, PackIdentity, PackSample, Protection, Reading
from dbus_xbms.protocols.base import BmsProtocol, NoReply, NotVerified, ProtocolError, Refused, Request
from dbus_xbms.protocols.jbd import READ_BACKS, Jbd, mosfet_mask
from dbus_xbms.protocols.jbd_frames import JbdFramer, parse_request, read, reply, write
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
BOTH_ON = Mosfets(charge=True, discharge=True)


def poll(
    registers: dict[int, bytes], known: PackIdentity | None = KNOWN, *, counters: bool = False
) -> tuple[Reading, list[str]]:
    return converse(Jbd().poll(known, counters=counters), lambda request: registers.get(request.reply.number))


def test_it_is_a_bms_protocol() -> None:
    protocol: BmsProtocol = Jbd()
    assert isinstance(protocol.framer(), JbdFramer)
    assert [layout.service[4:8] for layout in protocol.layouts] == ["ff00", "fff0", "ff06"]


def test_a_poll_of_a_known_pack_sends_03_and_04_and_nothing_else() -> None:
    reading, sent = poll(PACK)
    assert sent == [BASIC, CELLS]
    assert (reading.identity, reading.counters) == (None, None)


def test_a_poll_brings_the_whole_sample() -> None:
    reading, _ = poll(PACK)
    sample = reading.sample
    assert (sample.voltage, sample.current, sample.soc, sample.cycles) == (14.28, 0.0, 100.0, 8)
    assert (sample.remaining, sample.nominal) == (280.0, 280.0)
    assert sample.mosfets == Mosfets(charge=False, discharge=True)
    assert sample.protection == Protection.CELL_OVERVOLTAGE
    assert sample.cells == (3.909, 3.901, 3.895, 3.901)
    assert sample.temperatures == (21.5, 20.9, 20.4)
    assert (sample.balancing, sample.learned, sample.balance_current) == (frozenset(), None, None)


def test_the_tail_brings_the_learned_capacity_and_the_balance_current() -> None:
    sample = poll(PACK | {0x03: frame_of("vatrer_16s_tail9")})[0].sample
    assert (sample.learned, sample.balance_current, sample.nominal) == (101.0, 0.0, 100.0)


def test_balancing_cells_are_numbers_from_one() -> None:
    sample = poll(PACK | {0x03: frame_of("sp15s001_11s_charge_balancing")})[0].sample
    assert sample.balancing == {2, 8, 10}


def test_an_unknown_pack_is_asked_for_its_identity() -> None:
    reading, sent = poll(PACK, None)
    assert sent == [BASIC, CELLS, HARDWARE]
    assert reading.identity == PackIdentity(
        hardware="JBD-SP04S034-L4S-200A-B-U",
        firmware="8.0",
        cell_count=4,
        ntc_count=3,
        nominal=280.0,
        produced="2022-03-28",
    )


@pytest.mark.parametrize("answer", [None, reply(0x05, status=0x80)])
def test_a_pack_without_a_hardware_text_has_an_identity_all_the_same(answer: bytes | None) -> None:
    registers = {register: frame for register, frame in PACK.items() if register != 0x05}
    reading, _ = poll(registers | ({0x05: answer} if answer else {}), None)
    assert reading.identity is not None
    assert (reading.identity.hardware, reading.identity.cell_count) == ("", 4)


def test_counters_are_read_when_asked_for() -> None:
    reading, sent = poll(PACK, counters=True)
    assert sent == [BASIC, CELLS, COUNTERS]
    assert reading.counters is not None
    assert (reading.counters.cell_overvoltage, reading.counters.restarts) == (122, 1)


def test_cells_that_are_recalled_are_not_read() -> None:
    seen: list[PackSample] = []

    def recall(sample: PackSample) -> tuple[float, ...]:
        seen.append(sample)
        return (3.3, 3.4, 3.3, 3.4) if len(seen) == 1 else ()

    conversations = [Jbd().poll(KNOWN, counters=False, recall=recall) for _ in range(2)]
    (first, sent), (second, sent_then) = (
        converse(one, lambda request: PACK.get(request.reply.number)) for one in conversations
    )
    assert (sent, first.sample.cells, first.recalled) == ([BASIC], (3.3, 3.4, 3.3, 3.4), True)
    assert (sent_then, second.sample.cells[0], second.recalled) == ([BASIC, CELLS], 3.909, False)
    assert [(one.voltage, one.protection, one.cells) for one in seen] == [
        (14.28, Protection.CELL_OVERVOLTAGE, ())
    ] * 2


@pytest.mark.parametrize("answer", [None, reply(0xAA, status=0x80), reply(0xAA, bytes(5))])
def test_a_pack_without_counters_is_polled_all_the_same(answer: bytes | None) -> None:
    registers = {register: frame for register, frame in PACK.items() if register != 0xAA}
    reading, _ = poll(registers | ({0xAA: answer} if answer else {}), counters=True)
    assert reading.counters is None
    assert reading.sample.voltage == 14.28


def test_when_the_cell_counts_disagree_that_of_the_voltages_counts() -> None:
    reading, _ = poll(PACK | {0x04: frame_of("sp25s003_16s_cells")}, None)
    assert len(reading.sample.cells) == 16
    assert reading.sample.cells[15] == 0.0
    assert reading.identity is not None
    assert reading.identity.cell_count == 16


def test_another_number_of_cells_than_before_refuses_the_poll_and_a_new_link_believes_it() -> None:
    with pytest.raises(ProtocolError, match="expected 3 as before, got 4"):
        poll(PACK, PackIdentity(cell_count=3))
    reading, _ = poll(PACK, None)
    assert reading.identity
    assert reading.identity.cell_count == 4


def test_a_bench_board_with_nothing_wired_is_a_legal_reading() -> None:
    sample = poll(PACK | {0x03: frame_of("sp25s003_16s_no_ntc")})[0].sample
    assert (sample.voltage, sample.soc, sample.remaining, sample.temperatures) == (0.0, 0.0, 0.0, ())


def test_a_state_of_charge_beyond_100_refuses_the_poll() -> None:
    payload = bytearray(PACK[0x03][4:-3])
    payload[19] = 101
    with pytest.raises(ProtocolError, match="state of charge: expected 0 to 100 %, got 101"):
        poll(PACK | {0x03: reply(0x03, bytes(payload))})


@pytest.mark.parametrize("register", [0x03, 0x04])
def test_a_poll_fails_when_a_register_it_needs_is_silent_or_refused(register: int) -> None:
    with pytest.raises(NoReply):
        poll({other: frame for other, frame in PACK.items() if other != register})
    with pytest.raises(Refused):
        poll(PACK | {register: reply(register, status=0x81)})


def test_cells_are_never_taken_from_a_late_basic_info() -> None:
    with pytest.raises(ProtocolError, match="expected a reply to dd 0x04, got one to dd 0x03"):
        poll({0x03: PACK[0x03], 0x04: PACK[0x03]})


class Board:
    """A BMS's MOSFETs: obeys 0xE1 by its lock, unless a fault is set."""

    def __init__(self, mask: int = 0, *, protects: int = 0) -> None:
        self.mask = mask
        self.protects = protects  # gates that a cell over-voltage holds open
        self.delay = 0  # read-backs until the gates follow
        self.deaf_to: Iterator[bool] = iter(())  # whether each write is lost on the way there
        self.unheard: Iterator[bool] = iter(())  # whether each acknowledgement is lost on the way back
        self.status = 0
        self._shown = mask

    def __call__(self, request: Request) -> bytes | None:
        command = parse_request(request.encoded)
        if not command.write:
            return self._basic()
        assert command.key.number == 0xE1
        if next(self.deaf_to, False):
            return None
        if not self.status:
            self.mask = int.from_bytes(command.payload, "big")
        return None if next(self.unheard, False) else reply(0xE1, status=self.status)

    def _basic(self) -> bytes:
        if self.delay:
            self.delay -= 1
        else:
            self._shown = self.mask
        payload = bytearray(PACK[0x03][4:-3])
        protection = bool(self.protects) | (bool(self._shown) << 12)
        payload[16:18] = protection.to_bytes(2, "big")
        payload[20] = 0b11 & ~(self._shown | self.protects)
        return reply(0x03, bytes(payload))


def order(charge: bool, discharge: bool) -> str:
    return write(0xE1, mosfet_mask(Mosfets(charge=charge, discharge=discharge))).encoded.hex()


def switch(board: Board, *, charge: bool, discharge: bool) -> tuple[Mosfets, list[str]]:
    return converse(Jbd().set_mosfets(Mosfets(charge=charge, discharge=discharge)), board)


def writes(sent: Iterable[str]) -> list[str]:
    return [encoded for encoded in sent if encoded.startswith("dd5a")]


@pytest.mark.parametrize(
    ("charge", "discharge", "encoded"),
    [
        (True, True, "dd5ae1020000ff1d77"),
        (False, True, "dd5ae1020001ff1c77"),
        (True, False, "dd5ae1020002ff1b77"),
        (False, False, "dd5ae1020003ff1a77"),
    ],
)
@pytest.mark.parametrize("before", range(4))
def test_mosfets_are_switched_by_what_is_wanted_and_read_back(
    before: int, charge: bool, discharge: bool, encoded: str
) -> None:
    got, sent = switch(Board(before), charge=charge, discharge=discharge)
    assert got == Mosfets(charge=charge, discharge=discharge)
    assert sent == [encoded, BASIC]


def test_the_link_must_not_repeat_a_write() -> None:
    assert next(Jbd().set_mosfets(BOTH_ON)).retries == 0


def test_gates_may_take_a_few_reads_to_follow() -> None:
    board = Board()
    board.delay = 3
    got, sent = switch(board, charge=False, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert sent == [order(False, True), *[BASIC] * 4]


def test_a_refused_order_is_an_error_and_not_repeated() -> None:
    board = Board()
    board.status = 0x81
    with pytest.raises(Refused, match="does not permit this now"):
        switch(board, charge=False, discharge=True)
    assert board.mask == 0


def test_an_acknowledged_order_that_shows_no_effect_is_not_repeated() -> None:
    board = Board(protects=1)
    conversation = Jbd().set_mosfets(BOTH_ON)
    sent: list[Request] = []

    def answer(request: Request) -> bytes | None:
        sent.append(request)
        return board(request)

    with pytest.raises(NotVerified, match=r"asked for charge on.*reports charge off.*cell overvoltage"):
        converse(conversation, answer)
    assert len(writes(request.encoded.hex() for request in sent)) == 1
    assert len(sent) == 1 + READ_BACKS


def test_a_lost_acknowledgement_leads_to_a_read_back_and_no_second_write() -> None:
    board = Board()
    board.unheard = iter((True,))
    got, sent = switch(board, charge=True, discharge=False)
    assert got == Mosfets(charge=True, discharge=False)
    assert sent == [order(True, False), BASIC]


def test_a_lost_order_is_repeated_once_after_reading_back() -> None:
    board = Board()
    board.deaf_to = iter((True,))
    got, sent = switch(board, charge=True, discharge=False)
    assert got == Mosfets(charge=True, discharge=False)
    assert sent == [order(True, False), *[BASIC] * READ_BACKS, order(True, False), BASIC]


def test_an_order_lost_twice_is_given_up() -> None:
    board = Board()
    board.deaf_to = iter((True, True))
    with pytest.raises(NotVerified, match="asked for charge off, discharge off; the BMS reports charge on"):
        switch(board, charge=False, discharge=False)


def test_a_gate_held_open_by_a_protection_is_no_witness_for_a_lost_order() -> None:
    board = Board(protects=1)
    board.deaf_to = iter((True,))
    got, sent = switch(board, charge=False, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert len(writes(sent)) == 2
    assert board.mask == 1


def test_a_switch_without_a_read_back_fails() -> None:
    with pytest.raises(NoReply):
        converse(Jbd().set_mosfets(BOTH_ON), lambda request: reply(0xE1) if request.retries == 0 else None)
