"""Properties of a bank for any packs, currents, silences and restarts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dbus_xbms.model import Limits, Mosfet, Mosfets, Phase
from dbus_xbms.policy.bank.records import MemberView
from dbus_xbms.policy.bank.shares import FLOOR
from dbus_xbms.policy.charge.ramp import RECOVERY_HOLD, RECOVERY_TIME
from tests.unit.policy.bank.packs import CONTROL, LATER, combined_of, decide, member, reading

pytestmark = pytest.mark.no_cover  # many computations over few lines, which other tests cover too

CUTOFF = 3.60
TOLERATED = 1.05  # of its limit that a pack may carry in steady state
ROUNDING = 1e-6
CEILING = 300.0  # A, of each pack, whatever it is limited to

few = hypothesis_settings(max_examples=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A member by its limits and its current."""

    ccl: float
    dcl: float
    cvl: float
    capacity: float
    current: float
    silent: bool = False
    mosfets: Mosfets | None = None  # not known, so that they may be on

    def view(self, number: int, decided_at: float = LATER) -> MemberView:
        """Return the member; when silent, its own limits are those of a silent pack."""
        read = replace(READING, current=self.current, mosfets=self.mosfets)
        found = member(
            number,
            ccl=self.ccl if self.conducts(Mosfet.CHARGE) else 0.0,
            dcl=self.dcl if self.conducts(Mosfet.DISCHARGE) else 0.0,
            cvl=self.cvl,
            capacity=self.capacity,
            read=read,
            decided_at=decided_at,
        )
        assert found.decision
        assert found.decision.control
        control = replace(found.decision.control, charge_ceiling=CEILING, discharge_ceiling=CEILING)
        found = replace(found, decision=replace(found.decision, control=control))
        if not self.silent:
            return found
        by_silence = replace(CONTROL.limits, ccl=0.0, dcl=self.dcl / 2, cvl=min(13.0, self.cvl))
        assert found.decision
        return replace(
            found,
            decision=replace(found.decision, phase=Phase.DERATED, sample=None, limits=by_silence),
        )

    def conducts(self, mosfet: Mosfet) -> bool:
        """Return whether current may flow in a direction."""
        return self.mosfets is None or self.mosfets.of(mosfet)


READING = reading()
amperes = st.one_of(st.just(0.0), st.floats(0.0, 200.0), st.integers(0, 100).map(float))
currents = st.one_of(st.just(0.0), st.floats(-300.0, 300.0), st.integers(-3, 3).map(float))
online = st.builds(
    Spec,
    ccl=amperes,
    dcl=amperes,
    cvl=st.sampled_from((12.9, 13.2, 13.5, 13.8)),
    capacity=st.sampled_from((1.0, 50.0, 100.0, 280.0, 10000.0)),
    current=currents,
)
anything = st.builds(
    replace,
    online,
    silent=st.booleans(),
    mosfets=st.none() | st.builds(Mosfets, charge=st.booleans(), discharge=st.booleans()),
)
banks = st.lists(online, min_size=1, max_size=6)
mixed = st.lists(anything, min_size=1, max_size=6)


def views(specs: list[Spec], decided_at: float = LATER) -> list[MemberView]:
    """Return the members of a bank."""
    return [spec.view(n, decided_at) for n, spec in enumerate(specs, 1)]


def own(spec: Spec, *, charging: bool) -> float:
    """Return a member's own limit in A as it publishes it."""
    allowed, mosfet = (spec.ccl, Mosfet.CHARGE) if charging else (spec.dcl, Mosfet.DISCHARGE)
    return allowed if spec.conducts(mosfet) else 0.0


def allowed(limits: Limits | None, *, charging: bool) -> float:
    """Return the limit of one direction in A."""
    assert limits
    return limits.ccl if charging else limits.dcl


# Shares


