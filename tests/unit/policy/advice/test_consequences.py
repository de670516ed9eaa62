"""Consequences of changed settings for charge control, reported before the change."""

from __future__ import annotations

import pytest

from dbus_xbms.policy.advice import consequences, controllers
from dbus_xbms.policy.advice.consequences import Consequence, in_order
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.settings import PackSettings, Value

ONE, TWO, THREE = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "A4:C1:37:00:00:03"


def pack(name: str, **chosen: float | str) -> PackSettings:
    """Settings of a pack of 4 LiFePO4 cells that has been read and may control."""
    usual = {"Enabled": 1, "Control": 1, "Chemistry": "LiFePO4", "Cells": 4, "CustomName": name}
    return PackSettings({**usual, **chosen})


def change(before: PackSettings, **chosen: float | str) -> PackSettings:
    return PackSettings({**before, **chosen})


HOUSE = pack("House", Controlled=1)
TWIN = pack("Bow")
BIG = pack("Bank 24 V", Cells=8)
MONITORED = pack("Stern", Control=0)


def of_change(
    before: dict[str, PackSettings], after: dict[str, PackSettings], *, explicit: bool = False
) -> list[Consequence]:
    return consequences.of_change(Configuration(packs=before), Configuration(packs=after), explicit=explicit)


def willing(packs: dict[str, PackSettings]) -> list[str]:
    return [one.key for one in controllers.willing(Configuration(packs=packs))]


def consequence(before: dict[str, PackSettings], after: dict[str, PackSettings]) -> Consequence:
    (one,) = of_change(before, after)
    return one


def test_removing_the_only_controlling_pack_stops_chargers_and_needs_confirmation() -> None:
    one = consequence({ONE: HOUSE, TWO: MONITORED}, {TWO: MONITORED})
    assert one.ask
    assert one.words.startswith("House no longer controls chargers; chargers then stop with error 67")


def test_handing_control_to_a_pack_of_another_voltage_shows_both_and_needs_confirmation() -> None:
    one = consequence({ONE: HOUSE, TWO: BIG}, {ONE: change(HOUSE, Enabled=0), TWO: BIG})
    assert one.ask
    assert one.words == (
        "Bank 24 V will then control chargers instead of House, up to 27.60 V (8 cells, LiFePO4); "
        "until now up to 13.80 V"
    )


def test_handing_control_to_a_pack_of_the_same_voltage_needs_confirmation() -> None:
    one = consequence({ONE: HOUSE, TWO: TWIN}, {TWO: TWIN})
    assert one.ask
    assert one.words == "Bow will then control chargers instead of House, up to 13.80 V (4 cells, LiFePO4)"


def test_handing_control_to_a_pack_that_was_never_read_is_reported_as_such() -> None:
    never_read = change(BIG, Cells=0)
    one = consequence({ONE: HOUSE, TWO: never_read}, {TWO: never_read})
    assert one.ask
    assert "up to a voltage not known until the pack is read" in one.words
    assert one.words.endswith("its voltage may be another than that of House")


def test_removing_a_monitored_pack_has_no_consequence() -> None:
    assert of_change({ONE: HOUSE, TWO: MONITORED}, {ONE: HOUSE}) == []
    assert of_change({TWO: MONITORED}, {}) == []


def test_removing_an_allowed_pack_that_does_not_control_has_no_consequence() -> None:
    assert of_change({ONE: TWIN, TWO: HOUSE}, {TWO: HOUSE}) == []


def test_enabling_control_is_reported_with_the_charge_voltage() -> None:
    (one,) = of_change({ONE: MONITORED}, {ONE: change(MONITORED, Control=1)}, explicit=True)
    assert not one.ask
    assert one.words == (
        "Chargers and inverters obey this pack while DVCC is on, up to 13.80 V (4 cells, LiFePO4)"
    )


def test_earlier_permission_that_takes_effect_only_now_needs_confirmation() -> None:
    assert consequence({ONE: change(HOUSE, Enabled=0)}, {ONE: HOUSE}).ask
    assert consequence({ONE: change(HOUSE, Chemistry="")}, {ONE: HOUSE}).ask


