"""The page of a pack: what an owner reads on it in every state of the pack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Protection
from dbus_xbms.report import Report
from tests.gx import packs
from tests.gx.screen import LANGUAGES, SIZES, SMALL
from tests.gx.services import battery
from tests.gx.show import Show

BATTERY = "com.victronenergy.battery.xbms_a4c137000001"
NAVIGATION_BAR = 72  # pixels of the 5-inch screen, which the stand-in does not draw


def after(texts: list[str], row: str) -> str:
    """Return the text after that of a row."""
    return texts[texts.index(row) + 1]


def test_lowest_highest_and_difference_are_at_the_top(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.HEALTHY)).texts
    assert texts[1:7] == ["Lowest, cell 5", "Highest, cell 4", "Difference", "3.328 V", "3.333 V", "5 mV"]


@pytest.mark.parametrize("cells", [4, 8, 16, 24, 32])
def test_every_cell_has_its_number_and_voltage(show: Show, cells: int) -> None:
    texts = show("Cells.qml", battery(packs.pack(cells))).texts
    marks = {4: "4 max", 5: "5 min"}
    assert {marks.get(n, str(n)) for n in range(1, cells + 1)} <= set(texts)
    volts = [text for text in texts if len(text) == 5 and text.startswith("3.3")]
    assert len(volts) == cells


def test_sixteen_cells_fit_above_the_navigation_bar(show: Show) -> None:
    screen = show("Cells.qml", battery(packs.pack()))
    assert "16" in screen.visible_texts
    assert screen.bottom("16") <= SMALL[1] - NAVIGATION_BAR


def test_the_bars_are_between_the_owners_empty_and_full(show: Show) -> None:
    assert "Bars: from 2.90 V (empty) to 3.45 V (full)" in show("Cells.qml", battery(packs.HEALTHY)).texts


def test_balancing_cells_are_explained_only_while_there_are_some(show: Show) -> None:
    assert "being balanced" in show("Cells.qml", battery(packs.HEALTHY)).texts
    assert "being balanced" not in show("Cells.qml", battery(packs.pack())).texts


def test_limits_say_what_sets_them(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.HEALTHY)).texts
    assert {"35.2 A", "Cell 4 at 3.46 V", "140.0 A", "Your limit of 140 A", "55.20 V", "Bulk"} <= set(texts)


def test_an_alarm_leads_the_page_with_the_mosfet_that_the_bms_turned_off(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.ALARM)).texts
    assert texts[1:3] == ["High cell voltage", "Cell voltages differ"]
    assert after(texts, "Charge MOSFET") == "Off"
    assert "A protection of the BMS turned it off: a cell is too high" in texts
    assert "Protection of the BMS: a cell is too high" in texts


def test_a_mosfet_that_was_switched_off_says_so(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.SWITCHED_OFF)).texts
    assert "It was switched off, here or with the phone app." in texts
    assert "charge off: done" in texts
    assert after(texts, "Discharge MOSFET") == "On"


def test_a_silent_pack_says_for_how_long_and_why(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.SILENT)).texts
    assert texts[1:4] == ["No contact for 12 min", "Does not answer", "No cell voltages now."]
    assert "No contact: no charging" in texts
    assert not [text for text in texts if text.startswith(("0.00", "3."))]


def test_held_values_are_said_to_be_old(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.HELD)).texts
    assert texts[1] == "No reply: the values are less than a minute old"
    assert "Cell 4 at 3.46 V, from the last reading" in texts


def test_a_pack_that_only_watches_says_why(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.WATCHING)).texts
    assert after(texts, "Does not control chargers") == "The chemistry is not chosen"
    assert "Bars: from 3.20 V to 3.40 V. The chemistry is not chosen." in texts
    assert "Charging at most" not in texts


def test_temperatures_say_where_the_sensors_are(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.HEALTHY)).texts
    assert after(texts, "MOSFETs (sensor 1)") == "23.2 °C"
    assert after(texts, "Cells (sensor 2)") == "21.4 °C"


def test_a_single_sensor_is_one_of_the_cells(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.STATES["one sensor"])).texts
    assert after(texts, "Cells (sensor 1)") == "20.9 °C"
    assert not [text for text in texts if "sensor 2" in text]


def test_a_bms_without_cell_voltages_says_so(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.STATES["no cells"])).texts
    assert "The BMS reports no cell voltages." in texts
    assert not [text for text in texts if text.startswith(("Lowest", "Bars"))]


@pytest.mark.parametrize("backend", ["dbus", "mqtt"])
def test_bluetooth_is_lent_and_taken_back_by_a_tap(show: Show, backend: str) -> None:
    service = battery(packs.HEALTHY)
    screen = show("Cells.qml", service, backend=backend)
    screen.tap("Lend for 30 min")
    assert screen.written == [(BATTERY, "/Settings/LendForMinutes", 30)]
    assert "Lent, 30 min left" in screen.texts
    screen.tap("Take back")
    assert screen.written[-1] == (BATTERY, "/Settings/LendForMinutes", 0)


def test_a_lent_pack_says_how_long(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.LENT)).texts
    assert texts[1] == "Lent to the phone app, 12 min left"
    assert not [text for text in texts if text.startswith("No contact for")]


def test_alarms_come_and_go_while_the_page_is_open(show: Show) -> None:
    service = battery(packs.pack())
    screen = show("Cells.qml", service)
    assert screen.texts[1] == "Lowest, cell 5"
    screen.change(service, {"/Alarms/LowSoc": 1})
    assert screen.texts[1] == "Low state of charge"
    screen.change(service, {"/Alarms/LowSoc": 0})
    assert screen.texts[1] == "Lowest, cell 5"


def test_reasons_are_translated(show: Show) -> None:
    texts = show("Cells.qml", battery(packs.ALARM), language="de").texts
    assert "Eine Schutzfunktion des BMS hat ihn ausgeschaltet: eine Zelle ist zu hoch" in texts
    assert "Ihre Grenze von 140 A" in texts


REASONS = (
    "cell 3 at 3.80 V: stopped at 3.65 V until back at 3.45 V",
    "cell 3 at 1.20 V: dead or shorted, have it checked",
    "cell 3 at 2.40 V: at most 0.05 C",
    "cells at 2.5 °C",
    "sensor 1 (TemperatureRoles not set) at -4.0 °C",
    "MOSFETs at 81.0 °C",
    "SoC 98 %",
    "BMS protection: cell overvoltage, charge overtemperature",
    "charge MOSFET is off",
    "no reliable cell temperature sensor",
    "capacity unknown: set Capacity or MaxChargeCurrent",
    "0.3 C of 280 Ah (no limit set)",
    "BMS rated 100 A (no limit set)",
    "rising again after: cell 3 at 3.46 V",
    "Bow: rising to: MaxChargeCurrent 84 A",
    "charge MOSFETs of Bow and Stern are off",
)


@pytest.mark.parametrize("reason", REASONS)
def test_every_usual_reason_is_said_in_german_and_without_names_of_settings(show: Show, reason: str) -> None:
    limited = packs.pack(limits=replace(packs.LIMITS, charge_limitation=reason))
    texts = show("Cells.qml", battery(limited), language="de").texts
    said = texts[texts.index("35.2 A") + 1]
    assert said[1:] != reason[1:]
    assert not [word for word in ("Max", "Roles", " C ", "limit", "off", "at ") if word in said]


@pytest.mark.parametrize("protection", Protection)
def test_every_protection_is_named_in_german(show: Show, protection: Protection) -> None:
    limited = packs.pack(
        limits=replace(packs.LIMITS, charge_limitation=f"BMS protection: {protection.value}")
    )
    texts = show("Cells.qml", battery(limited), language="de").texts
    said = texts[texts.index("35.2 A") + 1]
    assert said.startswith("Schutz des BMS: ")
    assert protection.value not in said


def test_a_lowered_charge_voltage_is_explained_without_abbreviations(show: Show) -> None:
    lowered = packs.pack(limits=replace(packs.LIMITS, mode="Bulk, CVL lowered for the highest cell"))
    assert "Bulk, lowered for the highest cell" in show("Cells.qml", battery(lowered)).texts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_in_any_state(show: Show, size: tuple[int, int], language: str) -> None:
    cut_off = {
        state: show("Cells.qml", battery(report), size=size, language=language).cut_off
        for state, report in packs.STATES.items()
    }
    assert not any(cut_off.values()), cut_off


@pytest.mark.parametrize("state", packs.STATES)
def test_every_state_is_readable_in_light_mode_and_in_a_browser(show: Show, state: str) -> None:
    report: Report = packs.STATES[state]
    dark = show("Cells.qml", battery(report)).texts
    assert show("Cells.qml", battery(report), light=True, backend="mqtt").texts == dark
