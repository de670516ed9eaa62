"""Banks with packs that are watch only: their limits only tighten those of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dbus_xbms.model import Mosfet, Mosfets, PackSample, Phase
from dbus_xbms.policy.authority import bank_control_disabled
from dbus_xbms.policy.bank.formation import form
from dbus_xbms.policy.bank.records import MemberState, MemberView
from dbus_xbms.policy.bank.shares import FLOOR
from dbus_xbms.settings import PackSettings, Value
from tests.unit.policy.bank.packs import (
    CHARGE_OFF,
    CONTROL,
    DISCHARGE_OFF,
    LATER,
    Bank,
    bank,
    combined_of,
    decide,
    limits,
    member,
    reading,
)
from tests.unit.samples import settings

WATCHED = "daly"  # a Protocol that is watch only
ROUNDING = 1e-6
few = hypothesis_settings(max_examples=40)


def watched_settings(charge: float = 20.0, discharge: float = 30.0, **changes: Value) -> PackSettings:
    """Return the settings of a watch-only pack with currents that its owner has set, in A."""
    currents = {"MaxChargeCurrent": charge, "MaxDischargeCurrent": discharge}
    return settings(Protocol=WATCHED, **{**currents, **changes})


def watched(
    number: int, charge: float = 20.0, discharge: float = 30.0, *, capacity: float = 100.0, **changes: object
) -> MemberView:
    """Return a watch-only member; its own decision allows as much as its owner, unless changed."""
    own = {"ccl": charge, "dcl": discharge, "capacity": capacity, **changes}
    found = member(number, **own)  # type: ignore[arg-type]
    return replace(found, settings=watched_settings(charge, discharge, Capacity=capacity))


def silent(view: MemberView, phase: Phase = Phase.DERATED) -> MemberView:
    """Return a member that has lost contact."""
    assert view.decision
    by_silence = replace(CONTROL.limits, ccl=0.0, dcl=15.0, cvl=13.0)
    return replace(view, decision=replace(view.decision, phase=phase, sample=None, limits=by_silence))


def unread(view: MemberView) -> MemberView:
    """Return a member that has not been read since the start."""
    return replace(view, decision=None)


# Permission


PACKS = {
    "A4:C1:37:00:00:01": settings(Enabled=1, Cells=4, CustomName="Bow"),
    "A4:C1:37:00:00:02": settings(Enabled=1, Cells=4, CustomName="Stern"),
    "A4:C1:37:00:00:03": watched_settings(Enabled=1, Cells=4, CustomName="Lite"),
}
ONE, TWO, LITE = PACKS


def test_a_watch_only_pack_stays_outside_the_bank_of_all_packs_until_the_bank_allows_it() -> None:
    found = form({1: bank()}, PACKS)[1]
    assert (found.members, found.outside) == ((ONE, TWO), ("Lite: watch only",))
    assert form({1: bank(AllowWatchOnlyMembers=1)}, PACKS)[1].members == (ONE, TWO, LITE)


def test_a_watch_only_pack_that_the_bank_allows_stays_outside_for_the_reasons_of_any_pack() -> None:
    packs = PACKS | {LITE: watched_settings(Enabled=1, Cells=8, Chemistry="LiFePO4", CustomName="Lite")}
    assert form({1: bank(AllowWatchOnlyMembers=1)}, packs)[1].outside == ("Lite: LiFePO4 with 8 cells",)


def test_watch_only_packs_are_no_bank_of_all_packs_by_themselves() -> None:
    packs = {address: watched_settings(Enabled=1, Cells=8) for address in (TWO, LITE, "A4:C1:37:00:00:04")}
    found = form({1: bank(AllowWatchOnlyMembers=1)}, {**packs, ONE: PACKS[ONE]})[1]
    assert found.members == (ONE,)


@pytest.mark.parametrize(
    ("chosen", "pack", "why"),
    [
        ({}, watched_settings(), "Lite is watch only, and AllowWatchOnlyMembers is 0"),
        (
            {"AllowWatchOnlyMembers": 1},
            watched_settings(charge=-1.0, discharge=0.0),
            "Lite is watch only and needs MaxChargeCurrent and MaxDischargeCurrent above 0",
        ),
        (
            {"AllowWatchOnlyMembers": 1},
            watched_settings(discharge=-1.0),
            "Lite is watch only and needs MaxDischargeCurrent above 0",
        ),
        ({"AllowWatchOnlyMembers": 1}, watched_settings(), ""),
    ],
)
def test_a_bank_with_a_watch_only_pack_controls_only_with_permission_and_both_currents(
    chosen: dict[str, Value], pack: PackSettings, why: str
) -> None:
    lite = PackSettings({**pack, "CustomName": "Lite"})
    assert bank_control_disabled(bank(**chosen), [[settings(), lite]]) == why


@pytest.mark.parametrize(
    ("strings", "why"),
    [
        ([[watched_settings(), watched_settings()]], "a bank needs a pack that is not watch only"),
        ([[settings()], [watched_settings()]], "each string needs a pack that is not watch only"),
        ([[settings(), watched_settings()], [settings()]], ""),
    ],
)
def test_every_string_needs_a_pack_that_is_not_watch_only(
    strings: list[list[PackSettings]], why: str
) -> None:
    assert bank_control_disabled(bank(AllowWatchOnlyMembers=1), strings) == why


# Limits


def test_a_watch_only_pack_adds_what_its_owner_set_and_no_more() -> None:
    found = limits(member(1), watched(2, charge=20.0, discharge=30.0))
    assert (found.ccl, found.dcl) == (40.0, 60.0)  # it carries half, by its capacity
    generous = limits(member(1), watched(2, charge=80.0, discharge=90.0))
    assert (generous.ccl, generous.dcl) == (60.0, 100.0)


@pytest.mark.parametrize("setting", [-1.0, 0.0])
def test_without_a_current_that_its_owner_set_it_allows_none(setting: float) -> None:
    pack = replace(watched(2), settings=watched_settings(charge=setting))
    assert limits(member(1), pack).ccl == 0


def test_its_own_decision_lowers_its_limit_and_cannot_raise_it() -> None:
    high = replace(watched(2, ccl=100.0), settings=watched_settings(charge=20.0))
    assert limits(member(1), high).ccl == 40.0
    low = replace(watched(2, ccl=5.0), settings=watched_settings(charge=20.0))
    assert limits(member(1), low).ccl == 10.0


def test_its_cells_lower_the_cvl_and_cannot_raise_it() -> None:
    assert limits(member(1, cvl=13.6), watched(2, cvl=13.2)).cvl == 13.2
    assert limits(member(1, cvl=13.6), watched(2, cvl=13.8)).cvl == 13.6
    without_cells = watched(2, cvl=3.4, read=reading(cells=(), voltage=13.28))
    assert limits(member(1, cvl=13.6), without_cells).cvl == 13.6


def test_a_silent_one_limits_the_current_to_what_it_was_last_allowed_also_after_a_long_time() -> None:
    for phase in (Phase.DERATED, Phase.LOST, Phase.WITHDRAWN):
        found = limits(member(1), silent(watched(2, dcl=10.0, discharge=30.0), phase))
        assert found.dcl == 20.0  # it may carry half
    assert limits(member(1), silent(watched(2))).cvl == CONTROL.wake_cvl


def test_one_that_was_never_read_limits_the_current_to_what_its_owner_set() -> None:
    found = limits(member(1), unread(watched(2, charge=10.0, discharge=15.0)))
    assert (found.ccl, found.dcl) == (20.0, 30.0)
    assert found.cvl == CONTROL.wake_cvl


def test_it_never_carries_a_bank_alone_while_the_charge_mosfet_of_the_others_is_off() -> None:
    found = limits(member(1, read=reading(mosfets=CHARGE_OFF)), watched(2))
    assert (found.ccl, found.charge_limitation) == (0.0, "charge MOSFET of Pack 1 is off")
    assert limits(member(1, read=reading(mosfets=DISCHARGE_OFF)), watched(2)).dcl == 0.0


def test_with_all_others_silent_the_bank_is_limited_as_without_it() -> None:
    for phase in (Phase.DERATED, Phase.LOST):
        one = silent(member(1), phase)
        alone, beside = limits(one), limits(one, watched(2))
        assert (beside.ccl, beside.dcl, beside.cvl, beside.mode) == (
            alone.ccl,
            alone.dcl,
            alone.cvl,
            alone.mode,
        )
    assert limits(silent(member(1)), watched(2, discharge=5.0)).dcl == 5.0


def test_once_all_others_are_withdrawn_the_limits_leave_the_bus_with_the_bank() -> None:
    gone = silent(member(1), Phase.WITHDRAWN)
    state, decision = decide(gone, watched(2))
    assert (decision.phase, decision.limits, state.limits.limits) == (Phase.WITHDRAWN, None, None)


def test_its_samples_do_not_let_limits_rise_while_the_others_hold_their_last_values() -> None:
    one = Bank([settings(), watched_settings()], AllowWatchOnlyMembers=1)
    one.settle(reading())
    one.run(60, reading(temperatures=(5.0, 5.0, 5.0)), reading())
    before = one.limits.ccl
    one.run(25, None, reading())
    assert one.limits.ccl == before


def test_it_counts_for_the_measured_values() -> None:
    found = decide(
        member(1, read=reading(current=10.0, soc=50.0, remaining=50.0)),
        watched(2, read=reading(cell=3.40, current=5.0, soc=70.0, remaining=70.0)),
    )[1]
    assert (found.values.current, found.values.soc, found.online) == (15.0, 60.0, 2)
    assert found.values.highest_cell
    assert (found.values.highest_cell.member, found.values.highest_cell.value) == (2, 3.40)


def test_by_its_voltage_no_other_pack_counts_as_apart() -> None:
    found = decide(
        member(1, read=reading(cell=3.30)),
        watched(2, read=reading(cell=3.45), capacity=1000.0),
        watched(3, read=reading(cell=3.45), capacity=1000.0),
    )[1]
    assert [one.state for one in found.members] == [MemberState.ONLINE, MemberState.APART, MemberState.APART]


def test_its_cells_and_its_count_do_not_move_the_stage_of_the_charge() -> None:
    one = Bank([settings(), watched_settings()], AllowWatchOnlyMembers=1)
    one.settle(reading(soc=100.0))
    full = reading(cell=3.45, soc=100.0)
    one.run(60, reading(), full)
    assert one.decision.charge
    assert one.decision.charge.stage.value == "Bulk"


def test_a_full_cell_of_it_stops_charging_the_bank() -> None:
    one = Bank([settings(), watched_settings()], AllowWatchOnlyMembers=1)
    one.settle(reading())
    assert one.limits.ccl == 40.0
    one.run(3, reading(), reading(cells=(3.32, 3.32, 3.32, 3.70)))
    assert one.limits.ccl == 0.0


def test_one_that_reports_no_cells_is_held_to_its_owners_currents_and_the_bank_says_what_is_missing() -> None:
    one = Bank([settings(), watched_settings()], AllowWatchOnlyMembers=1)
    one.settle(reading(), reading(cells=(), voltage=13.28))
    assert (one.limits.ccl, one.limits.dcl) == (40.0, 60.0)
    assert "Pack 2 reports no cell voltages" in one.decision.for_owner


def test_one_that_reports_no_temperatures_is_not_charged_until_its_owner_says_so() -> None:
    one = Bank([settings(), watched_settings()], AllowWatchOnlyMembers=1)
    one.settle(reading(), reading(temperatures=()))
    assert one.limits.ccl == 0.0
    assert "Pack 2 reports no temperatures" in one.decision.for_owner
    other = Bank([settings(), watched_settings(TemperatureControl=0)], AllowWatchOnlyMembers=1)
    other.settle(reading(), reading(temperatures=()))
    assert other.limits.ccl == 40.0
    assert "Pack 2 reports no temperatures" in other.decision.for_owner


def test_one_whose_capacity_is_unknown_may_carry_everything_and_the_bank_says_so() -> None:
    found = decide(member(1), watched(2, capacity=0.0))[1]
    assert found.limits
    assert (found.limits.ccl, found.limits.dcl) == (20.0, 30.0)
    assert "Pack 2 reports no capacity (set its Capacity)" in found.for_owner
    assert limits(member(1), silent(watched(2, capacity=0.0))).ccl == 20.0


# Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A member by its limits, its current and its state."""

    ccl: float
    dcl: float
    cvl: float
    capacity: float
    current: float
    state: MemberState = MemberState.ONLINE
    mosfets: Mosfets | None = None
    cells: bool = True
    charge: float = 0.0  # A, set by the owner of a watch-only pack
    discharge: float = 0.0

    @property
    def read(self) -> PackSample:
        """Its sample."""
        found = reading(current=self.current, mosfets=self.mosfets)
        return found if self.cells else replace(found, cells=())

    def conducts(self, mosfet: Mosfet) -> bool:
        """Return whether current may flow in a direction, by its sample."""
        return self.mosfets is None or self.mosfets.of(mosfet)

    def carries(self, mosfet: Mosfet) -> bool:
        """Return whether it is online and current may flow through it."""
        return self.state is MemberState.ONLINE and self.conducts(mosfet)

    def view(self, number: int, decided_at: float, *, watch_only: bool) -> MemberView:
        """Return the member."""
        found = member(
            number,
            ccl=self.ccl,
            dcl=self.dcl,
            cvl=self.cvl,
            capacity=self.capacity,
            read=self.read,
            decided_at=decided_at,
        )
        if watch_only:
            found = replace(
                found, settings=watched_settings(self.charge, self.discharge, Capacity=self.capacity)
            )
        if self.state is MemberState.SILENT:
            return silent(found, Phase.LOST)
        return unread(found) if self.state is MemberState.UNKNOWN else found


