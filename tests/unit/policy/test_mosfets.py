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


def seen(
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


KNOWN = mosfets.sampled(mosfets.MosfetState(), seen())


def refusal(
    state: mosfets.MosfetState, target: MosfetTarget, *, contact: str = "", values: Values | None = None
) -> str:
    request = mosfets.Request(target=target, contact=contact, settings=settings(**(values or {})))
    return mosfets.refusal(state, request)


def judge(
    state: mosfets.MosfetState,
    sample: PackSample,
    at: float = 100.0,
    *,
    begun: float | None = None,
    controls: bool = False,
    values: Values | None = None,
) -> CommandVerdict:
    """Judge the target by a sample that is learnt from first, as polling does."""
    begun = at if begun is None else begun
    state = mosfets.sampled(state, sample)
    return mosfets.judge(state, sample, begun, at, settings(**(values or {})), controls=controls)


def done(state: mosfets.MosfetState, target: MosfetTarget, at: float = 100.0) -> mosfets.MosfetState:
    """Carry out a target at once."""
    state = mosfets.request(state, target, at)
    due = state.due
    assert due.charge is not None
    assert due.discharge is not None
    mask = Mosfets(charge=due.charge, discharge=due.discharge)
    return mosfets.confirm(mosfets.send(state, at), mask)


@pytest.mark.parametrize(
    ("charge", "discharge", "protection", "told"),
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
    charge: bool, discharge: bool, protection: int, told: MosfetTarget
) -> None:
    assert mosfets.commanded_by(seen(charge=charge, discharge=discharge, protection=protection)) == told


HIDDEN = seen(charge=False, protection=LOCK | Protection.CELL_OVERVOLTAGE)


def test_what_a_protection_hides_is_shown_as_it_was_told_while_the_connection_stands_and_no_longer() -> None:
    state = mosfets.sampled(mosfets.MosfetState(), seen(charge=False, protection=LOCK))
    assert mosfets.sampled(state, HIDDEN).commanded == MosfetTarget(charge=False, discharge=True)
    assert mosfets.sampled(mosfets.connected(state), HIDDEN).commanded == MosfetTarget(
        charge=None, discharge=True
    )


def test_what_a_protection_hides_is_never_written_from_memory() -> None:
    state = mosfets.sampled(mosfets.MosfetState(), seen(charge=False, protection=LOCK))
    state = mosfets.sampled(state, HIDDEN)
    assert "hides whether charge was switched off" in refusal(state, DISCHARGE_OFF)
    assert refusal(state, MosfetTarget(charge=True, discharge=False)) == ""


def test_a_mosfet_that_is_seen_on_was_not_told_off_whatever_is_remembered() -> None:
    """Another master has masked charge instead of discharge while our link stands."""
    state = mosfets.sampled(mosfets.MosfetState(), seen(discharge=False, protection=LOCK))
    state = mosfets.sampled(state, seen(charge=False, protection=LOCK))
    assert state.commanded == MosfetTarget(charge=False, discharge=True)
    state = mosfets.request(state, CHARGE_OFF, 100.0)
    assert judge(state, seen(charge=False, protection=LOCK)).next is Next.ALREADY
    state = mosfets.request(state, MosfetTarget(charge=True), 101.0)
    assert judge(state, seen(charge=False, protection=LOCK), 101.0).mask == Mosfets(
        charge=True, discharge=True
    )


def test_an_order_for_charging_never_switches_discharging_off_because_that_was_remembered() -> None:
    state = mosfets.sampled(mosfets.MosfetState(), seen(discharge=False, protection=LOCK))
    state = mosfets.request(state, CHARGE_OFF, 100.0)
    found = judge(state, seen(charge=True, discharge=True, protection=LOCK))
    assert found.mask == Mosfets(charge=False, discharge=True)


def test_a_mosfet_that_somebody_else_locked_stays_locked_by_an_order_for_the_other() -> None:
    state = mosfets.sampled(KNOWN, seen(discharge=False, protection=LOCK))
    state = mosfets.request(state, CHARGE_OFF, 100.0)
    found = judge(state, seen(discharge=False, protection=LOCK), values={"AllowDischargeOff": 0})
    assert found.mask == Mosfets(charge=False, discharge=False)


def test_a_lock_that_nobody_here_made_is_noticed_behind_a_protection() -> None:
    assert mosfets.sampled(KNOWN, HIDDEN).commanded == MosfetTarget(charge=None, discharge=True)


def test_a_mosfet_that_the_bms_turned_on_again_is_not_fought() -> None:
    state = mosfets.sampled(mosfets.MosfetState(), seen(charge=False, protection=LOCK))
    state = mosfets.sampled(state, seen())
    assert state.commanded == MosfetTarget(charge=True, discharge=True)
    assert judge(state, seen()).next is Next.WAIT


def test_on_a_board_that_never_sets_bit_12_what_we_told_stays_while_it_is_seen_off() -> None:
    state = done(KNOWN, DISCHARGE_OFF)
    state = mosfets.sampled(state, seen(discharge=False))
    assert state.commanded == MosfetTarget(charge=True, discharge=False)
    state = mosfets.request(state, CHARGE_OFF, 110.0)
    assert judge(state, seen(discharge=False), 110.0).mask == Mosfets(charge=False, discharge=False)
    assert mosfets.sampled(state, seen()).commanded == MosfetTarget(charge=True, discharge=True)


def test_on_a_board_that_sets_bit_12_a_mosfet_without_it_is_released_though_we_told_it_off() -> None:
    state = mosfets.sampled(done(KNOWN, DISCHARGE_OFF), seen(discharge=False, protection=LOCK))
    assert mosfets.sampled(state, seen(discharge=False)).commanded == MosfetTarget(
        charge=True, discharge=True
    )


def test_on_a_board_that_never_sets_bit_12_a_protection_leaves_a_doubt_about_what_we_told_off() -> None:
    state = mosfets.sampled(done(KNOWN, CHARGE_OFF), seen(charge=False, protection=1))
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
def test_both_opt_ins_are_asked_for(target: MosfetTarget, values: Values, words: str) -> None:
    assert words in refusal(KNOWN, target, values=values)


@pytest.mark.parametrize("target", [CHARGE_OFF, MosfetTarget(charge=True), MosfetTarget(discharge=True)])
def test_all_but_switching_discharge_off_needs_the_first_opt_in_only(target: MosfetTarget) -> None:
    assert refusal(KNOWN, target, values={"AllowDischargeOff": 0}) == ""


@pytest.mark.parametrize("hidden", [False, True])
def test_switching_discharge_off_is_not_allowed_by_a_protection_that_has_turned_it_off(hidden: bool) -> None:
    protection = Protection.CELL_UNDERVOLTAGE | (LOCK if hidden else 0)
    state = mosfets.sampled(mosfets.MosfetState(), seen(discharge=False, protection=protection))
    both_off = MosfetTarget(charge=False, discharge=False)
    assert "AllowDischargeOff" in refusal(state, both_off, values={"AllowDischargeOff": 0})


@pytest.mark.parametrize("opt_in", ["AllowMosfetControl", "AllowDischargeOff"])
def test_an_order_whose_permission_is_withdrawn_while_it_waits_is_refused_when_it_would_go_out(
    opt_in: str,
) -> None:
    state = mosfets.request(KNOWN, DISCHARGE_OFF, 100.0)
    found = judge(state, seen(), values={opt_in: 0})
    assert (found.next, found.mask) == (Next.REFUSE, None)
    assert found.why.startswith("switching is no longer allowed")
    assert opt_in in found.why


def test_without_contact_nothing_is_taken() -> None:
    assert refusal(KNOWN, CHARGE_OFF, contact="no contact") == "no contact"


def test_an_order_that_comes_while_another_is_sent_waits_for_it_and_builds_on_it() -> None:
    state = mosfets.send(mosfets.request(KNOWN, CHARGE_OFF, 100.0), 100.0)
    assert refusal(state, DISCHARGE_OFF) == ""
    state = mosfets.request(state, DISCHARGE_OFF, 100.5)
    assert mosfets.judge(state, seen(), 101.0, 101.0, settings(), controls=False).next is Next.WAIT
    assert mosfets.turning_off(state) == {Mosfet.CHARGE, Mosfet.DISCHARGE}
    state = mosfets.confirm(state, Mosfets(charge=False, discharge=True))
    found = judge(state, seen(charge=False, protection=LOCK), 102.0)
    assert found.mask == Mosfets(charge=False, discharge=False)


def test_a_mosfet_of_which_nothing_is_known_can_only_be_told_together_with_the_other() -> None:
    hidden = mosfets.sampled(mosfets.MosfetState(), HIDDEN)
    assert "/Settings/MosfetMode" in refusal(hidden, DISCHARGE_OFF)
    assert refusal(hidden, MosfetTarget(charge=True, discharge=False)) == ""
    assert refusal(hidden, CHARGE_OFF) == ""


def test_a_doubt_that_comes_up_while_an_order_waits_refuses_it() -> None:
    state = mosfets.request(KNOWN, DISCHARGE_OFF, 100.0)
    found = judge(state, HIDDEN)
    assert (found.next, "hides whether charge" in found.why) == (Next.REFUSE, True)


def test_an_on_within_five_seconds_of_an_off_is_kept_and_goes_out_then() -> None:
    state, off = done(KNOWN, CHARGE_OFF), seen(charge=False, protection=LOCK)
    assert refusal(state, MosfetTarget(charge=True)) == ""
    state = mosfets.request(state, MosfetTarget(charge=True), 101.0)
    assert judge(state, off, 104.9).next is Next.WAIT
    assert judge(state, off, 105.0).mask == Mosfets(charge=True, discharge=True)


def test_an_order_is_judged_by_a_sample_that_is_younger_than_it() -> None:
    """In per-poll mode somebody else may write between two polls: what is remembered proves nothing."""
    off = seen(charge=False, protection=LOCK)
    state = mosfets.request(mosfets.sampled(KNOWN, off), CHARGE_OFF, 100.0)
    assert judge(state, off, 101.0, begun=99.9).next is Next.WAIT
    assert judge(state, off, 101.0, begun=100.1).next is Next.ALREADY
    assert judge(state, seen(), 101.0, begun=100.1).mask == Mosfets(charge=False, discharge=True)


def test_repeating_an_order_does_not_put_it_off() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    for at in range(101, 110):
        state = mosfets.request(state, CHARGE_OFF, float(at))
    found = judge(state, seen(current=30.0), 110.0, begun=109.5, controls=True)
    assert found.mask == Mosfets(charge=False, discharge=True)


def test_a_mask_is_not_made_of_a_sample_that_took_long() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    assert judge(state, seen(), 105.0, begun=105.0 - MASK_AGE - 0.1).next is Next.WAIT
    assert judge(state, seen(), 105.0, begun=105.0 - MASK_AGE).mask


@pytest.mark.parametrize(
    ("target", "sample"),
    [
        (MosfetTarget(charge=True), seen()),
        (MosfetTarget(charge=True), seen(discharge=False, protection=LOCK)),
        (CHARGE_OFF, seen(charge=False, protection=LOCK)),
        (MosfetTarget(charge=False, discharge=True), seen(charge=False, protection=LOCK)),
    ],
)
def test_what_a_sample_shows_to_be_so_is_not_written(target: MosfetTarget, sample: PackSample) -> None:
    state = mosfets.request(mosfets.sampled(mosfets.MosfetState(), sample), target, 100.0)
    assert judge(state, sample).next is Next.ALREADY


@pytest.mark.parametrize(
    ("target", "sample"),
    [
        (CHARGE_OFF, HIDDEN),
        (MosfetTarget(charge=True), HIDDEN),
        (CHARGE_OFF, seen(charge=False, protection=1)),
        (MosfetTarget(charge=True), seen(charge=False)),
    ],
    ids=["hidden, off", "hidden, on", "off by a protection", "off for no reason"],
)
def test_what_a_sample_leaves_open_is_written(target: MosfetTarget, sample: PackSample) -> None:
    state = mosfets.request(mosfets.sampled(mosfets.MosfetState(), sample), target, 100.0)
    assert judge(state, sample).next is Next.SEND


def test_two_wishes_before_the_first_goes_out_are_told_together() -> None:
    state = mosfets.request(mosfets.request(KNOWN, CHARGE_OFF, 100.0), DISCHARGE_OFF, 101.0)
    assert judge(state, seen(), 101.0).mask == Mosfets(charge=False, discharge=False)


def test_a_wish_can_be_taken_back_before_it_goes_out() -> None:
    state = mosfets.request(mosfets.request(KNOWN, CHARGE_OFF, 100.0), MosfetTarget(charge=True), 101.0)
    assert judge(state, seen(), 101.0).next is Next.ALREADY


@pytest.mark.parametrize(
    ("target", "current", "controls", "after", "told"),
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
def test_a_mosfet_of_a_controlling_pack_turns_off_when_the_current_has_fallen_or_has_had_its_time(
    target: MosfetTarget, current: float, controls: bool, after: float, told: Mosfets | None
) -> None:
    state = mosfets.request(KNOWN, target, 100.0)
    assert judge(state, seen(current=current), 100.0 + after, controls=controls).mask == told


def test_how_small_a_current_is_counts_from_the_one_capacity() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    off = Mosfets(charge=False, discharge=True)
    assert judge(state, seen(current=2.5), controls=True).mask is None
    assert judge(state, seen(current=2.5), controls=True, values={"Capacity": 280}).mask == off
    unknown = replace(seen(current=6.0), nominal=655.35)  # all bits set is no capacity
    assert judge(state, unknown, controls=True).mask is None


def test_nothing_may_flow_through_a_mosfet_that_is_about_to_turn_off() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    assert mosfets.turning_off(state) == {Mosfet.CHARGE}
    assert mosfets.turning_off(mosfets.send(state, 100.0)) == {Mosfet.CHARGE}
    assert mosfets.turning_off(mosfets.request(KNOWN, MosfetTarget(charge=True), 100.0)) == frozenset()


def test_a_failed_order_is_a_fault_of_its_mosfet_until_it_is_told_something_again() -> None:
    state = mosfets.fail(mosfets.send(mosfets.request(KNOWN, CHARGE_OFF, 100.0), 100.0))
    assert (state.failed_mosfets, state.waiting, state.commanded) == (
        frozenset({Mosfet.CHARGE}),
        MosfetTarget(),
        MosfetTarget(),
    )
    state = mosfets.sampled(state, seen())
    assert state.failed_mosfets == {Mosfet.CHARGE}
    assert mosfets.request(state, CHARGE_OFF, 110.0).failed_mosfets == frozenset()


def test_an_order_that_was_refused_or_is_so_already_is_no_fault() -> None:
    state = mosfets.request(KNOWN, CHARGE_OFF, 100.0)
    assert mosfets.cancel(state, fault=False).failed_mosfets == frozenset()
    assert mosfets.cancel(state, fault=True).failed_mosfets == {Mosfet.CHARGE}


BITS = {Mosfet.CHARGE: 1, Mosfet.DISCHARGE: 2}
TRIPS = st.sampled_from([bit for bit in Protection if bit is not LOCK])
OTHERS = st.lists(st.none() | st.integers(0, 3), max_size=6)  # masks of a second master, request by request


@dataclass
class Bms:
    """A BMS's MOSFETs as they are: by its mask, its protections, and what it does of its own accord."""

    mask: int = 0
    tripped: int = 0
    reports_lock: bool = True  # sets bit 12

    def sample(self, current: float) -> PackSample:
        off = {
            m: bool(self.mask & bit or protections(self.tripped) & m.blocked_by) for m, bit in BITS.items()
        }
        return seen(
            charge=not off[Mosfet.CHARGE],
            discharge=not off[Mosfet.DISCHARGE],
            protection=self.bits,
            current=current,
        )

    @property
    def bits(self) -> int:
        return self.tripped | (LOCK if self.mask and self.reports_lock else 0)

    def basic(self) -> bytes:
        """Reply to a read of basic info."""
        sample, payload = self.sample(0.0), bytearray(PAYLOAD)
        payload[16:18] = self.bits.to_bytes(2, "big")
        payload[20] = sum(bool(sample.is_on(m)) * bit for m, bit in BITS.items())
        return reply(0x03, bytes(payload))


def union(bits: list[Protection]) -> int:
    """All of them."""
    return sum(set(bits))


@dataclass
class Air:
    """Carries an order to a BMS that a second master writes to between any two requests."""

    bms: Bms
    fate: str  # of the order: done, deaf (lost), unheeded (acknowledged only), unheard (no acknowledgement)
    others: Iterator[int | None]
    judge: Callable[[Mosfets], None]  # of each write, by the BMS as it is
    masks: set[int] = field(default_factory=set)  # that the BMS has had since the order was sent

    def __call__(self, request: Request) -> bytes | None:
        if request.encoded[1] != 0x5A:
            other = next(self.others, None)
            self.bms.mask = self.bms.mask if other is None else other
            self.masks.add(self.bms.mask)
            return self.bms.basic()
        self.judge(Mosfets(charge=not request.encoded[5] & 1, discharge=not request.encoded[5] & 2))
        if self.fate in ("done", "unheard"):
            self.bms.mask = request.encoded[5]
        self.masks.add(self.bms.mask)
        return None if self.fate in ("deaf", "unheard") else reply(0xE1)


def carried(order: Conversation[Switched], answer: Callable[[Request], bytes | None]) -> Switched | None:
    """Carry a conversation to its end; ``None`` if it fails."""
    try:
        request = next(order)
        while True:
            given = answer(request)
            frame = given and parse(given)
            request = order.send(frame) if frame else order.throw(NoReply("silence"))  # type: ignore[arg-type]
    except StopIteration as end:
        result: Switched = end.value
        return result
    except (ProtocolError, NoReply):
        return None


class SwitchStatus(RuleBasedStateMachine):
    """MosfetTarget, a second master, protections and lost links in any order.

    Each bit written was somebody's will, and what is done was so.
    """

    reports_lock = True

    def __init__(self) -> None:
        super().__init__()
        self.bms = Bms(reports_lock=self.reports_lock)
        self.state = mosfets.MosfetState()
        self.now = 100.0
        self.connected = True
        self.allowed = settings()

    @initialize(mask=st.integers(0, 3), tripped=st.lists(TRIPS, max_size=2))
    def some_pack_is_found(self, mask: int, tripped: list[Protection]) -> None:
        self.bms = Bms(
            mask=mask if self.reports_lock else 0, tripped=union(tripped), reports_lock=self.reports_lock
        )
        self.state = mosfets.sampled(self.state, self.bms.sample(0.0))

    @rule(opt_ins=st.integers(0, 9))
    def the_owner_changes_what_is_allowed(self, opt_ins: int) -> None:
        self.allowed = settings(AllowMosfetControl=int(opt_ins != 1), AllowDischargeOff=int(opt_ins > 2))

    @rule(charge=st.none() | st.booleans(), discharge=st.none() | st.booleans())
    def somebody_wishes(self, charge: bool | None, discharge: bool | None) -> None:
        target, contact = (
            MosfetTarget(charge=charge, discharge=discharge),
            "" if self.connected else "no contact",
        )
        request = mosfets.Request(target=target, contact=contact, settings=self.allowed)
        if target == mosfets.NOTHING or mosfets.refusal(self.state, request):
            return
        assert self.connected
        assert self.allowed.allow_mosfet_control
        self.state = mosfets.request(self.state, target, self.now)

    @precondition(lambda self: self.connected)
    @rule(
        current=st.floats(-50, 50),
        controls=st.booleans(),
        fate=st.sampled_from(["done", "done", "deaf", "unheard", "unheeded"]),
        others=OTHERS,
    )
    def a_poll_comes_and_what_is_due_is_sent(
        self, current: float, controls: bool, fate: str, others: list[int | None]
    ) -> None:
        sample = self.bms.sample(current)
        self.state = mosfets.sampled(self.state, sample)
        found = mosfets.judge(self.state, sample, self.now, self.now, self.allowed, controls=controls)
        target = self.state.waiting
        if found.next is Next.ALREADY:
            assert all(target.of(m) in (None, not self.bms.mask & bit) for m, bit in BITS.items())
        if found.next in (Next.ALREADY, Next.REFUSE):
            self.state = mosfets.cancel(self.state, fault=False)
        if found.mask is None:
            return
        self.state = mosfets.send(self.state, self.now)
        hands = iter(others if self.reports_lock else [])
        air = Air(self.bms, fate if self.reports_lock else "done", hands, self._each_bit_is_somebodys_will)
        got = carried(JbdSwitching().set_mosfets(found.mask, before=sample, settings=PackSettings()), air)
        if got is None or any(target.of(m) is not None for m in got.hidden):
            self.state = mosfets.fail(self.state)
            return
        for mosfet, bit in BITS.items():
            if target.of(mosfet) is not None:
                assert target.of(mosfet) in {not mask & bit for mask in air.masks}, (
                    "told to be done, and was not"
                )
        self.state = mosfets.confirm(self.state, found.mask)

    def _each_bit_is_somebodys_will(self, mask: Mosfets) -> None:
        assert self.allowed.allow_mosfet_control
        for mosfet, bit in BITS.items():
            wished = self.state.sending.of(mosfet)
            as_it_was = not self.bms.mask & bit
            assert mask.of(mosfet) is (as_it_was if wished is None else wished)
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
    def it_comes_back_after_a_phone_was_connected(self, mask: int | None) -> None:
        self.bms.mask = self.bms.mask if mask is None or not self.reports_lock else mask
        self.connected = True
        self.state = mosfets.connected(self.state)
        self.now += 6.0


class WithoutLockBit(SwitchStatus):
    """The same on a board that never sets bit 12, where nobody else writes: that could not be seen."""

    reports_lock = False


EXAMPLES = int(os.environ.get("SWITCHING_EXAMPLES", "150"))
LENGTH = hypothesis.settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
SwitchStatus.TestCase.settings = WithoutLockBit.TestCase.settings = LENGTH
TestSwitching = SwitchStatus.TestCase
TestWithoutLockBit = WithoutLockBit.TestCase


@given(
    mask=st.integers(0, 3),
    tripped=st.lists(TRIPS, max_size=3),
    target=st.builds(MosfetTarget, charge=st.none() | st.booleans(), discharge=st.none() | st.booleans()),
)
def test_on_a_new_connection_an_order_changes_the_mosfet_it_is_for_and_no_other(
    mask: int, tripped: list[Protection], target: MosfetTarget
) -> None:
    bms = Bms(mask=mask, tripped=union(tripped))
    state = mosfets.sampled(mosfets.MosfetState(), bms.sample(0.0))
    if target == mosfets.NOTHING or refusal(state, target):
        return
    sent = judge(mosfets.request(state, target, 100.0), bms.sample(0.0), controls=True).mask
    for mosfet, bit in BITS.items():
        before = not mask & bit
        after = before if sent is None else sent.of(mosfet)
        assert after is (before if target.of(mosfet) is None else target.of(mosfet))
