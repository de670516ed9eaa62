"""What a bank measures: sums of packs in parallel, and of strings in series."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Mosfets, PackSample, Phase
from dbus_xbms.policy.bank.records import BankValues, Extreme, MemberView
from tests.unit.policy.bank.packs import (
    CHARGE_OFF,
    DISCHARGE_OFF,
    OFF,
    Bank,
    decide,
    member,
    reading,
)


def values(*views: MemberView, **chosen: object) -> BankValues:
    """Return the values of a bank."""
    return decide(*views, **chosen)[1].values  # type: ignore[arg-type]


def pack(number: int, capacity: float = 100.0, **changes: object) -> MemberView:
    """Return a member with a full-charge capacity and any changes to its sample."""
    cell = changes.pop("cell", 3.32)
    read = reading(cell, nominal=capacity, remaining=capacity * 0.72, **changes)  # type: ignore[arg-type]
    return member(number, read=read, capacity=capacity)


def silent(number: int) -> MemberView:
    """Return a member without contact."""
    found = member(number)
    assert found.decision
    return replace(found, decision=replace(found.decision, sample=None, phase=Phase.LOST))


def test_packs_in_parallel_add_up_currents_and_charges() -> None:
    found = values(pack(1, current=-5.0), pack(2, 300.0, current=-15.0))
    assert found.current == -20.0
    assert found.voltage == pytest.approx(13.28)
    assert found.remaining == pytest.approx(288.0)
    assert found.consumed == pytest.approx(-112.0)
    assert found.soc == pytest.approx(72.0)
    assert found.stored_energy == pytest.approx(288.0 * 13.28 / 1000)


def test_the_state_of_charge_is_weighted_by_capacity_and_its_spread_is_told() -> None:
    half = reading(soc=50.0, remaining=50.0)
    full = reading(soc=100.0, remaining=300.0, nominal=300.0)
    _, decision = decide(member(1, read=half), member(2, read=full, capacity=300.0))
    assert decision.values.soc == pytest.approx(87.5)
    assert decision.values.soc_spread == 50.0
    assert "states of charge differ by more than 10 %" in decision.for_owner


def test_strings_in_series_add_up_voltages_and_have_the_charge_of_the_weakest() -> None:
    found = values(pack(1, current=-5.0), pack(2, 200.0, current=-5.2, cell=3.30), Topology="series")
    assert found.voltage == pytest.approx(13.28 + 13.20)
    assert found.current == pytest.approx(-5.1)
    assert found.remaining == pytest.approx(72.0)
    assert found.mid_voltage == pytest.approx(13.28)
    assert found.mid_deviation == pytest.approx(13.28 / 26.48 * 200 - 100)


def test_a_series_bank_with_a_silent_string_has_no_voltage() -> None:
    found = values(pack(1), silent(2), Topology="series")
    assert found.voltage is None
    assert found.stored_energy is None
    assert found.mid_voltage is None


def test_a_bank_of_which_no_pack_is_read_has_no_values() -> None:
    assert values(silent(1), silent(2)) == BankValues()


def test_the_extreme_cells_name_their_pack() -> None:
    low, high = reading(cells=(3.32, 3.20, 3.32, 3.32)), reading(cells=(3.32, 3.32, 3.32, 3.45))
    found = values(member(1, read=high), member(2, read=low))
    assert found.lowest_cell == Extreme(member=2, number=2, value=3.20)
    assert found.highest_cell == Extreme(member=1, number=4, value=3.45)


def test_cells_of_equal_voltage_do_not_take_turns() -> None:
    bank = Bank(2)
    named = set()
    for n in range(6):
        ahead, behind = reading(cells=(3.321, 3.32, 3.32, 3.32)), reading()
        bank.step(*((ahead, behind) if n % 2 else (behind, ahead)))
        assert bank.decision.values.highest_cell
        named.add(bank.decision.values.highest_cell.member)
    assert len(named) == 1


@pytest.mark.parametrize(
    ("mosfets", "shown"),
    [
        ((OFF, OFF), OFF),
        ((CHARGE_OFF, DISCHARGE_OFF), Mosfets(charge=True, discharge=True)),
        ((OFF, CHARGE_OFF), CHARGE_OFF),
        ((None, OFF), Mosfets(charge=True, discharge=True)),
    ],
)
def test_a_mosfet_of_the_bank_is_on_if_current_can_flow_through_any_pack(
    mosfets: tuple[Mosfets | None, Mosfets], shown: Mosfets
) -> None:
    assert values(*(pack(n, mosfets=each) for n, each in enumerate(mosfets, 1))).mosfets == shown


def test_in_series_a_mosfet_that_is_off_in_one_string_is_off_in_the_bank() -> None:
    assert values(pack(1), pack(2, mosfets=CHARGE_OFF), Topology="series").mosfets == CHARGE_OFF


def test_a_pack_with_both_mosfets_off_does_not_change_the_voltage_of_the_bank() -> None:
    assert values(pack(1), pack(2, cell=3.35, mosfets=OFF)).voltage == pytest.approx(13.28)


def test_the_counted_state_of_charge_follows_the_current_and_starts_from_the_stored_one() -> None:
    bank = Bank(2, CountCharge=1, CountedSoc=50.0)
    for _ in range(19):
        bank.step(reading(current=-10.0), after=200.0)
    assert bank.decision.values.soc == pytest.approx(50.0 - 20.0 * 3600 / 3600 / 200.0 * 100, abs=0.01)


def test_a_pack_that_reports_no_charge_at_all_gives_values_all_the_same() -> None:
    nothing = reading(soc=0.0, remaining=0.0, nominal=0.0, cells=(), voltage=13.2, temperatures=())
    found = values(member(1, read=nothing, capacity=0.0), member(2, read=nothing, capacity=0.0))
    assert found.soc == 0.0
    assert found.lowest_cell is None
    assert found.coldest is None


def _long(sample: PackSample) -> PackSample:
    return replace(sample, cells=(3.32,) * 16, voltage=53.12)


def test_sixteen_packs_of_sixteen_cells_in_series_are_one_battery() -> None:
    read = _long(reading(current=-7.0))
    views = [member(n, read=read, cvl=55.2) for n in range(1, 17)]
    _, decision = decide(*views, Topology="series")
    assert decision.cells == 256
    assert decision.series == 16
    assert decision.values.voltage == pytest.approx(849.92)
    assert decision.limits
    assert decision.limits.cvl == pytest.approx(883.2)
    assert decision.limits.ccl == 30.0


def test_the_voltage_of_a_pack_apart_is_not_that_of_the_bank() -> None:
    found = values(pack(1), pack(2), pack(3, cell=3.5))
    assert found.voltage == pytest.approx(13.28)
