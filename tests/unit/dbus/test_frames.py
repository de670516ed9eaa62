"""Messages of D-Bus are cut apart and recognized without being decoded."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from dbus_fast import Message, MessageType, Variant
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.dbus import frames

CHANGED: dict[str, Any] = {
    "message_type": MessageType.SIGNAL,
    "path": "/org/bluez/hci0",
    "interface": "org.freedesktop.DBus.Properties",
    "member": "PropertiesChanged",
    "sender": ":1.5",
    "signature": "say",
    "body": ["Value", b"\x01\x02"],
}
DONE: dict[str, Any] = {"message_type": MessageType.METHOD_RETURN, "destination": ":1.7", "reply_serial": 9}


def frame(serial: int = 1, **parts: Any) -> bytes:
    return bytes(Message(serial=serial, **parts)._marshall(False))


def shape(**parts: Any) -> bytes:
    signal = frame(**parts)
    return frames.signal_shape(signal, frames.body_at(signal))


@given(st.lists(st.binary(max_size=40), max_size=6), st.randoms(use_true_random=False))
def test_a_stream_is_cut_into_its_messages_however_it_is_split(
    values: list[bytes], chance: random.Random
) -> None:
    sent = [frame(n + 1, **CHANGED | {"body": ["Value", value]}) for n, value in enumerate(values)]
    stream = b"".join(sent)
    splits = sorted({0, len(stream), *(chance.randint(0, len(stream)) for _ in range(5))})
    received, found = bytearray(), list[bytes]()
    for start, end in pairwise(splits):
        received += stream[start:end]
        found += frames.cut(received)
    assert found == sent
    assert not received


@pytest.mark.parametrize(
    "junk", [b"x" * 16, b"l\4\1\1" + b"\xff" * 12], ids=["no byte order", "longer than allowed"]
)
def test_what_is_no_message_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError, match="a message"):
        frames.cut(bytearray(junk))


@given(st.binary(max_size=40), st.integers(1, 2**32 - 1))
def test_signals_of_one_kind_have_one_shape_whatever_they_carry(value: bytes, serial: int) -> None:
    assert shape(serial=serial, **CHANGED | {"body": ["Value", value]}) == shape(**CHANGED)


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/org/bluez/hci1"},
        {"interface": "org.freedesktop.DBus.Propertie"},
        {"member": "PropertiesChange"},
        {"signature": "sas", "body": ["Value", []]},
        {"destination": ":1.7"},
        {"message_type": MessageType.METHOD_CALL},
    ],
    ids=str,
)
def test_signals_of_another_kind_have_another_shape(other: dict[str, Any]) -> None:
    assert shape(**CHANGED | other) != shape(**CHANGED)


def test_a_body_begins_where_its_values_do() -> None:
    signal = frame(**CHANGED)
    assert signal[frames.body_at(signal) :].startswith(b"\5\0\0\0Value")
    done = frame(**DONE)
    assert frames.body_at(done) == len(done)


@given(st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_replies_without_a_body_have_one_shape_and_name_their_call(call: int, serial: int) -> None:
    one = frames.reply_shape(frame(**DONE))
    other = frames.reply_shape(frame(serial, **DONE | {"reply_serial": call}))
    assert one
    assert other == (one[0], call)


@pytest.mark.parametrize(
    "other",
    [
        {"destination": ":1.8"},
        {"signature": "s", "body": ["done"]},
        {"signature": "v", "body": [Variant("i", 0)]},
        {"message_type": MessageType.ERROR, "error_name": "org.bluez.Error.Failed"},
    ],
    ids=str,
)
def test_replies_of_another_kind_have_another_shape(other: dict[str, Any]) -> None:
    one, two = frames.reply_shape(frame(**DONE)), frames.reply_shape(frame(**DONE | other))
    assert one
    assert two
    assert one[0] != two[0]


def test_a_message_that_answers_no_call_has_no_reply_shape() -> None:
    assert frames.reply_shape(frame(**CHANGED)) is None
