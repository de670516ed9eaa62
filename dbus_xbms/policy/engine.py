"""Decide what is published of a pack, from a sample or silence and the time. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from dbus_xbms.model import LENT, VALID, Level, Mosfet, Mosfets, PackSample, Phase
from dbus_xbms.policy import (
    alarms,
    extremes,
    freshness,
    history,
    identity,
    poll_rate,
    state_of_charge,
    temperatures,
    unexpected_current,
)
from dbus_xbms.policy.alarms import AlarmState, worst
from dbus_xbms.policy.charge import limits, silent_limits
from dbus_xbms.policy.charge.charge_voltage import CvlState, Stage
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.freshness import Freshness
from dbus_xbms.policy.pack_state import PackState, failed, heard_since_lent, sampled
from dbus_xbms.policy.poll_rate import IdlePeriod
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.record import replace
from dbus_xbms.settings import PackSettings

SOC_VALID = (*VALID, *LENT)  # phases in which the last state of charge is shown
FULL_FROM = 80.0  # %; a pack that is full below has another chemistry than chosen, or a wrong count
FLOAT_TOO_EARLY = f"Full at less than {FULL_FROM:g} %: Chemistry is wrong, or the BMS has lost its count"
RETRY_AFTER_FAILURE = 1.0  # s until a failed decision is retried


def step(
    state: PackState, sample: PackSample | None, now: float, settings: PackSettings, *, managed: bool = False
) -> tuple[PackState, Decision]:
    """Record one poll's sample, or ``None`` if it failed, and decide."""
    state = failed(state) if sample is None else sampled(state, sample, now)
    return decide(state, now, settings, managed=managed)


def _freshness(state: PackState, now: float, settings: PackSettings, managed: bool) -> Freshness:
    if not heard_since_lent(state):
        sampled_at = state.started if state.sampled_at is None else state.sampled_at
        return freshness.judge_lent(now - state.lent_until, now - sampled_at, settings, managed=managed)
    if (since := state.plausibility.doubted_at) is not None:
        return freshness.judge_doubted(now - since, settings, managed=managed)
    silence = None if state.sampled_at is None else now - state.sampled_at
    previous_silence = (
        now - state.previous_sample_at if managed and state.previous_sample_at is not None else 0.0
    )
    return freshness.judge(
        silence,
        now - state.started,
        state.failing,
        settings,
        managed=managed,
        previous_silence=previous_silence,
    )


def _observe(
    state: PackState, sample: PackSample, at: float, settings: PackSettings, *, managed: bool
) -> tuple[PackState, Temperatures]:
    """Add the newest sample, taken at ``at``, to what is remembered; return with that its sensors by role."""
    capacity, longest = state_of_charge.installed(sample.nominal, settings), freshness.longest_gap(settings)
    heated_at = temperatures.heated_at(
        state.mosfets_heated_at, sample.temperatures, sample.current, capacity, at
    )
    sensors = temperatures.judge(
        sample.temperatures,
        settings.temperature_roles or sample.sensor_roles,
        heated=heated_at is not None,
        first_at_mosfets=state.traits.first_sensor_at_mosfets,
    )
    # Those that were on the bus when it was taken
    published = state.control.limits if managed and state.control else None
    observed = replace(
        state,
        mosfets_heated_at=heated_at,
        unexpected_currents=unexpected_current.step(
            state.unexpected_currents, sample, published, capacity, at, longest
        ),
        extreme_cells=extremes.of_cells(state.extreme_cells, sample),
        extreme_sensors=extremes.of_sensors(state.extreme_sensors, sample, sensors.cells),
    )
    if at == state.history.at or identity.contradiction(sample, settings):  # another pack has its own totals
        return observed, sensors
    return _with_totals(observed, sample, sensors, at, longest), sensors


def _with_totals(
    state: PackState, sample: PackSample, sensors: Temperatures, at: float, longest: float
) -> PackState:
    """Add a new sample to the history and the extremes."""
    consecutive = history.is_consecutive(state.history, at, longest)
    return replace(
        state,
        history=history.add_sample(state.history, sample, at, longest),
        extremes=extremes.widen(state.extremes, sample, sensors.cells) if consecutive else state.extremes,
        average_discharge=state_of_charge.update_average(state.average_discharge, sample, at),
    )