def test_another_chemistry_of_the_controlling_pack_shows_both_voltages_and_needs_confirmation() -> None:
    one = consequence({ONE: HOUSE}, {ONE: change(HOUSE, Chemistry="NMC")})
    assert one.ask
    assert one.words == "House: the pack is charged to 16.6 V instead of 13.8 V"


def test_another_full_voltage_is_reported_and_needs_no_confirmation() -> None:
    one = consequence({ONE: HOUSE}, {ONE: change(HOUSE, CellFull=3.5)})
    assert (one.ask, one.words) == (False, "House: the pack is charged to 14 V instead of 13.8 V")
    assert of_change({ONE: HOUSE}, {ONE: change(HOUSE, HoldTime=20.0)}) == []


def test_an_incomplete_chemistry_stops_the_pack_and_needs_confirmation() -> None:
    one = consequence({ONE: HOUSE}, {ONE: change(HOUSE, Chemistry="custom")})
    assert one.ask
    assert one.words.startswith("House is neither charged nor discharged for now: Chemistry custom needs")


def test_the_controlling_pack_comes_first_among_the_allowed_ones() -> None:
    assert willing({ONE: TWIN, TWO: HOUSE, THREE: MONITORED}) == [TWO, ONE]
    assert willing({ONE: change(TWIN, Cells=0), TWO: TWIN}) == [TWO, ONE]
    assert willing({ONE: change(HOUSE, Enabled=0)}) == []


@pytest.mark.parametrize(
    ("chosen", "order"),
    [
        (
            {"Enabled": 1, "Control": 1, "Chemistry": "NMC", "MaxChargeCurrent": 20.0},
            ["MaxChargeCurrent", "Chemistry", "Control", "Enabled"],
        ),
        ({"MaxChargeCurrent": 20.0, "Control": 0, "Enabled": 1}, ["Control", "MaxChargeCurrent", "Enabled"]),
        ({"CustomName": "House", "Chemistry": ""}, ["Chemistry", "CustomName"]),
        ({"CustomName": "House", "HoldTime": 20.0}, ["CustomName", "HoldTime"]),
    ],
)
def test_settings_that_end_control_are_stored_first_and_those_that_start_it_last(
    chosen: dict[str, Value], order: list[str]
) -> None:
    assert in_order(chosen) == order


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"MaxChargeCurrent": 0}, "House is not charged (MaxChargeCurrent is 0 A)"),
        (
            {"MaxDischargeCurrent": 0},
            "House is not discharged: inverters switch off (MaxDischargeCurrent is 0 A)",
        ),
        ({"ChargeSocCurve": "0:0 100:0"}, "House is not charged (ChargeSocCurve is 0 everywhere)"),
        (
            {"DischargeSocCurve": "0:0 100:0"},
            "House is not discharged: inverters switch off (DischargeSocCurve is 0 everywhere)",
        ),
        (
            {"TemperatureRoles": "mm"},
            "House is not charged (TemperatureRoles names no sensor on the cells)",
        ),
    ],
)
def test_a_setting_that_leaves_the_controlling_pack_no_current_needs_confirmation_once(
    chosen: dict[str, Value], words: str
) -> None:
    after = change(HOUSE, **chosen)
    assert consequence({ONE: HOUSE}, {ONE: after}) == Consequence(words=words, ask=True)
    assert of_change({ONE: after}, {ONE: change(after, HoldTime=20)}) == []


def test_a_mosfet_curve_limits_both_currents() -> None:
    found = of_change({ONE: HOUSE}, {ONE: change(HOUSE, MosfetTemperatureCurve="0:0 20:0")})
    assert [one.ask for one in found] == [True, True]


def test_a_pack_that_would_control_without_any_current_needs_confirmation() -> None:
    watched = pack("House", Control=0)
    after = change(watched, Control=1, MaxDischargeCurrent=0)
    begins, stops = of_change({ONE: watched}, {ONE: after}, explicit=True)
    assert (begins.ask, stops.ask) == (False, True)


def test_sensors_that_are_only_shown_do_not_limit() -> None:
    after = change(HOUSE, TemperatureRoles="mm", TemperatureControl=0)
    assert of_change({ONE: HOUSE}, {ONE: after}) == []