@few
@given(mixed, st.booleans())
def test_a_bank_at_its_limit_has_no_pack_above_its_own_limit_by_the_assumed_shares(
    specs: list[Spec], charging: bool
) -> None:
    state, decision = decide(*views(specs))
    limit = allowed(decision.limits, charging=charging)
    for number, contribution in combined_of(state, charging=charging).contributions.items():
        if not specs[number - 1].silent and contribution.share is not None:
            assert limit * contribution.share <= own(specs[number - 1], charging=charging) + ROUNDING


@few
@given(mixed, st.booleans())
def test_a_bank_never_gives_more_than_the_sum_of_its_packs(specs: list[Spec], charging: bool) -> None:
    decision = decide(*views(specs))[1]
    mosfet = Mosfet.CHARGE if charging else Mosfet.DISCHARGE
    conducting = [spec for spec in specs if not spec.silent and spec.conducts(mosfet)]
    if conducting:
        total = sum(own(spec, charging=charging) for spec in conducting)
        assert allowed(decision.limits, charging=charging) <= total + ROUNDING
    elif charging:
        assert decision.limits
        assert decision.limits.ccl == 0


@few
@given(mixed, st.booleans())
def test_whatever_currents_packs_report_none_gets_more_than_its_limit_by_its_capacity_and_a_quarter(
    specs: list[Spec], charging: bool
) -> None:
    decision = decide(*views(specs))[1]
    mosfet = Mosfet.CHARGE if charging else Mosfet.DISCHARGE
    conducting = [spec for spec in specs if not spec.silent and spec.conducts(mosfet)]
    total = sum(spec.capacity for spec in conducting)
    for spec in conducting:
        carried = allowed(decision.limits, charging=charging) * spec.capacity / total
        assert carried * FLOOR <= own(spec, charging=charging) + ROUNDING


@few
@given(banks, st.booleans())
def test_a_current_at_which_any_pack_exceeds_its_limit_is_above_that_of_the_bank(
    specs: list[Spec], charging: bool
) -> None:
    """Whatever the true shares are: also of packs that carry nothing, or a current between each other."""
    sign = 1 if charging else -1
    flowing = sum(sign * spec.current for spec in specs)
    assume(flowing > 0)
    exceeded = any(
        sign * spec.current > TOLERATED * own(spec, charging=charging) + ROUNDING for spec in specs
    )
    assume(exceeded)
    assert allowed(decide(*views(specs))[1].limits, charging=charging) < flowing + ROUNDING


# Monotony and continuity


@few
@given(mixed, st.data(), st.floats(0.0, 100.0), st.booleans())
def test_raising_the_limit_of_one_pack_never_lowers_that_of_the_bank(
    specs: list[Spec], data: st.DataObject, more: float, charging: bool
) -> None:
    chosen = data.draw(st.integers(0, len(specs) - 1))
    raised = list(specs)
    name = "ccl" if charging else "dcl"
    raised[chosen] = replace(specs[chosen], **{name: getattr(specs[chosen], name) + more})
    start, _ = decide(*views(specs), now=LATER - 5.0)
    for before in (None, start):
        one, other = (
            allowed(decide(*views(each), state=before)[1].limits, charging=charging)
            for each in (specs, raised)
        )
        assert one <= other + ROUNDING


@few
@given(banks, st.lists(st.floats(-1.0, 1.0), min_size=6, max_size=6), st.booleans())
def test_the_limits_are_continuous_in_the_measured_currents(
    specs: list[Spec], directions: list[float], charging: bool
) -> None:
    near = [replace(s, current=s.current + 1e-7 * d) for s, d in zip(specs, directions, strict=False)]
    one, other = (combined_of(decide(*views(each))[0], charging=charging) for each in (specs, near))
    assert one.allowance.current == pytest.approx(other.allowance.current, rel=0.01, abs=0.05)


def hung(view: MemberView) -> MemberView:
    """Return the member after its task has hung."""
    return replace(view, decided_at=view.decided_at - 1000.0)


def crashed(view: MemberView) -> MemberView:
    """Return the member after its task has ended."""
    return replace(view, decision=None)


