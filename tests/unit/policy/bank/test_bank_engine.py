"""A bank as a whole: its packs decide for themselves, and one decision is made of theirs."""

from __future__ import annotations

import pytest

from dbus_xbms.model import Phase, Protection
from dbus_xbms.policy import pack_state
from dbus_xbms.policy.bank import engine
from dbus_xbms.policy.bank.records import MemberState
from dbus_xbms.policy.charge import silent_limits
from dbus_xbms.policy.charge.charge_voltage import Stage
from tests.unit.policy.bank.packs import (
    CHARGE_OFF,
    OFF,
    Bank,
    reading,
)
from tests.unit.samples import settings


def test_equal_packs_at_rest_give_the_sum_of_their_limits() -> None:
    bank = Bank(3)
    bank.settle(reading())
    assert (bank.limits.ccl, bank.limits.dcl, bank.limits.cvl) == (90.0, 150.0, 13.8)
    assert bank.decision.phase is Phase.FRESH
    assert bank.decision.online == 3


def test_sixteen_packs_give_the_sum_of_their_limits() -> None:
    bank = Bank(16)
    bank.run(20.0, reading(), every=10.0)
    assert (bank.limits.ccl, bank.limits.dcl) == (480.0, 800.0)
    assert bank.decision.installed == 1600.0


def test_a_pack_without_contact_gives_nothing_and_the_others_go_on() -> None:
    bank = Bank(3)
    bank.settle(reading())
    bank.run(40.0, reading(), reading(), None, every=20.0)
    assert bank.decision.members[2].state is MemberState.SILENT
    assert bank.decision.phase is Phase.FRESH
    assert (bank.limits.ccl, bank.limits.dcl) == (60.0, 100.0)
    assert bank.limits.cvl <= 4 * 3.375  # the silent one may be connected, its cells unseen


def test_a_pack_that_returns_is_counted_again_no_faster_than_the_ramp() -> None:
    bank = Bank(3)
    bank.settle(reading())
    bank.run(40.0, reading(), reading(), None, every=20.0)
    rises = []
    for _ in range(120):
        before = bank.limits.ccl
        bank.step(reading())
        rises.append(bank.limits.ccl - before)
    assert bank.limits.ccl == 90.0
    assert max(rises) <= 0.05 * 90.0 + 90.0 / 60.0 + 0.2  # the smallest rise that is published, and one step


def test_limits_that_fall_between_two_samples_stay_down_for_the_whole_hold() -> None:
    bank = Bank(3)
    bank.settle(reading())
    bank.run(21.0, reading(), reading(), None)
    before = bank.limits
    bank.run(9.0, None)  # the two others were read 9 s ago when the third counts as silent
    fallen = bank.limits
    assert fallen.ccl < before.ccl
    assert fallen.cvl < before.cvl
    for _ in range(30):
        bank.step(reading())
        assert bank.limits.ccl == fallen.ccl
        assert bank.limits.dcl == fallen.dcl
        assert bank.limits.cvl == fallen.cvl
    bank.run(60.0, reading())
    assert (bank.limits.ccl, bank.limits.dcl) == (90.0, 150.0)


def test_with_all_packs_silent_nothing_is_charged_and_later_nothing_flows() -> None:
    bank = Bank(2)
    bank.settle(reading())
    assert bank.run(40.0, None, every=20.0).phase is Phase.DERATED
    assert bank.limits.ccl == 0.0
    assert 0 < bank.limits.dcl <= 50.0
    assert bank.run(400.0, None, every=20.0).phase is Phase.LOST
    assert (bank.limits.ccl, bank.limits.dcl) == (0.0, 0.0)


def test_the_last_pack_that_goes_silent_does_not_bring_back_the_others() -> None:
    bank = Bank(3)
    bank.settle(reading())
    bank.run(60.0, reading(), None, None, every=20.0)
    assert bank.limits.dcl == 50.0
    for _ in range(5):
        bank.step(None, after=20.0)
        assert bank.limits.dcl <= 50.0


def test_packs_that_need_a_charger_to_wake_get_the_current_of_one_of_them() -> None:
    bank = Bank([settings(WakeCurrent=2.0)] * 3)
    bank.settle(reading())
    bank.run(60.0, None, every=20.0)
    assert bank.limits.ccl == 2.0
    assert bank.limits.cvl == 13.5


def test_a_bank_leaves_the_bus_once_all_packs_are_withdrawn() -> None:
    bank = Bank([settings(ControlRemoveAfter=900.0)] * 2)
    bank.settle(reading())
    assert bank.run(1000.0, reading(), None, every=20.0).phase is Phase.FRESH
    assert bank.run(1000.0, None, every=100.0).phase is Phase.WITHDRAWN
    assert bank.decision.limits is None