amperes = st.one_of(st.just(0.0), st.floats(0.0, 200.0), st.integers(0, 100).map(float))
mosfets = st.none() | st.builds(Mosfets, charge=st.booleans(), discharge=st.booleans())
states = st.sampled_from((MemberState.ONLINE, MemberState.ONLINE, MemberState.SILENT, MemberState.UNKNOWN))
specs = st.builds(
    Spec,
    ccl=amperes,
    dcl=amperes,
    cvl=st.sampled_from((12.9, 13.2, 13.5, 13.8)),
    capacity=st.sampled_from((1.0, 50.0, 100.0, 280.0, 10000.0)),
    current=st.one_of(st.just(0.0), st.floats(-300.0, 300.0)),
    state=states,
    mosfets=mosfets,
    cells=st.booleans(),
    charge=amperes,
    discharge=amperes,
)
trusted = st.lists(specs.map(lambda spec: replace(spec, cells=True)), min_size=1, max_size=4)
added = st.lists(specs, min_size=1, max_size=3)


def together(own: Sequence[Spec], others: Sequence[Spec], at: float = LATER) -> list[MemberView]:
    """Return the members of a bank, those that are watch only last; they have decided ``at``, in s."""
    views = [spec.view(n, at, watch_only=False) for n, spec in enumerate(own, 1)]
    return views + [spec.view(n, at, watch_only=True) for n, spec in enumerate(others, len(own) + 1)]