def withdrawn(view: MemberView) -> MemberView:
    """Return the member after a silence for which it has left the bus."""
    assert view.decision
    return replace(
        view, decision=replace(view.decision, phase=Phase.WITHDRAWN, sample=None, limits=None, control=None)
    )


def silent(view: MemberView) -> MemberView:
    """Return the member once its sample has become too old."""
    assert view.decision
    by_silence = replace(CONTROL.limits, ccl=0.0, dcl=0.0, cvl=12.0)
    return replace(view, decision=replace(view.decision, phase=Phase.LOST, sample=None, limits=by_silence))


def turned_off(view: MemberView) -> MemberView:
    """Return the member after its MOSFETs have turned off."""
    assert view.decision
    assert view.decision.control
    assert view.decision.limits
    off = replace(READING, mosfets=Mosfets(charge=False, discharge=False))
    none = replace(view.decision.limits, ccl=0.0, dcl=0.0)
    control = replace(view.decision.control, last_sample=off, limits=none)
    return replace(view, decision=replace(view.decision, sample=off, control=control, limits=none))


def apart(view: MemberView) -> MemberView:
    """Return the member with the voltage of a pack that is not connected."""
    assert view.decision
    return replace(view, decision=replace(view.decision, sample=replace(READING, voltage=14.4)))


LEAVE = (hung, crashed, withdrawn, silent, turned_off, apart)


@few
@given(banks, st.data(), st.sampled_from(LEAVE), st.booleans())
def test_no_pack_that_leaves_raises_a_limit_and_none_that_returns_raises_it_at_once(
    specs: list[Spec], data: st.DataObject, leave: Callable[[MemberView], MemberView], rest: bool
) -> None:
    specs = [replace(spec, current=0.0) for spec in specs] if rest else specs
    there = views(specs)
    chosen = data.draw(st.integers(0, len(specs) - 1))
    gone = [leave(view) if n == chosen else view for n, view in enumerate(there)]
    state, first = decide(*there)
    for each in (gone, there, gone):
        state, then = decide(*each, state=state)
        if then.limits is None or first.limits is None:  # the last pack is withdrawn
            assert len(specs) == 1
            return
        assert then.limits.ccl <= first.limits.ccl
        assert then.limits.dcl <= first.limits.dcl
        assert then.limits.cvl <= first.limits.cvl
        first = then


@few
@given(banks, st.data(), st.sampled_from(LEAVE), st.floats(0.0, 60.0))
def test_a_pack_that_returns_raises_the_currents_no_faster_than_the_ramp(
    specs: list[Spec], data: st.DataObject, leave: Callable[[MemberView], MemberView], after: float
) -> None:
    chosen = data.draw(st.integers(0, len(specs) - 1))
    gone = [leave(view) if n == chosen else view for n, view in enumerate(views(specs))]
    state, _ = decide(*gone)
    if (charge := state.limits.charge) is None or (discharge := state.limits.discharge) is None:
        return
    back, decision = decide(*views(specs, LATER + after), state=state, now=LATER + after)
    assert decision.limits
    climb = max(0.0, after - RECOVERY_HOLD) / RECOVERY_TIME
    top = combined_of(back, charging=True).ceiling, combined_of(back, charging=False).ceiling
    assert decision.limits.ccl <= charge.allowed + climb * top[0] + ROUNDING
    assert decision.limits.dcl <= discharge.allowed + climb * top[1] + ROUNDING


# Charge voltage


@few
@given(mixed, st.sampled_from(("parallel", "series", "2s2p", "3s2p")))
def test_the_cvl_is_never_above_what_the_packs_of_any_string_allow(specs: list[Spec], topology: str) -> None:
    decision = decide(*views(specs), Topology=topology)[1]
    assert decision.limits
    cvl = 0.0
    for string in {one.string for one in decision.members}:
        members = [specs[one.number - 1] for one in decision.members if one.string == string]
        conducting = [spec for spec in members if spec.conducts(Mosfet.CHARGE) and not spec.silent]
        cvl += min(spec.cvl for spec in conducting or members)
    assert decision.limits.cvl <= cvl + ROUNDING