@pytest.mark.parametrize("end", ["hung", "crashed"])
def test_a_pack_whose_task_does_not_run_is_silent_and_the_others_go_on(end: str) -> None:
    bank = Bank(2)
    bank.settle(reading())
    setattr(bank.packs[1], end, True)
    bank.run(20.0, reading(), every=10.0)
    assert bank.decision.members[1].state is MemberState.SILENT
    assert (bank.limits.ccl, bank.limits.dcl) == (30.0, 50.0)


@pytest.mark.parametrize("end", ["hung", "crashed"])
def test_with_no_task_running_nothing_flows(end: str) -> None:
    bank = Bank(2)
    bank.settle(reading())
    for pack in bank.packs:
        setattr(pack, end, True)
    bank.run(20.0, reading(), every=10.0)
    assert (bank.limits.ccl, bank.limits.dcl) == (0.0, 0.0)
    assert bank.limits.cvl <= 4 * 3.32


def test_a_hung_task_is_noticed_without_another_report() -> None:
    bank = Bank(2)
    bank.settle(reading())
    assert bank.decision.valid_for <= 15.0


def test_a_pack_with_both_mosfets_off_gives_none_and_is_still_shown() -> None:
    bank = Bank(2)
    bank.settle(reading())
    bank.step(reading(), reading(mosfets=OFF))
    assert bank.decision.members[1].online
    assert (bank.limits.ccl, bank.limits.dcl) == (30.0, 50.0)


def test_a_pack_whose_charge_mosfet_is_off_still_gives_its_discharge_current() -> None:
    bank = Bank(2)
    bank.settle(reading())
    bank.step(reading(), reading(mosfets=CHARGE_OFF))
    assert (bank.limits.ccl, bank.limits.dcl) == (30.0, 100.0)


def test_a_protection_limits_its_own_direction() -> None:
    bank = Bank(2)
    bank.settle(reading())
    tripped = reading(protection=frozenset({Protection.CHARGE_UNDERTEMPERATURE}))
    bank.step(reading(), tripped)
    assert bank.limits.ccl == 0.0  # its MOSFET is on, so its current cannot be avoided
    assert bank.limits.dcl == 100.0
    assert "Pack 2" in bank.limits.charge_limitation
    assert "switch its charge MOSFET off" in bank.decision.for_owner


def test_a_pack_of_unknown_cells_stops_charging_and_says_so() -> None:
    bank = Bank(2)
    bank.settle(reading(), reading(cells=(), voltage=13.28))
    assert bank.limits.ccl == 0.0
    assert "cell voltages unknown" in bank.limits.charge_limitation


def test_a_refused_preset_of_one_pack_stops_the_bank() -> None:
    bank = Bank([settings(), settings(Chemistry="NMC")])
    bank.settle(reading(3.32, soc=100.0))
    assert (bank.limits.ccl, bank.limits.dcl) == (0.0, 0.0)


def test_a_family_of_bms_without_mosfets_counts_as_conducting() -> None:
    bank = Bank(2)
    bank.run(20.0, reading(mosfets=None))
    assert (bank.limits.ccl, bank.limits.dcl) == (60.0, 100.0)


def test_a_bank_that_does_not_control_has_values_and_no_limits() -> None:
    bank = Bank(2)
    bank.settle(reading(current=-5.0))
    bank.decide(managed=False)
    assert bank.decision.limits is None
    assert bank.decision.charge is None
    assert bank.decision.values.current == -10.0


def test_between_two_polls_no_limit_rises() -> None:
    bank = Bank(2)
    bank.settle(reading())
    bank.run(2.0, reading(), reading(protection=frozenset({Protection.CHARGE_FAULT})))
    bank.run(60.0, reading(), every=20.0)
    before = bank.limits
    assert before.ccl < 60.0
    for _ in range(14):
        assert bank.decide(after=1.0).limits == before
    bank.step(reading())
    assert bank.limits.ccl > before.ccl


def test_a_fault_stops_all_currents_and_they_rise_slowly_after_it() -> None:
    bank = Bank(2)
    bank.settle(reading())
    bank.state, stopped = engine.stopped(bank.state, bank.now)
    assert stopped.limits
    assert (stopped.limits.ccl, stopped.limits.dcl) == (0.0, 0.0)
    bank.step(reading())
    assert bank.limits.ccl == 0.0
    bank.run(200.0, reading(), every=10.0)
    assert bank.limits.ccl == 60.0


def test_a_bank_whose_packs_are_all_removed_has_no_limits() -> None:
    bank = Bank(2)
    bank.settle(reading())
    bank.packs = []
    assert bank.decide(after=1.0).limits is None


