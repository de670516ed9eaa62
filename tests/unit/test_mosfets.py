"""What the MOSFETs were told, what they may be told, and when: above all, nothing that nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dbus_xbms.control import mosfets
from dbus_xbms.model import Mosfet, Mosfets, Orders, PackSample, Protection
from dbus_xbms.protocols.jbd_switches import mosfet_mask
from dbus_xbms.settings import PACK_SETTINGS, Settings
from tests.unit.samples import sample

Values = dict[str, int]

LOCK = Protection.MOSFET_LOCK
CHARGE_OFF, DISCHARGE_OFF = Orders(charge=False), Orders(discharge=False)


def settings(**values: int) -> Settings:
    return Settings(PACK_SETTINGS, {"AllowMosfetControl": 1, "AllowDischargeOff": 1} | values)


def seen(
    *, charge: bool = True, discharge: bool = True, protection: int = 0, current: float = 0.0
) -> PackSample:
    return replace(
        sample(),
        mosfets=Mosfets(charge=charge, discharge=discharge),
        protection=Protection(protection),
        current=current,
        nominal=100.0,
    )


KNOWN = mosfets.sampled(mosfets.State(), seen())


def refusal(
    state: mosfets.State, wish: Orders, *, now: float = 100.0, contact: str = "", values: Values | None = None
) -> str:
    request = mosfets.Request(wish=wish, now=now, contact=contact, settings=settings(**(values or {})))
    return mosfets.refusal(state, request)


@pytest.mark.parametrize(
    ("charge", "discharge", "protection", "told"),
    [
        (True, True, 0, Orders(charge=True, discharge=True)),
        (False, False, Protection.SHORT_CIRCUIT, Orders(charge=True, discharge=True)),
        (False, True, LOCK, Orders(charge=False, discharge=True)),
        (True, False, LOCK, Orders(charge=True, discharge=False)),
        (False, False, LOCK, Orders(charge=False, discharge=False)),
        (False, True, LOCK | Protection.CELL_OVERVOLTAGE, Orders(charge=None, discharge=True)),
        (False, False, LOCK | Protection.CELL_OVERVOLTAGE, Orders(charge=None, discharge=False)),
        (True, False, LOCK | Protection.CELL_UNDERVOLTAGE, Orders(charge=True, discharge=None)),
        (False, False, LOCK | Protection.VENDOR_13, Orders()),
    ],
)
def test_a_mosfet_that_is_off_counts_as_switched_off_only_if_no_protection_explains_it(
    charge: bool, discharge: bool, protection: int, told: Orders
) -> None:
    assert mosfets.told_by(seen(charge=charge, discharge=discharge, protection=protection)) == told


def test_what_a_protection_hides_stays_known_while_the_connection_stands_and_no_longer() -> None:
    state = mosfets.sampled(mosfets.State(), seen(charge=False, protection=LOCK))
    hidden = seen(charge=False, protection=LOCK | Protection.CELL_OVERVOLTAGE)
    assert mosfets.sampled(state, hidden).told == Orders(charge=False, discharge=True)
    assert mosfets.sampled(mosfets.connected(state), hidden).told == Orders(charge=None, discharge=True)


def test_a_mosfet_known_to_be_released_that_turns_off_for_no_reason_was_not_switched_off() -> None:
    state = mosfets.sampled(mosfets.State(), seen(discharge=False, protection=LOCK))
    state = mosfets.sampled(state, seen(charge=False, discharge=False, protection=LOCK))
    assert state.told == Orders(charge=True, discharge=False)


def test_a_lock_that_nobody_here_made_is_noticed_behind_a_protection() -> None:
    hidden = seen(charge=False, protection=LOCK | Protection.CELL_OVERVOLTAGE)
    assert mosfets.sampled(KNOWN, hidden).told == Orders(charge=None, discharge=True)


def test_a_mosfet_that_the_bms_turned_on_again_is_not_fought() -> None:
    state = mosfets.sampled(mosfets.State(), seen(charge=False, protection=LOCK))
    state = mosfets.sampled(state, seen())
    assert state.told == Orders(charge=True, discharge=True)
    assert mosfets.ready(state, seen(), 100.0, controls=True) is None


@pytest.mark.parametrize(
    ("wish", "values", "words"),
    [
        (CHARGE_OFF, {"AllowMosfetControl": 0}, "set PACK AllowMosfetControl 1"),
        (Orders(charge=True), {"AllowMosfetControl": 0}, "set PACK AllowMosfetControl 1"),
        (DISCHARGE_OFF, {"AllowDischargeOff": 0}, "set PACK AllowDischargeOff 1"),
        (Orders(charge=False, discharge=False), {"AllowDischargeOff": 0}, "make the GX go dark"),
    ],
)
def test_both_opt_ins_are_asked_for(wish: Orders, values: Values, words: str) -> None:
    assert words in refusal(KNOWN, wish, values=values)


@pytest.mark.parametrize("wish", [CHARGE_OFF, Orders(charge=True), Orders(discharge=True)])
def test_all_but_switching_discharge_off_needs_the_first_opt_in_only(wish: Orders) -> None:
    assert refusal(KNOWN, wish, values={"AllowDischargeOff": 0}) == ""


def test_without_contact_nothing_is_taken() -> None:
    assert refusal(KNOWN, CHARGE_OFF, contact="no contact") == "no contact"


def test_while_the_bms_is_being_told_something_nothing_is_taken() -> None:
    state = mosfets.sending(mosfets.wished(KNOWN, CHARGE_OFF, 100.0), 100.0)
    assert "on its way" in refusal(state, DISCHARGE_OFF)


def test_a_mosfet_of_which_nothing_is_known_can_only_be_told_together_with_the_other() -> None:
    hidden = mosfets.sampled(
        mosfets.State(), seen(charge=False, protection=LOCK | Protection.CELL_OVERVOLTAGE)
    )
    assert "/Settings/MosfetMode" in refusal(hidden, DISCHARGE_OFF)
    assert refusal(hidden, Orders(charge=True, discharge=False)) == ""
    assert refusal(hidden, CHARGE_OFF) == ""


def test_a_mosfet_changes_once_in_five_seconds() -> None:
    state = mosfets.wished(KNOWN, CHARGE_OFF, 100.0)
    state = mosfets.carried_out(mosfets.sending(state, 100.0), Mosfets(charge=False, discharge=True))
    assert "charge was switched 4 s ago" in refusal(state, Orders(charge=True), now=104.0)
    assert refusal(state, Orders(discharge=False), now=104.0) == ""
    assert refusal(state, Orders(charge=True), now=105.0) == ""


def test_a_wish_for_what_is_so_already_is_nothing_to_tell() -> None:
    state = mosfets.wished(KNOWN, Orders(charge=True), 100.0)
    assert mosfets.ready(state, seen(), 100.0, controls=True) is None


def test_two_wishes_before_the_first_goes_out_are_told_together() -> None:
    state = mosfets.wished(mosfets.wished(KNOWN, CHARGE_OFF, 100.0), DISCHARGE_OFF, 101.0)
    assert mosfets.ready(state, seen(), 101.0, controls=False) == Mosfets(charge=False, discharge=False)


def test_a_wish_can_be_taken_back_before_it_goes_out() -> None:
    state = mosfets.wished(mosfets.wished(KNOWN, CHARGE_OFF, 100.0), Orders(charge=True), 101.0)
    assert mosfets.ready(state, seen(), 101.0, controls=False) is None


@pytest.mark.parametrize(
    ("wish", "current", "controls", "after", "told"),
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
    wish: Orders, current: float, controls: bool, after: float, told: Mosfets | None
) -> None:
    state = mosfets.wished(KNOWN, wish, 100.0)
    assert mosfets.ready(state, seen(current=current), 100.0 + after, controls=controls) == told


def test_nothing_may_flow_through_a_mosfet_that_is_about_to_turn_off() -> None:
    assert mosfets.turning_off(mosfets.wished(KNOWN, CHARGE_OFF, 100.0)) == {Mosfet.CHARGE}
    assert mosfets.turning_off(mosfets.wished(KNOWN, Orders(charge=True), 100.0)) == frozenset()


def test_a_failed_order_is_a_fault_of_its_mosfet_until_it_is_told_something_again() -> None:
    state = mosfets.failed(mosfets.sending(mosfets.wished(KNOWN, CHARGE_OFF, 100.0), 100.0))
    assert (state.faults, state.wish, state.told) == (frozenset({Mosfet.CHARGE}), Orders(), Orders())
    state = mosfets.sampled(state, seen())
    assert state.faults == {Mosfet.CHARGE}
    assert mosfets.wished(state, CHARGE_OFF, 110.0).faults == frozenset()


@dataclass
class Bms:
    """A BMS's MOSFETs as they are: by its mask, its protections, and what it does of its own accord."""

    mask: int = 0
    tripped: Protection = field(default_factory=lambda: Protection(0))
    stuck: dict[Mosfet, bool] = field(default_factory=dict)

    def sample(self, current: float) -> PackSample:
        off = {
            mosfet: bool(self.mask & bit or self.tripped & mosfet.blocked_by) for mosfet, bit in BITS.items()
        }
        return seen(
            charge=not off[Mosfet.CHARGE],
            discharge=not off[Mosfet.DISCHARGE],
            protection=self.tripped | (LOCK if self.mask else Protection(0)),
            current=current,
        )


