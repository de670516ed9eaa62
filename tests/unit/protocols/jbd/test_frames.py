"""Framing: recorded frames survive every split of the stream, and nothing else is accepted as one."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.protocols import Echo, Frame, ProtocolError, Refused, Request
from dbus_xbms.protocols.jbd.frames import (
    LEGACY,
    LONGEST,
    READ,
    REFUSALS,
    Cutter,
    JbdFramer,
    Junk,
    ask,
    checksum,
    module,
    module_reply,
    parse,
    parse_request,
    read,
    reply,
    write,
)
from tests.unit.recorded import BAD_FRAMES, GOOD_FRAMES, RECORDED, REPLIES, Entry, converse, frame_of

CELLS_REPLY = frame_of("bs2023_8s_cells")  # full of DD bytes
BASIC_REPLY = frame_of("280ah_4s_cell_overvoltage")  # 77 as its last payload byte
TAIL16_REPLY = frame_of("dh04sc02_tail16_discharge_a")  # the longest, with 0B77 inside


def feed(*chunks: bytes) -> list[bytes]:
    framer = JbdFramer()
    return [item.encoded for chunk in chunks for item in framer.feed(chunk)]


def feed_items(chunk: bytes) -> list[Frame | Echo]:
    return JbdFramer().feed(chunk)


def cut(stream: bytes, *places: int) -> list[bytes]:
    edges = (0, *places, len(stream))
    return [stream[start:end] for start, end in pairwise(edges)]


frames = st.sampled_from(GOOD_FRAMES)
replies = st.builds(
    reply, st.sampled_from((0x03, 0x04, 0x05, 0xAA, 0xE1)), st.binary(max_size=64)
)  # any payload at all


@st.composite
def chunked(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    places = draw(st.lists(st.integers(0, len(stream)), max_size=8))
    return cut(stream, *sorted(places))


def test_a_recorded_frame_survives_every_split_in_two_and_byte_by_byte() -> None:
    for frame in GOOD_FRAMES:
        assert feed(*(bytes((byte,)) for byte in frame)) == [frame]
        for at in range(len(frame) + 1):
            assert feed(*cut(frame, at)) == [frame], at


def test_a_recorded_reply_survives_every_split_in_three() -> None:
    for entry in REPLIES:
        frame = bytes.fromhex(entry["frame_hex"])
        for places in combinations(range(len(frame) + 1), 2):
            assert feed(*cut(frame, *places)) == [frame], (entry["id"], places)


@given(st.data(), st.lists(frames, min_size=1, max_size=4))
def test_frames_back_to_back_survive_any_split(data: st.DataObject, sent: list[bytes]) -> None:
    assert feed(*data.draw(chunked(b"".join(sent)))) == sent


@given(st.data(), st.lists(replies, min_size=1, max_size=4))
def test_any_payload_survives_any_split(data: st.DataObject, sent: list[bytes]) -> None:
    assert feed(*data.draw(chunked(b"".join(sent)))) == sent


@pytest.mark.parametrize("entry", [e for e in REPLIES if e["notification_chunks_hex"]], ids=lambda e: e["id"])
def test_captured_notifications_are_reassembled_into_their_frame(entry: Entry) -> None:
    chunks = [bytes.fromhex(chunk) for chunk in entry["notification_chunks_hex"]]
    assert feed(*chunks) == [bytes.fromhex(entry["frame_hex"])]


@pytest.mark.parametrize("stream", RECORDED["notification_streams"], ids=lambda s: s["id"])
def test_captured_streams_yield_exactly_their_frames(stream: Entry) -> None:
    framer = JbdFramer()
    items = [item for chunk in stream["notifications_hex"] for item in framer.feed(bytes.fromhex(chunk))]
    of_the_bms = [i.encoded.hex() for i in items if isinstance(i, Frame) and i.key.kind == "dd"]
    assert of_the_bms == stream["expected_valid_frames_hex"]
    modules = [i.encoded.hex() for i in items if isinstance(i, Frame) and i.key.kind == "ffaa"]
    assert modules == (["ffaa1701c9e1"] if "ffaa" in stream["id"] else [])


@pytest.mark.parametrize("broken", BAD_FRAMES, ids=bytes.hex)
def test_invalid_recordings_are_rejected_at_every_split(broken: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse(broken)
    for at in range(len(broken) + 1):
        assert feed(*cut(broken, at), b"\0" * LONGEST) == [], at


def test_a_lone_trailing_77_ends_the_frame() -> None:
    framer = JbdFramer()
    assert framer.feed(BASIC_REPLY[:-1]) == []
    assert [item.encoded for item in framer.feed(b"\x77")] == [BASIC_REPLY]


def test_a_stray_byte_before_notifications_are_enabled_is_ignored() -> None:
    assert feed(b"\0", BASIC_REPLY) == [BASIC_REPLY]


def test_a_truncated_echo_after_a_reply_does_not_corrupt_the_next_reply() -> None:
    assert feed(BASIC_REPLY + bytes.fromhex("dda50500"), CELLS_REPLY) == [BASIC_REPLY, CELLS_REPLY]


@pytest.mark.parametrize(
    "request_",
    [read(0x03), read(0xFA, bytes.fromhex("000102")), write(0xE1, b"\0\1"), module(0x15, b"000000")],
)
def test_a_returned_request_is_an_echo_and_never_a_reply(request_: object) -> None:
    encoded = request_.encoded  # type: ignore[attr-defined]
    assert JbdFramer().feed(encoded) == [Echo(encoded=encoded)]


def test_a_reply_with_a5_as_its_register_matches_no_request() -> None:
    for entry in RECORDED["legacy_reply_header_a5"]["frames"]:
        (frame,) = JbdFramer().feed(bytes.fromhex(entry["frame_hex"]))
        assert isinstance(frame, Frame)
        assert frame.key.kind == LEGACY


@given(st.integers(1, len(TAIL16_REPLY) - 1))
def test_a_torn_frame_does_not_corrupt_the_next_one(length: int) -> None:
    assert feed(TAIL16_REPLY[:length], CELLS_REPLY) == [CELLS_REPLY]


@given(st.integers(1, len(TAIL16_REPLY) - 1), st.integers(0, len(CELLS_REPLY)))
def test_a_frame_after_a_torn_one_survives_every_split(length: int, at: int) -> None:
    assert feed(TAIL16_REPLY[:length], *cut(CELLS_REPLY, at)) == [CELLS_REPLY]


def test_the_checksum_does_not_detect_mixed_halves_of_two_frames() -> None:
    """The cells of a pack at rest differ by a few mV, and the checksum is only a sum.

    This is harmless: a module has one serial line, Bluetooth LE keeps the order, and a lost part
    of a frame is detected by its length.
    """
    first = bytes.fromhex("dd0400200cef0cef0cef0cf00cee0cef0cf00cef")
    rest = bytes.fromhex("0cef0cee0cef0cef0cf10cef0cf00ceff02d77")
    other = bytes.fromhex("dd0400200cef0cee0cef0cef0cf00cef0cf00cef")
    others_rest = bytes.fromhex("0cef0cef0cf00cef0cee0cef0cef0cf0f02e77")
    assert feed(first, other, rest, others_rest) == [other + rest]  # never measured
    assert feed(first, rest, other, others_rest) == [first + rest, other + others_rest]
    assert feed(first, other, others_rest) == [other + others_rest]


def test_a_reset_discards_a_torn_frame() -> None:
    framer = JbdFramer()
    framer.feed(TAIL16_REPLY[:20])
    framer.reset()
    assert [item.encoded for item in framer.feed(reply(0xE1))] == [reply(0xE1)]


def test_a_duplicate_reply_is_returned_twice() -> None:
    assert feed(CELLS_REPLY + CELLS_REPLY) == [CELLS_REPLY, CELLS_REPLY]


@given(st.integers(4, len(TAIL16_REPLY) - 2), st.integers(1, 255))
def test_a_frame_with_a_flipped_byte_is_rejected(at: int, flip: int) -> None:
    broken = bytearray(TAIL16_REPLY)
    broken[at] ^= flip
    assert feed(bytes(broken), b"\0" * LONGEST) == []


@given(st.data(), st.lists(st.one_of(frames, st.binary(max_size=40)), max_size=8))
def test_junk_loses_no_byte_raises_nothing_and_uses_bounded_memory(
    data: st.DataObject, sent: list[bytes]
) -> None:
    stream = b"".join(sent)
    cutter = Cutter()
    pieces = []
    for chunk in data.draw(chunked(stream)):
        pieces += cutter.feed(chunk)
        assert len(cutter.kept) < LONGEST
    pieces += cutter.end()
    assert b"".join(piece.encoded for piece in pieces) == stream
    for piece in pieces:
        if isinstance(piece, Frame) and piece.key.kind == "dd" and piece.status == 0:
            assert piece.encoded[-3:-1] == checksum(piece.encoded[2:-3])


@given(st.binary(max_size=200).filter(lambda junk: b"\xdd" not in junk and b"\xff" not in junk))
def test_a_frame_after_foreign_bytes_is_found(junk: bytes) -> None:
    assert feed(junk + CELLS_REPLY) == [CELLS_REPLY]


def test_a_header_of_the_longest_frame_buffers_less_than_one_frame() -> None:
    cutter = Cutter()
    for _ in range(100):
        cutter.feed(bytes.fromhex("dd0300ff") + b"\xdd\x04\x00\xff" * 5)
        assert len(cutter.kept) < LONGEST


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("sum_", [None, b"\0\0", b"\x12\x34"])
def test_a_refusal_counts_even_with_a_bad_checksum(status: int, sum_: bytes | None) -> None:
    encoded = reply(0x24, status=status)
    if sum_ is not None:
        encoded = encoded[:4] + sum_ + encoded[6:]
    (frame,) = JbdFramer().feed(encoded)
    assert isinstance(frame, Frame)
    assert (frame.key.number, frame.status) == (0x24, status)


@pytest.mark.parametrize("status", [0x80, 0x81, 0x82, 0x83])
def test_a_refusal_never_has_a_payload(status: int) -> None:
    for length in (1, 7, 0xFF):
        encoded = reply(0x03, bytes(length), status)
        assert feed(encoded, CELLS_REPLY) == [CELLS_REPLY]
        with pytest.raises(ProtocolError, match="expected a whole frame"):
            parse(encoded)


def test_an_unknown_status_is_no_frame() -> None:
    for status in (0x01, 0x7F, 0x84, 0xFF):
        assert feed(reply(0x03, status=status), CELLS_REPLY) == [CELLS_REPLY]


@pytest.mark.parametrize("command", [read(0x00), read(0x01)])
def test_a_request_to_read_the_registers_of_factory_mode_is_an_echo(command: Request) -> None:
    assert feed_items(command.encoded) == [Echo(encoded=command.encoded)]


def test_a_valid_frame_inside_an_incomplete_one_proves_that_one_torn() -> None:
    incomplete = bytes.fromhex("dd0300ff")  # announces 258 more bytes
    assert feed(incomplete, CELLS_REPLY) == [CELLS_REPLY]
    assert feed(incomplete + b"\xdd\x04\x00", CELLS_REPLY) == [CELLS_REPLY]  # torn twice


def test_a_false_frame_start_does_not_hide_the_valid_frame_after_it() -> None:
    incomplete = bytes.fromhex("dd0300ff") + bytes.fromhex(
        "dd04000200000000ff"
    )  # no frame: its last byte is not 77
    assert feed(incomplete, CELLS_REPLY) == [CELLS_REPLY]


def test_an_invalid_frame_inside_an_incomplete_one_proves_nothing() -> None:
    inner = CELLS_REPLY[:-3] + b"\x00\x00\x77"  # with a bad checksum
    outer = reply(0x03, inner + bytes(40))
    assert feed(outer[:-20], outer[-20:]) == [outer]


def test_an_acknowledgement_inside_an_incomplete_frame_proves_nothing() -> None:
    outer = reply(0x03, reply(0xE1) + bytes(40))  # seven bytes with a sum of zero: may be chance
    assert feed(outer[:-20], outer[-20:]) == [outer]


def test_a_module_frame_is_recognised_by_its_command_and_length() -> None:
    replies = {0x07: 0, 0x15: 1, 0x16: 1, 0x17: 1, 0x18: 1, 0x1D: 1}
    for command, length in replies.items():
        (frame,) = feed_items(module_reply(command, bytes(length)))
        assert isinstance(frame, Frame)
        assert frame.key.number == command
        assert isinstance(feed_items(module_reply(command, bytes(length + 1)))[0], Echo)
    assert feed(module_reply(0x14, b"\0")) == []


def test_timeout_and_retries_depend_on_the_kind_of_request() -> None:
    assert (read(0x03).timeout, read(0x03).retries) == (2.0, 2)
    assert write(0xE1, b"\0\0").retries == 0
    assert (module(0x17).timeout, module(0x17).retries) == (1.0, 1)


def test_an_acknowledgement_with_a_bad_checksum_is_no_success() -> None:
    assert feed(bytes.fromhex("dde10000000177"), b"\0" * 8) == []
    assert feed(bytes.fromhex("dde100000000ff"), b"\0" * 8) == []


def test_the_checksum_of_nothing_is_zero() -> None:
    assert checksum(b"\0\0") == b"\0\0"
    assert reply(0xE1).hex() == "dde10000000077"


@pytest.mark.parametrize("entry", RECORDED["requests"], ids=lambda e: e["meaning"])
def test_requests_are_encoded_as_recorded(entry: Entry) -> None:
    register = int(entry["register_hex"], 16)
    assert read(register).encoded.hex() == entry["request_hex"]
    command = parse_request(bytes.fromhex(entry["request_hex"]))
    assert (command.key.number, command.write, command.payload) == (register, False, b"")


@pytest.mark.parametrize("entry", RECORDED["write_exchanges"], ids=lambda e: e["id"])
def test_recorded_writes_are_parsed_and_encoded_again(entry: Entry) -> None:
    command = parse_request(bytes.fromhex(entry["request_hex"]))
    assert command.write
    assert write(command.key.number, command.payload).encoded.hex() == entry["request_hex"]


def test_module_frames_are_encoded_as_recorded() -> None:
    assert module(0x15, b"000000").encoded.hex() == "ffaa15063030303030303b"
    assert module_reply(0x17, b"\x62").hex() == "ffaa1701627a"
    assert parse_request(bytes.fromhex("ffaa170017")).key == module(0x17).reply


def test_a_reply_is_not_parsed_as_a_request() -> None:
    with pytest.raises(ProtocolError, match="expected a request"):
        parse_request(CELLS_REPLY)


def test_bytes_after_a_frame_are_refused() -> None:
    with pytest.raises(ProtocolError, match="expected a frame of 23 bytes, got 24"):
        parse(CELLS_REPLY[:-1] + b"\x77\x77")


def test_a_reply_to_another_request_is_never_accepted() -> None:
    with pytest.raises(ProtocolError, match="expected a reply to dd 0x03, got one to dd 0x04"):
        converse(ask(read(0x03)), lambda _: CELLS_REPLY)


def test_a_refusal_has_a_reason() -> None:
    with pytest.raises(Refused, match="does not know this command") as caught:
        converse(ask(read(0x24)), lambda _: reply(0x24, status=0x80))
    assert caught.value.status == 0x80


def test_an_error_for_junk_names_the_defect() -> None:
    pieces = [*(cutter := Cutter()).feed(BASIC_REPLY[:-1] + b"\x78"), *cutter.end()]
    assert isinstance(pieces[0], Junk)
    assert "last byte is 78, expected 77" in pieces[0].why
    torn = [*(cutter := Cutter()).feed(BASIC_REPLY[:9]), *cutter.end()]
    assert isinstance(torn[0], Junk)
    assert "torn: expected 36 bytes, got 9" in torn[0].why


def test_a_read_with_data_is_valid_only_for_the_parameter_block() -> None:
    body = bytes((0x03, 1, 0x55))
    assert feed(bytes((0xDD, READ)) + body + checksum(body) + b"\x77", b"\0" * 8) == []
