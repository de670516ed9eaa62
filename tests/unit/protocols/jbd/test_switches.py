"""Switching of the MOSFETs and the balancer of a JBD, and its verification."""

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
from tests.unit.recorded import BASIC_PAYLOAD, converse
from tests.unit.samples import sample

BASIC = read(0x03).encoded.hex()
BOTH_ON = Mosfets(charge=True, discharge=True)
BALANCES = 1 << 2

SWITCHING = JbdSwitching()


class Board:
    """The MOSFETs, balancer and factory mode of a BMS: obeys unless a fault is set."""

    def __init__(self, mask: int = 0, *, blocked: int = 0) -> None:
        self.mask = mask
        self.blocked = blocked  # MOSFETs blocked by cell over-voltage or under-voltage
        self.stuck = 0  # MOSFETs that stay on
        self.delay = 0  # read-backs until the MOSFETs follow
        self.lost_writes: Iterator[bool] = iter(())  # whether each write is lost
        self.lost_acknowledgements: Iterator[bool] = iter(())  # whether each acknowledgement is lost
        self.refusals: dict[int, int] = {0xFB: 0x80}  # status by register
        self.functions = 0x0006
        self.factory = False
        self.leaves_factory_mode = True  # when commanded to
        self.obeys = True  # 0xE1; otherwise only acknowledges it
        self.lock: bool | None = None  # bit 12 regardless of the mask; None: set while anything is masked
        self.others: Iterator[int | None] = iter(())  # masks that a second master writes before each read
        self._shown = mask

    def __call__(self, request: Request) -> bytes | None:
        command = parse_request(request.encoded)
        register = command.key.number
        if command.write:
            if next(self.lost_writes, False):
                return None
            status = self._write(register, command.payload)
            return None if next(self.lost_acknowledgements, False) else reply(register, status=status)
        if register == 0x2D:
            return reply(0x2D, *([self.functions.to_bytes(2, "big")] if self.factory else [b"", 0x81]))
        return self._basic()

    def _write(self, register: int, payload: bytes) -> int:
        if status := self.refusals.get(register, 0):
            return status
        if register == 0xE1 and not self.obeys:
            pass
        elif register == 0xE1:
            self.mask = int.from_bytes(payload, "big")
        elif register == 0xFB:
            bit = {0x01: 1, 0x00: 2}[payload[0]]
            self.mask = self.mask | bit if payload[1] else self.mask & ~bit
        elif (register, payload) == (0x00, b"\x56\x78"):
            self.factory = True
        elif (register, payload) == (0x01, b"\0\0"):
            self.factory = not self.leaves_factory_mode
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
        """Return the payload of basic info."""
        payload = bytearray(BASIC_PAYLOAD)
        tripped = (ProtectionBit.CELL_OVERVOLTAGE if self.blocked & 1 else 0) | (
            ProtectionBit.CELL_UNDERVOLTAGE if self.blocked & 2 else 0
        )
        locked = bool(self._shown) if self.lock is None else self.lock
        protection = tripped | (ProtectionBit.MOSFET_SOFTWARE_LOCK if locked else 0)
        payload[16:18] = protection.to_bytes(2, "big")
        payload[20] = (0b11 & ~(self._shown | self.blocked)) | self.stuck
        return bytes(payload)


def encoded(charge: bool, discharge: bool) -> str:
    return write(0xE1, mosfet_mask(Mosfets(charge=charge, discharge=discharge))).encoded.hex()


def set_mosfets(board: Board, want: Mosfets, *, newer: bool = False) -> Conversation[Switched]:
    """Return the conversation that switches the board."""
    basic = decode_basic(board.basic())
    bits = basic.protection
    before = replace(sample(), mosfets=basic.mosfets, protection=protections(bits), locked=is_locked(bits))
    settings = PackSettings({"UseFbCommand": int(newer)})
    return SWITCHING.set_mosfets(want, before=before, settings=settings)


def switch(board: Board, *, charge: bool, discharge: bool) -> tuple[Mosfets, list[str]]:
    switched, sent = converse(set_mosfets(board, Mosfets(charge=charge, discharge=discharge)), board)
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
def test_mosfets_are_switched_as_requested_and_read_back(
    before: int, charge: bool, discharge: bool, encoded: str
) -> None:
    got, sent = switch(Board(before), charge=charge, discharge=discharge)
    assert got == Mosfets(charge=charge, discharge=discharge)
    assert sent == [encoded, BASIC]


def test_the_link_must_not_repeat_a_write() -> None:
    assert next(set_mosfets(Board(), BOTH_ON)).retries == 0


