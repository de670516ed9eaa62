"""Decide what is published of a bank, from the newest decisions of its members and the time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from math import inf

from dbus_xbms.model import Phase
from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.bank import limits, members, shares, topology, totals, values, voltage
from dbus_xbms.policy.bank import shunt as shunts
from dbus_xbms.policy.bank.currents import Combined, Contribution
from dbus_xbms.policy.bank.limits import BankLimits
from dbus_xbms.policy.bank.members import STALE, Connection, Placed, by_string, controlling
from dbus_xbms.policy.bank.records import BankDecision, BankValues, Member, MemberState, MemberView
from dbus_xbms.policy.bank.shares import AverageCurrent
from dbus_xbms.policy.bank.shunt import ShuntState
from dbus_xbms.policy.bank.topology import Topology
from dbus_xbms.policy.bank.values import ValuesState
from dbus_xbms.policy.charge import ramp
from dbus_xbms.policy.charge.charge_voltage import CvlState, Stage
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.decision import Decision
from dbus_xbms.record import record, replace
from dbus_xbms.settings.bank import BankSettings

LONGEST_STEP = 60.0  # s that the time between two samples counts: they may be held for as long
SOONEST = 1.0  # s until the next decision without a new one of a member
RETRY_AFTER_FAILURE = 1.0  # s until a failed decision is retried
NO_CONTRIBUTION = Contribution()
# Phases of a member without a sample, from the mildest to the last.
SILENT_PHASES = (Phase.LENT, Phase.LENT_STOPPED, Phase.DERATED, Phase.LOST, Phase.WITHDRAWN)


@record
class BankState:
    """Everything remembered of one bank between decisions. Times in s, monotonic."""

    started: float
    at: float = inf  # of the last decision
    sampled_at: float = -inf  # when the newest sample was taken
    controls: Mapping[str, LimitsState] = field(default_factory=dict)  # the last of each member, by address
    connections: Mapping[str, Connection] = field(default_factory=dict)
    averages: Mapping[str, AverageCurrent] = field(default_factory=dict)
    stage: CvlState | None = None  # None: no member is known yet
    values: ValuesState = field(default_factory=ValuesState)
    shunt: ShuntState = field(default_factory=ShuntState)
    limits: BankLimits = field(default_factory=BankLimits)
    decision: BankDecision = field(default_factory=BankDecision)  # the last


def decide(
    state: BankState,
    views: Sequence[MemberView],
    settings: BankSettings,
    now: float,
    *,
    managed: bool = False,
    shunt: float | None = None,
) -> tuple[BankState, BankDecision]:
    """Decide what to publish at ``now``, in s; may be called any number of times.

    Args:
        state: as returned by the last decision.
        views: all members, string after string, also those without contact.
        settings: of the bank.
        now: s, monotonic.
        managed: chargers obey the bank, so that it has limits.
        shunt: A, current of the bank as another battery monitor measures it; ``None``: not known.
    """
    wiring = topology.parse(settings.topology, len(views))
    controls = _controls(state.controls, views)
    placed, connections = members.place(views, wiring, controls, state.connections, now)
    averages = shares.average(state.averages, placed, now)
    judged, current = shunts.judge(state.shunt if settings.shunt else ShuntState(), shunt, placed, now)
    measured, remembered = values.measure(placed, state.decision.values, state.values, settings, now, current)
    state = replace(state, controls=controls, connections=connections, averages=averages)
    state = replace(state, values=remembered, shunt=judged)
    if managed:
        state = _advance_charge(state, placed, measured)
        bank_limits = _advance_limits(state, placed, measured, settings, now)
        state = replace(state, limits=bank_limits)
        if state.stage and bank_limits.limits:
            known = bank_limits.cap.overshoot.volts
            state = replace(state, stage=replace(state.stage, overshoot=known))
    else:
        state = replace(state, stage=None, limits=BankLimits())
    phase = _phase(controlling(placed) if managed else placed)
    decision = _build(state, phase, placed, measured, wiring, _valid_for(views, now))
    return replace(state, at=now, decision=decision), decision


def _advance_charge(state: BankState, placed: Sequence[Placed], measured: BankValues) -> BankState:
    """Advance the stage of the charge by the newest samples of the members that are not watch only."""
    trusted = controlling(placed)
    sampled_at = max([state.sampled_at, *(_sampled_at(one.view) for one in trusted)])
    dt = min(sampled_at - state.sampled_at, LONGEST_STEP) if state.sampled_at > -inf else 0.0
    if (before := state.stage or _restored_stage(trusted)) is None:
        return state
    stage = voltage.advance(before, placed, measured, dt)
    full = stage.stage is Stage.FLOAT and before.stage is not Stage.FLOAT
    remembered = values.full(state.values) if full else state.values
    return replace(state, sampled_at=sampled_at, stage=stage, values=remembered)


def _advance_limits(
    state: BankState, placed: Sequence[Placed], measured: BankValues, settings: BankSettings, now: float
) -> BankLimits:
    """Compute the limits; none before a member is known, and none once all are withdrawn.

    Limits rise from sample to sample only: what packs held does not say that more is allowed. A pack that is
    watch only does not keep limits alive.
    """
    trusted = controlling(placed)
    if not trusted or state.stage is None or _phase(trusted) is Phase.WITHDRAWN:
        return BankLimits()
    heard = any(one.online for one in trusted) and state.sampled_at > -inf
    return limits.step(
        state.limits,
        placed,
        state.averages,
        state.stage,
        measured,
        settings,
        sampled_at=min(now, state.sampled_at) if heard else now,
        decided_at=now,
        dt=max(0.0, now - state.at),
        gathering=now - state.started < limits.GATHERING,
    )


def _build(
    state: BankState,
    phase: Phase,
    placed: Sequence[Placed],
    measured: BankValues,
    wiring: Topology,
    valid_for: float,
) -> BankDecision:
    """Build the decision from the new state."""
    found = state.limits
    carried: dict[int, float] = {}
    for string in by_string(placed):
        carried |= shares.measured(string, state.averages)
    return BankDecision(
        phase=phase,
        members=tuple(_member(one, carried.get(one.number), state) for one in placed),
        series=wiring.series,
        parallel=wiring.parallel or len(placed),
        cells=_cells(placed),
        installed=_installed(placed),
        values=measured,
        alarms=totals.alarms(placed),
        limits=found.limits,
        for_owner=_for_owner(state, placed, measured),
        history=totals.history(placed),
        extremes=totals.extremes(placed),
        charge=state.stage,
        valid_for=valid_for,
    )


def _for_owner(state: BankState, placed: Sequence[Placed], measured: BankValues) -> str:
    """Return what only the owner can fix, in words; "" if there is nothing."""
    found, before = state.limits, state.decision.for_owner
    words = totals.for_owner(placed, measured, found.charging, found.discharging, before)
    return "; ".join(filter(None, (words, "" if state.shunt.believed else shunts.DOUBT)))


def stopped(state: BankState, now: float) -> tuple[BankState, BankDecision]:
    """The decision after :func:`decide` has failed: all currents 0, no measured value."""
    why = "Fault in the program"
    no_current, halted = limits.stopped(state.decision.limits, why), ramp.hold_at(ramp.no_current(why), now)
    decision = replace(
        state.decision,
        phase=Phase.LOST,
        members=tuple(map(_unknown, state.decision.members)),
        values=BankValues(),
        limits=no_current,
        valid_for=RETRY_AFTER_FAILURE,
    )
    kept = replace(state.limits, limits=no_current, charge=halted, discharge=halted)
    return replace(state, at=now, limits=kept, decision=decision), decision


def _unknown(member: Member) -> Member:
    """A member of which nothing measured is shown: its last values would stand on the bus for ever."""
    return replace(
        member,
        state=MemberState.UNKNOWN,
        sample=None,
        decision=Decision(alarms=member.decision.alarms),
        share=None,
        ccl=0.0,
        dcl=0.0,
    )


def _controls(before: Mapping[str, LimitsState], views: Sequence[MemberView]) -> dict[str, LimitsState]:
    """The charge control of each member; the last one if its task has ended, or it is silent for too long."""
    known: dict[str, LimitsState] = {}
    for view in views:
        decision = view.decision
        control = decision.control if decision else None
        if decision is None or decision.phase is Phase.WITHDRAWN:
            control = control or before.get(view.address)
        if control:
            known[view.address] = control
    return known


def _restored_stage(members: Sequence[Placed]) -> CvlState | None:
    """The stage at the start: the one that all members were in, else bulk; ``None``: nothing is known yet.

    What one member knows of chargers counts for all.
    """
    stages = [one.control.voltage for one in members if one.control]
    if not stages:
        return None
    same = len({(one.stage, one.top_balancing) for one in stages}) == 1
    overshoot = max((one.overshoot for one in stages if one.overshoot is not None), default=None)
    return replace(stages[0] if same else CvlState(), reduction=None, cvl=None, overshoot=overshoot)


def _sampled_at(view: MemberView) -> float:
    age = view.decision.age if view.decision else None
    return -inf if age is None else view.decided_at - age


def _phase(placed: Sequence[Placed]) -> Phase:
    """The phase of the bank: fresh as long as one member is, else that of the member heard last."""
    phases = [one.view.decision.phase for one in placed if one.view.decision]
    online = [one.view.decision.phase for one in placed if one.online and one.view.decision]
    if online:
        return Phase.FRESH if Phase.FRESH in online else Phase.HELD
    if any(one.state is MemberState.APART for one in placed):
        return Phase.LOST
    if all(one.state is MemberState.UNKNOWN for one in placed):
        return Phase.WAITING
    found = [phase for phase in SILENT_PHASES if phase in phases]
    return found[0] if found else Phase.DERATED


def _member(one: Placed, share: float | None, state: BankState) -> Member:
    charge = _contribution(state.limits.charging, one)
    discharge = _contribution(state.limits.discharging, one)
    return Member(
        number=one.number,
        address=one.view.address,
        name=one.view.name,
        string=one.string,
        cells=one.cells,
        watch_only=one.watch_only,
        state=one.state,
        why=one.why,
        decision=one.view.decision or Decision(),
        sample=one.sample,
        share=share,
        ccl=charge.current,
        dcl=discharge.current,
        charge_limitation=charge.reason,
        discharge_limitation=discharge.reason,
    )


def _contribution(combined: Combined | None, one: Placed) -> Contribution:
    return combined.contributions.get(one.number, NO_CONTRIBUTION) if combined else NO_CONTRIBUTION


def _cells(placed: Sequence[Placed]) -> int:
    """The number of cells in series; 0 if a string is unknown."""
    counts = [max(one.cells for one in string) for string in by_string(placed)]
    return sum(counts) if all(counts) else 0


def _installed(placed: Sequence[Placed]) -> float:
    """The installed capacity in Ah; 0 if that of a pack is unknown."""
    known = [
        [state_of_charge.installed(one.view.identity.nominal, one.view.settings) for one in string]
        for string in by_string(placed)
    ]
    return min(map(sum, known), default=0.0) if all(map(all, known)) else 0.0


def _valid_for(views: Sequence[MemberView], now: float) -> float:
    """Seconds until the decision of a member expires, or its task must have decided again."""
    left = [view.decided_at + min(view.decision.valid_for, STALE) - now for view in views if view.decision]
    return max(min(left, default=inf), SOONEST)
