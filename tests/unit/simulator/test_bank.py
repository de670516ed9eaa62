"""Simulated packs that are wired together share voltage and current as real ones do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbus_xbms.simulator.bank import Bank, BankSpec
from dbus_xbms.simulator.battery import CHARGE_OFF, DISCHARGE_OFF, Battery, BatterySpec
from dbus_xbms.simulator.scenario import BANK_PACKS, ScenarioError, bank_of, read_scenario

WIRING = 0.001


def bank(*packs: dict[str, Any], **spec: Any) -> Bank:
    batteries = [Battery(BatterySpec(**{"noise": 0.0, "spread": 0.0, **pack})) for pack in packs]
    made = Bank(BankSpec(**{"load": "rest", "wiring": WIRING, **spec}), batteries)
    made.advance(0.0)
    return made


def currents(made: Bank) -> list[float]:
    return [battery.current for battery in made.batteries]


def busbar(made: Bank) -> list[float]:
    """Voltage at the busbar, as each pack gives it."""
    return [sum(battery.cells) + battery.current * WIRING for battery in made.batteries]


def test_packs_in_parallel_have_one_voltage_and_share_the_current_by_resistance() -> None:
    two = bank({"capacity": 100.0}, {"capacity": 300.0})
    two.overrides.current = 40.0
    two.settle()
    first, second = currents(two)
    assert first + second == pytest.approx(40.0)
    assert second / first == pytest.approx((4 * 0.05 / 100 + WIRING) / (4 * 0.05 / 300 + WIRING))
    assert busbar(two)[0] == pytest.approx(busbar(two)[1])


def test_the_fuller_pack_charges_the_other_one_at_rest() -> None:
    two = bank({"soc": 80.0}, {"soc": 40.0})
    full, low = currents(two)
    assert full == pytest.approx(-low)
    assert low > 5.0
    two.advance(6 * 3600.0)
    high, low = (battery.sample().soc or 0.0 for battery in two.batteries)
    assert high - low < 20.0


def test_a_pack_whose_charge_mosfet_is_off_leaves_the_charge_to_the_others_and_still_discharges() -> None:
    three = bank({}, {"mask": CHARGE_OFF}, {})
    three.overrides.current = 30.0
    three.settle()
    assert currents(three) == pytest.approx([15.0, 0.0, 15.0])
    three.overrides.current = -30.0
    three.settle()
    assert currents(three) == pytest.approx([-10.0, -10.0, -10.0])


def test_no_current_flows_if_no_pack_conducts() -> None:
    two = bank({"mask": CHARGE_OFF | DISCHARGE_OFF}, {"mask": DISCHARGE_OFF}, load="discharge")
    assert currents(two) == [0.0, 0.0]


def test_a_pack_behind_an_open_breaker_keeps_its_own_voltage() -> None:
    two = bank({"soc": 90.0}, {"soc": 20.0})
    two.overrides.off.add(two.batteries[1])
    two.settle()
    assert currents(two) == [0.0, 0.0]
    assert sum(two.batteries[0].cells) - sum(two.batteries[1].cells) > 0.3


def test_a_charger_holds_its_voltage_and_the_current_falls_until_all_packs_are_full() -> None:
    two = bank({"soc": 90.0}, {"soc": 85.0, "capacity": 280.0}, load="charge")
    for hour in range(1, 9):
        two.advance(hour * 3600.0)
        assert two.voltage <= 4 * 3.52 + 0.05  # what one step of 30 s adds
    assert sum(currents(two)) < 2.0
    assert all((battery.sample().soc or 0.0) > 99.0 for battery in two.batteries)


def test_strings_in_series_carry_one_current_and_their_voltages_add_up() -> None:
    four = bank({}, {"capacity": 200.0}, {}, {}, series=2)
    four.overrides.current = -20.0
    four.settle()
    assert sum(currents(four)[:2]) == pytest.approx(-20.0)
    assert sum(currents(four)[2:]) == pytest.approx(-20.0)
    assert four.voltage == pytest.approx(sum(busbar(four)[::2]))


def test_a_string_that_blocks_stops_the_strings_in_series_with_it() -> None:
    two = bank({}, {"mask": DISCHARGE_OFF}, series=2, load="discharge")
    assert currents(two) == [0.0, 0.0]


def test_a_weak_cell_is_the_first_to_be_full_and_the_first_to_be_empty() -> None:
    two = bank({"weak": 3, "soc": 95.0}, {"soc": 95.0}, load="charge")
    two.advance(1200.0)
    weak = two.batteries[0].cells
    assert max(range(4), key=weak.__getitem__) == 2
    two.overrides.current = -60.0
    two.advance(4500.0)
    weak = two.batteries[0].cells
    assert min(range(4), key=weak.__getitem__) == 2


def test_reading_one_pack_advances_all() -> None:
    two = bank({}, {}, load="discharge")
    two.batteries[0].advance(3600.0)
    assert two.batteries[1].remaining == pytest.approx(60.0 - 20.0, abs=0.1)


packs = st.lists(
    st.fixed_dictionaries(
        {
            "soc": st.floats(0, 100),
            "capacity": st.floats(10, 900),
            "mask": st.integers(0, 3),
        }
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200)
@given(packs, st.floats(-500, 500), st.integers(0, 5))
def test_the_currents_add_up_and_none_flows_against_a_mosfet(
    rows: list[dict[str, Any]], wanted: float, off: int
) -> None:
    made = bank(*rows)
    made.overrides.current, made.overrides.voltage = wanted, 1000.0
    if off < len(rows):
        made.overrides.off.add(made.batteries[off])
    made.settle()
    able = [
        battery
        for battery in made.batteries
        if battery not in made.overrides.off
        and (battery.mosfets.charge if wanted > 0 else battery.mosfets.discharge)
    ]
    assert sum(currents(made)) == pytest.approx(wanted if able else 0.0, abs=1e-6)
    for battery in made.batteries:
        assert battery.mosfets.charge or battery.current <= 1e-9
        assert battery.mosfets.discharge or battery.current >= -1e-9
        assert battery not in made.overrides.off or battery.current == 0.0


def test_a_scenario_wires_packs_by_number() -> None:
    text = json.dumps({"packs": 3, "banks": [{"packs": [3, 1], "load": "charge", "rate": 0.1}]})
    (spec,) = read_scenario(text).banks
    assert (spec.packs, spec.load, spec.rate, spec.series) == ((3, 1), "charge", 0.1, 1)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"packs": [1]}], "at least two packs"),
        ([{"packs": [1, 1]}], "at least two packs"),
        ([{"packs": [1, 2]}, {"packs": [2, 3]}], "belong to no other bank"),
        ([{"packs": [1, 4]}], "numbers from 1 to 3"),
        ([{"packs": "12"}], "packs must be a list"),
        ([{"packs": [1, 2, 3], "series": 2}], "not 2 equal strings"),
        ([{"packs": [1, 2], "load": "fast"}], "load must be one of"),
        ([{"packs": [1, 2], "wiring": -1}], "wiring must be from 0"),
        ([{"packs": [1, 2], "colour": "red"}], "unknown colour"),
        (["1, 2"], "must be an object"),
    ],
)
def test_a_bank_that_cannot_be_wired_is_refused_with_its_place(rows: list[Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        read_scenario(json.dumps({"packs": 3, "banks": rows}))


def test_a_default_bank_has_packs_of_one_kind_and_unequal_capacity() -> None:
    scenario = bank_of(16)
    assert scenario.banks[0].packs == tuple(range(1, 17))
    assert {pack.battery.cells for pack in scenario.packs} == {4}
    assert {pack.battery.capacity for pack in scenario.packs} == {row["capacity"] for row in BANK_PACKS}
