from __future__ import annotations

import pytest

from dbus_xbms.policy.charge.chemistry import dead_cells, preset, refusal
from dbus_xbms.policy.charge.chemistry_table import CHEMISTRIES
from dbus_xbms.policy.charge.preset_check import ACCEPT_AFTER, REFUSE_AFTER, debounce, voltage_contradiction
from tests.unit.samples import sample, settings

CUSTOM = {"CellFull": 3.9, "CellFloat": 3.8, "CellLow": 3.1, "CellHighCutoff": 4.0, "CellLowCutoff": 2.9}


def found(cells: tuple[float, ...], soc: float, chemistry: str = "LiFePO4", **chosen: object) -> str:
    """Return the contradiction between a preset and a pack, or an empty text."""
    reading = sample(cells=cells, voltage=sum(cells), soc=soc)
    return voltage_contradiction(preset(settings(Chemistry=chemistry, **chosen)), reading.cells, reading.soc)


def test_lifepo4_is_the_preset_with_its_published_voltages() -> None:
    chosen = preset(settings())
    assert chosen.name == "LiFePO4"
    assert (chosen.full, chosen.floating, chosen.low) == (3.45, 3.375, 2.90)
    assert (chosen.cutoff_high, chosen.cutoff_low) == (3.60, 2.60)
    assert not chosen.refused


@pytest.mark.parametrize("chemistry", CHEMISTRIES)
def test_every_preset_is_consistent_and_allows_no_current_at_its_cutoffs(chemistry: str) -> None:
    chosen = preset(settings(Chemistry=chemistry))
    assert not chosen.refused
    assert (
        chosen.cutoff_low
        < chosen.low
        < chosen.floating
        < chosen.full
        <= chosen.top_balance
        < chosen.cutoff_high
    )
    assert chosen.charge_cells.at(chosen.cutoff_high) == 0
    assert chosen.discharge_cells.at(chosen.cutoff_low) == 0
    assert chosen.charge_cells.falls
    assert chosen.discharge_cells.rises
    assert chosen.charge_temperature.at(-30) == chosen.charge_temperature.at(80) == 0
    assert chosen.discharge_temperature.at(-30) == chosen.discharge_temperature.at(80) == 0


def test_every_value_of_a_preset_can_be_set() -> None:
    chosen = preset(
        settings(CellFull=3.5, CellLow=3.0, ChargeTemperatureCurve="5:0 25:1", HighCellWarning=3.57)
    )
    assert (chosen.full, chosen.low, chosen.floating) == (3.5, 3.0, 3.375)
    assert chosen.charge_temperature.at(15) == 0.5
    assert chosen.charge_cells.at(3.48) == 1
    assert chosen.high_warning == 3.57


def test_without_a_chemistry_there_is_no_preset() -> None:
    assert preset(settings(Chemistry="")).refused == "Chemistry is not chosen"


def test_custom_needs_its_voltages() -> None:
    assert preset(settings(Chemistry="custom", CellFull=3.9)).refused.startswith(
        "Chemistry custom needs CellFloat"
    )
    chosen = preset(settings(Chemistry="custom", **CUSTOM))
    assert not chosen.refused
    assert chosen.full == chosen.top_balance == 3.9


@pytest.mark.parametrize(
    "chosen",
    [
        {"CellFloat": 3.5},
        {"CellFull": 3.7},
        {"CellLowCutoff": 3.0},
        {"TopBalanceVoltage": 3.7},
        {"ChargeCellCurve": "3.4:0 3.5:1"},
        {"DischargeCellCurve": "2.6:1 2.9:0"},
        {"ChargeTemperatureCurve": "20:1 10:0"},
    ],
)
def test_contradictory_values_are_refused_with_a_reason(chosen: dict[str, object]) -> None:
    assert preset(settings(**chosen)).refused


@pytest.mark.parametrize(
    ("chemistry", "full", "cutoff"), [("LiFePO4", 3.65, 3.70), ("NMC", 4.20, 4.25), ("LTO", 2.80, 2.85)]
)
def test_no_setting_exceeds_the_ceiling_of_a_named_chemistry(
    chemistry: str, full: float, cutoff: float
) -> None:
    owner = settings(Chemistry=chemistry)
    for name, highest in (("CellFull", full), ("CellHighCutoff", cutoff), ("TopBalanceVoltage", full)):
        wanted = {"CellHighCutoff": cutoff, name: highest}
        assert preset(settings(Chemistry=chemistry, **wanted)).refused == ""
        assert refusal(owner, wanted) == ""
        for beyond in (highest + 0.001, 4.9, 5.0):
            words = f"{name} {beyond:g} V: {chemistry} cells take at most {highest:g} V"
            assert refusal(owner, {name: beyond}) == words
            assert preset(settings(Chemistry=chemistry, **{name: beyond})).refused == words
    assert preset(owner).ceiling == full
    assert preset(settings(Chemistry=chemistry, CellHighCutoff=5.0, CellFull=4.9)).ceiling == full


