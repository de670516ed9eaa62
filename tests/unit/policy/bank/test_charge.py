"""The charge of a bank: stages by the cells of all packs, and the charge voltage limit."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from dbus_xbms.model import Phase, Protection
from dbus_xbms.policy.bank import engine
from dbus_xbms.policy.bank.records import MemberView
from dbus_xbms.policy.charge.charge_voltage import Stage
from tests.unit.policy.bank.packs import (
    CHARGE_OFF,
    Bank,
    limits,
    member,
    reading,
)
from tests.unit.samples import settings

FULL = reading(3.45, soc=100.0, current=0.5)
DAY = 86400.0


def stage(bank: Bank) -> Stage:
    """Return the stage of a bank."""
    assert bank.decision.charge
    return bank.decision.charge.stage


def charged(bank: Bank) -> Bank:
    """Charge a bank until float."""
    bank.settle(reading(3.40, soc=95.0))
    bank.run(1200.0, FULL, every=20.0)
    assert stage(bank) is Stage.FLOAT
    return bank


def test_the_bank_floats_once_all_packs_are_full() -> None:
    bank = charged(Bank(3))
    assert bank.limits.cvl == 13.5
    assert bank.limits.mode == "Float"


def test_a_lagging_pack_gets_its_time() -> None:
    bank = Bank([settings(AbsorptionTime=600.0, MaxAbsorptionTime=3600.0)] * 2)
    for n in range(120):
        bank.step(FULL, reading(3.38 + 0.001 * (n % 3), soc=90.0, current=8.0), after=29.0)
    assert stage(bank) is Stage.ABSORPTION
    bank.run(700.0, FULL, replace(FULL, current=0.2), every=20.0)
    assert stage(bank) is Stage.FLOAT


def test_absorption_ends_although_one_pack_never_fills() -> None:
    bank = Bank([settings(AbsorptionTime=600.0, MaxAbsorptionTime=3600.0)] * 2)
    bank.run(3700.0, FULL, reading(3.38, soc=90.0, current=8.0), every=29.0)
    assert stage(bank) is Stage.FLOAT


def test_a_pack_whose_count_stands_at_zero_does_not_keep_the_bank_in_float() -> None:
    bank = Bank([settings(AbsorptionTime=600.0, MaxAbsorptionTime=3600.0)] * 2)
    bank.run(3800.0, FULL, replace(FULL, soc=0.0), every=29.0)
    assert stage(bank) is Stage.FLOAT
    bank.run(100.0, reading(3.30, soc=60.0), reading(3.30, soc=0.0), every=20.0)
    assert stage(bank) is Stage.BULK


def test_a_pack_that_repeats_its_full_count_does_not_keep_the_bank_in_float() -> None:
    bank = charged(Bank(2))
    bank.run(100.0, FULL, reading(3.30, soc=60.0), every=20.0)
    assert stage(bank) is Stage.BULK


def test_one_full_pack_whose_mosfet_turned_off_does_not_keep_the_others_from_filling() -> None:
    bank = Bank(2)
    bank.settle(reading(3.40, soc=95.0))
    tripped = reading(
        3.62, soc=100.0, mosfets=CHARGE_OFF, protection=frozenset({Protection.CELL_OVERVOLTAGE})
    )
    bank.run(300.0, tripped, reading(3.40, soc=90.0, current=20.0), every=20.0)
    assert stage(bank) is Stage.BULK
    assert bank.limits.cvl == 13.8
    assert bank.limits.ccl == 30.0


def test_the_tail_current_is_that_of_the_packs_that_are_charged() -> None:
    bank = Bank([settings(AbsorptionTime=600.0), settings(Capacity=1000.0)])
    off = reading(3.45, soc=100.0, mosfets=CHARGE_OFF)
    bank.run(900.0, reading(3.45, soc=97.0, current=20.0), off, every=20.0)
    assert stage(bank) is Stage.ABSORPTION  # 20 A is a fifth of the capacity that is charged


@pytest.mark.parametrize("late", [3, 5])
def test_a_top_balance_ends_although_one_pack_reports_later_than_the_others(late: int) -> None:
    owner = settings(TopBalanceDays=7.0, AbsorptionTime=600.0, MaxAbsorptionTime=900.0)
    bank = Bank([owner] * 2)
    top = reading(3.50, soc=100.0, current=0.5)
    bank.settle(reading(3.40, soc=95.0))
    for pack in bank.packs:
        history = pack.state.history
        pack.state = replace(
            pack.state, history=replace(history, history=replace(history.history, since_top_balance=8 * DAY))
        )
    bank.step(reading(3.40, soc=95.0))
    assert "top balance" in bank.limits.mode
    for _ in range(1200):
        bank.now += 1.0
        bank.packs[0].poll(top, bank.now, bank.decision.charge)
        bank.decide()
        if round(bank.now) % 7 == late:
            bank.packs[1].poll(top, bank.now, bank.decision.charge)
        if stage(bank) is Stage.FLOAT and bank.packs[1].state.history.history.since_top_balance < DAY:
            break
    bank.run(60.0, top, every=5.0)
    assert stage(bank) is Stage.FLOAT
    assert all(pack.state.history.history.since_top_balance < DAY for pack in bank.packs)


def test_a_pack_that_joins_while_the_bank_floats_is_not_recorded_as_full() -> None:
    bank = charged(Bank(2))
    late = Bank(2)
    late.packs[0], late.state, late.decision = bank.packs[0], bank.state, bank.decision
    late.now = bank.now
    late.run(200.0, FULL, reading(3.36, soc=97.0), every=20.0)
    assert stage(late) is Stage.FLOAT
    assert late.packs[1].state.history.history.since_full is None


# The charge voltage limit


def test_the_cvl_is_the_least_of_the_packs_in_parallel() -> None:
    assert limits(member(1, cvl=13.8), member(2, cvl=13.6), member(3, cvl=13.7)).cvl == 13.6


def test_the_cvl_of_strings_in_series_is_their_sum() -> None:
    assert limits(member(1, cvl=13.8), member(2, cvl=13.6), Topology="series").cvl == pytest.approx(27.4)


def test_the_cvl_of_parallel_strings_in_series_is_the_sum_of_their_least() -> None:
    cvls = (13.8, 13.7, 13.6, 13.9)
    views = [member(n, cvl=volts) for n, volts in enumerate(cvls, 1)]
    assert limits(*views, Topology="2s2p").cvl == pytest.approx(13.7 + 13.6)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 16])
def test_a_topology_that_does_not_fit_the_packs_never_gives_the_cvl_of_more_strings(count: int) -> None:
    views = [member(n) for n in range(1, count + 1)]
    assert limits(*views, Topology="2s2p").cvl <= 2 * 13.8 + 1e-9


def test_a_pack_that_may_not_be_charged_does_not_hold_the_cvl_once_its_mosfet_is_off() -> None:
    off = member(2, cvl=13.1, ccl=0.0, read=reading(3.5, mosfets=CHARGE_OFF))
    assert limits(member(1), off).cvl == 13.8


def test_a_silent_pack_holds_the_cvl_at_float() -> None:
    assert limits(member(1), member(2, phase=Phase.LOST, sample=None)).cvl == 13.5


def test_a_silent_pack_with_a_full_cell_holds_the_cvl_where_nothing_is_charged() -> None:
    bank = Bank(2)
    bank.settle(reading(3.40))
    ahead = reading(cells=(3.61, 3.40, 3.40, 3.40))
    bank.run(2.0, reading(3.45), ahead)
    bank.run(60.0, reading(3.45), None, every=20.0)
    assert bank.limits.ccl == 0.0
    assert bank.limits.cvl <= ahead.voltage


def test_the_cvl_falls_at_once_and_rises_late_and_slowly_when_the_weakest_pack_leaves() -> None:
    state_views = [member(1, cvl=13.8), member(2, cvl=13.2)]
    bank = Bank(2)
    bank.settle(reading())

    def cvl(*views: MemberView, after: float) -> float:
        bank.now += after
        fresh = [replace(view, decided_at=bank.now) for view in views]
        bank.state, decision = engine.decide(bank.state, fresh, bank.settings, bank.now, managed=True)
        assert decision.limits
        return decision.limits.cvl

    off = member(2, cvl=13.2, ccl=0.0, read=reading(mosfets=CHARGE_OFF))
    assert cvl(*state_views, after=1.0) == 13.2
    assert cvl(state_views[0], off, after=1.0) == 13.2
    assert cvl(state_views[0], off, after=20.0) == 13.2
    rising = [cvl(state_views[0], off, after=1.0) for _ in range(60)]
    steps = [b - a for a, b in pairwise(rising)]
    assert rising[-1] == 13.8
    assert max(steps) <= 0.03


def test_a_mosfet_that_flaps_does_not_make_the_cvl_flap() -> None:
    bank = Bank(2)
    bank.settle(reading(3.40))
    high = reading(cells=(3.56, 3.42, 3.42, 3.42))
    found = []
    for n in range(60):
        bank.step(reading(3.40), replace(high, mosfets=CHARGE_OFF) if n // 3 % 2 else high)
        found.append(bank.limits.cvl)
    assert all(after <= before for before, after in pairwise(found))


def test_one_string_at_the_cut_off_stops_a_bank_in_series() -> None:
    bank = Bank(2, Topology="series")
    bank.settle(reading(3.40))
    before = bank.limits.cvl
    bank.run(10.0, reading(3.40), reading(3.65), every=5.0)
    assert bank.limits.ccl == 0.0
    assert bank.limits.cvl <= before
    assert bank.limits.cvl <= 4 * 3.40 + 4 * 3.65


def test_a_string_that_runs_ahead_in_series_lowers_the_sum_by_what_the_other_is_below_it() -> None:
    bank = Bank(2, Topology="series")
    bank.settle(reading(3.40))
    bank.run(120.0, reading(3.40, current=5.0), reading(3.47, current=5.0), every=2.0)
    assert bank.limits.cvl < 2 * 13.8 - 4 * 0.05
