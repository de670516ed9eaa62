"""What is known of a pack from step to step, and what each poll, restart or lent link adds to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

from dbus_xbms.model import Ends, Extremes, PackIdentity, PackSample
from dbus_xbms.policy import freshness, history, plausibility, temperatures, unexpected_current
from dbus_xbms.policy.alarms import AlarmState
from dbus_xbms.policy.charge import limits, silent_limits, snapshot
from dbus_xbms.policy.charge.snapshot import Snapshot
from dbus_xbms.policy.poll_rate import CalmPeriod
from dbus_xbms.policy.state_of_charge import Draw
from dbus_xbms.settings import PackSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PackState:
    """What watching one pack has to remember from step to step."""

    started: float  # s, monotonic
    evidence: plausibility.PlausibilityState = field(
        default_factory=plausibility.PlausibilityState
    )  # whether readings are believed
    heard: PackIdentity = field(default_factory=PackIdentity)  # what the BMS last said of itself
    sample: PackSample | None = None  # the newest that is believed
    sampled_at: float | None = None  # s, monotonic, when its poll began
    failing: bool = False  # the newest poll failed
    alarms: AlarmState = field(default_factory=dict)
    extremes: Extremes = field(default_factory=Extremes)
    history: history.HistoryState = field(default_factory=history.HistoryState)
    draw: Draw = field(default_factory=Draw)
    hot: temperatures.HotSensor | None = None  # the sensor that is clearly the MOSFETs'
    flows: unexpected_current.FlowState = field(
        default_factory=unexpected_current.FlowState
    )  # currents that should not be
    control: limits.LimitsState | None = None  # None: not controlling, or no sample yet
    recalled_at: float | None = None  # s, when a pack that still controls was last heard before the start
    cell_ends: Ends | None = None
    sensor_ends: Ends | None = None
    calm: CalmPeriod | None = None  # None: something goes on
    lent_until: float = -inf  # s; the link is, or was, somebody else's until then


def restored(state: PackState, kept: Snapshot, passed: float | None, settings: PackSettings) -> PackState:
    """Take what was known of a controlling pack before the program started.

    Args:
        state: as at the start.
        kept: what was stored.
        passed: s from the last sample to the start, ``None`` if unknown: then nothing may be drawn.
        settings: the pack's.
    """
    control = silent_limits.restored(snapshot.continued(kept, passed), state.started, settings)
    if passed is not None and passed >= freshness.withdraws_after(settings, managed=True):
        return replace(state, control=control)  # its limits had ended
    since = settings.stop_after if passed is None else passed
    return replace(state, control=control, recalled_at=state.started - since)


def sampled(
    state: PackState,
    sample: PackSample,
    now: float,
    heard: PackIdentity | None = None,
) -> PackState:
    """Take a reading; one that is not believed counts as a failed poll.

    Args:
        state: as it was before.
        sample: what the BMS has answered.
        now: s, monotonic, when its poll began.
        heard: what the BMS says of itself, if it was asked.
    """
    tripped = plausibility.confirmed(state.evidence, sample)
    state = replace(
        state, evidence=plausibility.assess(state.evidence, sample, now), heard=heard or state.heard
    )
    if state.evidence.accepted:
        return replace(state, sample=sample, sampled_at=now, failing=False)
    if state.sample and state.evidence.odd:
        sample = replace(state.sample, protection=state.sample.protection | tripped)
        return replace(state, sample=sample, failing=True)
    return failed(state)


def failed(state: PackState) -> PackState:
    """Record a failed poll."""
    return replace(state, failing=True)


def lent(state: PackState, until: float) -> PackState:
    """Record that the link is lent until that moment, in s; an earlier one ends the lend."""
    return replace(state, lent_until=until)


def heard_since_lent(state: PackState) -> bool:
    """Whether the link was not lent, or has brought a sample since."""
    return state.lent_until <= (state.started if state.sampled_at is None else state.sampled_at)


def may_lend(state: PackState, until: float) -> bool:
    """Whether the link may be lent until that moment, in s: not twice in a row, but for less than agreed."""
    return heard_since_lent(state) or until <= state.lent_until