@pytest.mark.parametrize(("chemistry", "lowest"), [("LiFePO4", 2.0), ("NMC", 2.5), ("LTO", 1.5)])
def test_no_setting_discharges_a_named_chemistry_below_its_data_sheet(chemistry: str, lowest: float) -> None:
    owner = settings(Chemistry=chemistry)
    assert refusal(owner, {"CellLowCutoff": lowest}) == ""
    assert "at least" in refusal(owner, {"CellLowCutoff": lowest - 0.01})


def test_only_custom_may_exceed_the_ceilings() -> None:
    high = {"CellFull": 4.9, "CellFloat": 4.8, "CellLow": 0.4, "CellHighCutoff": 5.0, "CellLowCutoff": 0.2}
    chosen = preset(settings(Chemistry="custom", **high))
    assert (chosen.refused, chosen.full, chosen.ceiling) == ("", 4.9, 5.0)
    assert chosen.deep == 0.2
    assert 0 < chosen.dead < 0.2


@pytest.mark.parametrize(
    ("name", "curve"),
    [
        ("ChargeCellCurve", "3.4:1 3.71:0.1"),
        ("DischargeCellCurve", "1.9:0.1 3.0:1"),
        ("ChargeTemperatureCurve", "-5:0.1 20:1"),
        ("ChargeTemperatureCurve", "0:0 20:1 61:0.1"),
    ],
)
def test_a_curve_that_allows_current_where_the_chemistry_forbids_it_is_refused(name: str, curve: str) -> None:
    owner = settings(Chemistry="LiFePO4")
    assert "where LiFePO4 takes none" in refusal(owner, {name: curve})
    assert preset(settings(Chemistry="LiFePO4", **{name: curve})).refused
    assert not preset(settings(Chemistry="custom", **CUSTOM, **{name: curve})).refused


def test_14_4_v_on_4_cells_of_lifepo4_raises_the_cutoff_too() -> None:
    chosen = preset(settings(Chemistry="LiFePO4", CellFull=3.6))
    assert (chosen.refused, chosen.full, chosen.cutoff_high) == ("", 3.6, 3.65)
    assert chosen.charge_cells.at(3.60) == pytest.approx(0.4)
    highest = preset(settings(Chemistry="LiFePO4", CellFull=3.65))
    assert (highest.refused, highest.cutoff_high) == ("", 3.70)
    assert preset(settings(Chemistry="LiFePO4", CellFull=3.5)).cutoff_high == 3.60
    own = settings(Chemistry="LiFePO4", CellFull=3.6, CellHighCutoff=3.6)
    assert preset(own).refused.startswith("Cell voltages must rise")


def test_a_low_full_voltage_lowers_the_float_voltage_too() -> None:
    chosen = preset(settings(Chemistry="LiFePO4", CellFull=3.35))
    assert (chosen.refused, chosen.floating) == ("", 3.35)
    assert "must rise" in refusal(settings(Chemistry="LiFePO4"), {"CellFull": 0.125})


def test_wrong_settings_can_be_corrected_one_by_one() -> None:
    stored = settings(Chemistry="LiFePO4", CellFull=4.9, CellHighCutoff=5.0)
    assert refusal(stored, {"CellFull": 4.8})
    assert refusal(stored, {"CellFull": 0.0}) == refusal(stored, {"CellFull": 3.5}) == ""
    assert refusal(stored, {"CellHighCutoff": 0.0}) == ""
    assert preset(settings(Chemistry="LiFePO4", CellHighCutoff=0.0, CellFull=0.0)).refused == ""


def test_a_custom_preset_can_be_entered_value_by_value() -> None:
    owner = settings(Chemistry="LiFePO4")
    values: dict[str, float | str] = {"Chemistry": "custom", **CUSTOM}
    for name, value in values.items():
        assert refusal(owner, {name: value}) == ""
        owner.put(name, value)
    assert preset(owner).refused == ""
    assert refusal(owner, {"Chemistry": "LiFePO4"})
    assert "must rise" in refusal(owner, {"CellFull": 4.1})


def test_the_preset_never_refuses_unrelated_settings() -> None:
    stored = settings(Chemistry="LiFePO4", CellFull=4.9)
    assert refusal(stored, {"MaxChargeCurrent": 10.0, "CustomName": "Bow"}) == ""


