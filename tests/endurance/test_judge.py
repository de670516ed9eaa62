"""The judge itself: it finds each kind of violation, and none in true values."""

from __future__ import annotations

import struct
from dataclasses import replace
from math import inf
from typing import Any

import pytest

from tests.endurance.judge import judge
from tests.endurance.known import CHEMISTRIES, Known
from tests.endurance.look import Look, sample_of, shown_since
from tests.endurance.storm import STORM, Disturbance, Scope, Weather, quiet_since
from tests.endurance.truth import BASIC, CELLS, Reads

KNOWN = Known(
    address="A4:C1:37:00:00:01",
    cells=4,
    capacity=100.0,
    chemistry=CHEMISTRIES["lfp"],
    controls=True,
    hold=8.0,
)
CALM = 1000.0  # s
STOPPED = {"State": 18, "BmsCable": 2}


def measured(at: float, **true: Any) -> list[tuple[float, int, str]]:
    """Both replies of a poll, as the simulator tells them."""
    pack: dict[str, Any] = {
        "protection": 0,
        "mosfets": 3,
        "temperatures": (22.0, 21.0),
        "cells": (3.3, 3.31, 3.3, 3.32),
    } | true
    return [
        (
            at,
            BASIC,
            (
                struct.pack(">HhHH", 1323, -1050, 6000, 10000)
                + bytes(8)
                + struct.pack(">HBBBBB", pack["protection"], 0x29, 60, pack["mosfets"], 4, 2)
                + b"".join(struct.pack(">H", round(t * 10) + 2731) for t in pack["temperatures"])
            ).hex(),
        ),
        (at + 0.1, CELLS, b"".join(struct.pack(">H", round(v * 1000)) for v in pack["cells"]).hex()),
    ]


def reads(at: float = 100.0, **true: Any) -> Reads:
    known = Reads()
    known.add(measured(at, **true))
    return known


def look(at: float = 101.0, quiet: float = CALM, **shown: Any) -> Look:
    values = {
        "/Dc/0/Voltage": 13.23,
        "/Dc/0/Current": -10.5,
        "/Soc": 60.0,
        "/Capacity": 60.0,
        "/Io/AllowToCharge": 1,
        "/Io/AllowToDischarge": 1,
        "/System/MaxCellVoltage": 3.32,
        "/System/MinCellVoltage": 3.3,
        "/System/Temperature1": 22.0,
        "/System/Temperature2": 21.0,
        "/State": 9,
        "/Alarms/BmsCable": 0,
        "/Info/MaxChargeVoltage": 13.8,
        "/Info/MaxChargeCurrent": 30.0,
        "/Info/MaxDischargeCurrent": 50.0,
        **{f"/Voltages/Cell{n}": volts for n, volts in enumerate((3.3, 3.31, 3.3, 3.32), 1)},
    }
    names = {path.rpartition("/")[2]: path for path in values}
    return Look(
        at=at, quiet=quiet, values=values | {names.get(n, f"/Alarms/{n}"): v for n, v in shown.items()}
    )


def invalid(at: float, **shown: Any) -> Look:
    measured = dict.fromkeys(("Voltage", "Current", "Soc", "Capacity", "MaxCellVoltage", "MinCellVoltage"))
    stopped = {"MaxChargeCurrent": 0.0, "MaxDischargeCurrent": 25.0, "BmsCable": 1, "MaxChargeVoltage": 13.5}
    return look(at, 0.0, **(measured | stopped | shown))


def rules(seen: Look, known: Reads, pack: Known = KNOWN, shown: float = -inf) -> list[str]:
    return [violation.rule for violation in judge(seen, pack, known, sample_of(seen, known), shown)]


def test_the_truth_is_no_violation() -> None:
    assert rules(look(), reads()) == []
    assert rules(invalid(at=115.0), reads()) == []


def test_a_look_is_matched_with_the_newest_measurement_that_fits() -> None:
    known = reads()
    known.add([(one.at, BASIC, "") for one in known.basics])  # known already
    sample = sample_of(look(), known)
    assert sample is not None
    assert (sample.basic.at, sample.cells.at) == (100.0, 100.1)


