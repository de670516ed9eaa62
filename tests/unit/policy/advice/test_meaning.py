"""Meanings of the values of settings, notes on unusual ones, and their topics."""

from __future__ import annotations

import pytest

from dbus_xbms.policy.advice.meaning import MEANINGS, meaning
from dbus_xbms.policy.advice.oddities import ODDITIES, oddities
from dbus_xbms.settings import WATCH_ONLY, PackSettings, ProgramSettings, SettingsError
from dbus_xbms.settings.topics import TOPICS

OFFERED = [row.name for row in (*PackSettings.rows, *ProgramSettings.rows) if not row.internal]
KNOWN = {"Cells": 4, "Nominal": 100.0, "Rating": 100.0, "Sensors": 3}


def pack(**chosen: float | str) -> PackSettings:
    return PackSettings({"Enabled": 1, "Chemistry": "LiFePO4", **KNOWN, **chosen})


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("CellFull", pack(), "preset, 3.45 V, 13.80 V for 4 cells"),
        ("CellFull", pack(Cells=0), "preset, 3.45 V"),
        ("CellFull", pack(CellFull=3.5), "14.00 V for 4 cells"),
        ("CellFull", pack(Chemistry=""), "the preset's, once Chemistry is chosen"),
        ("CellFull", pack(Chemistry="", CellFull=3.5), "once Chemistry is chosen"),
        ("CellLow", pack(Chemistry="NMC", Cells=7), "preset, 3.3 V, 23.10 V for 7 cells"),
        ("CellLow", pack(CellLow=3.9), "not used: Cell voltages must rise: CellLowCutoff < CellLow"),
        ("MaxChargeCurrent", pack(), "not set: 30 A, 30 % of 100 Ah"),
        ("MaxDischargeCurrent", pack(Nominal=400.0), "not set: 100 A, BMS rated 100 A"),
        ("MaxChargeCurrent", pack(Nominal=0.0), "not set: 0 A, capacity unknown: set Capacity or Max"),
        ("MaxChargeCurrent", pack(MaxChargeCurrent=0.0), "no current at all"),
        ("MaxChargeCurrent", pack(Protocol="daly"), "not set: not allowed in a bank"),
        ("MaxChargeCurrent", pack(MaxChargeCurrent=20.0), ""),
        ("Chemistry", pack(), "cells up to 3.45 V, 4 cells up to 13.80 V"),
        ("Chemistry", pack(Chemistry="LTO", Cells=0), "cells up to 2.7 V"),
        ("Chemistry", pack(Chemistry=""), "not chosen; the pack is only shown"),
        ("Chemistry", pack(Chemistry="custom"), "Chemistry custom needs CellFull, CellFloat, CellLow"),
        ("Control", pack(), "only shown"),
        ("Control", pack(Control=1), "chargers and inverters obey this pack while DVCC is on"),
        ("Control", pack(Control=1, Chemistry=""), "no effect yet: Chemistry is not chosen"),
        ("Control", pack(Control=1, Enabled=0), "no effect yet: the pack was removed"),
        ("Control", pack(Control=1, CellLow=3.9), "no effect yet: Cell voltages must rise"),
        ("Control", pack(Protocol="daly", Control=1), f"only shown: {WATCH_ONLY}"),
        ("Protocol", pack(), ""),
        ("Protocol", pack(Protocol="redodo", AdvertisedName="L-12100"), "LiTime (watch only)"),
        ("Capacity", pack(), "the BMS reports 100 Ah"),
        ("Capacity", pack(Nominal=0.0), "unknown until the BMS reports it"),
        ("Capacity", pack(Capacity=90.0, Nominal=655.35), ""),
        ("HighTemperatureWarning", pack(), "preset, 50 °C"),
        ("HighTemperatureWarning", pack(HighTemperatureWarning=45.0), ""),
        ("ChargeTemperatureCurve", pack(), "preset, 0:0 5:0.1 10:0.4 20:1 45:1 50:0.4 55:0"),
        ("ChargeSocCurve", pack(), "off"),
        ("TemperatureRoles", pack(), "every sensor may be a cell's"),
        ("TemperatureRoles", pack(TemperatureRoles="mc-"), "1 MOSFET, 2 cell, 3 ignored"),
        ("AbsorptionTime", pack(), "15 min"),
        ("RemoveAfter", pack(RemoveAfter=0.0), "never"),
        ("HoldTime", pack(Control=1, HoldTime=90.0), "60 s for this pack"),
        ("HoldTime", pack(), ""),
        ("PollInterval", pack(), "1 s for this pack"),
        ("PollInterval", pack(ConnectionMode=1), "30 s"),
        ("RestInterval", pack(HoldTime=18.0), "6 s for this pack"),
        ("RestInterval", pack(), ""),
        ("WakeCurrent", pack(), "off"),
        ("AllowLending", pack(), "not allowed"),
        ("AllowLending", pack(AllowLending=1), "allowed"),
        ("Password", pack(), "none"),
        ("Password", pack(Password="123456"), ""),
        ("ChargeSwitchShow", pack(ChargeSwitchShow=4), "in VRM only"),
        ("CustomName", pack(), ""),
    ],
)  # fmt: skip
def test_a_value_is_shown_with_its_meaning(name: str, settings: PackSettings, words: str) -> None:
    text = meaning(PackSettings.named(name), settings)
    assert text.startswith(words)
    assert bool(text) == bool(words)


