"""Notifications and writes as bytes are what dbus-fast makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from dbus_fast import Message, MessageType, Variant
from hypothesis import example, given
from hypothesis import strategies as st

from dbus_xbms.ble.bluez.gatt_frames import CHARACTERISTIC, notified, write_body
from dbus_xbms.dbus import frames

PATH = "/org/bluez/hci0/dev_A4_C1_37_00_00_01/service000c/char000d"
VALUE = Variant("ay", b"\xdd\x03\0")


def changed(interface: str, properties: dict[str, Variant], invalidated: list[str]) -> bytes:
    message = Message(
        message_type=MessageType.SIGNAL,
        path=PATH,
        interface="org.freedesktop.DBus.Properties",
        member="PropertiesChanged",
        signature="sa{sv}as",
        body=[interface, properties, invalidated],
        serial=7,
    )
    return bytes(message._marshall(False))


def value_of(frame: bytes) -> bytes | None:
    return notified(frame, frames.body_at(frame))


@given(st.binary(max_size=520))
@example(b"")
def test_the_value_of_a_notification_is_found(value: bytes) -> None:
    assert value_of(changed(CHARACTERISTIC, {"Value": Variant("ay", value)}, [])) == value


@pytest.mark.parametrize(
    ("interface", "properties", "invalidated"),
    [
        ("org.bluez.Device1", {"Value": VALUE}, []),
        (CHARACTERISTIC[:-1] + "2", {"Value": VALUE}, []),
        (CHARACTERISTIC, {}, []),
        (CHARACTERISTIC, {"Notifying": Variant("b", True)}, []),
        (CHARACTERISTIC, {"Value": VALUE, "Notifying": Variant("b", True)}, []),
        (CHARACTERISTIC, {"Notifying": Variant("b", True), "Value": VALUE}, []),
        (CHARACTERISTIC, {"Value": Variant("as", [])}, []),
        (CHARACTERISTIC, {"Value": Variant("s", "value")}, []),
        (CHARACTERISTIC, {"Value": VALUE}, ["Value"]),
    ],
)
def test_any_other_change_is_left_to_dbus_fast(
    interface: str, properties: dict[str, Variant], invalidated: list[str]
) -> None:
    assert value_of(changed(interface, properties, invalidated)) is None


@given(st.binary(max_size=40), st.data())
def test_a_damaged_or_shortened_notification_is_left_to_dbus_fast(value: bytes, data: st.DataObject) -> None:
    frame = changed(CHARACTERISTIC, {"Value": Variant("ay", value)}, [])
    body = frames.body_at(frame)
    assert notified(frame[: data.draw(st.integers(body, len(frame) - 1))], body) is None
    outside = [at for at in range(body, len(frame)) if not body + 60 <= at < body + 60 + len(value)]
    damaged = bytearray(frame)
    damaged[data.draw(st.sampled_from(outside))] ^= data.draw(st.integers(1, 255))
    assert notified(bytes(damaged), body) is None


@given(st.binary(max_size=520), st.booleans())
def test_a_write_is_byte_for_byte_what_dbus_fast_makes_of_it(value: bytes, response: bool) -> None:
    options = {"type": Variant("s", "request" if response else "command")}
    body: list[Any] = [value, options]
    message = Message(
        destination="org.bluez",
        path=PATH,
        interface=CHARACTERISTIC,
        member="WriteValue",
        signature="aya{sv}",
        body=body,
        serial=3,
    )
    encoded = bytes(message._marshall(False))
    assert encoded[frames.body_at(encoded) :] == write_body(value, response=response)