def test_mosfets_may_take_a_few_reads_to_follow() -> None:
    board = Board()
    board.delay = 3
    got, sent = switch(board, charge=False, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert sent == [encoded(False, True), *[BASIC] * 4]


def test_a_refused_command_is_an_error_and_not_repeated() -> None:
    board = Board()
    board.refusals[0xE1] = 0x81
    with pytest.raises(Refused, match="does not permit this now"):
        switch(board, charge=False, discharge=True)
    assert board.mask == 0


def test_an_acknowledged_command_without_effect_is_repeated_once_then_fails() -> None:
    board = Board()
    board.obeys = False
    sent: list[Request] = []

    def answer(request: Request) -> bytes | None:
        sent.append(request)
        return board(request)

    with pytest.raises(NotVerified, match=r"commanded charge off, discharge on; the BMS reports charge on"):
        converse(set_mosfets(board, Mosfets(charge=False, discharge=True)), answer)
    assert [request.reply.number for request in sent] == [0xE1, *[0x03] * READ_BACKS] * 2


def test_a_stuck_mosfet_whose_mask_is_stored_is_not_commanded_again() -> None:
    board = Board()
    board.stuck = 1
    with pytest.raises(NotVerified, match="the BMS reports charge on, discharge on and a MOSFET lock"):
        switch(board, charge=False, discharge=True)
    assert board.mask == 1


def test_a_released_mosfet_blocked_by_a_protection_has_followed() -> None:
    got, sent = switch(Board(mask=1, blocked=1), charge=True, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert sent == [encoded(True, True), BASIC]


def test_a_mosfet_that_is_off_without_a_reason_has_not_followed() -> None:
    board = Board(mask=1, blocked=2)
    board.lost_writes = iter((True, True))
    with pytest.raises(NotVerified, match="charge off, discharge off and a MOSFET lock while it protects"):
        switch(board, charge=True, discharge=True)


def test_a_lost_acknowledgement_leads_to_a_read_back_and_no_second_write() -> None:
    board = Board()
    board.lost_acknowledgements = iter((True,))
    got, sent = switch(board, charge=True, discharge=False)
    assert got == Mosfets(charge=True, discharge=False)
    assert sent == [encoded(True, False), BASIC]


def test_a_lost_command_is_repeated_once_after_reading_back() -> None:
    board = Board()
    board.lost_writes = iter((True,))
    got, sent = switch(board, charge=True, discharge=False)
    assert got == Mosfets(charge=True, discharge=False)
    assert sent == [encoded(True, False), *[BASIC] * READ_BACKS, encoded(True, False), BASIC]


def test_a_command_lost_twice_fails() -> None:
    board = Board()
    board.lost_writes = iter((True, True))
    with pytest.raises(NotVerified, match="commanded charge off, discharge off; the BMS reports charge on"):
        switch(board, charge=False, discharge=False)


def test_a_mosfet_blocked_by_a_protection_does_not_confirm_a_lost_command() -> None:
    board = Board(blocked=1)
    board.lost_writes = iter((True,))
    got, sent = switch(board, charge=False, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert len(writes(sent)) == 2
    assert board.mask == 1


def test_an_earlier_lock_does_not_confirm_a_lost_command() -> None:
    board = Board(mask=2, blocked=1)
    board.lost_writes = iter((True,))
    got, sent = switch(board, charge=False, discharge=False)
    assert got == Mosfets(charge=False, discharge=False)
    assert (len(writes(sent)), board.mask) == (2, 3)


def test_a_lock_bit_that_stays_set_after_both_were_commanded_on_is_not_verified() -> None:
    board = Board(mask=1, blocked=1)
    board.lock = True
    with pytest.raises(NotVerified, match="charge off, discharge on and a MOSFET lock while it protects"):
        switch(board, charge=True, discharge=True)


def test_a_lock_bit_may_be_set_a_few_reads_late() -> None:
    board = Board(blocked=1)
    board.delay = 3
    _, sent = switch(board, charge=False, discharge=True)
    assert sent == [encoded(False, True), *[BASIC] * 4]


def test_on_a_board_that_never_sets_the_lock_bit_the_mosfets_confirm_the_command() -> None:
    board = Board()
    board.lock = False
    got, sent = switch(board, charge=False, discharge=True)
    assert got == Mosfets(charge=False, discharge=True)
    assert sent == [encoded(False, True), *[BASIC] * READ_BACKS]


@pytest.mark.parametrize(
    ("mask", "blocked", "lock", "charge", "discharge", "hidden"),
    [
        (3, 1, None, True, False, {Mosfet.CHARGE}),
        (2, 1, None, False, False, {Mosfet.CHARGE}),
        (0, 1, None, False, True, set()),
        (1, 1, None, True, True, set()),
        (0, 1, False, False, True, {Mosfet.CHARGE}),
    ],
    ids=["released or not", "masked or not", "the lock is its own", "no lock", "no lock bit on this board"],
)
def test_a_result_hidden_by_a_protection_is_reported(
    mask: int, blocked: int, lock: bool | None, charge: bool, discharge: bool, hidden: set[Mosfet]
) -> None:
    board = Board(mask, blocked=blocked)
    board.lock = lock
    got, _ = converse(set_mosfets(board, Mosfets(charge=charge, discharge=discharge)), board)
    assert got.hidden == hidden


def test_a_command_is_not_repeated_over_the_mask_of_another_program() -> None:
    board = Board()
    board.lost_writes = iter((True,))
    board.others = iter((2,))
    with pytest.raises(
        NotVerified, match="commanded charge off, discharge on; the BMS reports charge on, disch"
    ):
        switch(board, charge=False, discharge=True)
    assert board.mask == 2


def test_a_command_without_a_read_back_fails() -> None:
    with pytest.raises(NoReply):
        converse(set_mosfets(Board(), BOTH_ON), lambda request: reply(0xE1) if request.retries == 0 else None)


def test_the_newer_command_is_sent_only_if_the_older_one_is_unknown_and_it_is_allowed() -> None:
    board = Board()
    board.refusals = {0xE1: 0x80}
    with pytest.raises(Refused, match="does not know this command"):
        converse(set_mosfets(board, Mosfets(charge=False, discharge=True)), board)
    got, sent = converse(set_mosfets(board, Mosfets(charge=False, discharge=True), newer=True), board)
    assert got.mosfets == Mosfets(charge=False, discharge=True)
    assert writes(sent)[1:] == ["dd5afb020101ff0177", write(0xFB, b"\x00\x00").encoded.hex()]


def test_the_newer_command_is_not_sent_if_the_older_one_is_not_permitted() -> None:
    board = Board()
    board.refusals = {0xE1: 0x81}
    with pytest.raises(Refused):
        converse(set_mosfets(board, BOTH_ON, newer=True), board)
    assert board.mask == 0


def balance(board: Board, on: bool) -> tuple[bool, list[str]]:
    return converse(SWITCHING.set_balancing(on), board)


def test_switching_balancing_changes_one_bit_and_leaves_factory_mode() -> None:
    board = Board()
    got, sent = balance(board, False)
    assert (got, board.functions, board.factory) == (False, 0x0002, False)
    assert writes(sent) == ["dd5a00025678ff3077", write(0x2D, b"\0\x02").encoded.hex(), "dd5a01020000fffd77"]
    assert balance(board, True)[0] is True
    assert board.functions == 0x0006


def test_balancing_is_not_written_if_it_is_already_as_requested() -> None:
    _, sent = balance(Board(), True)
    assert writes(sent) == ["dd5a00025678ff3077", "dd5a01020000fffd77"]


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ({"refusals": {0x2D: 0x81}}, Refused, "does not permit"),
        ({"lost_writes": iter((False, True))}, NotVerified, "wrote 0x0002, read back 0x0006"),
        ({"refusals": {0x00: 0x83}}, Refused, "wrong BMS password"),
    ],
)
def test_factory_mode_is_left_after_any_error(
    fault: dict[str, object], error: type[Exception], words: str
) -> None:
    board = Board()
    for name, value in fault.items():
        setattr(board, name, value)
    with pytest.raises(error, match=words):
        balance(board, False)
    assert (board.factory, board.functions) == (False, 0x0006)


def test_factory_mode_is_left_if_the_acknowledgement_of_entering_it_is_lost() -> None:
    board = Board()
    board.lost_acknowledgements = iter((True,))
    with pytest.raises(NoReply):
        balance(board, False)
    assert not board.factory


def test_a_bms_that_stays_in_factory_mode_is_reported() -> None:
    board = Board()
    board.leaves_factory_mode = False
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
    """Return new instances of all conversations."""
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
            BASIC_PAYLOAD,
            BASIC_PAYLOAD[:16] + b"\x10\0" + BASIC_PAYLOAD[18:],
        ]
    ),
)


