"""ItemsChanged is encoded as dbus-fast encodes it."""

from __future__ import annotations

from typing import Any, Literal

from dbus_fast import Message, MessageFlag, MessageType, Variant
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.dbus import EncodedSignal, MessageHead
from dbus_xbms.settings import Value
from dbus_xbms.venus import items_changed
from dbus_xbms.venus.bus_item import to_variant

Entry = tuple[Literal["i", "d", "s"], Value | None, str]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
entries: st.SearchStrategy[Entry] = st.one_of(
    st.tuples(st.just("i"), st.none() | st.integers(-(2**63), 2**63 - 1), texts),
    st.tuples(st.just("d"), st.none() | st.floats(allow_nan=False), texts),
    st.tuples(st.just("s"), st.none() | texts, texts),
)
paths = st.from_regex(r"(/[A-Za-z0-9_]{1,12}){1,5}", fullmatch=True)


def by_dbus_fast(body: list[Any], serial: int) -> bytes:
    message = Message(
        message_type=MessageType.SIGNAL,
        flags=MessageFlag.NO_REPLY_EXPECTED,
        path="/",
        interface="com.victronenergy.BusItem",
        member="ItemsChanged",
        signature=items_changed.SIGNATURE,
        body=body,
        serial=serial,
    )
    return bytes(message._marshall(False))


@given(st.dictionaries(paths, entries, max_size=8), st.integers(1, 2**32 - 1))
def test_a_signal_is_byte_for_byte_what_dbus_fast_makes_of_its_values(
    changed: dict[str, Entry], serial: int
) -> None:
    head = MessageHead.of_signal(
        "/", "com.victronenergy.BusItem", "ItemsChanged", items_changed.SIGNATURE, {}
    )
    encoded = items_changed.body(items_changed.entry(path, *row) for path, row in changed.items())
    signal = EncodedSignal(head, encoded)
    signal.serial = serial
    values = {
        path: {"Value": to_variant(kind, value), "Text": Variant("s", text)}
        for path, (kind, value, text) in changed.items()
    }
    assert bytes(signal._marshall(False)) == by_dbus_fast([values], serial)