def _extremes(settings: PackSettings) -> list[dict[str, float | str]]:
    rows = [row for row in PackSettings.rows if not isinstance(row.default, str) and row.lowest is not None]
    return [
        {row.name: type(row.default)(value)}
        for row in rows
        for value in (row.lowest, row.highest)
        if value is not None and type(row.default)(value) == value
    ]


@pytest.mark.parametrize("chemistry", ["", "LiFePO4", "NMC", "LTO", "custom"])
@pytest.mark.parametrize("known", [{}, KNOWN], ids=["unknown pack", "known pack"])
def test_the_meaning_of_any_value_is_one_printable_line(chemistry: str, known: dict[str, float]) -> None:
    base = PackSettings({"Chemistry": chemistry, **known})
    for chosen in ({}, *_extremes(base)):
        settings = PackSettings({**base, **chosen})
        texts = [meaning(row, settings) for row in MEANINGS]
        texts += [words for row in PackSettings.rows for words in oddities(row, settings)]
        assert all(words.isprintable() and not words.endswith(".") for words in texts)


def test_only_existing_settings_have_a_meaning_or_notes() -> None:
    judged = {*MEANINGS, *(row for rows, _ in ODDITIES for row in rows)}
    assert {row.name for row in judged} <= set(OFFERED)


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("Capacity", pack(Capacity=5.0), "the BMS reports 100 Ah, and current limits and the time to go"),
        ("Capacity", pack(Capacity=5.0, Nominal=0.0), "5 Ah is very little for a pack with such a BMS"),
        ("MaxChargeCurrent", pack(MaxChargeCurrent=500.0, Nominal=600.0), "the BMS is rated 100 A: it may"),
        ("MaxDischargeCurrent", pack(MaxDischargeCurrent=101.0), "the BMS is rated 100 A: it may"),
        ("MaxChargeCurrent", pack(MaxChargeCurrent=99.0, Nominal=50.0), "99 A is 2 C of 50 Ah"),
        ("WakeCurrent", pack(WakeCurrent=50.0), "while it flows: no more than 2 A (0.02 C)"),
        ("WakeCurrent", pack(WakeCurrent=1.0, Nominal=0.0), "the cells are not monitored while it flows"),
        ("HoldTime", pack(HoldTime=90.0, Control=1), "alone or in a bank, holds 60 s at most"),
        ("HoldTime", pack(HoldTime=90.0, InBank=1), "alone or in a bank, holds 60 s at most"),
        ("Control", pack(PollInterval=60.0, Control=1), "alone or in a bank, is polled at least every 30 s"),
        ("PollInterval", pack(PollInterval=60.0, InBank=1), "is polled at least every 30 s"),
        ("RestInterval", pack(HoldTime=15.0), "at most a third of HoldTime: 5 s"),
        ("TemperatureControl", pack(TemperatureControl=0), "cells are then charged at any temperature"),
        ("TemperatureRoles", pack(TemperatureRoles="cc"), "has 2 letters, and the BMS 3 sensors"),
        ("TemperatureRoles", pack(TemperatureRoles="mmm"), "no sensor is a cell's"),
        ("StopAfter", pack(StopAfter=10.0), "StopAfter is shorter than HoldTime"),
        ("StopAfter", pack(StopAfter=7200.0), "a silent pack may be discharged for 2 h"),
        ("ControlRemoveAfter", pack(ControlRemoveAfter=60.0), "ControlRemoveAfter is shorter than StopAfter"),
        ("AllowDischargeOff", pack(AllowDischargeOff=1), "no effect until AllowMosfetControl is 1"),
        ("AllowDischargeOff", pack(AllowDischargeOff=1, AllowMosfetControl=1), "only the phone app"),
        ("AllowMosfetControl", pack(AllowMosfetControl=1, Protocol="jikong"), "has no effect: this pack is"),
        ("TopBalanceVoltage", pack(TopBalanceVoltage=3.5), "no effect until TopBalanceDays is set"),
        ("MaxAbsorptionTime", pack(MaxAbsorptionTime=60.0), "MaxAbsorptionTime is shorter than Abs"),
        ("HighCellWarning", pack(HighCellWarning=3.3), "HighCellWarning warns whenever the pack is full"),
        ("LowCellWarning", pack(LowCellWarning=3.4), "LowCellWarning warns all the time: float is 3.375 V"),
    ],
)  # fmt: skip
def test_an_unlikely_value_is_shown_with_a_warning(name: str, settings: PackSettings, words: str) -> None:
    assert any(words in text for text in oddities(PackSettings.named(name), settings))
    assert oddities(PackSettings.custom_name, settings) == []


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"Capacity": 95.0},
        {"MaxChargeCurrent": 50.0, "MaxDischargeCurrent": 100.0},
        {"WakeCurrent": 2.0},
        {"TemperatureRoles": "mcc"},
        {"AllowMosfetControl": 1},
        {"TopBalanceVoltage": 3.5, "TopBalanceDays": 30},
        {"HighCellWarning": 3.5, "LowCellWarning": 3.0},
        {"Control": 1},
    ],
    ids=str,
)
def test_the_defaults_and_sensible_values_are_not_odd(chosen: dict[str, float]) -> None:
    settings = pack(**chosen)
    assert [
        words
        for name in OFFERED
        if name in settings
        for words in oddities(PackSettings.named(name), settings)
    ] == []


