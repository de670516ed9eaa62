"""Errors of the Bluetooth stack, and their messages for the owner."""

from __future__ import annotations

import asyncio

import pytest
from bleak.exc import BleakDBusError, BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak_retry_connector import BleakConnectionError

from dbus_xbms.ble.errors import (
    FAULTS,
    HANGS,
    STACK_ERRORS,
    AdapterOff,
    BluetoothHangs,
    NotInRange,
    NotSubscribed,
    RadioBusy,
    StackFault,
    calling_bleak,
    failure,
    meaning,
)
from dbus_xbms.process.machine import HERE
from dbus_xbms.protocols import LinkError, NotPaired

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
        (BleakGATTProtocolError(5), "the pack needs to be paired"),
        (dbus_error("org.bluez.Error.NotPermitted", "Not paired"), "the pack needs to be paired"),
        (dbus_error("org.bluez.Error.NotPermitted", "Write not permitted"), "the pack does not permit it"),
        (
            dbus_error("org.bluez.Error.Failed", "le-connection-abort-by-local"),
            "the connection failed; a weak signal?",
        ),
        (BleakError("Not connected"), "connection lost"),
        (BleakError("something new\nwith details"), "something new"),
    ],
)
def test_an_error_has_a_message_for_the_owner(error: Exception, words: str) -> None:
    assert meaning(error).words == words


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (dbus_error("org.bluez.Error.InProgress"), RadioBusy),
        (BleakGATTProtocolError(5), NotPaired),
        (BleakGATTProtocolError(8), NotPaired),
        (BleakGATTProtocolError(12), NotPaired),
        (BleakGATTProtocolError(15), NotPaired),
        (BleakDeviceNotFoundError(ADDRESS), NotInRange),
        (dbus_error("org.bluez.Error.NotReady"), AdapterOff),
    ],
)
def test_an_error_is_distinguished_by_its_class(error: Exception, kind: type[LinkError]) -> None:
    assert type(failure(error, "subscription failed: ", NotSubscribed)) is kind


@pytest.mark.parametrize("cause", [None, asyncio.CancelledError()])
def test_the_meaning_of_a_timeout_depends_on_the_call(
    cause: BaseException | None,
) -> None:
    err = TimeoutError()
    err.__cause__ = cause  # as asyncio.timeout leaves it
    hung = failure(err, "cannot scan: ", late=HANGS)
    assert isinstance(hung, BluetoothHangs)
    assert str(hung).startswith(f"cannot scan: bluetoothd does not answer; {HERE.bluetooth_helps}")
    assert str(failure(err)) == "no answer; out of range, or connected to a phone"


@pytest.mark.parametrize(
    "fault", [AssertionError(), AttributeError("body"), IndexError("0"), KeyError("path")]
)
def test_bugs_of_bleak_are_errors_of_the_stack(fault: Exception) -> None:
    with pytest.raises(StackFault) as caught, calling_bleak():
        raise fault
    assert caught.value.__cause__ is fault
    assert meaning(caught.value).words == "connection lost"


@pytest.mark.parametrize("fault", FAULTS)
def test_bugs_of_this_program_are_not_errors_of_the_stack(fault: type[Exception]) -> None:
    assert not issubclass(fault, STACK_ERRORS)


def test_the_cause_of_a_connector_error_determines_the_message() -> None:
    err = BleakConnectionError("A4 - A4: Failed to connect after 1 attempt(s), with much advice")
    err.__cause__ = dbus_error("org.bluez.Error.NotReady")
    assert meaning(err).words == "the adapter is off"
