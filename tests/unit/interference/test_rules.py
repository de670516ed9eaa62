"""Interference of other programs, from the bus and the behaviour of the radio."""

from __future__ import annotations

import pytest

from dbus_xbms.interference.rules import RadioUse, VenusPrograms, notices, text_for

ADDRESS = "A4:C1:37:00:00:01"
HEALTHY = RadioUse(address=ADDRESS, hci="hci0")


def interfering(venus: VenusPrograms, *radios: RadioUse) -> list[tuple[str, str]]:
    return [(one.who, one.address) for one in notices(venus, radios)]


def test_no_interference_is_reported_without_a_symptom() -> None:
    assert interfering(VenusPrograms(), HEALTHY, RadioUse(address=ADDRESS, busy=True)) == []


@pytest.mark.parametrize(("hci", "interferes"), [("hci0", True), ("hci1", False), ("", False)])
def test_victrons_bluetooth_interferes_only_with_the_built_in_adapter(hci: str, interferes: bool) -> None:
    found = interfering(VenusPrograms(bluetooth=True), RadioUse(address=ADDRESS, hci=hci))
    assert found == ([("vesmart-server", ADDRESS)] if interferes else [])


@pytest.mark.parametrize("busy", [False, True])
def test_sensors_interfere_only_while_the_adapter_refuses_to_scan(busy: bool) -> None:
    found = interfering(VenusPrograms(sensors=True), RadioUse(address=ADDRESS, hci="hci1", busy=busy))
    assert found == ([("dbus-ble-sensors", ADDRESS)] if busy else [])


@pytest.mark.parametrize(
    ("name", "connection"),
    [
        ("com.victronenergy.battery.ble_a4c137000001", ""),
        ("com.victronenergy.battery.ttyUSB0", "BLE A4:C1:37:00:00:01 /data/apps/dbus-serialbattery"),
        ("com.victronenergy.battery.other", "bluetooth a4-c1-37-00-00-01"),
    ],
)
def test_another_driver_is_recognised_by_the_address_of_the_pack_in_any_form(
    name: str, connection: str
) -> None:
    assert interfering(VenusPrograms(batteries={name: connection}), HEALTHY) == [(name, ADDRESS)]


def test_other_batteries_are_no_interference() -> None:
    others = {
        "com.victronenergy.battery.ttyUSB0": "ttyUSB0 dbus-serialbattery",
        "com.victronenergy.battery.ble_a4c137000002": "BLE A4:C1:37:00:00:02",
    }
    assert interfering(VenusPrograms(batteries=others), HEALTHY) == []


def test_each_pack_shows_only_its_own_interference() -> None:
    venus = VenusPrograms(bluetooth=True, batteries={"com.victronenergy.battery.ble_a4c137000001": ""})
    other = RadioUse(address="A4:C1:37:00:00:02", hci="hci0")
    found = notices(venus, [HEALTHY, other])
    assert text_for(ADDRESS, found).count(";") == 1
    assert text_for(other.address, found).startswith("vesmart-server: ")
    assert text_for("A4:C1:37:00:00:03", found) == ""
