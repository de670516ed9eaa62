"""The settings pages: what they say, and what a tap writes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms import __version__
from dbus_xbms.contact import ContactState
from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.paths import bank_path, pack_path
from tests.gx.menu import BOW, NEW, PROGRAM, REPORT, SETTINGS, STERN, bow, house, running, stored
from tests.gx.services import pack_settings
from tests.gx.show import Show


def test_known_packs_are_listed_with_their_state(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    assert screen.texts[1:5] == ["Bow", "Connected", "Stern", "The password is missing or wrong"]
    assert "2 findings" in screen.texts


def test_every_state_of_a_pack_has_words_in_every_language(show: Show) -> None:
    program = running()
    screen = show("Settings.qml", program, stored(), language="de")
    said = set()
    for state in ContactState:
        screen.change(program, {"/Packs/1/State": state.value})
        said.add(screen.texts[4])
    assert not said & {state.value for state in ContactState}
    assert len(said) == len(ContactState) - 1  # unknown is starting


def test_a_stopped_program_is_named(show: Show) -> None:
    screen = show("Settings.qml", stored())
    assert screen.texts[1:] == [
        "dbus-xbms is not running. Restart the GX; if that does not help, read its log."
    ]


@pytest.mark.parametrize("backend", ["dbus", "mqtt"])
def test_a_search_is_started_shows_its_time_and_is_stopped(show: Show, backend: str) -> None:
    program = running()
    screen = show("Settings.qml", program, stored(), backend=backend)
    screen.tap("Add a pack")
    screen.tap("Start")
    screen.change(program, {"/Scan": 12})
    screen.tap("12 s left")
    assert screen.written == [(PROGRAM, "/Scan", 1), (PROGRAM, "/Scan", 0)]


def test_discovered_packs_show_their_signal_and_known_ones_open_their_settings(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Add a pack")
    assert screen.texts[3:-1] == [
        "xiaoxiang BMS",
        "Add",
        f"{NEW}\nJBD, strong signal, -58 dBm",
        "JBD-SP04S020-L4S-200A",
        "Settings",
        f"{BOW}\nJBD, connected",
    ]
    screen.tap("Settings")
    assert screen.title == "Bow"
    assert screen.written == []


REASON = (
    "Watch only: this make is shown, but never controls charging and cannot be switched. "
    "The library that reads it must not be used for safety."
)


def test_a_discovered_pack_that_is_only_watched_says_so_and_why_when_it_is_added(show: Show) -> None:
    found = replace(REPORT.found[0], make="LiTime", watch_only=True)
    settings = stored()
    screen = show("Settings.qml", running(found=(found,)), settings)
    screen.tap("Add a pack")
    assert f"{NEW}\nLiTime (watch only), strong signal, -58 dBm" in screen.texts
    screen.tap("Add")
    screen.change(settings, pack_settings(NEW, PackSettings({"Enabled": 1, "CustomName": "Bow thruster"})))
    assert screen.texts[1:3] == ["The pack is added.", REASON]
    assert "Highest charge current" not in screen.texts
    screen.tap("All settings of this pack")
    assert REASON in screen.texts
    assert "Control" not in screen.texts


def test_a_known_pack_that_is_only_watched_offers_neither_control_nor_switching_but_lending(
    show: Show,
) -> None:
    bow = replace(REPORT.packs[0], make="LiTime", watch_only=True)
    screen = show("Settings.qml", running(packs=(bow,)), stored({"Chemistry": "LiFePO4"}))
    assert screen.texts[1:3] == ["Bow", "LiTime (watch only)\nConnected"]
    screen.tap("Bow")
    assert REASON in screen.texts
    assert "Control" not in screen.texts
    screen.tap("Switching")
    assert [text for text in screen.texts if text.startswith("Allow")] == ["Allow lending to the phone app"]


def test_adding_a_pack_writes_its_address_and_asks_the_three_questions(show: Show) -> None:
    program, settings = running(), stored()
    screen = show("Settings.qml", program, settings)
    screen.tap("Add a pack")
    screen.tap("Add")
    assert screen.written == [(PROGRAM, "/Discovered/0/Add", NEW)]
    assert "Adding the pack…" in screen.texts
    screen.change(settings, pack_settings(NEW, PackSettings({"Enabled": 1, "CustomName": "xiaoxiang BMS"})))
    screen.type("Name", "Workshop")
    screen.choose("Chemistry", 1)
    screen.accept()
    screen.choose("Highest charge current", 50)
    screen.choose("Highest discharge current", 100)
    assert screen.written[1:] == [
        (SETTINGS, pack_path(NEW, "CustomName"), "Workshop"),
        (SETTINGS, pack_path(NEW, "Chemistry"), "LiFePO4"),
        (SETTINGS, pack_path(NEW, "MaxChargeCurrent"), 50),
        (SETTINGS, pack_path(NEW, "MaxDischargeCurrent"), 100),
    ]


def test_a_chemistry_is_stored_only_after_its_charge_voltage_was_confirmed(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Bow")
    screen.choose("Chemistry", 2)
    assert any("4.15 V" in text for text in screen.texts)
    screen.reject()
    assert screen.written == []
    assert "Not chosen" in screen.texts


def test_control_needs_a_chemistry_and_a_confirmation(show: Show) -> None:
    settings = stored()
    screen = show("Settings.qml", running(), settings)
    screen.tap("Bow")
    assert "Choose the chemistry first" in screen.texts
    screen.change(settings, {pack_path(BOW, "Chemistry"): "LiFePO4"})
    assert "Chargers do not obey it" in screen.texts
    screen.choose("Control", 1)
    assert any("obey this pack" in text for text in screen.texts)
    screen.accept()
    assert screen.written == [bow("Control", 1)]


def test_removing_a_pack_is_confirmed_and_keeps_its_settings(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Bow")
    screen.tap("Read this pack")
    screen.reject()
    screen.tap("Read this pack")
    screen.accept()
    assert screen.written == [bow("Enabled", 0)]


def test_currents_that_are_not_set_say_what_holds(show: Show) -> None:
    settings = stored({"Chemistry": "LiFePO4"})
    screen = show("Settings.qml", running(), settings)
    screen.tap("Bow")
    screen.tap("Currents and capacity")
    assert "30 % of the capacity, at most what the BMS is rated for" in screen.texts
    assert "280 Ah" in screen.texts
    screen.change(settings, {pack_path(BOW, "MaxChargeCurrent"): 60.0})
    assert "60 A" in screen.texts
    screen.tap("Reset")
    assert screen.written == [bow("MaxChargeCurrent", -1), bow("MaxDischargeCurrent", -1)]


def test_cell_voltages_show_the_preset_and_stay_between_their_neighbours(show: Show) -> None:
    screen = show("Settings.qml", running(), stored({"Chemistry": "LiFePO4"}))
    screen.tap("Bow")
    screen.tap("Cell voltages")
    assert [text for text in screen.texts if text.endswith(" V")] == [
        "3.600 V",
        "3.450 V",
        "3.375 V",
        "2.900 V",
        "2.600 V",
    ]
    screen.choose("Full", 4.2)
    screen.choose("Discharging stops at", 3.2)
    assert screen.written == [bow("CellFull", 3.65), bow("CellLowCutoff", 2.895)]


def test_voltages_of_another_chemistry_are_called_a_contradiction(show: Show) -> None:
    settings = stored({"Chemistry": "LiFePO4"})
    screen = show("Settings.qml", running(), settings)
    screen.tap("Bow")
    screen.tap("Cell voltages")
    warning = (
        "These voltages contradict each other or the chemistry. Nothing is charged until they are corrected."
    )
    assert warning not in screen.texts
    screen.change(settings, {pack_path(BOW, "CellFull"): 4.15})
    assert warning in screen.texts


def test_turning_discharging_off_is_allowed_only_after_its_danger_was_named(show: Show) -> None:
    settings = stored()
    screen = show("Settings.qml", running(), settings)
    screen.tap("Bow")
    screen.tap("Switching")
    screen.tap("Allow turning discharging off")  # needs the permission to switch charging first
    assert "Cancel" not in screen.texts
    screen.change(settings, {pack_path(BOW, "AllowMosfetControl"): 1})
    screen.tap("Allow turning discharging off")
    assert any("If that includes the GX, it loses power" in text for text in screen.texts)
    assert screen.written == []
    screen.accept()
    assert screen.written == [bow("AllowDischargeOff", 1)]


def test_the_switch_pane_is_offered_once_switching_is_allowed(show: Show) -> None:
    settings = stored()
    screen = show("Settings.qml", running(), settings)
    screen.tap("Bow")
    screen.tap("Switching")
    assert "On the switch pane" not in screen.texts
    screen.change(settings, {pack_path(BOW, "AllowMosfetControl"): 1})
    screen.choose("Charging", 1)
    assert screen.written == [bow("ChargeSwitchShow", 1)]


@pytest.mark.parametrize(
    ("row", "name", "wrong", "right"),
    [("Password", "Password", "12345678" * 4 + "9", "123456"), ("Passkey", "Passkey", "12a456", "000000")],
)
def test_a_password_or_passkey_of_another_form_is_refused_and_says_so(
    show: Show, row: str, name: str, wrong: str, right: str
) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Bow")
    screen.tap("Bluetooth")
    screen.type(row, wrong)
    assert screen.written == []
    assert screen.toasts[0].startswith("Not stored: a ")
    screen.type(row, right)
    assert screen.written == [bow(name, right)]
    assert right not in screen.texts


def test_the_connection_mode_says_what_the_phone_app_can_do(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Bow")
    screen.tap("Bluetooth")
    assert "The phone app cannot connect; lend the pack to it" in screen.texts
    screen.choose("Connection", 1)
    assert screen.written == [bow("ConnectionMode", 1)]
    assert "The phone app can connect in between" in screen.texts


def test_a_value_that_is_refused_returns_to_the_stored_one_and_says_so(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Bow")
    screen.tap("Warnings")
    screen.refuse_writes()
    screen.choose("Low state of charge", 30)
    assert screen.wait_for_toast() == "Low state of charge was not stored: the value was refused."
    assert "10 %" in screen.texts


def test_a_text_that_is_refused_returns_to_the_stored_one_and_says_so(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Bow")
    screen.refuse_writes()
    screen.type("Name", "Stern")
    assert screen.wait_for_toast() == "Name was not stored: the value was refused."
    assert "Stern" not in screen.texts


@pytest.mark.parametrize(
    ("row", "value", "name", "written"),
    [
        ("Low state of charge", 120, "LowSocWarning", 100),
        ("Difference between cells", 0.1, "CellImbalanceWarning", 0.1),
        ("High cell voltage", 3.55, "HighCellWarning", 3.55),
        ("High cell temperature", 45, "HighTemperatureWarning", 45),
        ("Low cell temperature", -60, "LowTemperatureWarning", -40),
        ("MOSFET temperature", 90, "MosfetTemperatureWarning", 90),
        ("Cell over-voltage at the end of a charge", 1, "CellOvervoltageAlarm", 2),
    ],
)
def test_a_warning_is_written_within_its_range(
    show: Show, row: str, value: float, name: str, written: float
) -> None:
    screen = show("Settings.qml", running(), stored({"Chemistry": "LiFePO4"}))
    screen.tap("Bow")
    screen.tap("Warnings")
    screen.choose(row, value)
    assert screen.written == [bow(name, written)]


def test_a_bank_is_created_in_the_first_free_place(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Banks")
    assert "Off: turn it on if its packs are wired together" in screen.texts
    screen.tap("Create")
    assert screen.written == [(PROGRAM, "/Banks/2/Enabled", 1)]


def test_a_bank_is_confirmed_only_after_its_danger_was_named(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Banks")
    screen.tap("House")
    screen.tap("These packs act as one battery")
    assert any("packs can be overcharged" in text for text in screen.texts)
    screen.accept()
    screen.choose("Wiring", 2)
    assert screen.written == [house("Enabled", 1), house("Topology", "2s2p")]


def test_packs_of_a_bank_are_chosen_in_their_order_and_never_none(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Banks")
    screen.tap("House")
    screen.tap("Packs")
    screen.tap("Stern")
    screen.tap("Bow")
    screen.tap("Stern")
    screen.tap("Bow")
    assert screen.written == [
        house("Members", STERN),
        house("Members", f"{STERN} {BOW}"),
        house("Members", BOW),
    ]
    assert screen.toasts == ["A bank needs packs. To end it, turn it off."]
    screen.tap("All packs")
    assert screen.written[-1] == house("Members", "")


def test_the_diagnosis_lists_findings_adapters_and_the_program(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Diagnosis")
    shown = screen.texts
    assert shown[4:8] == [
        "Problem",
        "Stern: the password is wrong; set it in the settings of the pack",
        "Note",
        "DVCC is off: chargers do not obey any battery",
    ]
    for text in ("2 of 5 connections", __version__, "1 d 2 h", "3.2 % of one core", "41 MB"):
        assert text in shown


def test_checks_run_again_and_the_program_restarts_after_a_question(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Diagnosis")
    screen.tap("Check now")
    screen.tap("Restart")
    screen.reject()
    screen.tap("Restart")
    screen.accept()
    assert screen.written == [(PROGRAM, "/Findings/Refresh", 1), (PROGRAM, "/Restart", 1)]


def test_watch_only_packs_are_allowed_only_after_the_danger_was_named(show: Show) -> None:
    screen = show("Settings.qml", running(), stored())
    screen.tap("Banks")
    screen.tap("House")
    screen.tap("Allow watch-only packs")
    assert any("a wrong value can overcharge it" in text for text in screen.texts)
    screen.reject()
    assert screen.written == []
    screen.tap("Allow watch-only packs")
    screen.accept()
    assert screen.written == [house("AllowWatchOnlyMembers", 1)]


def test_a_watch_only_pack_cannot_be_chosen_for_a_bank_that_does_not_allow_it(show: Show) -> None:
    program, settings = running(), stored()
    program = replace(program, values={**program.values, "/Packs/1/WatchOnly": 1})
    screen = show("Settings.qml", program, settings)
    screen.tap("Banks")
    screen.tap("House")
    screen.tap("Packs")
    assert "Watch only: not allowed in this bank" in screen.texts
    screen.tap("Stern")
    assert screen.written == []
    screen.change(settings, {bank_path(1, "AllowWatchOnlyMembers"): 1})
    assert "Watch only" in screen.texts
    screen.tap("Stern")
    assert screen.written == [house("Members", STERN)]
