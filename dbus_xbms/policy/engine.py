"""One step of watching and controlling a pack: a sample or silence and the time in, a decision out. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from dbus_xbms.model import Level, Mosfet, Mosfets, PackSample, Phase
from dbus_xbms.policy import (
    alarms,
    decision,
    freshness,
    history,
    identity,
    lowest_highest,
    poll_rate,
    state_of_charge,
    temperatures,
    unexpected_current,
)
from dbus_xbms.policy.alarms import AlarmState
from dbus_xbms.policy.charge import limits, silent_limits
from dbus_xbms.policy.charge.charge_voltage import Stage
from dbus_xbms.policy.decision import VALID, Decision
from dbus_xbms.policy.freshness import Freshness
from dbus_xbms.policy.history import widened
from dbus_xbms.policy.pack_state import PackState, failed, heard_since_lent, sampled
from dbus_xbms.policy.poll_rate import CalmPeriod
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.settings import PackSettings

RETRY_AFTER_FAILURE = 1.0  # s until a decision that failed is tried again


def step(
    state: PackState, sample: PackSample | None, now: float, settings: PackSettings, *, managed: bool = False
) -> tuple[PackState, Decision]:
    """Take one poll's sample, or ``None`` if it failed, and decide."""
    state = failed(state) if sample is None else sampled(state, sample, now)
    return decide(state, now, settings, managed=managed)


def _fresh(state: PackState, now: float, settings: PackSettings, managed: bool) -> Freshness:
    if not heard_since_lent(state):
        heard_at = state.started if state.sampled_at is None else state.sampled_at
        return freshness.judge_lent(now - state.lent_until, now - heard_at, settings, managed=managed)
    if (since := state.evidence.doubted_at) is not None:
        return freshness.judge_doubted(now - since, settings, managed=managed)
    silence = None if state.sampled_at is None else now - state.sampled_at
    unheard_for = now - state.recalled_at if managed and state.recalled_at is not None else 0.0
    return freshness.judge(
        silence, now - state.started, state.failing, settings, managed=managed, unheard_for=unheard_for
    )


def _counted(state: PackState, sensors: Temperatures, settings: PackSettings) -> PackState:
    """Add the newest sample to the history and the extremes, once; a stranger's to neither."""
    sample, at, longest = state.sample, state.sampled_at, freshness.longest_gap(settings)
    if sample is None or at is None or at == state.history.at or identity.contradiction(sample, settings):
        return state
    follows = history.follows(state.history, at, longest)
    return replace(
        state,
        history=history.fold(state.history, sample, at, longest),
        extremes=widened(state.extremes, sample, sensors.cells) if follows else state.extremes,
        draw=state_of_charge.averaged(state.draw, sample, at),
    )


def _flowing(state: PackState, settings: PackSettings, managed: bool) -> PackState:
    """Compare the newest sample with the limits that were on the bus when it was taken."""
    sample, at = state.sample, state.sampled_at
    if sample is None or at is None:
        return state
    told = state.control.limits if managed and state.control else None
    capacity, longest = state_of_charge.installed(sample.nominal, settings), freshness.longest_gap(settings)
    return replace(state, flows=unexpected_current.step(state.flows, sample, told, capacity, at, longest))


def _sensed(state: PackState, sample: PackSample, settings: PackSettings) -> tuple[PackState, Temperatures]:
    """Sort the sensors of the newest sample."""
    chosen = settings.temperature_roles or sample.sensor_roles
    capacity = state_of_charge.installed(sample.nominal, settings)
    hot = temperatures.find_hot_sensor(
        state.hot, sample.temperatures, sample.current, capacity, state.sampled_at or 0.0
    )
    if hot != state.hot:
        state = replace(state, hot=hot)
    return state, temperatures.judge(sample.temperatures, chosen, hot)


def _barred(sample: PackSample, turning_off: AbstractSet[Mosfet]) -> PackSample:
    """The sample as it will be once the MOSFETs that are about to turn off have done so."""
    if not turning_off:
        return sample
    charge, discharge = (sample.mosfets.of(mosfet) and mosfet not in turning_off for mosfet in Mosfet)
    return replace(sample, mosfets=Mosfets(charge=charge, discharge=discharge))