def test_every_offered_setting_has_exactly_one_topic() -> None:
    listed = [row.name for _, rows in TOPICS for row in rows]
    assert sorted(listed) == sorted(OFFERED)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("Chemistry", "lifepo4", "LiFePO4"),
        ("Chemistry", " NMC ", "NMC"),
        ("Chemistry", "CUSTOM", "custom"),
        ("Chemistry", "None", ""),
        ("Control", "ON", 1),
        ("Control", "Yes", 1),
        ("AllowLending", "no", 0),
        ("Enabled", "true", 1),
        ("Control", "0", 0),
    ],
)
def test_values_are_accepted_in_any_case_and_switches_as_words(
    name: str, text: str, value: float | str
) -> None:
    row = next(row for row in PackSettings.rows if row.name == name)
    assert row.parse(text) == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Chemistry", "lead", "Chemistry must be LiFePO4, NMC, LTO, custom, or none, not 'lead'"),
        ("Control", "maybe", r"Control must be 0 \(off\) or 1 \(on\), not 'maybe'"),
        ("HoldTime", "on", "HoldTime must be a number from 5 to 300 s, not 'on'"),
    ],
)
def test_an_unknown_value_gets_a_list_of_the_known_ones(name: str, text: str, words: str) -> None:
    row = next(row for row in PackSettings.rows if row.name == name)
    with pytest.raises(SettingsError, match=words):
        row.parse(text)


def test_another_program_has_to_write_a_choice_exactly() -> None:
    row = next(row for row in PackSettings.rows if row.name == "Chemistry")
    with pytest.raises(SettingsError):
        row.checked("lifepo4")
