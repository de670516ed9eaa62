"""What the commanded state of a MOSFET is, what hides it, and when a command has failed."""

from __future__ import annotations

import pytest

from dbus_xbms.model import Mosfet, Mosfets, MosfetTarget
from dbus_xbms.policy import mosfets
from dbus_xbms.policy.mosfets import Next
from dbus_xbms.protocols.jbd.protections import LOCK
from dbus_xbms.protocols.jbd.protections import ProtectionBit as Protection
from tests.unit.policy.mosfet_commands import (
    CHARGE_OFF,
    DISCHARGE_OFF,
    HIDDEN,
    KNOWN,
    commanded_to,
    observed,
    refusal,
    verdict,
)


@pytest.mark.parametrize(
    ("charge", "discharge", "protection", "expected"),
    [
        (True, True, 0, MosfetTarget(charge=True, discharge=True)),
        (False, False, Protection.SHORT_CIRCUIT, MosfetTarget(charge=True, discharge=True)),
        (False, True, LOCK, MosfetTarget(charge=False, discharge=True)),
        (True, False, LOCK, MosfetTarget(charge=True, discharge=False)),
        (False, False, LOCK, MosfetTarget(charge=False, discharge=False)),
        (False, True, LOCK | Protection.CELL_OVERVOLTAGE, MosfetTarget(charge=None, discharge=True)),
        (False, False, LOCK | Protection.CELL_OVERVOLTAGE, MosfetTarget(charge=None, discharge=False)),
        (True, False, LOCK | Protection.CELL_UNDERVOLTAGE, MosfetTarget(charge=True, discharge=None)),
        (False, False, LOCK | Protection.VENDOR_BIT_13, MosfetTarget()),
    ],
)
def test_a_mosfet_that_is_off_counts_as_switched_off_only_if_no_protection_explains_it(
    charge: bool, discharge: bool, protection: int, expected: MosfetTarget
) -> None:
    assert (
        mosfets.commanded_by(observed(charge=charge, discharge=discharge, protection=protection)) == expected
    )


def test_a_commanded_state_hidden_by_a_protection_is_remembered_only_during_the_connection() -> None:
    state = mosfets.sampled(mosfets.MosfetState(), observed(charge=False, protection=LOCK))
    assert mosfets.sampled(state, HIDDEN).commanded == MosfetTarget(charge=False, discharge=True)
    assert mosfets.sampled(mosfets.connected(state), HIDDEN).commanded == MosfetTarget(
        charge=None, discharge=True
    )


def test_a_state_hidden_by_a_protection_is_never_written_from_memory() -> None:
    state = mosfets.sampled(mosfets.MosfetState(), observed(charge=False, protection=LOCK))
    state = mosfets.sampled(state, HIDDEN)
    assert "hides whether charge was switched off" in refusal(state, DISCHARGE_OFF)
    assert refusal(state, MosfetTarget(charge=True, discharge=False)) == ""


def test_a_mosfet_reported_on_overrides_a_remembered_off() -> None:
    """Another master has masked charge instead of discharge during the connection."""
    state = mosfets.sampled(mosfets.MosfetState(), observed(discharge=False, protection=LOCK))
    state = mosfets.sampled(state, observed(charge=False, protection=LOCK))
    assert state.commanded == MosfetTarget(charge=False, discharge=True)
    state = mosfets.request(state, CHARGE_OFF, 100.0)
    assert verdict(state, observed(charge=False, protection=LOCK)).next is Next.ALREADY
    state = mosfets.request(state, MosfetTarget(charge=True), 101.0)
    assert verdict(state, observed(charge=False, protection=LOCK), 101.0).mask == Mosfets(
        charge=True, discharge=True
    )


def test_a_charge_command_never_switches_discharging_off_from_memory() -> None:
    state = mosfets.sampled(mosfets.MosfetState(), observed(discharge=False, protection=LOCK))
    state = mosfets.request(state, CHARGE_OFF, 100.0)
    found = verdict(state, observed(charge=True, discharge=True, protection=LOCK))
    assert found.mask == Mosfets(charge=False, discharge=True)


