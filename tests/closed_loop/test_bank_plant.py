"""The simulated packs of a bank: how they share currents, and what their MOSFETs block."""

from __future__ import annotations

from math import inf

import pytest

from bench.closed_loop.bank_pack import DIODE, Odd, PackSpec, SimulatedPack
from bench.closed_loop.bank_plant import BankPlant, voltage_at
from bench.closed_loop.plant import Charger
from dbus_xbms.model import Limits, Mosfets
from dbus_xbms.simulator.balancer import BLEED

pytestmark = pytest.mark.no_cover

BIG = PackSpec(name="big", capacity=200.0, soc=60.0, wiring=0.0)
SMALL = PackSpec(name="small", capacity=100.0, soc=60.0, wiring=0.0)
LIMITS = Limits(
    cvl=13.8,
    ccl=60.0,
    dcl=100.0,
    mode="",
    charge_limitation="",
    discharge_limitation="",
    charge_request=False,
    battery_low_voltage=11.6,
)


def packs(*specs: PackSpec) -> list[SimulatedPack]:
    return [SimulatedPack(spec, n) for n, spec in enumerate(specs)]


def plant(*specs: PackSpec) -> BankPlant:
    made = BankPlant([specs], Charger(current=1000.0))
    made.send(LIMITS)
    made.advance(10.0, sun=0.0, load=0.0)
    return made


def test_packs_in_parallel_share_a_current_by_their_resistance() -> None:
    big, small = packs(BIG, SMALL)
    volts = voltage_at([big, small], 30.0)
    assert [big.current_at(volts), small.current_at(volts)] == pytest.approx([20.0, 10.0])


def test_a_fuller_pack_charges_the_other_one() -> None:
    full, empty = packs(SMALL, PackSpec(name="empty", soc=20.0))
    volts = voltage_at([full, empty], 0.0)
    assert full.current_at(volts) == pytest.approx(-empty.current_at(volts))
    assert full.current_at(volts) < -10


def test_a_charge_mosfet_that_is_off_blocks_charging_and_its_diode_carries_discharging() -> None:
    (pack,) = packs(SMALL)
    pack.mosfets = Mosfets(charge=False, discharge=True)
    assert voltage_at([pack], 10.0) == inf
    assert voltage_at([pack], -10.0) == pytest.approx(pack.resting - DIODE - 10.0 * pack.resistance)


def test_with_one_discharge_mosfet_off_the_other_pack_carries_the_load() -> None:
    blocked, other = packs(BIG, SMALL)
    blocked.mosfets = Mosfets(charge=True, discharge=False)
    volts = voltage_at([blocked, other], -50.0)
    assert [blocked.current_at(volts), other.current_at(volts)] == pytest.approx([0.0, -50.0])


def test_a_charger_gives_the_allowed_current_and_that_of_the_loads() -> None:
    bank = plant(BIG, SMALL)
    bank.advance(60.0, sun=200.0, load=40.0)
    assert bank.current == pytest.approx(60.0)
    assert not bank.dark


def test_a_charger_holds_its_voltage_at_the_top() -> None:
    bank = plant(PackSpec(name="full", capacity=200.0, soc=99.5))
    bank.advance(3600.0, sun=200.0, load=0.0)
    assert bank.voltage == pytest.approx(LIMITS.cvl + 0.2, abs=0.01)
    assert 0 <= bank.current < 5


def test_loads_without_any_pack_that_discharges_have_no_power() -> None:
    bank = plant(SMALL)
    bank.packs[0].mosfets = Mosfets(charge=True, discharge=False)
    bank.advance(1.0, sun=0.0, load=40.0)
    assert bank.dark


def test_a_bms_turns_its_charge_mosfet_off_at_its_over_voltage_and_on_again_below_the_release() -> None:
    bank = plant(PackSpec(name="nervous", soc=99.0, overvoltage=3.44, release=3.40))
    bank.advance(900.0, sun=200.0, load=0.0)
    assert bank.packs[0].mosfets == Mosfets(charge=False, discharge=True)
    assert bank.current == 0
    bank.advance(1800.0, sun=0.0, load=30.0)
    assert bank.packs[0].mosfets == Mosfets(charge=True, discharge=True)


def test_a_weak_cell_is_full_and_empty_before_the_others() -> None:
    (weak,) = packs(PackSpec(name="weak", soc=100.0, odd={1: Odd(capacity=0.8)}))
    assert [weak.fullest, weak.emptiest] == pytest.approx([1.0, 1.0])
    weak.advance(-50.0, 3600.0)
    assert [weak.fullest, weak.emptiest] == pytest.approx([0.5, 0.375])


def test_a_cell_ahead_is_bled_at_the_top_while_the_pack_is_charged() -> None:
    (ahead,) = packs(PackSpec(name="ahead", soc=100.0, odd={n: Odd(behind=1.0) for n in (2, 3, 4)}))
    ahead.advance(0.01, 3600.0)
    assert ahead.measured(0.0).balancing == frozenset((1,))
    assert ahead.fullest == pytest.approx(1.0 + (0.01 - BLEED) / 100)
    assert ahead.remaining == 100.0  # no BMS counts what its balancer bleeds
    ahead.advance(-0.01, 3600.0)
    assert ahead.measured(0.0).balancing == frozenset()


def test_packs_in_series_carry_the_same_current() -> None:
    bank = BankPlant([[BIG], [SMALL]], Charger(current=1000.0))
    bank.send(LIMITS)
    bank.advance(10.0, sun=0.0, load=20.0)
    assert [pack.current for pack in bank.packs] == pytest.approx([-20.0, -20.0])
    assert bank.voltage == pytest.approx(sum(sum(pack.cells) for pack in bank.packs), abs=0.001)
