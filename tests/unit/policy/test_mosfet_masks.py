"""The mask that a MOSFET command writes, and when: never a change that was not requested."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Mosfet, Mosfets, MosfetTarget, PackSample
from dbus_xbms.policy import mosfets
from dbus_xbms.policy.mosfets import MASK_AGE, Next
from dbus_xbms.protocols.jbd.protections import LOCK
from tests.unit.policy.mosfet_commands import (
    CHARGE_OFF,
    DISCHARGE_OFF,
    HIDDEN,
    KNOWN,
    commanded_to,
    observed,
    refusal,
    settings,
    verdict,
)


def test_a_command_requested_while_another_is_sent_is_added_to_its_result() -> None:
    state = mosfets.send(mosfets.request(KNOWN, CHARGE_OFF, 100.0), 100.0)
    assert refusal(state, DISCHARGE_OFF) == ""
    state = mosfets.request(state, DISCHARGE_OFF, 100.5)
    assert mosfets.judge(state, observed(), 101.0, 101.0, settings(), controls=False).next is Next.WAIT
    assert mosfets.turning_off(state) == {Mosfet.CHARGE, Mosfet.DISCHARGE}
    state = mosfets.confirm(state, Mosfets(charge=False, discharge=True))
    found = verdict(state, observed(charge=False, protection=LOCK), 102.0)
    assert found.mask == Mosfets(charge=False, discharge=False)


def test_an_on_command_within_five_seconds_of_an_off_waits_until_then() -> None:
    state, off = commanded_to(KNOWN, CHARGE_OFF), observed(charge=False, protection=LOCK)
    assert refusal(state, MosfetTarget(charge=True)) == ""
    state = mosfets.request(state, MosfetTarget(charge=True), 101.0)
    assert verdict(state, off, 104.9).next is Next.WAIT
    assert verdict(state, off, 105.0).mask == Mosfets(charge=True, discharge=True)


def test_a_command_is_compared_only_with_a_later_sample() -> None:
    """In per-poll mode another program may write between two polls, so memory proves nothing."""
    off = observed(charge=False, protection=LOCK)
    state = mosfets.request(mosfets.sampled(KNOWN, off), CHARGE_OFF, 100.0)
    assert verdict(state, off, 101.0, began=99.9).next is Next.WAIT
    assert verdict(state, off, 101.0, began=100.1).next is Next.ALREADY
    assert verdict(state, observed(), 101.0, began=100.1).mask == Mosfets(charge=False, discharge=True)


def test_repeating_a_command_does_not_delay_it() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    for at in range(101, 110):
        state = mosfets.request(state, CHARGE_OFF, float(at))
    found = verdict(state, observed(current=30.0), 110.0, began=109.5, controls=True)
    assert found.mask == Mosfets(charge=False, discharge=True)


def test_a_mask_is_not_based_on_a_slow_sample() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    assert verdict(state, observed(), 105.0, began=105.0 - MASK_AGE - 0.1).next is Next.WAIT
    assert verdict(state, observed(), 105.0, began=105.0 - MASK_AGE).mask


@pytest.mark.parametrize(
    ("target", "sample"),
    [
        (MosfetTarget(charge=True), observed()),
        (MosfetTarget(charge=True), observed(discharge=False, protection=LOCK)),
        (CHARGE_OFF, observed(charge=False, protection=LOCK)),
        (MosfetTarget(charge=False, discharge=True), observed(charge=False, protection=LOCK)),
    ],
)
def test_a_state_that_a_sample_confirms_is_not_written(target: MosfetTarget, sample: PackSample) -> None:
    state = mosfets.request(mosfets.sampled(mosfets.MosfetState(), sample), target, 100.0)
    assert verdict(state, sample).next is Next.ALREADY


@pytest.mark.parametrize(
    ("target", "sample"),
    [
        (CHARGE_OFF, HIDDEN),
        (MosfetTarget(charge=True), HIDDEN),
        (CHARGE_OFF, observed(charge=False, protection=1)),
        (MosfetTarget(charge=True), observed(charge=False)),
    ],
    ids=["hidden, off", "hidden, on", "off by a protection", "off for no reason"],
)
def test_a_state_that_a_sample_does_not_confirm_is_written(target: MosfetTarget, sample: PackSample) -> None:
    state = mosfets.request(mosfets.sampled(mosfets.MosfetState(), sample), target, 100.0)
    assert verdict(state, sample).next is Next.SEND


def test_two_commands_requested_before_sending_are_sent_together() -> None:
    state = mosfets.request(mosfets.request(KNOWN, CHARGE_OFF, 100.0), DISCHARGE_OFF, 101.0)
    assert verdict(state, observed(), 101.0).mask == Mosfets(charge=False, discharge=False)


def test_a_command_can_be_reversed_before_it_is_sent() -> None:
    state = mosfets.request(mosfets.request(KNOWN, CHARGE_OFF, 100.0), MosfetTarget(charge=True), 101.0)
    assert verdict(state, observed(), 101.0).next is Next.ALREADY


@pytest.mark.parametrize(
    ("target", "current", "controls", "after", "expected"),
    [
        (CHARGE_OFF, 20.0, True, 0.0, None),
        (CHARGE_OFF, 20.0, True, 9.9, None),
        (CHARGE_OFF, 20.0, True, 10.0, Mosfets(charge=False, discharge=True)),
        (CHARGE_OFF, 0.9, True, 0.0, Mosfets(charge=False, discharge=True)),
        (CHARGE_OFF, -20.0, True, 0.0, Mosfets(charge=False, discharge=True)),
        (CHARGE_OFF, 20.0, False, 0.0, Mosfets(charge=False, discharge=True)),
        (DISCHARGE_OFF, -20.0, True, 0.0, None),
        (DISCHARGE_OFF, 20.0, True, 0.0, Mosfets(charge=True, discharge=False)),
    ],
)
def test_a_mosfet_of_a_controlling_pack_turns_off_when_the_current_has_fallen_or_after_10_s(
    target: MosfetTarget, current: float, controls: bool, after: float, expected: Mosfets | None
) -> None:
    state = mosfets.request(KNOWN, target, 100.0)
    assert verdict(state, observed(current=current), 100.0 + after, controls=controls).mask == expected


def test_the_current_threshold_depends_on_the_capacity() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    off = Mosfets(charge=False, discharge=True)
    assert verdict(state, observed(current=2.5), controls=True).mask is None
    assert verdict(state, observed(current=2.5), controls=True, values={"Capacity": 280}).mask == off
    unknown = replace(observed(current=6.0), nominal=655.35)  # all bits set: no valid capacity
    assert verdict(state, unknown, controls=True).mask is None