def test_a_mosfet_locked_by_another_program_stays_locked_by_a_command_for_the_other() -> None:
    state = mosfets.sampled(KNOWN, observed(discharge=False, protection=LOCK))
    state = mosfets.request(state, CHARGE_OFF, 100.0)
    found = verdict(state, observed(discharge=False, protection=LOCK), values={"AllowDischargeOff": 0})
    assert found.mask == Mosfets(charge=False, discharge=False)


def test_a_lock_of_another_program_behind_a_protection_is_noticed() -> None:
    assert mosfets.sampled(KNOWN, HIDDEN).commanded == MosfetTarget(charge=None, discharge=True)


def test_a_mosfet_that_the_bms_turned_on_is_not_switched_off_again() -> None:
    state = mosfets.sampled(mosfets.MosfetState(), observed(charge=False, protection=LOCK))
    state = mosfets.sampled(state, observed())
    assert state.commanded == MosfetTarget(charge=True, discharge=True)
    assert verdict(state, observed()).next is Next.WAIT


def test_on_a_board_that_never_sets_bit_12_a_command_is_remembered_while_the_mosfet_is_off() -> None:
    state = commanded_to(KNOWN, DISCHARGE_OFF)
    state = mosfets.sampled(state, observed(discharge=False))
    assert state.commanded == MosfetTarget(charge=True, discharge=False)
    state = mosfets.request(state, CHARGE_OFF, 110.0)
    assert verdict(state, observed(discharge=False), 110.0).mask == Mosfets(charge=False, discharge=False)
    assert mosfets.sampled(state, observed()).commanded == MosfetTarget(charge=True, discharge=True)


def test_on_a_board_that_sets_bit_12_a_mosfet_off_without_it_counts_as_released() -> None:
    state = mosfets.sampled(commanded_to(KNOWN, DISCHARGE_OFF), observed(discharge=False, protection=LOCK))
    assert mosfets.sampled(state, observed(discharge=False)).commanded == MosfetTarget(
        charge=True, discharge=True
    )


def test_on_a_board_that_never_sets_bit_12_a_protection_hides_the_commanded_state() -> None:
    state = mosfets.sampled(commanded_to(KNOWN, CHARGE_OFF), observed(charge=False, protection=1))
    assert "hides whether charge was switched off" in refusal(state, DISCHARGE_OFF)


def test_a_mosfet_with_a_pending_off_command_counts_as_turning_off() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    assert mosfets.turning_off(state) == {Mosfet.CHARGE}
    assert mosfets.turning_off(mosfets.send(state, 100.0)) == {Mosfet.CHARGE}
    assert mosfets.turning_off(mosfets.request(KNOWN, MosfetTarget(charge=True), 100.0)) == frozenset()


def test_a_failed_command_is_a_fault_of_its_mosfet_until_the_next_command() -> None:
    state = mosfets.fail(mosfets.send(mosfets.request(KNOWN, CHARGE_OFF, 100.0), 100.0))
    assert (state.failed_mosfets, state.waiting, state.commanded) == (
        frozenset({Mosfet.CHARGE}),
        MosfetTarget(),
        MosfetTarget(),
    )
    state = mosfets.sampled(state, observed())
    assert state.failed_mosfets == {Mosfet.CHARGE}
    assert mosfets.request(state, CHARGE_OFF, 110.0).failed_mosfets == frozenset()


def test_a_fault_ends_when_the_mosfet_follows_late() -> None:
    state = mosfets.fail(mosfets.send(mosfets.request(KNOWN, CHARGE_OFF, 100.0), 100.0))
    late = mosfets.sampled(state, observed(charge=False))
    assert late.failed_mosfets == frozenset()
    assert mosfets.sampled(late, observed()).failed_mosfets == frozenset()


def test_a_refused_or_unnecessary_command_is_no_fault() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    assert mosfets.cancel(state, fault=False).failed_mosfets == frozenset()
    assert mosfets.cancel(state, fault=True).failed_mosfets == {Mosfet.CHARGE}
