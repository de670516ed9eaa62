"""The simulated battery behaves like a real one, and its BMS protects it as a JBD does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbus_xbms.model import Mosfet, Mosfets, Protection
from dbus_xbms.protocols.jbd.protections import ProtectionBit
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.chemistry import CHEMISTRIES

BOTH_ON = Mosfets(charge=True, discharge=True)


def battery(**spec: object) -> Battery:
    made = Battery(BatterySpec(**{"load": "rest", "noise": 0.0, **spec}))  # type: ignore[arg-type]
    made.advance(0.0)
    return made


def test_an_hour_of_discharge_removes_the_charge_that_flowed() -> None:
    pack = battery(load="discharge", rate=0.2, soc=60.0)
    pack.advance(3600.0)
    assert pack.sample().current == -20.0
    assert pack.remaining == pytest.approx(40.0, abs=0.01)


def test_the_voltage_sags_under_load_according_to_the_resistance() -> None:
    pack = battery(resistance=0.001)
    rest = pack.sample().voltage
    pack.overrides.current = -50.0
    pack.settle()
    assert pack.sample().voltage == pytest.approx(rest - 4 * 0.05, abs=0.001)


def test_a_full_battery_takes_no_more_from_its_charger_and_trips_nothing() -> None:
    pack = battery(load="charge", soc=95.0, spread=0.0)
    pack.advance(3 * 3600.0)
    sample = pack.sample()
    assert not sample.protection
    assert sample.current < 1.0
    assert (sample.soc or 0.0) > 99.0


def test_an_empty_battery_stops_discharging_and_still_charges() -> None:
    pack = battery(load="discharge", soc=2.0)
    pack.advance(1200.0)
    sample = pack.sample()
    assert Protection.CELL_UNDERVOLTAGE in (sample.protection or ())
    assert sample.mosfets == Mosfets(charge=True, discharge=False)
    assert sample.current == 0.0


def test_a_cell_over_voltage_trips_after_its_delay_and_releases_lower() -> None:
    pack = battery()
    pack.overrides.cells[2] = 3.70
    pack.advance(1.0)
    assert pack.mosfets == BOTH_ON
    pack.advance(3.0)
    assert pack.protection == ProtectionBit.CELL_OVERVOLTAGE
    assert pack.mosfets == Mosfets(charge=False, discharge=True)
    pack.overrides.cells[2] = 3.60  # below the limit, not yet at the release
    pack.advance(60.0)
    assert pack.protection == ProtectionBit.CELL_OVERVOLTAGE
    pack.overrides.cells[2] = 3.40
    pack.advance(61.0)
    assert pack.protection == 0
    assert pack.mosfets == BOTH_ON


def test_an_over_current_turns_the_mosfet_off_for_half_a_minute() -> None:
    pack = battery()
    pack.overrides.current = -200.0
    pack.advance(5.0)
    assert pack.protection == ProtectionBit.DISCHARGE_OVERCURRENT
    assert pack.sample().current == 0.0
    pack.overrides.current = -10.0
    pack.advance(60.0)
    assert pack.protection == 0
    assert pack.sample().current == -10.0


@pytest.mark.parametrize(
    ("celsius", "bits"),
    [
        (-10.0, ProtectionBit.CHARGE_UNDERTEMPERATURE),
        (-30.0, ProtectionBit.CHARGE_UNDERTEMPERATURE | ProtectionBit.DISCHARGE_UNDERTEMPERATURE),
        (68.0, ProtectionBit.CHARGE_OVERTEMPERATURE),
        (80.0, ProtectionBit.CHARGE_OVERTEMPERATURE | ProtectionBit.DISCHARGE_OVERTEMPERATURE),
    ],
)
def test_heat_and_cold_stop_the_directions_they_endanger(celsius: float, bits: int) -> None:
    pack = battery()
    pack.overrides.temperatures[2] = celsius
    pack.advance(5.0)
    assert pack.protection == bits


@pytest.mark.parametrize("mask", [0, 1, 2, 3])
def test_a_mosfet_command_takes_effect_after_a_delay_and_sets_the_lock_bit(mask: int) -> None:
    pack = battery()
    pack.command(mask, 10.0)
    assert pack.mosfets == BOTH_ON
    pack.advance(11.0)
    assert pack.mosfets == Mosfets(charge=not mask & 1, discharge=not mask & 2)
    assert bool(pack.protection & ProtectionBit.MOSFET_SOFTWARE_LOCK) is bool(mask)


def test_a_protection_still_blocks_a_released_mosfet() -> None:
    pack = battery()
    pack.overrides.protection = ProtectionBit.CELL_OVERVOLTAGE
    pack.command(0, 1.0)
    pack.advance(5.0)
    assert pack.mosfets == Mosfets(charge=False, discharge=True)
    assert not pack.protection & ProtectionBit.MOSFET_SOFTWARE_LOCK


def test_a_pack_with_charging_off_still_discharges() -> None:
    pack = battery(load="discharge")
    pack.command(1, 1.0)
    pack.advance(5.0)
    assert pack.sample().current < 0


def test_a_stuck_mosfet_ignores_commands() -> None:
    pack = battery()
    pack.overrides.stuck["charge"] = True
    pack.command(3, 1.0)
    pack.advance(5.0)
    assert pack.mosfets == Mosfets(charge=True, discharge=False)


@pytest.mark.parametrize(
    ("mask", "amperes", "after"), [(1, -5.0, 0), (3, -5.0, 3), (2, 5.0, 0), (1, -1.5, 1)]
)
def test_a_board_that_protects_its_body_diodes_ends_a_lock_under_reverse_current(
    mask: int, amperes: float, after: int
) -> None:
    pack = battery()
    pack.overrides.unlocks = True
    pack.overrides.current = amperes
    for now in (1.0, 10.0):  # and it does not accept the lock again while the current flows
        pack.command(mask, now)
        pack.advance(now + 5.0)
        assert pack.mask == after


def test_high_cells_are_balanced_while_charging_and_never_at_rest() -> None:
    pack = battery(load="charge", soc=60.0, spread=0.02)
    pack.advance(2 * 3600.0)
    assert pack.balancing
    assert len(pack.balancing) < 4
    pack.overrides.current = 0.0
    pack.settle()
    assert not pack.balancing


def test_a_resting_battery_without_noise_never_changes() -> None:
    pack = battery()
    before = pack.sample()
    pack.advance(3600.0)
    assert pack.sample() == before


def test_the_same_seed_gives_the_same_history() -> None:
    first, second = (Battery(BatterySpec(), seed=7) for _ in range(2))
    for pack in (first, second):
        for now in range(0, 100, 7):
            pack.advance(float(now))
    assert first.sample() == second.sample()


@pytest.mark.parametrize("chemistry", sorted(CHEMISTRIES))
def test_a_cell_holds_more_voltage_the_fuller_it_is(chemistry: str) -> None:
    curve = CHEMISTRIES[chemistry]
    voltages = [curve.open_circuit(soc / 1000) for soc in range(-50, 1100)]
    assert voltages == sorted(voltages)
    assert voltages[0] < curve.undervoltage
    assert voltages[-1] > curve.overvoltage


@settings(max_examples=30)
@given(
    currents=st.lists(st.tuples(st.floats(-400, 400), st.floats(0.1, 2000)), max_size=12),
    masks=st.lists(st.integers(0, 3), max_size=12),
)
def test_in_any_history_no_current_flows_through_an_off_mosfet_and_charge_stays_in_bounds(
    currents: list[tuple[float, float]], masks: list[int]
) -> None:
    pack, now = battery(), 0.0
    for number, (current, seconds) in enumerate(currents):
        pack.overrides.current = current
        if number < len(masks):
            pack.command(masks[number], now)
        now += seconds
        pack.advance(now)
        sample = pack.sample()
        assert sample.is_on(Mosfet.CHARGE) or sample.current <= 0
        assert sample.is_on(Mosfet.DISCHARGE) or sample.current >= 0
        assert sample.soc is not None
        assert 0 <= sample.soc <= 100
        assert all(1.5 < volts < 4.5 for volts in sample.cells)
