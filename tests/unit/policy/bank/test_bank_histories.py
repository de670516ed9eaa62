"""Rules that hold for a bank in any history of cells, currents, MOSFETs, silences, loans and restarts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dbus_xbms.model import Mosfet, Mosfets
from dbus_xbms.policy import pack_state
from dbus_xbms.policy.bank import engine
from dbus_xbms.policy.bank.engine import BankState
from dbus_xbms.policy.bank.records import BankDecision, MemberState
from dbus_xbms.policy.charge import silent_limits
from dbus_xbms.settings import PackSettings
from tests.unit.policy.bank.packs import Bank, reading
from tests.unit.samples import settings

pytestmark = pytest.mark.no_cover  # many computations over few lines, which other tests cover too

CUTOFF = 3.60
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens to a bank of three packs at one moment."""

    after: float  # s
    cells: tuple[float, float, float] = (3.32, 3.32, 3.32)  # V, the highest of each pack; 0: no contact
    current: float = 0.0
    on: tuple[bool, bool, bool] = (True, True, True)  # charge MOSFETs
    restart: bool = False
    lent: int | None = None  # pack


cells = st.sampled_from((0.0, 2.5, 3.1, 3.32, 3.40, 3.44, 3.46, 3.52, 3.61, 3.70))
steps = st.builds(
    Step,
    after=st.sampled_from((0.5, 1.0, 4.0, 31.0, 400.0, 2000.0)),
    cells=st.tuples(cells, cells, cells),
    current=st.sampled_from((-40.0, 0.0, 0.3, 30.0)),
    on=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    restart=st.booleans(),
    lent=st.none() | st.integers(0, 2),
)
histories = st.lists(steps, min_size=1, max_size=8)


def restart(three: Bank, passed: float) -> Bank:
    """Return the bank after a restart of the program."""
    again = Bank([pack.settings for pack in three.packs], started=three.now + passed)
    for before, pack in zip(three.packs, again.packs, strict=True):
        if control := before.state.control:
            kept = silent_limits.to_snapshot(control)
            pack.state = pack_state.restored(pack.state, kept, passed, pack.settings)
    return again


def happen(three: Bank, step: Step) -> Bank:
    """Apply one step to a bank."""
    if step.restart:
        three = restart(three, step.after)
    if step.lent is not None:
        pack = three.packs[step.lent]
        pack.state = pack_state.lent(pack.state, three.now + 120.0)
    read = [
        reading(
            cells=(cell, 3.32, 3.32, 3.32),
            current=step.current,
            mosfets=Mosfets(charge=on, discharge=True),
            soc=90.0,
        )
        if cell and three.now + step.after > pack.state.lent_until
        else None
        for pack, cell, on in zip(three.packs, step.cells, step.on, strict=True)
    ]
    three.step(*read, after=step.after)
    return three


def a_full_cell_is_not_charged(three: Bank) -> None:
    limits = three.decision.limits
    for pack, one in zip(three.packs, three.decision.members, strict=True):
        last = pack.state.sample
        charged = last is not None and last.is_on(Mosfet.CHARGE) is not False
        if limits and last and charged and max(last.cells) >= CUTOFF:
            assert limits.ccl == 0 or one.state is MemberState.APART
    if limits and not three.decision.online:
        assert limits.ccl == 0


def numbers_are_finite_and_words_are_there(three: Bank) -> None:
    if limits := three.decision.limits:
        assert all(isfinite(number) and number >= 0 for number in (limits.cvl, limits.ccl, limits.dcl))
        assert limits.mode
        assert limits.charge_limitation
        assert limits.discharge_limitation
        assert limits.cvl <= 4 * 3.50 + ROUNDING


def a_second_decision_at_the_same_time_is_the_same(three: Bank) -> None:
    _, same = engine.decide(
        three.state, [pack.view for pack in three.packs], three.settings, three.now, managed=True
    )
    assert same.limits == three.decision.limits
    assert same.values == three.decision.values
    assert same.charge == three.decision.charge
    assert same.phase == three.decision.phase


def a_fault_stops_all_currents(three: Bank) -> None:
    _, stopped = engine.stopped(three.state, three.now)
    if stopped.limits:
        assert (stopped.limits.ccl, stopped.limits.dcl) == (0, 0)
        assert three.decision.limits
        assert stopped.limits.cvl <= three.decision.limits.cvl


def silence_never_raises_a_limit(three: Bank) -> None:
    state, before = three.state, three.decision
    for wait in (40.0, 400.0):
        decision = silence(three, state, wait)
        if any(one.state is MemberState.APART for one in decision.members):
            return  # it counts no longer, so the limits rise
        for name in ("cvl", "ccl", "dcl"):
            if before.limits and decision.limits:
                assert getattr(decision.limits, name) <= getattr(before.limits, name)


def silence(three: Bank, state: BankState, wait: float) -> BankDecision:
    """Decide after a silence of all packs, without changing the bank."""
    packs = [replace(pack) for pack in three.packs]
    for pack in packs:
        pack.poll(None, three.now + wait, three.decision.charge)
    seen = [pack.view for pack in packs]
    return engine.decide(state, seen, three.settings, three.now + wait, managed=True)[1]


RULES = (
    a_full_cell_is_not_charged,
    numbers_are_finite_and_words_are_there,
    a_second_decision_at_the_same_time_is_the_same,
    a_fault_stops_all_currents,
    silence_never_raises_a_limit,
)


@hypothesis_settings(max_examples=20)
@given(histories)
def test_every_rule_holds_at_each_step_of_any_history(history: list[Step]) -> None:
    three = Bank(3)
    for step in history:
        three = happen(three, step)
        for holds in RULES:
            holds(three)


def a_watch_only_pack_is_within_its_owners_current(three: Bank) -> None:
    limits, found = three.decision.limits, three.state.limits
    for combined, setting, limit in (
        (found.charging, PackSettings.max_charge_current, limits.ccl if limits else 0.0),
        (found.discharging, PackSettings.max_discharge_current, limits.dcl if limits else 0.0),
    ):
        for member, pack in zip(three.decision.members, three.packs, strict=True):
            contribution = combined.contributions.get(member.number) if combined else None
            if member.watch_only and contribution and contribution.share is not None:
                assert limit * contribution.share <= pack.settings.value(setting) + ROUNDING


def a_watch_only_pack_is_never_charged_alone(three: Bank) -> None:
    if three.decision.limits and not any(one.online and not one.watch_only for one in three.decision.members):
        assert three.limits.ccl == 0


# A silence of half an hour of which the bank learns at its end, as after a suspension
SUSPENDED = Step(after=2000.0, cells=(0.0, 2.5, 2.5), on=(False, False, False))


@hypothesis_settings(max_examples=20)
@given(histories, st.integers(1, 2))
@example([Step(after=0.5, cells=(2.5, 3.1, 0.0), on=(True, False, False)), SUSPENDED], 1)
def test_every_rule_holds_in_any_history_with_watch_only_packs_too(history: list[Step], number: int) -> None:
    watched = settings(Protocol="daly", MaxChargeCurrent=20.0, MaxDischargeCurrent=25.0)
    three = Bank([*([settings()] * (3 - number)), *([watched] * number)])
    for step in history:
        three = happen(three, step)
        for holds in (
            *RULES,
            a_watch_only_pack_is_within_its_owners_current,
            a_watch_only_pack_is_never_charged_alone,
        ):
            holds(three)


def test_the_generated_histories_reach_limits_that_are_not_zero() -> None:
    three = Bank(3)
    for step in [Step(after=4.0)] * 10:
        three = happen(three, step)
    assert three.limits.ccl == 90.0