def _with_mosfets_off(sample: PackSample, turning_off: AbstractSet[Mosfet]) -> PackSample:
    """The sample as it will be once these MOSFETs are off."""
    if not turning_off or (mosfets := sample.mosfets) is None:
        return sample
    charge, discharge = (mosfets.of(mosfet) and mosfet not in turning_off for mosfet in Mosfet)
    return replace(sample, mosfets=Mosfets(charge=charge, discharge=discharge))


def _limits(
    state: PackState,
    phase: Phase,
    sensors: Temperatures,
    now: float,
    settings: PackSettings,
    turning_off: AbstractSet[Mosfet],
    stage: CvlState | None,
) -> LimitsState | None:
    """The limits by the newest sample while it is valid, else by silence."""
    if state.sample is None or state.sampled_at is None:
        if state.control is None or state.previous_sample_at is None:
            return state.control
        if phase is Phase.WAITING:
            phase = freshness.silent_phase(now - state.previous_sample_at, settings)
        return silent_limits.in_silence(state.control, phase, now, settings)
    if phase not in VALID:
        doubt = state.plausibility.doubt
        return silent_limits.in_silence(state.control, phase, now, settings, doubt) if state.control else None
    longest, since_top = freshness.longest_gap(settings), state.history.history.since_top_balance
    sample = _with_mosfets_off(state.sample, turning_off)
    return limits.step(state.control, sample, sensors, since_top, state.sampled_at, settings, longest, stage)


def _record_full(state: PackState) -> PackState:
    """Record a full pack when float begins."""
    voltage = state.control.voltage if state.control and state.sample else None
    if voltage is None or voltage.stage is not Stage.FLOAT or voltage.float_time > 0:
        return state
    return replace(state, history=history.record_full(state.history, top_balanced=voltage.top_balanced))


def _alarm_context(
    control: LimitsState | None, sample: PackSample | None, settings: PackSettings
) -> alarms.ControlStatus | None:
    """What alarms depend on; if the BMS reports no protections, the owner's chemistry stands in for them."""
    if control is None:
        if sample is None or sample.protection is not None or not settings.chemistry:
            return None
        chosen = preset(settings)
        return None if chosen.refused else alarms.ControlStatus(preset=chosen, by_temperature=False)
    by_temperature = bool(settings.temperature_control)
    return alarms.ControlStatus(
        preset=control.preset,
        refused=control.verdict.refused,
        by_temperature=by_temperature,
        dead=control.dead,
        capacity_unknown=control.capacity_unknown,
    )


def _idle_period(
    state: PackState,
    phase: Phase,
    sensors: Temperatures,
    control: LimitsState | None,
    status: AlarmState,
    settings: PackSettings,
    alarm_context: alarms.ControlStatus | None,
) -> IdlePeriod | None:
    """Extend or end the idle period."""
    sample, at = state.sample, state.sampled_at
    if phase is not Phase.FRESH or sample is None or at is None:
        return None
    if not poll_rate.is_idle(sample, sensors, control, status, settings, alarm_context):
        return None
    return poll_rate.track_idle(state.idle, sample, at)


def decide(
    state: PackState,
    now: float,
    settings: PackSettings,
    *,
    managed: bool = False,
    turning_off: AbstractSet[Mosfet] = frozenset(),
    stage: CvlState | None = None,
) -> tuple[PackState, Decision]:
    """Decide what to publish at ``now``, in s; may be called any number of times.

    With ``managed`` the pack, or the bank to which it belongs, controls chargers and inverters. No current is
    allowed through MOSFETs that are ``turning_off``. The ``stage`` of a bank replaces the pack's own.
    """
    fresh = _freshness(state, now, settings, managed)
    sample = state.sample if fresh.phase in VALID else None
    sensors = Temperatures()
    if sample and state.sampled_at is not None:
        state, sensors = _observe(state, sample, state.sampled_at, settings, managed=managed)
    control = _limits(state, fresh.phase, sensors, now, settings, turning_off, stage) if managed else None
    alarm_context = _alarm_context(control, sample, settings)
    status = alarms.step(
        state.alarms, sample, sensors, now, settings, alarm_context, state.unexpected_currents.levels
    )
    idle = _idle_period(state, fresh.phase, sensors, control, status, settings, alarm_context)
    state = _record_full(replace(state, control=control, alarms=status, idle=idle))
    unwatched = alarms.unwatched(sample, sensors, settings, alarm_context) if sample else alarms.NO_ALARM
    return state, _build(state, fresh, sensors, now, settings, unwatched)