@few
@given(trusted, added, st.booleans())
def test_no_watch_only_pack_gets_more_than_its_owner_set_by_any_share(
    own: list[Spec], others: list[Spec], charging: bool
) -> None:
    state, decision = decide(*together(own, others))
    if decision.limits is None:
        return
    limit = decision.limits.ccl if charging else decision.limits.dcl
    found = combined_of(state, charging=charging)
    mosfet = Mosfet.CHARGE if charging else Mosfet.DISCHARGE
    for one, spec in zip(decision.members[len(own) :], others, strict=True):
        most = spec.charge if charging else spec.discharge
        contribution = found.contributions.get(one.number)
        if contribution and contribution.share is not None:
            assert limit * contribution.share <= most + ROUNDING
        if one.state is not MemberState.APART and (
            spec.conducts(mosfet) or spec.state is MemberState.UNKNOWN
        ):
            beside = [each for each in [*own, *others] if each is not spec and each.carries(mosfet)]
            usual = spec.capacity / (spec.capacity + sum(each.capacity for each in beside))
            assert limit * usual * FLOOR <= most + ROUNDING


@few
@given(trusted, added)
def test_a_bank_never_allows_more_than_without_them_and_what_their_owner_set(
    own: list[Spec], others: list[Spec]
) -> None:
    alone = decide(*together(own, []))[1].limits
    beside = decide(*together(own, others))[1].limits
    if alone is None:
        assert beside is None
        return
    assert beside
    assert beside.cvl <= alone.cvl + ROUNDING
    assert beside.ccl <= alone.ccl + sum(spec.charge for spec in others) + ROUNDING
    assert beside.dcl <= alone.dcl + sum(spec.discharge for spec in others) + ROUNDING


