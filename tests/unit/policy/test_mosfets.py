"""The mask that a MOSFET command writes, and when: never a change that was not requested."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dbus_xbms.model import Mosfet, Mosfets, MosfetTarget, PackSample, Switched
from dbus_xbms.policy import mosfets
from dbus_xbms.policy.mosfets import MASK_AGE, CommandVerdict, Next
from dbus_xbms.protocols import Conversation, NoReply, ProtocolError, Request
from dbus_xbms.protocols.jbd.frames import parse, reply
from dbus_xbms.protocols.jbd.protections import LOCK, commanded, is_locked, protections
from dbus_xbms.protocols.jbd.protections import ProtectionBit as Protection
from dbus_xbms.protocols.jbd.protocol import JbdSwitching
from dbus_xbms.settings import PackSettings
from tests.unit.protocols.jbd.test_switches import PAYLOAD
from tests.unit.samples import sample

Values = dict[str, int]

CHARGE_OFF, DISCHARGE_OFF = MosfetTarget(charge=False), MosfetTarget(discharge=False)


def settings(**values: int) -> PackSettings:
    return PackSettings({"AllowMosfetControl": 1, "AllowDischargeOff": 1} | values)


def observed(
    *, charge: bool = True, discharge: bool = True, protection: int = 0, current: float = 0.0
) -> PackSample:
    on = Mosfets(charge=charge, discharge=discharge)
    return replace(
        sample(),
        mosfets=on,
        protection=protections(protection),
        commanded=commanded(on, protection),
        locked=is_locked(protection),
        current=current,
        nominal=100.0,
    )


KNOWN = mosfets.sampled(mosfets.MosfetState(), observed())


def refusal(
    state: mosfets.MosfetState,
    target: MosfetTarget,
    *,
    contact: str = "",
    values: Values | None = None,
    inrush: str = "",
    forced: frozenset[Mosfet] = frozenset(),
) -> str:
    request = mosfets.Request(
        target=target,
        contact=contact,
        settings=settings(**(values or {})),
        inrush=inrush,
        forced=forced,
    )
    return mosfets.refusal(state, request)


def verdict(
    state: mosfets.MosfetState,
    sample: PackSample,
    at: float = 100.0,
    *,
    began: float | None = None,
    controls: bool = False,
    values: Values | None = None,
    inrush: str = "",
) -> CommandVerdict:
    """Update the state from a sample and return its verdict, as polling does."""
    began = at if began is None else began
    state = mosfets.sampled(state, sample)
    return mosfets.judge(
        state, sample, began, at, settings(**(values or {})), controls=controls, inrush=inrush
    )


def commanded_to(state: mosfets.MosfetState, target: MosfetTarget, at: float = 100.0) -> mosfets.MosfetState:
    """Request, send and confirm a target at once."""
    state = mosfets.request(state, target, at)
    due = state.due
    assert due.charge is not None
    assert due.discharge is not None
    mask = Mosfets(charge=due.charge, discharge=due.discharge)
    return mosfets.confirm(mosfets.send(state, at), mask)


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


# A pack whose voltage differs from that of the packs in parallel with it

APART = "it has 13.80 V and the packs beside it 13.20 V"
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


HIDDEN = observed(charge=False, protection=LOCK | Protection.CELL_OVERVOLTAGE)


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


def test_a_command_requested_while_another_is_sent_is_added_to_its_result() -> None:
    state = mosfets.send(mosfets.request(KNOWN, CHARGE_OFF, 100.0), 100.0)
    assert refusal(state, DISCHARGE_OFF) == ""
    state = mosfets.request(state, DISCHARGE_OFF, 100.5)
    assert mosfets.judge(state, observed(), 101.0, 101.0, settings(), controls=False).next is Next.WAIT
    assert mosfets.turning_off(state) == {Mosfet.CHARGE, Mosfet.DISCHARGE}
    state = mosfets.confirm(state, Mosfets(charge=False, discharge=True))
    found = verdict(state, observed(charge=False, protection=LOCK), 102.0)
    assert found.mask == Mosfets(charge=False, discharge=False)


def test_a_mosfet_in_unknown_state_can_only_be_switched_together_with_the_other() -> None:
    hidden = mosfets.sampled(mosfets.MosfetState(), HIDDEN)
    assert "/Settings/MosfetMode" in refusal(hidden, DISCHARGE_OFF)
    assert refusal(hidden, MosfetTarget(charge=True, discharge=False)) == ""
    assert refusal(hidden, CHARGE_OFF) == ""


def test_a_waiting_command_is_refused_when_a_protection_hides_the_other_mosfet() -> None:
    state = mosfets.request(KNOWN, DISCHARGE_OFF, 100.0)
    found = verdict(state, HIDDEN)
    assert (found.next, "hides whether charge" in found.why) == (Next.REFUSE, True)


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


BITS = {Mosfet.CHARGE: 1, Mosfet.DISCHARGE: 2}
TRIPS = st.sampled_from([bit for bit in Protection if bit is not LOCK])
OTHERS = st.lists(st.none() | st.integers(0, 3), max_size=6)  # masks of a second master, one per request


@dataclass
class Bms:
    """The MOSFETs of a BMS: its mask, its protections, and its own changes."""

    mask: int = 0
    tripped: int = 0
    reports_lock: bool = True  # sets bit 12

    def sample(self, current: float) -> PackSample:
        off = {
            m: bool(self.mask & bit or protections(self.tripped) & m.blocked_by) for m, bit in BITS.items()
        }
        return observed(
            charge=not off[Mosfet.CHARGE],
            discharge=not off[Mosfet.DISCHARGE],
            protection=self.bits,
            current=current,
        )

    @property
    def bits(self) -> int:
        return self.tripped | (LOCK if self.mask and self.reports_lock else 0)

    def basic(self) -> bytes:
        """Return the reply to a read of basic info."""
        sample, payload = self.sample(0.0), bytearray(PAYLOAD)
        payload[16:18] = self.bits.to_bytes(2, "big")
        payload[20] = sum(bool(sample.is_on(m)) * bit for m, bit in BITS.items())
        return reply(0x03, bytes(payload))


def combined(bits: list[Protection]) -> int:
    """Return the bits combined."""
    return sum(set(bits))


@dataclass
class SharedLink:
    """A link to a BMS to which a second master writes between any two requests."""

    bms: Bms
    outcome: str  # of the command: done, lost, ignored (only acknowledged), unacknowledged
    others: Iterator[int | None]
    check: Callable[[Mosfets], None]  # called with each write before it takes effect
    masks: set[int] = field(default_factory=set)  # masks of the BMS since the command was sent

    def __call__(self, request: Request) -> bytes | None:
        if request.encoded[1] != 0x5A:
            other = next(self.others, None)
            self.bms.mask = self.bms.mask if other is None else other
            self.masks.add(self.bms.mask)
            return self.bms.basic()
        self.check(Mosfets(charge=not request.encoded[5] & 1, discharge=not request.encoded[5] & 2))
        if self.outcome in ("done", "unacknowledged"):
            self.bms.mask = request.encoded[5]
        self.masks.add(self.bms.mask)
        return None if self.outcome in ("lost", "unacknowledged") else reply(0xE1)


def run_conversation(
    conversation: Conversation[Switched], answer: Callable[[Request], bytes | None]
) -> Switched | None:
    """Run a conversation to its end; return its result, or ``None`` if it fails."""
    try:
        request = next(conversation)
        while True:
            answered = answer(request)
            frame = answered and parse(answered)
            request = conversation.send(frame) if frame else conversation.throw(NoReply("silence"))  # type: ignore[arg-type]
    except StopIteration as end:
        result: Switched = end.value
        return result
    except (ProtocolError, NoReply):
        return None


class SwitchingMachine(RuleBasedStateMachine):
    """Commands, a second master, protections and lost links in any order.

    Each written bit was requested by someone, a command reported as done took effect, and no MOSFET is turned
    on despite an inrush current unless its command was forced.
    """

    reports_lock = True

    def __init__(self) -> None:
        super().__init__()
        self.bms = Bms(reports_lock=self.reports_lock)
        self.state = mosfets.MosfetState()
        self.now = 100.0
        self.connected = True
        self.allowed = settings()
        self.inrush = ""  # why turning on is dangerous now
        self.forced: set[Mosfet] = set()  # by their newest command
        self.shown = self.bms.sample(0.0)

    @initialize(mask=st.integers(0, 3), tripped=st.lists(TRIPS, max_size=2))
    def a_pack_is_found(self, mask: int, tripped: list[Protection]) -> None:
        self.bms = Bms(
            mask=mask if self.reports_lock else 0, tripped=combined(tripped), reports_lock=self.reports_lock
        )
        self.state = mosfets.sampled(self.state, self.bms.sample(0.0))

    @rule(opt_ins=st.integers(0, 9))
    def the_owner_changes_what_is_allowed(self, opt_ins: int) -> None:
        self.allowed = settings(AllowMosfetControl=int(opt_ins != 1), AllowDischargeOff=int(opt_ins > 2))

    @rule(inrush=st.sampled_from(("", APART)))
    def the_voltages_come_together_or_apart(self, inrush: str) -> None:
        self.inrush = inrush

    @rule(charge=st.none() | st.booleans(), discharge=st.none() | st.booleans(), force=st.booleans())
    def a_command_is_requested(self, charge: bool | None, discharge: bool | None, force: bool) -> None:
        target, contact = (
            MosfetTarget(charge=charge, discharge=discharge),
            "" if self.connected else "no contact",
        )
        forced = frozenset(m for m in Mosfet if force and target.of(m))
        request = mosfets.Request(
            target=target, contact=contact, settings=self.allowed, inrush=self.inrush, forced=forced
        )
        if target == mosfets.NOTHING or mosfets.refusal(self.state, request):
            return
        assert self.connected
        assert self.allowed.allow_mosfet_control
        self.state = mosfets.request(self.state, target, self.now, forced=forced)
        self.forced = {m for m in Mosfet if (force if target.of(m) is not None else m in self.forced)}

    @precondition(lambda self: self.connected)
    @rule(
        current=st.floats(-50, 50),
        controls=st.booleans(),
        outcome=st.sampled_from(["done", "done", "lost", "unacknowledged", "ignored"]),
        others=OTHERS,
    )
    def a_poll_succeeds_and_a_due_command_is_sent(
        self, current: float, controls: bool, outcome: str, others: list[int | None]
    ) -> None:
        sample = self.bms.sample(current)
        self.state, self.shown = mosfets.sampled(self.state, sample), sample
        found = mosfets.judge(
            self.state, sample, self.now, self.now, self.allowed, controls=controls, inrush=self.inrush
        )
        target = self.state.waiting
        if found.next is Next.ALREADY:
            assert all(target.of(m) in (None, not self.bms.mask & bit) for m, bit in BITS.items())
        if found.next in (Next.ALREADY, Next.REFUSE):
            self.state = mosfets.cancel(self.state, fault=False)
        if found.mask is None:
            return
        self.state = mosfets.send(self.state, self.now)
        masks = iter(others if self.reports_lock else [])
        link = SharedLink(self.bms, outcome if self.reports_lock else "done", masks, self._check_write)
        got = run_conversation(
            JbdSwitching().set_mosfets(found.mask, before=sample, settings=PackSettings()), link
        )
        if got is None or any(target.of(m) is not None for m in got.hidden):
            self.state = mosfets.fail(self.state)
            return
        for mosfet, bit in BITS.items():
            if target.of(mosfet) is not None:
                assert target.of(mosfet) in {not mask & bit for mask in link.masks}, (
                    "reported as done, but not done"
                )
        self.state = mosfets.confirm(self.state, found.mask)

    def _check_write(self, mask: Mosfets) -> None:
        assert self.allowed.allow_mosfet_control
        for mosfet, bit in BITS.items():
            requested = self.state.sending.of(mosfet)
            before = not self.bms.mask & bit
            assert mask.of(mosfet) is (before if requested is None else requested)
            turned_on = requested and self.shown.commanded.of(mosfet) is False
            assert not turned_on or not self.inrush or mosfet in self.forced
        if not mask.discharge and not self.bms.mask & BITS[Mosfet.DISCHARGE]:
            assert self.allowed.allow_discharge_off

    @rule(seconds=st.sampled_from([0.5, 6.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(tripped=st.none() | TRIPS)
    def a_protection_trips_or_all_release(self, tripped: Protection | None) -> None:
        self.bms.tripped = 0 if tripped is None else self.bms.tripped | tripped

    @rule()
    def the_bms_drops_its_lock(self) -> None:
        self.bms.mask = 0

    @precondition(lambda self: self.reports_lock)
    @rule(mask=st.integers(0, 3))
    def a_second_master_writes_a_mask(self, mask: int) -> None:
        self.bms.mask = mask

    @rule()
    def the_link_is_lost(self) -> None:
        self.connected = False
        self.state = mosfets.cancel(self.state, fault=True)

    @precondition(lambda self: not self.connected)
    @rule(mask=st.none() | st.integers(0, 3))
    def the_link_returns_after_a_phone_was_connected(self, mask: int | None) -> None:
        self.bms.mask = self.bms.mask if mask is None or not self.reports_lock else mask
        self.connected = True
        self.state = mosfets.connected(self.state)
        self.now += 6.0


class WithoutLockBit(SwitchingMachine):
    """The same on a board that never sets bit 12, without a second master, which could not be noticed."""

    reports_lock = False


EXAMPLES = int(os.environ.get("SWITCHING_EXAMPLES", "150"))
LENGTH = hypothesis.settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
SwitchingMachine.TestCase.settings = WithoutLockBit.TestCase.settings = LENGTH
TestSwitching = SwitchingMachine.TestCase
TestWithoutLockBit = WithoutLockBit.TestCase


@given(
    mask=st.integers(0, 3),
    tripped=st.lists(TRIPS, max_size=3),
    target=st.builds(MosfetTarget, charge=st.none() | st.booleans(), discharge=st.none() | st.booleans()),
)
def test_on_a_new_connection_a_command_changes_only_its_mosfet(
    mask: int, tripped: list[Protection], target: MosfetTarget
) -> None:
    bms = Bms(mask=mask, tripped=combined(tripped))
    state = mosfets.sampled(mosfets.MosfetState(), bms.sample(0.0))
    if target == mosfets.NOTHING or refusal(state, target):
        return
    sent = verdict(mosfets.request(state, target, 100.0), bms.sample(0.0), controls=True).mask
    for mosfet, bit in BITS.items():
        before = not mask & bit
        after = before if sent is None else sent.of(mosfet)
        assert after is (before if target.of(mosfet) is None else target.of(mosfet))
