"""Commands to a whole bank: who carries them out, and what is reported of all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import CommandState, Mosfet, MosfetTarget, SwitchStatus
from dbus_xbms.policy.bank import orders
from dbus_xbms.policy.bank.orders import OTHERS_REFUSED, Outcome, TurnedOn
from tests.unit.samples import sample

DONE, FAILED, REFUSED = CommandState.DONE, CommandState.FAILED, CommandState.REFUSED
WAITING, SENDING = CommandState.WAITING, CommandState.SENDING
ON, OFF = MosfetTarget(charge=True, discharge=True), MosfetTarget(charge=False, discharge=False)
refusals = st.lists(st.sampled_from(("", "no contact", "not allowed")), min_size=1, max_size=16)


def outcome(name: str, state: CommandState, words: str = "") -> Outcome:
    return Outcome(name=name, state=state, words=words or state.name.lower())


@given(refusals)
def test_turning_off_is_done_by_all_packs_or_by_none(refusals: list[str]) -> None:
    whys = orders.verdicts(refusals, all_or_none=True)
    assert {bool(why) for why in whys} in ({True}, {False})
    assert [why for why in whys if why != OTHERS_REFUSED] == [why for why in refusals if why] or not any(whys)


@given(refusals)
def test_turning_on_is_done_by_every_pack_that_can(refusals: list[str]) -> None:
    assert list(orders.verdicts(refusals, all_or_none=False)) == refusals


def test_a_mixed_command_counts_as_turning_off() -> None:
    mixed = MosfetTarget(charge=False, discharge=True)
    assert (orders.turns_off(mixed), orders.turns_on(mixed)) == (True, True)
    assert not orders.turns_off(ON)
    assert not orders.turns_on(OFF)


@pytest.mark.parametrize(
    ("states", "together"),
    [
        ([], CommandState.NONE),
        ([DONE, DONE], DONE),
        ([DONE, REFUSED], REFUSED),
        ([FAILED, REFUSED, DONE], FAILED),
        ([FAILED, WAITING], WAITING),
        ([WAITING, SENDING, REFUSED], SENDING),
    ],
)
def test_the_state_of_all_is_unfinished_while_one_is_and_done_only_if_each_is(
    states: list[CommandState], together: CommandState
) -> None:
    assert orders.state_of(outcome("Bow", state) for state in states) is together


def test_packs_with_the_same_outcome_are_named_together() -> None:
    bow, stern = outcome("Bow", DONE), outcome("Stern", DONE)
    port = outcome("Port", REFUSED, "refused: no contact")
    assert orders.text_of("charge on", [bow, stern]) == "charge on: done"
    assert (
        orders.text_of("charge on", [bow, port, stern])
        == "charge on: Bow and Stern: done; Port: refused: no contact"
    )
    assert orders.text_of("charge on", [bow]) == "charge on: Bow: done"


def pack(name: str, volts: float, *, string: int = 1, connected: bool = False) -> TurnedOn:
    reading = replace(sample(), voltage=volts, cells=(volts / 4,) * 4)
    return TurnedOn(name=name, string=string, sample=reading, connected=connected)


def test_packs_of_a_string_that_is_off_are_not_turned_on_together_if_their_voltages_differ() -> None:
    found = orders.apart([pack("Bow", 13.1), pack("Port", 13.2), pack("Stern", 13.8)])
    assert list(found) == [1]
    assert "Bow has 13.10 V and Stern 13.80 V" in found[1]


@pytest.mark.parametrize(
    "packs",
    [
        [pack("Bow", 13.1), pack("Stern", 13.3)],
        [pack("Bow", 13.1, string=1), pack("Stern", 13.8, string=2)],
        [pack("Bow", 13.1, connected=True), pack("Stern", 13.8)],  # each pack compares itself with Bow
        [pack("Bow", 13.1), replace(pack("Stern", 13.8), sample=None)],  # Stern refuses
        [],
    ],
)
def test_packs_that_cannot_exchange_a_large_current_may_be_turned_on_together(packs: list[TurnedOn]) -> None:
    assert orders.apart(packs) == {}


def test_what_was_switched_is_shown_only_where_all_packs_agree() -> None:
    bow = SwitchStatus(
        commanded=MosfetTarget(charge=False, discharge=True),
        requested=MosfetTarget(charge=False),
        balancing=True,
        failed=frozenset({Mosfet.CHARGE}),
    )
    stern = replace(bow, commanded=ON, failed=frozenset(), balancing=None)
    both = orders.combined([bow, stern])
    assert both.commanded == MosfetTarget(charge=None, discharge=True)
    assert both.requested == MosfetTarget(charge=False)
    assert (both.balancing, both.failed) == (None, frozenset({Mosfet.CHARGE}))
    assert orders.combined([]) == SwitchStatus()