def _controlled(
    state: PackState,
    phase: Phase,
    sensors: Temperatures,
    now: float,
    settings: PackSettings,
    turning_off: AbstractSet[Mosfet],
) -> limits.LimitsState | None:
    """The limits by the newest sample while it stands, else by silence."""
    if state.sample is None or state.sampled_at is None:
        if state.control is None or state.recalled_at is None:
            return state.control
        if phase is Phase.WAITING:
            phase = freshness.unheard(now - state.recalled_at, settings)
        return silent_limits.silent(state.control, phase, now, settings)
    if phase not in VALID:
        doubted = state.evidence.doubt
        return silent_limits.silent(state.control, phase, now, settings, doubted) if state.control else None
    longest, since_top = freshness.longest_gap(settings), state.history.history.since_top_balance
    sample = _barred(state.sample, turning_off)
    return limits.step(state.control, sample, sensors, since_top, state.sampled_at, settings, longest)


def _filled(state: PackState) -> PackState:
    """Record a full pack when float begins."""
    voltage = state.control.voltage if state.control and state.sample else None
    if voltage is None or voltage.stage is not Stage.FLOAT or voltage.floated > 0:
        return state
    return replace(state, history=history.filled(state.history, top_balanced=voltage.topped))


def _watched(control: limits.LimitsState | None, settings: PackSettings) -> alarms.Control | None:
    if control is None:
        return None
    by_temperature = bool(settings.temperature_control)
    return alarms.Control(
        preset=control.preset,
        refused=control.verdict.refused,
        by_temperature=by_temperature,
        dead=control.dead,
        capacity_unknown=control.capacity_unknown,
    )


def _calm(
    state: PackState,
    phase: Phase,
    sensors: Temperatures,
    control: limits.LimitsState | None,
    standing: AlarmState,
    settings: PackSettings,
    watched: alarms.Control | None,
) -> CalmPeriod | None:
    """For how long nothing has been going on."""
    sample, at = state.sample, state.sampled_at
    if phase is not Phase.FRESH or sample is None or at is None:
        return None
    if not poll_rate.is_calm(sample, sensors, control, standing, settings, watched):
        return None
    return poll_rate.updated(state.calm, sample, at)


def decide(
    state: PackState,
    now: float,
    settings: PackSettings,
    *,
    managed: bool = False,
    turning_off: AbstractSet[Mosfet] = frozenset(),
) -> tuple[PackState, Decision]:
    """Decide what may be shown at ``now``; always safe to call again, whatever happened in between.

    With ``managed`` the pack controls chargers and inverters. Through MOSFETs that are ``turning_off``
    nothing may flow any more.
    """
    fresh = _fresh(state, now, settings, managed)
    sample = state.sample if fresh.phase in VALID else None
    sensors = Temperatures()
    if sample:
        state, sensors = _sensed(state, sample, settings)
        state = _flowing(_counted(state, sensors, settings), settings, managed)
        state = replace(
            state,
            cell_ends=lowest_highest.of_cells(state.cell_ends, sample),
            sensor_ends=lowest_highest.of_sensors(state.sensor_ends, sample, sensors.cells),
        )
    control = _controlled(state, fresh.phase, sensors, now, settings, turning_off) if managed else None
    watched = _watched(control, settings)
    standing = alarms.step(state.alarms, sample, sensors, now, settings, watched, state.flows.levels)
    calm = _calm(state, fresh.phase, sensors, control, standing, settings, watched)
    state = _filled(replace(state, control=control, alarms=standing, calm=calm))
    return state, decision.made(state, fresh, sensors, now, settings)


def stopped(state: PackState, now: float, settings: PackSettings) -> tuple[PackState, Decision]:
    """The decision when deciding itself failed: all currents 0, nothing measured is shown.

    Judges nothing, so that what made :func:`decide` fail cannot make this fail.
    """
    control = silent_limits.stopped(state.control, now, "Fault in the program") if state.control else None
    state = replace(state, control=control, calm=None)
    fresh = Freshness(phase=Phase.LOST, lasts=RETRY_AFTER_FAILURE, cable=Level.ALARM)
    return state, decision.made(state, fresh, Temperatures(), now, settings)
