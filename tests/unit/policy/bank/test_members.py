"""Which packs of a bank count, by their own decisions and their voltages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Phase
from dbus_xbms.policy.bank import members
from dbus_xbms.policy.bank.members import Connection, Placed
from dbus_xbms.policy.bank.records import MemberState, MemberView
from dbus_xbms.policy.bank.topology import Topology, parse
from tests.unit.policy.bank.packs import CHARGE_OFF, LATER, OFF, Bank, decide, member, reading
from tests.unit.samples import settings

ONLINE, APART, SILENT = MemberState.ONLINE, MemberState.APART, MemberState.SILENT


def placed(*views: MemberView, topology: Topology | None = None) -> tuple[Placed, ...]:
    """Place members that were never placed before."""
    controls = {view.address: view.decision.control for view in views if view.decision}
    known = {address: control for address, control in controls.items() if control}
    return members.place(views, topology or Topology(), known, {}, LATER)[0]


def states(*views: MemberView) -> list[MemberState]:
    """Return the state of each."""
    return [one.state for one in placed(*views)]


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        (Phase.FRESH, ONLINE),
        (Phase.HELD, ONLINE),
        (Phase.LENT, MemberState.LENT),
        (Phase.LENT_STOPPED, MemberState.LENT),
        (Phase.DERATED, SILENT),
        (Phase.LOST, SILENT),
        (Phase.WITHDRAWN, SILENT),
    ],
)
def test_the_phase_of_a_pack_says_whether_it_counts(phase: Phase, state: MemberState) -> None:
    sample = reading() if state is ONLINE else None
    assert states(member(1), member(2, phase=phase, sample=sample))[1] is state


def test_a_pack_is_unknown_until_it_has_been_read_once() -> None:
    waiting = member(2, phase=Phase.WAITING, sample=None, control=None, limits=None)
    assert states(member(1), waiting, replace(waiting, decision=None))[1:] == [MemberState.UNKNOWN] * 2


def test_a_pack_that_controlled_before_a_restart_is_silent_until_it_is_read() -> None:
    assert states(member(1), member(2, phase=Phase.WAITING, sample=None))[1] is SILENT


@pytest.mark.parametrize(("ago", "state"), [(0.0, ONLINE), (15.0, ONLINE), (15.1, SILENT), (1e9, SILENT)])
def test_a_pack_whose_task_has_not_decided_for_long_is_silent(ago: float, state: MemberState) -> None:
    assert states(member(1), member(2, decided_at=LATER - ago))[1] is state


def test_packs_of_the_same_name_are_told_apart_by_their_numbers() -> None:
    twins = [replace(member(n), name="House") for n in (1, 3)]
    found = placed(twins[0], member(2), twins[1])
    assert [one.view.name for one in found] == ["House (pack 1)", "Pack 2", "House (pack 3)"]


# Voltages


@pytest.mark.parametrize(("volts", "state"), [(13.28, ONLINE), (13.57, ONLINE), (13.6, APART), (12.9, APART)])
def test_a_pack_at_rest_with_another_voltage_is_apart(volts: float, state: MemberState) -> None:
    away = member(3, read=reading(volts / 4))
    found = placed(member(1), member(2), away)
    assert found[2].state is state
    assert bool(found[2].why) is (state is APART)
    assert (found[2].sample is None) is (state is APART)


def test_a_large_pack_with_a_mosfet_off_and_another_voltage_is_apart() -> None:
    bank = Bank([settings(Cells=4, Capacity=100.0), settings(Cells=4, Capacity=280.0)])
    bank.settle(reading())
    alone, away = reading(3.32, current=25.0), reading(2.97, mosfets=CHARGE_OFF)
    bank.run(15.0, alone, away)
    assert bank.decision.members[1].state is APART
    assert bank.decision.values.voltage == alone.voltage
    assert bank.limits.dcl == 50.0  # that of the small one
    assert bank.decision.for_owner.count(";") == 0  # which separates its sentences


def test_a_pack_apart_carries_nothing_for_the_others_after_contact_with_all_is_lost() -> None:
    bank = Bank([settings(Cells=4, Capacity=100.0), settings(Cells=4, Capacity=280.0)])
    bank.settle(reading())
    bank.run(15.0, reading(3.32, current=25.0), reading(2.97, mosfets=CHARGE_OFF))
    bank.run(60.0, None)
    assert bank.decision.online == 0
    assert bank.limits.dcl == bank.decision.members[0].dcl == 25.0


def test_a_pack_with_current_is_connected_whatever_its_voltage() -> None:
    assert states(member(1), member(2), member(3, read=reading(3.5, current=5.0)))[2] is ONLINE


def test_two_packs_that_differ_agree_with_the_larger_one() -> None:
    small, large = member(1, capacity=100.0), member(2, capacity=300.0, read=reading(3.5))
    assert states(small, large) == [APART, ONLINE]


def test_a_false_current_of_a_pack_apart_does_not_put_the_others_apart() -> None:
    away = member(1, read=reading(3.48, current=2.0))
    assert states(away, member(2), member(3), member(4))[1:] == [ONLINE] * 3


def test_a_false_current_never_hides_a_full_cell_of_the_others() -> None:
    bank = Bank(3)
    bank.settle(reading(3.40))
    full = reading(cells=(3.61, 3.33, 3.33, 3.33), current=0.5)
    for n in range(40):
        bank.step(reading(3.50 + 0.001 * (n % 2), current=3.0), full, full)
        if n > 2:
            assert bank.limits.ccl == 0.0


def test_more_cells_may_differ_by_more() -> None:
    sixteen = reading(cells=(3.32,) * 16)
    assert states(member(1, read=sixteen), member(2, read=reading(cells=(3.38,) * 16))) == [ONLINE] * 2


def test_packs_of_different_strings_are_not_compared() -> None:
    topology = parse("series", 2)
    found = placed(member(1), member(2, read=reading(3.0)), topology=topology)
    assert [one.state for one in found] == [ONLINE] * 2
    assert [one.string for one in found] == [1, 2]


def test_a_voltage_must_differ_for_a_while_before_a_connected_pack_is_apart() -> None:
    bank = Bank(3)
    bank.settle(reading())
    seen = []
    for _ in range(15):
        bank.step(reading(), reading(), reading(3.45))
        seen.append(bank.decision.members[2].state)
    assert seen[:10] == [ONLINE] * 10
    assert seen[-1] is APART
    assert "connecting it lets a large current flow" in bank.decision.for_owner


def test_a_pack_that_returns_with_another_voltage_is_apart_at_once() -> None:
    bank = Bank(3)
    bank.settle(reading())
    bank.run(60.0, reading(), reading(), None, every=20.0)
    bank.run(2.0, reading(), reading(), reading(3.45))
    assert bank.decision.members[2].state is APART
    assert bank.limits.ccl <= 60.0


def test_a_pack_apart_whose_voltage_agrees_is_counted_again() -> None:
    bank = Bank(3)
    bank.run(60.0, reading(), reading(), reading(3.45), every=20.0)
    assert bank.decision.members[2].state is APART
    bank.run(8.0, reading())
    assert bank.decision.members[2].state is ONLINE


def test_packs_that_rest_with_mosfets_off_are_not_lost() -> None:
    assert states(*(member(n, read=reading(mosfets=OFF)) for n in (1, 2))) == [ONLINE] * 2


def test_the_connection_of_a_pack_without_contact_is_forgotten() -> None:
    before = {member(2).address: Connection(connected=True)}
    silent = member(2, phase=Phase.LOST, sample=None)
    _, known = members.place((member(1), silent), Topology(), {}, before, LATER)
    assert silent.address not in known


# Values of members


def test_a_pack_of_unknown_capacity_counts_as_100_ah() -> None:
    assert placed(member(1, capacity=0.0, read=reading(nominal=0.0)))[0].capacity == 100.0


def test_names_of_packs_may_be_anything() -> None:
    hostile = ["\x1b[2J", "\n; rm -rf /", "Ünïcode 🔋", "{0}", "", "'"]
    views = [replace(member(n, ccl=5.0 * n), name=name) for n, name in enumerate(hostile, 1)]
    _, decision = decide(*views)
    assert [one.name for one in decision.members] == hostile
    assert decision.limits
    assert decision.limits.charge_limitation.startswith(hostile[0])
