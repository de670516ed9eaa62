"""How a JBD's MOSFETs and its balancer are switched, and how that is verified."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Mosfet, Mosfets, PackIdentity, Switched
from dbus_xbms.protocols import Conversation, NoReply, NotVerified, ProtocolError, Refused, Request
from dbus_xbms.protocols.jbd import Jbd, switches
from dbus_xbms.protocols.jbd.frames import module_reply, parse_request, read, reply, write
from dbus_xbms.protocols.jbd.protections import ProtectionBit, is_locked, protections
from dbus_xbms.protocols.jbd.protocol import JbdSwitching
from dbus_xbms.protocols.jbd.registers import decode_basic
from dbus_xbms.protocols.jbd.switches import READ_BACKS, mosfet_mask
from dbus_xbms.settings import PackSettings
from tests.unit.recorded import converse, frame_of
from tests.unit.samples import sample

BASIC = read(0x03).encoded.hex()
PAYLOAD = frame_of("280ah_4s_cell_overvoltage")[4:-3]
BOTH_ON = Mosfets(charge=True, discharge=True)
BALANCES = 1 << 2

SWITCHING = JbdSwitching()


class Board:
    """A BMS's MOSFETs, its balancer and its factory mode: obeys unless a fault is set."""

    def __init__(self, mask: int = 0, *, protects: int = 0) -> None:
        self.mask = mask
        self.protects = protects  # MOSFETs that a cell over-voltage or under-voltage keeps off
        self.stuck = 0  # MOSFETs that stay on whatever they are told
        self.delay = 0  # read-backs until the MOSFETs follow
        self.deaf_to: Iterator[bool] = iter(())  # whether each write is lost on the way there
        self.unheard: Iterator[bool] = iter(())  # whether each acknowledgement is lost on the way back
        self.refuses: dict[int, int] = {0xFB: 0x80}  # status by register
        self.functions = 0x0006
        self.factory = False
        self.leaves = True  # factory mode, when told to
        self.heeds = True  # 0xE1, or acknowledges it only
        self.lock: bool | None = None  # bit 12 whatever the mask; None: set while something is masked
        self.others: Iterator[int | None] = iter(())  # masks that a second master writes before each read
        self._shown = mask

    def __call__(self, request: Request) -> bytes | None:
        command = parse_request(request.encoded)
        register = command.key.number
        if command.write:
            if next(self.deaf_to, False):
                return None
            status = self._write(register, command.payload)
            return None if next(self.unheard, False) else reply(register, status=status)
        if register == 0x2D:
            return reply(0x2D, *([self.functions.to_bytes(2, "big")] if self.factory else [b"", 0x81]))
        return self._basic()

    def _write(self, register: int, payload: bytes) -> int:
        if status := self.refuses.get(register, 0):
            return status
        if register == 0xE1 and not self.heeds:
            pass
        elif register == 0xE1:
            self.mask = int.from_bytes(payload, "big")
        elif register == 0xFB:
            bit = {0x01: 1, 0x00: 2}[payload[0]]
            self.mask = self.mask | bit if payload[1] else self.mask & ~bit
        elif (register, payload) == (0x00, b"\x56\x78"):
            self.factory = True
        elif (register, payload) == (0x01, b"\0\0"):
            self.factory = not self.leaves
        elif register == 0x2D and self.factory:
            self.functions = int.from_bytes(payload, "big")
        else:
            raise AssertionError(f"wrote {payload.hex()} to 0x{register:02x}")
        return 0

    def _basic(self) -> bytes:
        other = next(self.others, None)
        self.mask = self.mask if other is None else other
        if self.delay:
            self.delay -= 1
        else:
            self._shown = self.mask
        return reply(0x03, self.basic())

    def basic(self) -> bytes:
        """Payload of basic info."""
        payload = bytearray(PAYLOAD)
        tripped = (ProtectionBit.CELL_OVERVOLTAGE if self.protects & 1 else 0) | (
            ProtectionBit.CELL_UNDERVOLTAGE if self.protects & 2 else 0
        )
        locked = bool(self._shown) if self.lock is None else self.lock
        protection = tripped | (ProtectionBit.MOSFET_SOFTWARE_LOCK if locked else 0)
        payload[16:18] = protection.to_bytes(2, "big")
        payload[20] = (0b11 & ~(self._shown | self.protects)) | self.stuck
        return bytes(payload)


