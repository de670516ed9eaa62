"""Cells of another chemistry than the chosen one are detected by how they charge and rest."""

from __future__ import annotations

import pytest

from dbus_xbms.model import PackSample
from dbus_xbms.policy.charge import preset_check
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.charge.preset_check import ChemistryEvidence
from tests.unit.samples import sample, settings

CAPACITY = 100.0  # Ah
CHOSEN = {name: preset(settings(Chemistry=name)) for name in ("LiFePO4", "NMC", "LTO")}


def at(volts: float, current: float = 0.0, soc: float = 5.0) -> PackSample:
    return sample(cells=(volts,) * 4, current=current, soc=soc)


def found(chemistry: str, *course: PackSample, dt: float = 10.0) -> str:
    state = ChemistryEvidence()
    for reading in course:
        state = preset_check.update(state, reading, CHOSEN[chemistry], CAPACITY, dt)
    return preset_check.behaviour_contradiction(state, CHOSEN[chemistry], CAPACITY)


@pytest.mark.parametrize(("chemistry", "volts"), [("LiFePO4", 2.4), ("NMC", 2.4)])
def test_cells_that_stay_low_while_charging_are_lto(chemistry: str, volts: float) -> None:
    hours = 2 if chemistry == "LiFePO4" else 3
    course = [at(volts, current=2.0) for _ in range(hours * 360)]
    assert "as LTO does" in found(chemistry, *course)
    assert found(chemistry, *course[: len(course) // 2]) == ""
    assert found(chemistry, *course, at(3.1, current=2.0)) == ""


def test_deeply_discharged_cells_at_rest_are_not_taken_for_another_chemistry() -> None:
    assert found("LiFePO4", *[at(2.4)] * 20000) == ""


def test_nmc_that_rests_below_3_45_v_for_hours_at_10_to_40_percent_is_lifepo4() -> None:
    resting = [at(3.28, soc=20.0)] * 720
    assert "as LiFePO4 does" in found("NMC", *resting)
    assert found("NMC", *resting[:-1]) == ""
    assert found("NMC", *[at(3.28, soc=5.0)] * 2000) == ""
    assert found("NMC", *[at(3.28, current=-5.0, soc=20.0)] * 2000) == ""
    assert found("NMC", *[at(3.55, soc=30.0)] * 2000) == ""


def rise(charge: float, current: float = 30.0, before: float = 30.0) -> list[PackSample]:
    """Return samples that rise from 3.40 to 3.60 V while ``charge`` Ah are charged."""
    steps = round(charge * 3600 / current / 10)
    return [at(3.40, before), *(at(3.45 + 0.15 * (n + 1) / steps, current) for n in range(steps))]


def test_nmc_that_rises_from_3_45_to_3_60_v_within_3_percent_is_full_lifepo4() -> None:
    assert "as fast as LiFePO4" in found("NMC", *rise(1.5))
    assert "as fast as LiFePO4" in found(
        "NMC", *rise(1.5), at(3.35)
    )  # the voltage falls back when charging ends
    assert "as fast as LiFePO4" in found("NMC", *rise(2.5))
    assert found("NMC", *rise(3.5)) == ""


def test_a_rise_caused_by_a_stronger_current_is_no_evidence() -> None:
    assert found("NMC", *rise(1.0, before=0.0)) == ""


@pytest.mark.parametrize("pause", [0.0, -20.0, 5.0, 90.0])
def test_another_current_on_the_way_does_not_hide_the_rise(pause: float) -> None:
    assert "as fast as LiFePO4" in found("NMC", at(3.4, 30.0), at(3.5, 30.0), at(3.5, pause), at(3.6, 30.0))
    assert "as fast as LiFePO4" in found("NMC", at(3.4, 30.0), at(3.4, 1.0), at(3.5, 30.0), at(3.6, 30.0))


def test_the_end_of_a_load_is_no_rise() -> None:
    assert found("NMC", *[at(3.61)] * 9, *[at(3.41, -100.0)] * 9, *[at(3.61)] * 9) == ""
    assert found("NMC", *[at(3.41, -100.0)] * 9, *[at(3.65, 30.0)] * 9) == ""


@pytest.mark.parametrize("chemistry", CHOSEN)
def test_a_pack_of_the_chosen_chemistry_is_accepted_through_a_whole_charge(chemistry: str) -> None:
    curves = {
        "LiFePO4": [(2.0, 0), (2.61, 2), (3.2, 10), (3.33, 80), (3.45, 100)],
        "NMC": [(2.6, 0), (3.0, 2), (3.45, 10), (3.6, 30), (4.15, 100)],
        "LTO": [(1.8, 0), (2.2, 10), (2.4, 90), (2.7, 100)],
    }
    state, chosen = ChemistryEvidence(), CHOSEN[chemistry]
    for (low, begin), (high, end) in zip(curves[chemistry], curves[chemistry][1:], strict=False):
        for n in range(round((end - begin) * 12)):  # 30 A into 100 Ah: 1 % in 120 s
            part = n / ((end - begin) * 12)
            reading = at(low + (high - low) * part, 30.0, begin + (end - begin) * part)
            state = preset_check.update(state, reading, chosen, CAPACITY, 10.0)
            assert preset_check.behaviour_contradiction(state, chosen, CAPACITY) == ""
