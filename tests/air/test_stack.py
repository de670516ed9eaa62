"""What an owner reads when the stack fails."""

from __future__ import annotations

import pytest
from bleak.exc import BleakDBusError, BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak_retry_connector import BleakConnectionError

from dbus_xbms.ble.stack import trouble_in_words

ADDRESS = "A4:C1:37:00:00:01"


def dbus_error(name: str, text: str = "") -> BleakDBusError:
    return BleakDBusError(name, [text])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "no answer; out of range, or connected to a phone"),
        (BleakDeviceNotFoundError(ADDRESS, f"Device with address {ADDRESS} was not found."), "not in range"),
        (BleakError("device 'dev_A4_C1_37_00_00_01' not found"), "not in range"),
        (dbus_error("org.freedesktop.DBus.Error.UnknownObject", "Method ..."), "not in range"),
        (dbus_error("org.bluez.Error.InProgress"), "Bluetooth is busy with another program"),
        (dbus_error("org.bluez.Error.NotReady", "Resource Not Ready"), "the adapter is off"),
        (dbus_error("org.freedesktop.DBus.Error.ServiceUnknown"), "bluetoothd is not running"),
        (dbus_error("org.freedesktop.DBus.Error.NoReply"), "bluetoothd has stopped"),
        (
            dbus_error("org.bluez.Error.NotPermitted", "Notify acquired"),
            "another program on this machine reads the pack",
        ),
        (BleakGATTProtocolError(5), "the pack wants to be paired"),
        (dbus_error("org.bluez.Error.NotPermitted", "Not paired"), "the pack wants to be paired"),
        (dbus_error("org.bluez.Error.NotPermitted", "Write not permitted"), "the pack does not permit it"),
        (
            dbus_error("org.bluez.Error.Failed", "le-connection-abort-by-local"),
            "the connection failed; a weak signal?",
        ),
        (BleakError("Not connected"), "connection lost"),
        (AssertionError(), "connection lost"),
        (BleakError("something new\nwith details"), "something new"),
    ],
)
def test_an_error_is_told_in_the_owners_words(error: Exception, words: str) -> None:
    assert trouble_in_words(error) == words


def test_what_lies_behind_an_error_of_the_connector_counts() -> None:
    err = BleakConnectionError("A4 - A4: Failed to connect after 1 attempt(s), with much advice")
    err.__cause__ = dbus_error("org.bluez.Error.NotReady")
    assert trouble_in_words(err) == "the adapter is off"
