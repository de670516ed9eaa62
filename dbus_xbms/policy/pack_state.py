"""State of one pack between decisions, and how polls, restarts and lending change it. Pure."""

from __future__ import annotations

from dataclasses import field
from math import inf

from dbus_xbms.model import NOTHING_TRIPPED, BmsTraits, Extremes, LowestHighest, PackIdentity, PackSample
from dbus_xbms.policy import freshness, plausibility
from dbus_xbms.policy.alarms import AlarmState
from dbus_xbms.policy.charge import silent_limits, snapshot
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.charge.snapshot import Snapshot
from dbus_xbms.policy.history import HistoryState
from dbus_xbms.policy.plausibility import PlausibilityState
from dbus_xbms.policy.poll_rate import IdlePeriod
from dbus_xbms.policy.state_of_charge import AverageDischarge
from dbus_xbms.policy.unexpected_current import UnexpectedCurrents
from dbus_xbms.record import record, replace
from dbus_xbms.settings import PackSettings


@record
class PackState:
    """Everything remembered of one pack between decisions. Times in s, monotonic."""

    started: float
    traits: BmsTraits = field(default_factory=BmsTraits)  # of the BMS's family
    identity: PackIdentity = field(default_factory=PackIdentity)  # as the BMS last reported it
    plausibility: PlausibilityState = field(default_factory=PlausibilityState)
    sample: PackSample | None = None  # the newest plausible one
    sampled_at: float | None = None  # when its poll began
    failing: bool = False  # the newest poll failed
    alarms: AlarmState = field(default_factory=dict)
    extremes: Extremes = field(default_factory=Extremes)
    history: HistoryState = field(default_factory=HistoryState)
    average_discharge: AverageDischarge = field(default_factory=AverageDischarge)
    mosfets_heated_at: float | None = None  # s, when a load last showed that the first sensor is on them
    unexpected_currents: UnexpectedCurrents = field(default_factory=UnexpectedCurrents)
    control: LimitsState | None = None  # None: not controlling, or no sample yet
    previous_sample_at: float | None = None  # of the last sample before a restart, while its limits stand
    extreme_cells: LowestHighest | None = None
    extreme_sensors: LowestHighest | None = None
    idle: IdlePeriod | None = None  # None: the pack is in use
    lent_until: float = -inf  # the link is, or was, lent until then


def restored(state: PackState, kept: Snapshot, passed: float | None, settings: PackSettings) -> PackState:
    """Restore charge control from before a restart.

    Args:
        state: initial state.
        kept: stored snapshot.
        passed: s from the last sample to the start; ``None`` if unknown: then discharging is not allowed.
        settings: of the pack.
    """
    control = silent_limits.restore(snapshot.expire(kept, passed), state.started, settings)
    if passed is not None and passed >= freshness.withdraws_after(settings, managed=True):
        return replace(state, control=control)  # its limits had already left the bus
    since = settings.stop_after if passed is None else passed
    return replace(state, control=control, previous_sample_at=state.started - since)


def sampled(
    state: PackState,
    sample: PackSample,
    now: float,
    identity: PackIdentity | None = None,
) -> PackState:
    """Record a reading; an implausible one counts as a failed poll.

    Args:
        state: before the reading.
        sample: as the BMS reported it.
        now: s, monotonic, when its poll began.
        identity: as the BMS reported it, if it was read.
    """
    tripped = plausibility.repeated_protections(state.plausibility, sample)
    assessed = plausibility.assess(state.plausibility, sample, now, state.traits)
    last, last_at = state.sample, state.sampled_at
    if assessed.accepted:
        last, last_at = sample, now
    elif last and assessed.implausible and tripped:
        last = replace(last, protection=(last.protection or NOTHING_TRIPPED) | tripped)
    return replace(
        state,
        plausibility=assessed,
        identity=identity or state.identity,
        sample=last,
        sampled_at=last_at,
        failing=not assessed.accepted,
    )


def failed(state: PackState) -> PackState:
    """Record a failed poll."""
    return replace(state, failing=True)


def lent(state: PackState, until: float) -> PackState:
    """Record that the link is lent until ``until``, in s; an earlier time ends lending."""
    return replace(state, lent_until=until)


def heard_since_lent(state: PackState) -> bool:
    """Return whether the link was never lent, or has brought a sample since."""
    return state.lent_until <= (state.started if state.sampled_at is None else state.sampled_at)


def may_lend(state: PackState, until: float) -> bool:
    """Whether the link may be lent until ``until``, in s: not twice in a row, but a loan may be shortened."""
    return heard_since_lent(state) or until <= state.lent_until