def order(charge: bool, discharge: bool) -> str:
    return write(0xE1, mosfet_mask(Mosfets(charge=charge, discharge=discharge))).encoded.hex()


def ordered(board: Board, want: Mosfets, *, newer: bool = False) -> Conversation[Switched]:
    """An order that was judged by the board as it is."""
    basic = decode_basic(board.basic())
    bits = basic.protection
    before = replace(sample(), mosfets=basic.mosfets, protection=protections(bits), locked=is_locked(bits))
    settings = PackSettings({"UseFbCommand": int(newer)})
    return SWITCHING.set_mosfets(want, before=before, settings=settings)


def switch(board: Board, *, charge: bool, discharge: bool) -> tuple[Mosfets, list[str]]:
    switched, sent = converse(ordered(board, Mosfets(charge=charge, discharge=discharge)), board)
    return switched.mosfets, sent


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
    assert next(ordered(Board(), BOTH_ON)).retries == 0


def test_mosfets_may_take_a_few_reads_to_follow() -> None:
    board = Board()
    board.delay = 3
    got, sent = switch(board, charge=False, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert sent == [order(False, True), *[BASIC] * 4]


def test_a_refused_order_is_an_error_and_not_repeated() -> None:
    board = Board()
    board.refuses[0xE1] = 0x81
    with pytest.raises(Refused, match="does not permit this now"):
        switch(board, charge=False, discharge=True)
    assert board.mask == 0


def test_an_acknowledged_order_without_effect_is_repeated_once_and_then_given_up() -> None:
    board = Board()
    board.heeds = False
    sent: list[Request] = []

    def answer(request: Request) -> bytes | None:
        sent.append(request)
        return board(request)

    with pytest.raises(NotVerified, match=r"commanded charge off, discharge on; the BMS reports charge on"):
        converse(ordered(board, Mosfets(charge=False, discharge=True)), answer)
    assert [request.reply.number for request in sent] == [0xE1, *[0x03] * READ_BACKS] * 2


def test_a_stuck_mosfet_whose_order_is_stored_is_not_ordered_off_again() -> None:
    board = Board()
    board.stuck = 1
    with pytest.raises(NotVerified, match="the BMS reports charge on, discharge on and a MOSFET lock"):
        switch(board, charge=False, discharge=True)
    assert board.mask == 1


def test_a_released_mosfet_that_a_protection_keeps_off_has_followed() -> None:
    got, sent = switch(Board(mask=1, protects=1), charge=True, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert sent == [order(True, True), BASIC]


def test_a_mosfet_that_is_off_for_no_reason_has_not_followed() -> None:
    board = Board(mask=1, protects=2)
    board.deaf_to = iter((True, True))
    with pytest.raises(NotVerified, match="charge off, discharge off and a MOSFET lock while it protects"):
        switch(board, charge=True, discharge=True)


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
    with pytest.raises(NotVerified, match="commanded charge off, discharge off; the BMS reports charge on"):
        switch(board, charge=False, discharge=False)


def test_a_mosfet_held_off_by_a_protection_is_no_witness_for_a_lost_order() -> None:
    board = Board(protects=1)
    board.deaf_to = iter((True,))
    got, sent = switch(board, charge=False, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert len(writes(sent)) == 2
    assert board.mask == 1


def test_a_lock_made_before_is_no_witness_for_a_lost_order() -> None:
    board = Board(mask=2, protects=1)
    board.deaf_to = iter((True,))
    got, sent = switch(board, charge=False, discharge=False)
    assert got == Mosfets(charge=False, discharge=False)
    assert (len(writes(sent)), board.mask) == (2, 3)


def test_a_lock_bit_that_stays_set_after_both_were_ordered_on_is_not_verified() -> None:
    board = Board(mask=1, protects=1)
    board.lock = True
    with pytest.raises(NotVerified, match="charge off, discharge on and a MOSFET lock while it protects"):
        switch(board, charge=True, discharge=True)


def test_a_lock_bit_may_come_a_few_reads_late() -> None:
    board = Board(protects=1)
    board.delay = 3
    _, sent = switch(board, charge=False, discharge=True)
    assert sent == [order(False, True), *[BASIC] * 4]


def test_a_board_that_never_sets_the_lock_bit_is_believed_by_its_mosfets() -> None:
    board = Board()
    board.lock = False
    got, sent = switch(board, charge=False, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert sent == [order(False, True), *[BASIC] * READ_BACKS]


@pytest.mark.parametrize(
    ("mask", "protects", "lock", "charge", "discharge", "hidden"),
    [
        (3, 1, None, True, False, {Mosfet.CHARGE}),
        (2, 1, None, False, False, {Mosfet.CHARGE}),
        (0, 1, None, False, True, set()),
        (1, 1, None, True, True, set()),
        (0, 1, False, False, True, {Mosfet.CHARGE}),
    ],
    ids=["released or not", "masked or not", "the lock is its own", "no lock", "no lock bit on this board"],
)
def test_what_a_protection_hides_of_an_order_is_told(
    mask: int, protects: int, lock: bool | None, charge: bool, discharge: bool, hidden: set[Mosfet]
) -> None:
    board = Board(mask, protects=protects)
    board.lock = lock
    got, _ = converse(ordered(board, Mosfets(charge=charge, discharge=discharge)), board)
    assert got.hidden == hidden


def test_an_order_is_not_repeated_over_the_mask_that_a_second_master_has_written() -> None:
    board = Board()
    board.deaf_to = iter((True,))
    board.others = iter((2,))
    with pytest.raises(
        NotVerified, match="commanded charge off, discharge on; the BMS reports charge on, disch"
    ):
        switch(board, charge=False, discharge=True)
    assert board.mask == 2


def test_a_switch_without_a_read_back_fails() -> None:
    with pytest.raises(NoReply):
        converse(ordered(Board(), BOTH_ON), lambda request: reply(0xE1) if request.retries == 0 else None)


def test_a_bms_that_does_not_know_the_command_is_given_the_newer_one_only_if_that_is_allowed() -> None:
    board = Board()
    board.refuses = {0xE1: 0x80}
    with pytest.raises(Refused, match="does not know this command"):
        converse(ordered(board, Mosfets(charge=False, discharge=True)), board)
    got, sent = converse(ordered(board, Mosfets(charge=False, discharge=True), newer=True), board)
    assert got.mosfets == Mosfets(charge=False, discharge=True)
    assert writes(sent)[1:] == ["dd5afb020101ff0177", write(0xFB, b"\x00\x00").encoded.hex()]


def test_a_command_that_is_not_permitted_is_no_reason_for_the_newer_one() -> None:
    board = Board()
    board.refuses = {0xE1: 0x81}
    with pytest.raises(Refused):
        converse(ordered(board, BOTH_ON, newer=True), board)
    assert board.mask == 0


def balance(board: Board, on: bool) -> tuple[bool, list[str]]:
    return converse(SWITCHING.set_balancing(on), board)


def test_balancing_is_one_bit_of_the_functions_and_factory_mode_is_left() -> None:
    board = Board()
    got, sent = balance(board, False)
    assert (got, board.functions, board.factory) == (False, 0x0002, False)
    assert writes(sent) == ["dd5a00025678ff3077", write(0x2D, b"\0\x02").encoded.hex(), "dd5a01020000fffd77"]
    assert balance(board, True)[0] is True
    assert board.functions == 0x0006


def test_balancing_that_is_as_wanted_is_not_written() -> None:
    _, sent = balance(Board(), True)
    assert writes(sent) == ["dd5a00025678ff3077", "dd5a01020000fffd77"]


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ({"refuses": {0x2D: 0x81}}, Refused, "does not permit"),
        ({"deaf_to": iter((False, True))}, NotVerified, "wrote 0x0002, read back 0x0006"),
        ({"refuses": {0x00: 0x83}}, Refused, "wrong BMS password"),
    ],
)
def test_factory_mode_is_left_whatever_goes_wrong_in_it(
    fault: dict[str, object], error: type[Exception], words: str
) -> None:
    board = Board()
    for name, value in fault.items():
        setattr(board, name, value)
    with pytest.raises(error, match=words):
        balance(board, False)
    assert (board.factory, board.functions) == (False, 0x0006)


def test_a_lost_acknowledgement_of_entering_leaves_factory_mode() -> None:
    board = Board()
    board.unheard = iter((True,))
    with pytest.raises(NoReply):
        balance(board, False)
    assert not board.factory


def test_a_bms_that_stays_in_factory_mode_is_told_of() -> None:
    board = Board()
    board.leaves = False
    with pytest.raises(NotVerified, match="stays in its factory mode"):
        balance(board, False)


def test_a_link_that_breaks_in_factory_mode_ends_the_conversation() -> None:
    conversation = SWITCHING.set_balancing(False)
    request = next(conversation)
    assert request.encoded.hex() == "dd5a00025678ff3077"
    conversation.close()
    with pytest.raises(StopIteration):
        next(conversation)


def conversations() -> dict[str, Callable[[], Conversation[object]]]:
    """Every conversation there is, begun anew at each call."""
    jbd, mosfets = Jbd(), [Mosfets(charge=c, discharge=d) for c in (True, False) for d in (True, False)]
    found: dict[str, Callable[[], Conversation[object]]] = {
        f"hello {password}": lambda password=password: jbd.hello("A4:C1:37:01:02:03", password)  # type: ignore[misc]
        for password in ("", "123456")
    }
    for known in (None, PackIdentity(cell_count=4)):
        for counters in (True, False):
            found[f"poll {known} {counters}"] = lambda known=known, counters=counters: jbd.poll(  # type: ignore[misc]
                known, counters=counters
            )
    for want in mosfets:
        for newer in (True, False):
            settings = PackSettings({"UseFbCommand": int(newer)})
            found[f"{want} {newer}"] = lambda want=want, settings=settings: SWITCHING.set_mosfets(  # type: ignore[misc]
                want, before=sample(), settings=settings
            )
    for on in (True, False):
        found[f"balancing {on}"] = lambda on=on: SWITCHING.set_balancing(on)  # type: ignore[misc]
    return found


CONVERSATIONS = conversations()
READS = {0x03, 0x04, 0x05, 0xAA, 0x2D}
WRITES = {
    0x00: {b"\x56\x78"},
    0x01: {b"\0\0"},
    0xE1: {bytes((0, mask)) for mask in range(4)},
    0xFB: {bytes((mosfet, off)) for mosfet in (0, 1) for off in (0, 1)},
}
ANSWERS = st.one_of(
    st.none(),  # silence
    st.sampled_from([0x80, 0x81, 0x83]),  # a refusal
    st.sampled_from(
        [
            b"",
            b"\0",
            b"\x01",
            b"\x02",
            b"\0\x06",
            b"\xff\xff",
            PAYLOAD,
            PAYLOAD[:16] + b"\x10\0" + PAYLOAD[18:],
        ]
    ),
)


@pytest.mark.parametrize("name", CONVERSATIONS)
@given(answers=st.lists(ANSWERS, max_size=40))
def test_nothing_that_could_do_harm_is_ever_sent_whatever_is_answered(
    name: str, answers: list[bytes | int | None]
) -> None:
    held = None  # what the BMS said of its functions
    left = iter(answers)

    def answer(request: Request) -> bytes | None:
        nonlocal held
        command = parse_request(request.encoded)
        number, given = command.key.number, next(left, None)
        if command.key.kind != "dd":
            assert number in (0x15, 0x17, 0x18, 0x1D)  # the module's own login
            return module_reply(number, given[:1]) if isinstance(given, bytes) and given else None
        if not command.write:
            assert number in READS
            held = given if number == 0x2D and isinstance(given, bytes) else held
        elif number == 0x2D:
            assert held is not None
            assert int.from_bytes(held) ^ int.from_bytes(command.payload) == BALANCES
        else:
            assert command.payload in WRITES[number]
        if given is None:
            return None
        return reply(number, given) if isinstance(given, bytes) else reply(number, status=given)

    with contextlib.suppress(ProtocolError, NoReply):
        converse(CONVERSATIONS[name](), answer)


def test_only_the_switches_write_and_only_the_login_speaks_to_the_module() -> None:
    users: dict[str, set[str]] = {"write": set(), "module": set()}
    for file in (Path(switches.__file__).parents[1]).rglob("*.py"):
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "dbus_xbms.protocols.jbd.frames":
                for name in node.names:
                    users.get(name.name, set()).add(file.stem)
    assert users == {"write": {"switches"}, "module": {"login"}}