def test_a_value_measured_twice_counts_from_the_first_time() -> None:
    known, again = reads(), reads(at=105.0)
    known.basics += again.basics
    known.cells += again.cells
    seen = look(at=106.0)
    newest = sample_of(seen, known)
    assert newest is not None
    assert newest.basic.at == 105.0
    assert shown_since(seen, known, -inf) == shown_since(seen, known, 100.0) == 100.0
    assert shown_since(seen, known, 101.0) == 105.0
    assert shown_since(look(at=106.0, Voltage=13.0), known, 101.0) == 101.0


@pytest.mark.parametrize(
    "shown",
    [{"Voltage": 13.24}, {"Current": 10.5}, {"Soc": 65.0}, {"MaxCellVoltage": 3.33}, {"AllowToCharge": 0}],
)
def test_a_value_that_was_never_measured_is_found(shown: dict[str, Any]) -> None:
    assert rules(look(**shown), reads()) == ["true"]


def test_a_cell_voltage_that_was_never_measured_is_found() -> None:
    assert rules(look(Cell2=3.2), reads()) == ["true"]


def test_values_that_are_too_old_are_found() -> None:
    assert "young" in rules(look(at=111.05, quiet=0.0), reads())
    assert "silence" in rules(look(at=112.0, quiet=0.0), reads())
    assert rules(look(at=105.0, quiet=0.0), reads()) == []


def test_extremes_published_shortly_before_the_held_sample_are_not_too_old() -> None:
    known = reads()
    known.add(measured(104.0, cells=(3.3, 3.31, 3.3, 3.33)))
    assert rules(look(at=111.6, quiet=0.0), known) == []
    assert "young" in rules(look(at=115.3, quiet=0.0), known)


def test_values_withdrawn_before_their_hold_time_are_found() -> None:
    patient = replace(KNOWN, hold=30.0)
    gone = Look(at=120.0, values=None)
    assert rules(gone, reads(), patient, shown=100.0) == ["held"]
    assert rules(invalid(at=120.0), reads(), patient, shown=100.0) == ["held"]
    assert rules(invalid(at=125.0), reads(), patient, shown=100.0) == []


def test_old_values_of_an_undisturbed_pack_are_found() -> None:
    assert rules(look(at=107.5), reads()) == ["lively"]
    assert rules(Look(at=101.0, values=None, quiet=CALM), reads()) == ["lively"]
    assert rules(Look(at=101.0, values=None, quiet=20.0), reads()) == []


@pytest.mark.parametrize(
    "change",
    [{"temperatures": (22.0, 40.0)}, {"temperatures": (22.0, 21.5), "cells": (3.3, 3.45, 3.3, 3.32)}],
    ids=["a jump", "contradictory"],
)
def test_after_a_reading_that_is_implausible_the_next_one_is_shown(change: dict[str, Any]) -> None:
    known = reads()
    assert rules(look(at=106.8), known) == ["lively"]
    known.add(measured(104.0, **change))
    assert rules(look(at=106.8), known) == []
    assert rules(look(at=107.5), known) == ["lively"]


@pytest.mark.parametrize(
    "true",
    [
        {"cells": (3.3, 3.61, 3.3, 3.32)},
        {"protection": 1 << 2},
        {"mosfets": 2},
        {"temperatures": (22.0, -1.0)},
        {"temperatures": (22.0, 56.0)},
        {"temperatures": (22.0, -30.0)},
    ],
)
def test_a_charge_limit_that_is_too_high_is_found(true: dict[str, Any]) -> None:
    celsius = true.get("temperatures", (22.0, 21.0))[1]
    shown = {
        "MaxCellVoltage": max(true.get("cells", (3.32,))),
        "AllowToCharge": true.get("mosfets", 3) & 1,
        "Temperature2": celsius if celsius > -30 else None,
        "Cell2": true["cells"][1] if "cells" in true else 3.31,
        "HighVoltage": 2,
    }
    assert rules(look(**shown), reads(**true)) == ["limits"]
    assert rules(look(**shown, MaxChargeCurrent=0.0, MaxChargeVoltage=13.5), reads(**true)) == []


def test_invalid_limits_and_limits_above_the_settings_are_found() -> None:
    assert rules(look(MaxChargeCurrent=None), reads()) == ["limits"]
    assert rules(look(MaxChargeCurrent=31.0), reads()) == ["limits"]
    assert rules(look(MaxChargeVoltage=13.9), reads()) == ["limits"]
    assert rules(look(MaxChargeCurrent=0.0), reads()) == ["limits"]  # and the CVL stays up