@pytest.mark.parametrize("name", CONVERSATIONS)
@given(answers=st.lists(ANSWERS, max_size=40))
def test_no_harmful_request_is_sent_for_any_replies(name: str, answers: list[bytes | int | None]) -> None:
    functions = None  # the functions that the BMS reported
    left = iter(answers)

    def answer(request: Request) -> bytes | None:
        nonlocal functions
        command = parse_request(request.encoded)
        number, given = command.key.number, next(left, None)
        if command.key.kind != "dd":
            assert number in (0x15, 0x17, 0x18, 0x1D)  # the login of the module
            return module_reply(number, given[:1]) if isinstance(given, bytes) and given else None
        if not command.write:
            assert number in READS
            functions = given if number == 0x2D and isinstance(given, bytes) else functions
        elif number == 0x2D:
            assert functions is not None
            assert int.from_bytes(functions) ^ int.from_bytes(command.payload) == BALANCES
        else:
            assert command.payload in WRITES[number]
        if given is None:
            return None
        return reply(number, given) if isinstance(given, bytes) else reply(number, status=given)

    with contextlib.suppress(ProtocolError, NoReply):
        converse(CONVERSATIONS[name](), answer)


def test_only_switching_writes_and_only_the_login_sends_module_frames() -> None:
    users: dict[str, set[str]] = {"write": set(), "module": set()}
    for file in (Path(switches.__file__).parents[1]).rglob("*.py"):
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "dbus_xbms.protocols.jbd.frames":
                for name in node.names:
                    users.get(name.name, set()).add(file.stem)
    assert users == {"write": {"switches"}, "module": {"login"}}
