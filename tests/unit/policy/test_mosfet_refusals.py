"""Which MOSFET commands are refused, when requested and when they are due, and why."""

from __future__ import annotations

import pytest

from dbus_xbms.model import Mosfet, MosfetTarget
from dbus_xbms.policy import mosfets
from dbus_xbms.policy.mosfets import Next
from dbus_xbms.protocols.jbd.protections import LOCK
from dbus_xbms.protocols.jbd.protections import ProtectionBit as Protection
from tests.unit.policy.mosfet_commands import (
    APART,
    CHARGE_OFF,
    DISCHARGE_OFF,
    HIDDEN,
    KNOWN,
    Values,
    observed,
    refusal,
    verdict,
)


@pytest.mark.parametrize(
    ("target", "values", "words"),
    [
        (CHARGE_OFF, {"AllowMosfetControl": 0}, "set PACK AllowMosfetControl 1"),
        (MosfetTarget(charge=True), {"AllowMosfetControl": 0}, "set PACK AllowMosfetControl 1"),
        (DISCHARGE_OFF, {"AllowDischargeOff": 0}, "set PACK AllowDischargeOff 1"),
        (MosfetTarget(charge=False, discharge=False), {"AllowDischargeOff": 0}, "cut the GX's power"),
    ],
)
def test_a_refused_command_names_the_missing_permission(
    target: MosfetTarget, values: Values, words: str
) -> None:
    assert words in refusal(KNOWN, target, values=values)


@pytest.mark.parametrize("target", [CHARGE_OFF, MosfetTarget(charge=True), MosfetTarget(discharge=True)])
def test_only_switching_discharge_off_needs_the_second_permission(target: MosfetTarget) -> None:
    assert refusal(KNOWN, target, values={"AllowDischargeOff": 0}) == ""


@pytest.mark.parametrize("hidden", [False, True])
def test_switching_discharge_off_needs_permission_even_if_a_protection_blocks_it(hidden: bool) -> None:
    protection = Protection.CELL_UNDERVOLTAGE | (LOCK if hidden else 0)
    state = mosfets.sampled(mosfets.MosfetState(), observed(discharge=False, protection=protection))
    both_off = MosfetTarget(charge=False, discharge=False)
    assert "AllowDischargeOff" in refusal(state, both_off, values={"AllowDischargeOff": 0})


@pytest.mark.parametrize("opt_in", ["AllowMosfetControl", "AllowDischargeOff"])
def test_a_waiting_command_whose_permission_is_withdrawn_is_refused(
    opt_in: str,
) -> None:
    state = mosfets.request(KNOWN, DISCHARGE_OFF, 100.0)
    found = verdict(state, observed(), values={opt_in: 0})
    assert (found.next, found.mask) == (Next.REFUSE, None)
    assert found.why.startswith("switching is no longer allowed")
    assert opt_in in found.why


def test_commands_are_refused_without_contact() -> None:
    assert refusal(KNOWN, CHARGE_OFF, contact="no contact") == "no contact"


def test_a_mosfet_in_unknown_state_can_only_be_switched_together_with_the_other() -> None:
    hidden = mosfets.sampled(mosfets.MosfetState(), HIDDEN)
    assert "/Settings/MosfetMode" in refusal(hidden, DISCHARGE_OFF)
    assert refusal(hidden, MosfetTarget(charge=True, discharge=False)) == ""
    assert refusal(hidden, CHARGE_OFF) == ""


def test_a_waiting_command_is_refused_when_a_protection_hides_the_other_mosfet() -> None:
    state = mosfets.request(KNOWN, DISCHARGE_OFF, 100.0)
    found = verdict(state, HIDDEN)
    assert (found.next, "hides whether charge" in found.why) == (Next.REFUSE, True)


CHARGE_ON, BOTH_ON = MosfetTarget(charge=True), MosfetTarget(charge=True, discharge=True)
CHARGE_IS_OFF = mosfets.sampled(mosfets.MosfetState(), observed(charge=False, protection=LOCK))
BOTH_ARE_OFF = mosfets.sampled(
    mosfets.MosfetState(), observed(charge=False, discharge=False, protection=LOCK)
)


@pytest.mark.parametrize(
    ("state", "target", "command"),
    [
        (CHARGE_IS_OFF, CHARGE_ON, "switch PACK charge on --force"),
        (CHARGE_IS_OFF, BOTH_ON, "switch PACK charge on --force"),
        (BOTH_ARE_OFF, MosfetTarget(discharge=True), "switch PACK discharge on --force"),
        (BOTH_ARE_OFF, BOTH_ON, "switch PACK both on --force"),
    ],
)
def test_turning_on_despite_an_inrush_current_is_refused_with_the_command_that_forces_it(
    state: mosfets.MosfetState, target: MosfetTarget, command: str
) -> None:
    why = refusal(state, target, inrush=APART)
    assert why.startswith(APART)
    assert why.endswith(command)


@pytest.mark.parametrize(
    ("state", "target"),
    [(KNOWN, BOTH_ON), (KNOWN, CHARGE_OFF), (CHARGE_IS_OFF, MosfetTarget(discharge=True))],
)
def test_a_command_that_turns_nothing_on_is_not_refused_for_an_inrush_current(
    state: mosfets.MosfetState, target: MosfetTarget
) -> None:
    assert not refusal(state, target, inrush=APART)


def test_a_forced_mosfet_turns_on_despite_an_inrush_current_and_only_that_one() -> None:
    assert not refusal(CHARGE_IS_OFF, CHARGE_ON, inrush=APART, forced=frozenset({Mosfet.CHARGE}))
    both = refusal(BOTH_ARE_OFF, BOTH_ON, inrush=APART, forced=frozenset({Mosfet.CHARGE}))
    assert "discharge on --force" in both


def test_an_inrush_current_that_has_become_possible_refuses_a_waiting_command_unless_forced() -> None:
    off = observed(charge=False, protection=LOCK)
    waiting = mosfets.request(CHARGE_IS_OFF, CHARGE_ON, 99.0)
    assert verdict(waiting, off).next is Next.SEND
    refused = verdict(waiting, off, inrush=APART)
    assert (refused.next, refused.why.startswith(APART)) == (Next.REFUSE, True)
    forced = mosfets.request(CHARGE_IS_OFF, CHARGE_ON, 99.0, forced=frozenset({Mosfet.CHARGE}))
    assert verdict(forced, off, inrush=APART).next is Next.SEND
    again = mosfets.request(forced, CHARGE_ON, 99.5)  # not forced, and newer
    assert verdict(again, off, inrush=APART).next is Next.REFUSE


def test_a_force_ends_with_its_command() -> None:
    forced = mosfets.request(CHARGE_IS_OFF, CHARGE_ON, 99.0, forced=frozenset({Mosfet.CHARGE}))
    for ended in (mosfets.send(forced, 100.0), mosfets.cancel(forced, fault=True)):
        assert not ended.forced
