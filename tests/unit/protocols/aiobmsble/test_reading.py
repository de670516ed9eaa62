"""Samples of the library as readings: units, signs, and what is unknown."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import pytest

from dbus_xbms.model import Mosfets, PackSample
from dbus_xbms.policy.plausibility import impossible
from dbus_xbms.protocols import ProtocolError
from dbus_xbms.protocols.aiobmsble.reading import numbered, reading


class Kind(IntEnum):
    """Types of sensors as in the library."""

    GENERIC = 0
    CELL = 1
    MOSFET = 4
    AMBIENT = 8


class Sensor(NamedTuple):
    """A sensor as in the library."""

    value: float
    type: Kind = Kind.GENERIC


WHOLE: dict[str, Any] = {
    "voltage": 13.3,
    "current": -5.2,
    "battery_level": 72,
    "battery_health": 98,
    "cycle_charge": 72.5,
    "design_capacity": 100,
    "cycles": 41,
    "cell_count": 4,
    "cell_voltages": [3.325, 3.326, 3.324, 3.325],
    "temp_values": [Sensor(21.5), Sensor(20.5)],
    "balancer": 0b0100,
    "balance_current": -0.4,
    "chrg_mosfet": True,
    "dischrg_mosfet": False,
    "problem_code": 0,
    "problem": False,
    "power": -69.16,
    "runtime": 50192,
    "delta_voltage": 0.002,
}


def read(**changes: Any) -> PackSample:
    """Return the sample of the whole one with changes; ``...`` leaves a value out."""
    return reading({name: value for name, value in (WHOLE | changes).items() if value is not ...}).sample


def test_a_whole_sample_is_taken_over_in_the_same_units_and_signs() -> None:
    sample = read()
    assert (sample.voltage, sample.current, sample.soc) == (13.3, -5.2, 72.0)
    assert (sample.remaining, sample.nominal, sample.cycles, sample.health) == (72.5, 100.0, 41, 98.0)
    assert sample.cells == (3.325, 3.326, 3.324, 3.325)
    assert (sample.temperatures, sample.sensor_roles) == ((21.5, 20.5), "")
    assert (sample.balancing, sample.balancer, sample.balance_current) == (frozenset({3}), None, -0.4)
    assert sample.mosfets == Mosfets(charge=True, discharge=False)
    assert sample.protection is None
    assert sample.problem == ""
    assert impossible(sample) == ""


def test_voltage_and_current_alone_are_a_reading_and_all_else_is_unknown() -> None:
    sample = reading({"voltage": 13.3, "current": 0.0}).sample
    assert (sample.soc, sample.remaining, sample.nominal, sample.cycles, sample.health) == (None,) * 5
    assert (sample.cells, sample.temperatures, sample.mosfets, sample.is_balancing) == ((), (), None, None)


@pytest.mark.parametrize("name", ["voltage", "current"])
def test_without_voltage_or_current_there_is_no_reading(name: str) -> None:
    with pytest.raises(ProtocolError, match=f"the BMS reports no {name}"):
        read(**{name: ...})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("voltage", "13.3"),
        ("battery_level", True),
        ("cell_voltages", 3.3),
        ("cell_voltages", ["3.3"]),
        ("temp_values", [None]),
        ("balancer", "on"),
    ],
)
def test_a_value_of_another_type_is_an_error(name: str, value: object) -> None:
    with pytest.raises(ProtocolError, match=name):
        read(**{name: value})


@pytest.mark.parametrize(("level", "soc"), [(0, 0.0), (100.3, 100.0), (105, 100.0), (120, 120.0)])
def test_a_full_pack_above_its_nominal_capacity_is_full_and_more_is_not_plausible(
    level: float, soc: float
) -> None:
    sample = read(battery_level=level)
    assert sample.soc == soc
    assert bool(impossible(sample)) == (soc > 100)


def test_zeros_that_mean_unknown_are_unknown() -> None:
    sample = read(design_capacity=0, battery_health=0)
    assert (sample.nominal, sample.health) == (None, None)


@pytest.mark.parametrize(
    ("balancer", "cells", "active"),
    [
        (False, frozenset(), False),
        (0, frozenset(), False),
        (True, None, True),
        (1, None, True),  # cell 1, or on
        (0b1010, frozenset({2, 4}), True),
        (0x10, None, True),  # there is no fifth cell
    ],
)
def test_a_balancer_is_a_mask_of_cells_or_only_on(
    balancer: int, cells: frozenset[int] | None, active: bool
) -> None:
    sample = read(balancer=balancer)
    assert sample.balancing == cells
    assert sample.is_balancing is active


def test_typed_sensors_have_their_roles() -> None:
    sample = read(
        temp_values=[Sensor(30.0, Kind.MOSFET), Sensor(20.0, Kind.CELL), Sensor(15.0, Kind.AMBIENT)]
    )
    assert (sample.temperatures, sample.sensor_roles) == ((30.0, 20.0, 15.0), "mc-")
    assert read(temp_values=[21.5]).sensor_roles == ""


def test_the_sensors_of_the_packs_are_those_of_a_bms_that_has_none_itself() -> None:
    packs = [{"temp_values": [Sensor(20.0, Kind.CELL)]}, {"temp_values": [Sensor(35.0, Kind.MOSFET)]}]
    sample = read(packs=packs, temp_values=...)
    assert (sample.temperatures, sample.sensor_roles) == ((20.0, 35.0), "cm")
    assert read(packs=packs).temperatures == (21.5, 20.5)


def test_a_cell_without_a_voltage_makes_all_cells_unknown_and_is_a_problem() -> None:
    sample = read(cell_count=5)
    assert sample.cells == ()
    assert sample.problem == "the BMS reports no voltage of 1 of its cells"


def test_fewer_cells_than_the_pack_has_are_not_shown_with_the_numbers_of_others() -> None:
    found = numbered(reading(WHOLE | {"balancer": 0b110}, {"model": "A"}), 5)
    assert (found.sample.cells, found.sample.balancing, found.sample.balancer) == ((), None, True)
    assert found.sample.problem == "the BMS reports no voltage of 1 of its cells"
    assert found.identity
    assert (found.identity.hardware, found.identity.cell_count) == ("A", 0)  # the stored one stays
    assert numbered(reading(WHOLE), 5).identity is None


@pytest.mark.parametrize("cells", [0, 3, 4])
def test_as_many_cells_as_the_pack_has_or_more_keep_their_numbers(cells: int) -> None:
    assert numbered(reading(WHOLE), cells) == reading(WHOLE)


def test_the_cells_of_packs_in_parallel_are_not_shown_as_those_of_one_pack() -> None:
    assert read(packs=[{}, {}], cell_voltages=[3.3] * 8).cells == ()
    assert len(read(packs=[{}]).cells) == 4


def test_a_problem_code_is_a_text_and_an_empty_pack_is_none() -> None:
    assert read(problem_code=0x40, problem=True).problem == "the BMS reports problem code 0x40"
    assert read(problem=True).problem == ""


def test_a_described_bms_has_an_identity_of_printable_texts() -> None:
    described = {"model": "JK-B2A24S\x00 ", "sw_version": "11.48"}
    identity = reading(WHOLE, described).identity
    assert identity
    assert (identity.hardware, identity.firmware) == ("JK-B2A24S", "11.48")
    assert (identity.cell_count, identity.ntc_count, identity.nominal) == (4, 2, 100.0)
    assert reading(WHOLE).identity is None


def test_numbers_that_are_none_are_not_plausible() -> None:
    assert impossible(read(current=float("nan"))) == "a value is not a number"
    assert impossible(read(cell_voltages=[3.3, 3.3, 3.3, float("inf")])) == "a value is not a number"
