"""Who is in the way of whose Bluetooth, by what the bus tells and how the radio behaves."""

from __future__ import annotations

import pytest

from dbus_xbms.interference.rules import RadioUse, VenusPrograms, notices, text_for

ADDRESS = "A4:C1:37:00:00:01"
WELL = RadioUse(address=ADDRESS, hci="hci0")


def who(venus: VenusPrograms, *radios: RadioUse) -> list[tuple[str, str]]:
    return [(one.who, one.address) for one in notices(venus, radios)]


def test_no_interference_is_reported_without_a_symptom() -> None:
    assert who(VenusPrograms(), WELL, RadioUse(address=ADDRESS, busy=True)) == []


@pytest.mark.parametrize(("hci", "found"), [("hci0", True), ("hci1", False), ("", False)])
def test_victrons_own_bluetooth_disturbs_the_built_in_adapter_only(hci: str, found: bool) -> None:
    seen = who(VenusPrograms(bluetooth=True), RadioUse(address=ADDRESS, hci=hci))
    assert seen == ([("vesmart-server", ADDRESS)] if found else [])


@pytest.mark.parametrize("busy", [False, True])
def test_the_sensors_disturb_only_while_the_adapter_refuses_to_scan(busy: bool) -> None:
    seen = who(VenusPrograms(sensors=True), RadioUse(address=ADDRESS, hci="hci1", busy=busy))
    assert seen == ([("dbus-ble-sensors", ADDRESS)] if busy else [])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("com.victronenergy.battery.ble_a4c137000001", ""),
        ("com.victronenergy.battery.ttyUSB0", "BLE A4:C1:37:00:00:01 /data/apps/dbus-serialbattery"),
        ("com.victronenergy.battery.other", "bluetooth a4-c1-37-00-00-01"),
    ],
)
def test_another_driver_is_known_by_the_packs_address_in_any_form(name: str, told: str) -> None:
    assert who(VenusPrograms(batteries={name: told}), WELL) == [(name, ADDRESS)]


def test_other_batteries_are_no_interference() -> None:
    others = {
        "com.victronenergy.battery.ttyUSB0": "ttyUSB0 dbus-serialbattery",
        "com.victronenergy.battery.ble_a4c137000002": "BLE A4:C1:37:00:00:02",
    }
    assert who(VenusPrograms(batteries=others), WELL) == []


def test_each_pack_shows_only_the_interference_with_itself() -> None:
    venus = VenusPrograms(bluetooth=True, batteries={"com.victronenergy.battery.ble_a4c137000001": ""})
    other = RadioUse(address="A4:C1:37:00:00:02", hci="hci0")
    found = notices(venus, [WELL, other])
    assert text_for(ADDRESS, found).count(";") == 1
    assert text_for(other.address, found).startswith("vesmart-server: ")
    assert text_for("A4:C1:37:00:00:03", found) == ""