def test_0_degrees_is_a_valid_warning_threshold_distinct_from_unset() -> None:
    assert preset(settings(Chemistry="LiFePO4", LowTemperatureWarning=0.0)).cold_warning == 0.0
    assert preset(settings(Chemistry="LiFePO4")).cold_warning == -10.0
    assert preset(settings(Chemistry="LiFePO4", LowTemperatureWarning=-300.0)).cold_warning == -10.0


@pytest.mark.parametrize(
    ("chemistry", "cells", "dead"),
    [
        ("LiFePO4", (0.0, 3.3, 3.3, 3.3), 1),
        ("LiFePO4", (1.49, 1.6, 1.6, 1.6), 1),
        ("LiFePO4", (1.5, 1.6, 1.6, 1.6), 0),
        ("LiFePO4", (2.29, 3.3, 3.3, 3.3), 1),
        ("LiFePO4", (2.31, 3.3, 3.3, 3.3), 0),
        ("LiFePO4", (2.0, 2.0, 3.3, 3.3), 2),
        ("LiFePO4", (0.0, 0.0, 0.0, 0.0), 4),
        ("NMC", (1.99, 2.5, 2.5), 1),
        ("LTO", (1.19, 2.1, 2.1), 1),
        ("LTO", (1.21, 2.1, 2.1), 0),
        ("LTO", (), 0),
    ],
)
def test_a_cell_is_dead_when_it_is_very_low_or_far_below_the_others(
    chemistry: str, cells: tuple[float, ...], dead: int
) -> None:
    assert dead_cells(preset(settings(Chemistry=chemistry)), cells) == dead


@pytest.mark.parametrize(
    ("chemistry", "cells", "soc"),
    [
        ("LiFePO4", (3.85, 3.84, 3.85, 3.86), 70.0),  # NMC
        ("LiFePO4", (3.62, 3.62, 3.61), 50.0),  # NMC
        ("LiFePO4", (2.30, 2.31, 2.30, 2.30, 2.30), 60.0),  # LTO
        ("LiFePO4", (2.65, 2.66, 2.65, 2.65, 2.65), 90.0),  # LTO
        ("NMC", (3.33, 3.33, 3.33, 3.33), 80.0),  # LiFePO4
        ("NMC", (3.28, 3.28, 3.28, 3.28), 40.0),  # LiFePO4
        ("LTO", (3.2, 3.2, 3.2, 3.2), 20.0),  # LiFePO4
        ("LTO", (3.7, 3.7, 3.7), 50.0),  # NMC
    ],
)
def test_the_preset_of_another_chemistry_is_refused(
    chemistry: str, cells: tuple[float, ...], soc: float
) -> None:
    assert "does not fit" in found(cells, soc, chemistry)


@pytest.mark.parametrize(
    ("chemistry", "cells", "soc"),
    [
        ("LiFePO4", (3.0, 3.0, 3.0, 2.9), 30.0),  # a heavy load in the cold
        ("LiFePO4", (2.6, 2.7, 2.7, 2.7), 35.0),  # empty, but the SoC has drifted
        ("LiFePO4", (3.52, 3.50, 3.51, 3.60), 60.0),  # full, but the SoC has drifted
        ("LiFePO4", (3.32, 3.32, 3.32, 2.0), 80.0),  # one bad cell
        ("LiFePO4", (3.36, 3.36, 3.36, 3.65), 60.0),  # one full cell
        ("NMC", (4.15, 4.15, 4.14), 99.0),
        ("NMC", (3.45, 3.45, 3.45), 40.0),
        ("LTO", (2.7, 2.7, 2.7, 2.7, 2.7), 98.0),
    ],
)
def test_a_pack_at_its_limits_is_not_taken_for_another_chemistry(
    chemistry: str, cells: tuple[float, ...], soc: float
) -> None:
    assert found(cells, soc, chemistry) == ""


def test_the_first_sample_decides_at_once_and_later_contradictions_must_last() -> None:
    verdict = debounce(None, "wrong", 0.0)
    assert verdict.refused == "wrong"
    verdict = debounce(verdict, "", 1.0)
    assert debounce(verdict, "", ACCEPT_AFTER).refused == "wrong"
    assert debounce(verdict, "", ACCEPT_AFTER + 1).refused == ""
    good = debounce(debounce(None, "", 0.0), "wrong", 1.0)
    assert debounce(good, "wrong", REFUSE_AFTER).refused == ""
    assert debounce(good, "wrong", REFUSE_AFTER + 1).refused == "wrong"
    assert debounce(debounce(good, "", 5.0), "wrong", REFUSE_AFTER + 1).refused == ""