def test_loads_cut_off_without_a_reason_are_found() -> None:
    starved = look(MaxDischargeCurrent=0.0)
    assert rules(starved, reads()) == ["generous"]
    assert rules(look(MaxDischargeCurrent=0.0, quiet=60.0), reads()) == []
    assert rules(look(MaxDischargeCurrent=0.0, AllowToDischarge=0), reads(mosfets=1)) == []


def test_limits_in_silence_are_judged_by_its_phases() -> None:
    assert rules(invalid(at=115.0, MaxChargeCurrent=1.0), reads()) == ["limits", "limits"]
    assert rules(invalid(at=115.0, BmsCable=0), reads()) == ["silence"]
    assert rules(invalid(at=405.0, **STOPPED, MaxDischargeCurrent=0.0), reads()) == []
    assert rules(invalid(at=405.0, **STOPPED), reads()) == ["limits"]
    assert rules(invalid(at=1005.0, **STOPPED, MaxDischargeCurrent=0.0), reads()) == ["silence"]


def test_a_protection_without_its_alarm_is_found() -> None:
    tripped = reads(protection=1 << 9)
    zero = {"MaxDischargeCurrent": 0.0}
    assert rules(look(**zero), tripped) == ["alarms"]
    assert rules(look(**zero, HighDischargeCurrent=2), tripped) == []


def test_a_measurement_that_equals_the_last_one_shown_may_not_be_on_the_bus_yet() -> None:
    known = reads()
    known.basics.append(replace(known.basics[-1], at=101.0, protection=1 << 9))
    known.cells.append(replace(known.cells[-1], at=101.1))
    assert rules(look(at=101.2), known) == []
    assert rules(look(at=101.2), replace(known, basics=known.basics[1:])) == ["alarms", "limits"]


def test_silence_counts_from_the_last_whole_sample_however_long_ago_it_was() -> None:
    known = reads()
    known.add(measured(at=405.0)[:1])
    assert rules(invalid(at=405.05, **STOPPED, MaxDischargeCurrent=0.0), known) == []


def test_a_storm_is_the_same_for_the_same_seed_and_contains_every_fault() -> None:
    def storm(seed: int) -> list[tuple[float, str, str]]:
        weather = Weather(packs=["one", "two"], adapters=["left"], seed=seed)
        return [(strike.at, strike.fault.name, strike.target) for strike in weather.strikes(7200)]

    assert storm(1) == storm(1) != storm(2)
    assert {name for _, name, _ in storm(1)} == {row.name for row in STORM}


def test_two_faults_of_one_slot_never_overlap_on_a_target() -> None:
    until: dict[tuple[str, str], float] = {}
    for strike in Weather(packs=["one", "two"], adapters=["left"], seed=3, every=0.5).strikes(3600):
        where = (strike.fault.slot or strike.fault.name, strike.target)
        assert strike.at >= until.get(where, 0.0)
        assert (strike.target == "") == (strike.fault.scope in (Scope.WORLD, Scope.PROGRAM))
        until[where] = strike.at + strike.seconds


def test_a_pack_is_undisturbed_once_every_fault_that_hit_or_delayed_it_is_over() -> None:
    hit, busy = Disturbance(begin=10, end=20), Disturbance(begin=15, end=90, hits=False)
    assert quiet_since([busy], 200, 30) == float("-inf")
    assert quiet_since([hit], 5, 30) == float("-inf")
    assert quiet_since([busy, hit], 200, 30) == 90
    assert quiet_since([hit, Disturbance(begin=55, end=90, hits=False)], 200, 30) == 20


def test_a_late_alarm_is_found_whatever_else_is_shown() -> None:
    told = reads(protection=1 << 9)
    silent = look(at=106.0, MaxDischargeCurrent=0.0, Voltage=13.0)
    told.basics.append(replace(told.basics[-1], at=104.0))
    assert "alarms" in rules(silent, told)
    assert "alarms" not in rules(replace(silent, at=104.5), told)


def test_cells_of_an_earlier_poll_are_a_violation() -> None:
    known = reads()
    known.basics = [replace(known.basics[0], at=112.5, current=0.0)]
    assert rules(look(at=113.0, Current=0.0), known) != []