def test_a_fault_before_the_first_limits_allows_nothing() -> None:
    bank = Bank(2)
    bank.state, stopped = engine.stopped(bank.state, bank.now)
    assert stopped.limits is None
    assert stopped.values.voltage is None


def test_a_second_decision_at_the_same_time_is_the_same() -> None:
    bank = Bank(2)
    bank.settle(reading(3.44, current=2.0))
    first = bank.decision
    assert bank.decide() == first


def test_deciding_fifty_times_a_second_or_once_a_minute_ends_in_the_same_limits() -> None:
    often, rarely = Bank(2), Bank(2)
    for one in (often, rarely):
        one.settle(reading())
        one.step(reading(), reading(protection=frozenset({Protection.CHARGE_FAULT})))
        one.step(reading())
    for _ in range(12):
        often.step(reading(), after=14.0)
        for _ in range(50):
            often.decide(after=0.02)
    for _ in range(3):
        for _ in range(4):
            rarely.now += 15.0
            for pack in rarely.packs:
                pack.poll(reading(), rarely.now, rarely.decision.charge)
        rarely.decide()
    assert often.limits == rarely.limits


# A restart


def restarted(bank: Bank, passed: float = 5.0) -> Bank:
    """Return the bank after a restart of the program, before any poll."""
    again = Bank([pack.settings for pack in bank.packs], started=bank.now + passed)
    for before, pack in zip(bank.packs, again.packs, strict=True):
        assert before.state.control
        kept = silent_limits.to_snapshot(before.state.control)
        pack.settings = settings(Cells=4, Nominal=100.0)
        pack.state = pack_state.restored(pack.state, kept, passed, pack.settings)
    return again


def test_after_a_restart_nothing_is_charged_before_the_first_poll() -> None:
    bank = Bank(2)
    bank.settle(reading())
    again = restarted(bank)
    again.step(None)
    assert again.limits.ccl == 0.0
    assert 0 < again.limits.dcl <= 100.0
    assert again.decision.phase is not Phase.FRESH


def test_a_pack_that_is_not_found_after_a_restart_still_limits_the_bank() -> None:
    bank = Bank(2)
    bank.settle(reading())
    again = restarted(bank)
    again.run(60.0, reading(), None, every=20.0)
    assert again.limits.ccl == 30.0
    assert again.limits.cvl <= 4 * 3.375


def test_a_restart_keeps_what_is_known_of_chargers() -> None:
    bank = Bank(2)
    bank.settle(reading())
    bank.run(30.0, reading(current=60.0))
    assert bank.limits.cvl < 13.0
    assert "chargers exceed the CCL" in bank.limits.mode
    again = restarted(bank)
    again.run(3.0, reading(current=20.0))
    assert bank.limits.cvl < 13.0
    bank.run(60.0, None, every=20.0)
    assert bank.state.stage
    assert bank.state.stage.overshoot is not None


def test_the_current_of_a_pack_without_contact_counts_as_one_that_exceeds_the_ccl() -> None:
    bank = Bank(2)
    bank.settle(reading())
    bank.run(60.0, reading(current=14.0), reading(current=14.0))
    bank.run(30.0, reading(current=14.0), None)
    assert (bank.limits.ccl, bank.limits.mode) == (30.0, "Bulk, CVL lowered because Pack 2 has no contact")
    bank.run(30.0, reading(current=17.0), None)
    assert bank.limits.mode == "Bulk, CVL lowered because chargers exceed the CCL"


@pytest.mark.parametrize("stage", Stage)
def test_a_restart_keeps_the_stage(stage: Stage) -> None:
    bank = Bank(2)
    seconds = {Stage.BULK: 20.0, Stage.ABSORPTION: 60.0, Stage.FLOAT: 1200.0}[stage]
    cell = 3.32 if stage is Stage.BULK else 3.45
    bank.run(seconds, reading(cell, soc=100.0, current=1.0), every=20.0)
    assert bank.decision.charge
    assert bank.decision.charge.stage is stage
    again = restarted(bank)
    again.run(5.0, reading(3.40, soc=100.0))
    assert again.decision.charge
    assert again.decision.charge.stage is stage


def test_a_fast_loop_of_restarts_never_gives_more_than_the_sum() -> None:
    bank = Bank(2)
    bank.settle(reading())
    for _ in range(5):
        bank = restarted(bank)
        for _ in range(3):
            bank.step(reading())
            assert bank.limits.ccl <= 60.0


def test_a_pack_that_is_off_never_sets_the_voltage_of_its_string() -> None:
    bank = Bank(2)
    bank.settle(reading())
    decision = bank.run(30, reading(3.32), reading(3.0, voltage=12.0, mosfets=OFF))
    assert [one.state for one in decision.members] == [MemberState.ONLINE, MemberState.APART]