BITS = {Mosfet.CHARGE: 1, Mosfet.DISCHARGE: 2}
TRIPS = st.sampled_from([bit for bit in Protection if bit is not LOCK])


def union(bits: list[Protection]) -> Protection:
    """All of them."""
    return Protection(sum({int(bit) for bit in bits}))


class Switching(RuleBasedStateMachine):
    """Orders, protections, other hands and lost links in any order: each bit written was somebody's will."""

    def __init__(self) -> None:
        super().__init__()
        self.bms = Bms()
        self.state = mosfets.State()
        self.now = 100.0
        self.connected = True

    @initialize(mask=st.integers(0, 3), tripped=st.lists(TRIPS, max_size=2))
    def some_pack_is_found(self, mask: int, tripped: list[Protection]) -> None:
        self.bms = Bms(mask=mask, tripped=union(tripped))
        self.state = mosfets.sampled(self.state, self.bms.sample(0.0))

    @rule(charge=st.none() | st.booleans(), discharge=st.none() | st.booleans(), opt_ins=st.integers(0, 9))
    def somebody_wishes(self, charge: bool | None, discharge: bool | None, opt_ins: int) -> None:
        wish, contact = Orders(charge=charge, discharge=discharge), "" if self.connected else "no contact"
        values = {"AllowMosfetControl": int(opt_ins != 1), "AllowDischargeOff": int(opt_ins != 2)}
        if refusal(self.state, wish, now=self.now, contact=contact, values=values):
            return
        assert self.connected
        assert values["AllowMosfetControl"]
        assert discharge is not False or values["AllowDischargeOff"]
        self.state = mosfets.wished(self.state, wish, self.now)

    @precondition(lambda self: self.connected)
    @rule(
        current=st.floats(-50, 50),
        controls=st.booleans(),
        outcome=st.sampled_from(["done", "done", "deaf", "unheard"]),
    )
    def a_poll_comes_and_what_is_due_is_told(self, current: float, controls: bool, outcome: str) -> None:
        sample = self.bms.sample(current)
        self.state = mosfets.sampled(self.state, sample)
        want = mosfets.ready(self.state, sample, self.now, controls=controls)
        if want is None:
            return
        self._each_bit_is_somebodys_will(want)
        self.state = mosfets.sending(self.state, self.now)
        if outcome != "deaf":
            self.bms.mask = mosfet_mask(want)[1]
        self.state = (
            mosfets.carried_out(self.state, want) if outcome == "done" else mosfets.failed(self.state)
        )

    def _each_bit_is_somebodys_will(self, want: Mosfets) -> None:
        for mosfet, bit in BITS.items():
            wished = self.state.wish.of(mosfet)
            as_it_was = not self.bms.mask & bit
            assert want.of(mosfet) is (as_it_was if wished is None else wished)

    @rule(seconds=st.sampled_from([0.5, 6.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(tripped=st.none() | TRIPS)
    def a_protection_trips_or_all_release(self, tripped: Protection | None) -> None:
        self.bms.tripped = Protection(0) if tripped is None else self.bms.tripped | tripped

    @rule()
    def the_bms_drops_its_lock(self) -> None:
        self.bms.mask = 0

    @rule()
    def the_link_is_lost(self) -> None:
        self.connected = False
        if self.state.wish != mosfets.NOTHING:
            self.state = mosfets.failed(self.state)

    @precondition(lambda self: not self.connected)
    @rule(mask=st.none() | st.integers(0, 3))
    def it_comes_back_after_a_phone_was_connected(self, mask: int | None) -> None:
        self.bms.mask = self.bms.mask if mask is None else mask
        self.connected = True
        self.state = mosfets.connected(self.state)
        self.now += 6.0


Switching.TestCase.settings = hypothesis.settings(max_examples=150, stateful_step_count=40, deadline=None)
TestSwitching = Switching.TestCase


@given(
    mask=st.integers(0, 3),
    tripped=st.lists(TRIPS, max_size=3),
    wish=st.builds(Orders, charge=st.none() | st.booleans(), discharge=st.none() | st.booleans()),
)
def test_on_a_new_connection_an_order_changes_the_mosfet_it_is_for_and_no_other(
    mask: int, tripped: list[Protection], wish: Orders
) -> None:
    bms = Bms(mask=mask, tripped=union(tripped))
    state = mosfets.sampled(mosfets.State(), bms.sample(0.0))
    if refusal(state, wish):
        return
    want = mosfets.ready(mosfets.wished(state, wish, 100.0), bms.sample(0.0), 100.0, controls=True)
    for mosfet, bit in BITS.items():
        before = not mask & bit
        after = before if want is None else want.of(mosfet)
        assert after is (before if wish.of(mosfet) is None else wish.of(mosfet))
