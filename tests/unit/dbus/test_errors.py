"""Names of programs that do not answer, as shown to the owner."""

from __future__ import annotations

from dbus_xbms import rpc
from dbus_xbms.ble.bluez.bus import BLUEZ
from dbus_xbms.dbus.errors import NoAnswer, peer_at
from dbus_xbms.settings import device_id
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS
from dbus_xbms.venus.tables.battery import BATTERY

SERVICE = "the dbus-xbms service"


def test_each_program_is_identified_by_its_bus_names() -> None:
    names = {
        rpc.NAME: SERVICE,
        f"{BATTERY}.{device_id('A4:C1:37:00:00:01')}": SERVICE,
        LOCALSETTINGS: "localsettings",
        BLUEZ: "bluetoothd",
        f"{BATTERY}.ttyUSB0": f"{BATTERY}.ttyUSB0",
    }
    assert {name: peer_at(name).program for name in names} == names


def test_the_error_for_an_unanswered_write_says_that_it_may_still_take_effect() -> None:
    assert str(NoAnswer(LOCALSETTINGS, wrote=True)).endswith("; it may still do what it was asked to")
    assert "may still" not in str(NoAnswer(LOCALSETTINGS))