def stopped(state: PackState, now: float, settings: PackSettings) -> tuple[PackState, Decision]:
    """The decision after :func:`decide` has failed: all currents 0, no measured value.

    Evaluates no rule, so that it cannot fail for the same reason.
    """
    control = silent_limits.after_fault(state.control, now, "Fault in the program") if state.control else None
    state = replace(state, control=control, idle=None)
    fresh = Freshness(phase=Phase.LOST, lasts=RETRY_AFTER_FAILURE, cable=Level.ALARM)
    return state, _build(state, fresh, Temperatures(), now, settings)


def _doubt(state: PackState, phase: Phase, settings: PackSettings) -> tuple[Level, str]:
    """Return the alarm level and a description of what is in doubt."""
    if state.plausibility.doubt:
        return Level.ALARM, f"Readings not believed: {state.plausibility.doubt}"
    if state.sample is None or phase not in VALID:
        return Level.OK, ""
    if contradiction := identity.contradiction(state.sample, settings):
        return Level.ALARM, contradiction
    if difference := identity.difference(state.identity, state.sample, settings):
        return Level.WARNING, difference
    soc = state.sample.soc
    early = soc is not None and soc < FULL_FROM
    if early and state.control and state.control.voltage.stage is Stage.FLOAT:
        return Level.WARNING, FLOAT_TOO_EARLY
    # These have alarms of their own.
    return Level.OK, state.unexpected_currents.words or state.sample.problem


def _build(
    state: PackState,
    fresh: Freshness,
    sensors: Temperatures,
    now: float,
    settings: PackSettings,
    unwatched: frozenset[str] = alarms.NO_ALARM,
) -> Decision:
    """Build the decision from the state at ``now`` and its freshness."""
    sample = state.sample if fresh.phase in VALID else None
    soc_sample = state.sample if fresh.phase in SOC_VALID else None
    published = state.sample is not None or state.previous_sample_at is not None
    control = state.control if published and fresh.phase is not Phase.WITHDRAWN else None
    doubt_level, doubt = _doubt(state, fresh.phase, settings)
    levels = {path: status.level for path, status in state.alarms.items()}
    levels[alarms.INTERNAL_FAILURE] = worst(doubt_level, levels.get(alarms.INTERNAL_FAILURE, Level.OK))
    # Rejected readings do not mean that the link is down.
    still_read = state.plausibility.doubt and now - state.plausibility.read_at < freshness.longest_gap(
        settings
    )
    levels[alarms.BMS_CABLE] = Level.OK if still_read else fresh.cable
    return Decision(
        phase=fresh.phase,
        sample=sample,
        temperatures=sensors,
        alarms=levels,
        unwatched=unwatched,
        valid_for=fresh.lasts,
        limits=control.limits if control else None,
        control=control,
        refused=control.verdict.refused if control else "",
        for_owner=control.for_owner if control else "",
        doubt=doubt,
        soc=state_of_charge.soc(soc_sample) if soc_sample else None,
        consumed=state_of_charge.consumed(sample) if sample else None,
        time_to_go=state_of_charge.time_to_go(state.average_discharge, sample, settings) if sample else None,
        extreme_cells=state.extreme_cells,
        extreme_sensors=state.extreme_sensors,
        history=state.history.history,
        resting=bool(sample and state.idle and state.idle.counts_as_rest(state.sampled_at or 0.0)),
        age=None if state.sampled_at is None else now - state.sampled_at,
    )
