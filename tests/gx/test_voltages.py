"""The cell voltages that the pages show are those that hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbus_xbms.policy.charge.chemistry import Preset, preset
from dbus_xbms.policy.charge.chemistry_table import CHEMISTRIES
from dbus_xbms.settings import PackSettings
from tests.gx.screen import Script

SETTINGS = {  # field in Voltages.js: setting, and field of a preset
    "full": (PackSettings.cell_full, "full"),
    "floating": (PackSettings.cell_float, "floating"),
    "low": (PackSettings.cell_low, "low"),
    "high": (PackSettings.cell_high_cutoff, "cutoff_high"),
    "empty": (PackSettings.cell_low_cutoff, "cutoff_low"),
}
Owner = dict[str, float]

chemistries = st.sampled_from(sorted(CHEMISTRIES))
volts = st.integers(1400, 4400).map(lambda millivolts: millivolts / 1000)
owners = st.dictionaries(st.sampled_from(sorted(SETTINGS)), volts)


@pytest.fixture(scope="module")
def script() -> Script:
    return Script("Voltages.js")


def chosen(chemistry: str, owner: Owner) -> Preset:
    stored = {SETTINGS[name][0].name: value for name, value in owner.items()}
    return preset(PackSettings({"Chemistry": chemistry, **stored}))


@given(chemistries, owners)
@settings(max_examples=200)
def test_pages_show_the_voltages_that_hold(script: Script, chemistry: str, owner: Owner) -> None:
    held = chosen(chemistry, owner)
    if held.refused:
        return
    shown = script.call("effective", chemistry, owner)
    for name, (_, field) in SETTINGS.items():
        assert shown[name] == pytest.approx(getattr(held, field)), name


@given(chemistries, owners)
@settings(max_examples=200)
def test_pages_name_a_contradiction_that_stops_charging(script: Script, chemistry: str, owner: Owner) -> None:
    assert script.call("contradict", chemistry, owner) == bool(chosen(chemistry, owner).refused)


@given(chemistries, owners, st.sampled_from(sorted(SETTINGS)), st.booleans())
@settings(max_examples=200)
def test_no_value_that_the_pages_offer_stops_charging(
    script: Script, chemistry: str, owner: Owner, name: str, lowest: bool
) -> None:
    if chosen(chemistry, owner).refused:
        return
    offered = script.call("range", chemistry, owner, name)
    value = offered["from" if lowest else "to"]
    if offered["from"] <= offered["to"]:
        assert not chosen(chemistry, {**owner, name: value}).refused