@few
@given(trusted, added)
def test_without_another_pack_that_conducts_they_add_nothing(own: list[Spec], others: list[Spec]) -> None:
    for mosfet in Mosfet:
        off = [
            replace(spec, mosfets=Mosfets(charge=False, discharge=False))
            if spec.state is MemberState.ONLINE
            else spec
            for spec in own
        ]
        alone = decide(*together(off, []))[1].limits
        beside = decide(*together(off, others))[1].limits
        if alone is None or beside is None:
            assert alone == beside
        elif mosfet is Mosfet.CHARGE:
            assert beside.ccl <= alone.ccl
        else:
            assert beside.dcl <= alone.dcl


@few
@given(trusted, added, st.floats(0.0, 100.0))
def test_lowering_what_the_owner_set_never_raises_a_limit_while_nothing_flows(
    own: list[Spec], others: list[Spec], less: float
) -> None:
    own, others = ([replace(spec, current=0.0) for spec in each] for each in (own, others))
    lower = [
        replace(
            others[0],
            charge=max(0.0, others[0].charge - less),
            discharge=max(0.0, others[0].discharge - less),
        ),
        *others[1:],
    ]
    before, after = (decide(*together(own, each))[1].limits for each in (others, lower))
    if before is None or after is None:
        assert before == after
        return
    assert after.ccl <= before.ccl + ROUNDING
    assert after.dcl <= before.dcl + ROUNDING


@few
@given(st.tuples(specs, specs), st.tuples(specs, specs))
def test_in_strings_in_series_too_the_limits_are_at_most_those_without_them_and_what_was_set(
    own: tuple[Spec, Spec], others: tuple[Spec, Spec]
) -> None:
    first, second = (replace(spec, cells=True) for spec in own)
    members = together([first], [others[0]])
    members += [second.view(3, LATER, watch_only=False), others[1].view(4, LATER, watch_only=True)]
    alone = decide(members[0], members[2], Topology="series")[1].limits
    beside = decide(*members, Topology="2s2p")[1].limits
    if alone is None or beside is None:
        assert beside is None
        return
    assert beside.cvl <= alone.cvl + ROUNDING
    assert beside.ccl <= alone.ccl + max(spec.charge for spec in others) + ROUNDING
    assert beside.dcl <= alone.dcl + max(spec.discharge for spec in others) + ROUNDING
