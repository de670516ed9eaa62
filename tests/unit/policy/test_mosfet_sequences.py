"""Commands, a second master, protections and lost links in any order: only requested bits are written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import hypothesis
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dbus_xbms.model import Mosfet, Mosfets, MosfetTarget, PackSample, Switched
from dbus_xbms.policy import mosfets
from dbus_xbms.policy.mosfets import Next
from dbus_xbms.protocols import Conversation, NoReply, ProtocolError, Request
from dbus_xbms.protocols.jbd.frames import parse, reply
from dbus_xbms.protocols.jbd.protections import LOCK, protections
from dbus_xbms.protocols.jbd.protections import ProtectionBit as Protection
from dbus_xbms.protocols.jbd.protocol import JbdSwitching
from dbus_xbms.settings import PackSettings
from tests.unit.policy.mosfet_commands import APART, observed, refusal, settings, verdict
from tests.unit.recorded import BASIC_PAYLOAD

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
        sample, payload = self.sample(0.0), bytearray(BASIC_PAYLOAD)
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
