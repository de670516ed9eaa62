"""One step of watching and controlling a pack: a sample or silence and the time in, a decision out. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from math import inf

from dbus_xbms.control import (
    alarms,
    ends,
    evidence,
    excess,
    freshness,
    gauge,
    history,
    identity,
    limits,
    pace,
    recall,
    temperatures,
    unheard,
)
from dbus_xbms.control.alarms import AlarmState, worst
from dbus_xbms.control.charge_voltage import Stage
from dbus_xbms.control.freshness import Freshness
from dbus_xbms.control.gauge import Draw
from dbus_xbms.control.history import widened
from dbus_xbms.control.pace import Calm
from dbus_xbms.control.recall import Recalled
from dbus_xbms.control.temperatures import Temperatures
from dbus_xbms.model import (
    Ends,
    Extremes,
    History,
    Level,
    Limits,
    Mosfet,
    Mosfets,
    PackIdentity,
    PackSample,
    Phase,
)
from dbus_xbms.settings import Settings

VALID = (Phase.FRESH, Phase.HELD)  # phases in which the newest sample may be shown
COUNTED = (*VALID, Phase.LENT, Phase.LENT_STOPPED)  # in which the last state of charge is shown
RETRY_AFTER_FAILURE = 1.0  # s until a decision that failed is tried again
FULL_FROM = 80.0  # %; a pack that is full below has another chemistry than was chosen, or a wrong count
FLOAT_TOO_EARLY = f"Full at less than {FULL_FROM:g} %: Chemistry is wrong, or the BMS has lost its count"


def controls(settings: Settings) -> bool:
    """Whether the owner wants this pack's limits to control chargers, and has said what its cells are."""
    return bool(settings.number("Control") and settings.text("Chemistry"))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What watching one pack has to remember from step to step."""

    started: float  # s, monotonic
    evidence: evidence.State = field(default_factory=evidence.State)  # whether readings are believed
    heard: PackIdentity = field(default_factory=PackIdentity)  # what the BMS last said of itself
    sample: PackSample | None = None  # the newest that is believed
    sampled_at: float | None = None  # s, monotonic
    oldest_at: float | None = None  # s, of what of the sample was measured first
    failing: bool = False  # the newest poll failed
    alarms: AlarmState = field(default_factory=dict)
    extremes: Extremes = field(default_factory=Extremes)
    history: history.State = field(default_factory=history.State)
    draw: Draw = field(default_factory=Draw)
    hot: temperatures.Hot | None = None  # the sensor that is clearly the MOSFETs'
    flows: excess.State = field(default_factory=excess.State)  # currents that should not be
    control: limits.State | None = None  # None: not controlling, or no sample yet
    recalled_at: float | None = None  # s, when a pack that still controls was last heard before the start
    cell_ends: Ends | None = None
    sensor_ends: Ends | None = None
    calm: Calm | None = None  # None: something goes on
    lent_until: float = -inf  # s; the link is, or was, somebody else's until then


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the bus may show now."""

    phase: Phase
    sample: PackSample | None  # None unless it may be shown
    temperatures: Temperatures
    alarms: dict[str, Level]
    valid_for: float  # s after which this must be decided again even if nothing happens
    limits: Limits | None = None  # None: not controlling, no sample since the start, or withdrawn
    refused: str = ""  # why the preset is not believed
    for_owner: str = ""  # what else only the owner can put right
    doubt: str = ""  # why readings or the BMS are not believed, or what flows and should not, in words
    soc: float | None = None  # %
    consumed: float | None = None  # Ah, zero or negative
    time_to_go: int | None = None  # s
    cell_ends: Ends | None = None
    sensor_ends: Ends | None = None
    history: History = field(default_factory=History)
    resting: bool = False  # the pack may be polled more rarely
    age: float | None = None  # s since the newest good sample


def recalled(state: State, kept: Recalled, passed: float | None, settings: Settings) -> State:
    """Take what was known of a controlling pack before the program started.

    Args:
        state: as at the start.
        kept: what was stored.
        passed: s from the last sample to the start, ``None`` if unknown: then nothing may be drawn.
        settings: the pack's.
    """
    control = unheard.recalled(recall.continued(kept, passed), state.started, settings)
    if passed is not None and passed >= freshness.withdraws_after(settings, managed=True):
        return replace(state, control=control)  # its limits had ended
    since = settings.number("Stop") if passed is None else passed
    return replace(state, control=control, recalled_at=state.started - since)


def sampled(
    state: State,
    sample: PackSample,
    now: float,
    oldest: float | None = None,
    heard: PackIdentity | None = None,
) -> State:
    """Take a reading; one that is not believed counts as a failed poll.

    Args:
        state: as it was before.
        sample: what the BMS has answered.
        now: s, monotonic.
        oldest: s, when the oldest part of the sample was measured.
        heard: what the BMS says of itself, if it was asked.
    """
    tripped = evidence.confirmed(state.evidence, sample)
    state = replace(state, evidence=evidence.follow(state.evidence, sample, now), heard=heard or state.heard)
    if state.evidence.accepted:
        oldest = now if oldest is None else oldest
        return replace(state, sample=sample, sampled_at=now, oldest_at=oldest, failing=False)
    if state.sample and state.evidence.odd:
        sample = replace(state.sample, protection=state.sample.protection | tripped)
        return replace(state, sample=sample, failing=True)
    return failed(state)


def failed(state: State) -> State:
    """Record a failed poll."""
    return replace(state, failing=True)


def lent(state: State, until: float) -> State:
    """Take note that the link is somebody else's until that moment, in s; an earlier one ends that."""
    return replace(state, lent_until=until)


def _heard_since_lent(state: State) -> bool:
    """Whether the link was not lent, or has brought a sample since."""
    return state.lent_until <= (state.started if state.oldest_at is None else state.oldest_at)


def may_lend(state: State, until: float) -> bool:
    """Whether the link may be lent until that moment, in s: not twice in a row, but for less than agreed."""
    return _heard_since_lent(state) or until <= state.lent_until


def step(
    state: State, sample: PackSample | None, now: float, settings: Settings, *, managed: bool = False
) -> tuple[State, Decision]:
    """Take one poll's sample, or ``None`` if it failed, and decide."""
    state = failed(state) if sample is None else sampled(state, sample, now)
    return decide(state, now, settings, managed=managed)


def _fresh(state: State, now: float, settings: Settings, managed: bool) -> Freshness:
    if not _heard_since_lent(state):
        heard_at = state.started if state.oldest_at is None else state.oldest_at
        return freshness.judge_lent(now - state.lent_until, now - heard_at, settings, managed=managed)
    if (since := state.evidence.doubted_at) is not None:
        return freshness.judge_doubted(now - since, settings, managed=managed)
    silence = None if state.oldest_at is None else now - state.oldest_at
    unheard_for = now - state.recalled_at if managed and state.recalled_at is not None else 0.0
    return freshness.judge(
        silence, now - state.started, state.failing, settings, managed=managed, unheard_for=unheard_for
    )


def _counted(state: State, sensors: Temperatures, settings: Settings) -> State:
    """Add the newest sample to the history and the extremes, once; a stranger's to neither."""
    sample, at, longest = state.sample, state.sampled_at, freshness.longest_gap(settings)
    if sample is None or at is None or at == state.history.at or identity.contradiction(sample, settings):
        return state
    follows = history.follows(state.history, at, longest)
    return replace(
        state,
        history=history.fold(state.history, sample, at, longest),
        extremes=widened(state.extremes, sample, sensors.cells) if follows else state.extremes,
        draw=gauge.follow(state.draw, sample, at),
    )


def _flowing(state: State, settings: Settings, managed: bool) -> State:
    """Compare the newest sample with the limits that were on the bus when it was taken."""
    sample, at = state.sample, state.sampled_at
    if sample is None or at is None:
        return state
    told = state.control.limits if managed and state.control else None
    capacity, longest = gauge.installed(sample.nominal, settings), freshness.longest_gap(settings)
    return replace(state, flows=excess.step(state.flows, sample, told, capacity, at, longest))


def _sensed(state: State, sample: PackSample, settings: Settings) -> tuple[State, Temperatures]:
    """Sort the sensors of the newest sample."""
    chosen = settings.text("TemperatureRoles") or sample.sensor_roles
    capacity = gauge.installed(sample.nominal, settings)
    hot = temperatures.follow(
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
    state: State,
    phase: Phase,
    sensors: Temperatures,
    now: float,
    settings: Settings,
    turning_off: AbstractSet[Mosfet],
) -> limits.State | None:
    """The limits by the newest sample while it stands, else by silence."""
    if state.sample is None or state.sampled_at is None:
        if state.control is None or state.recalled_at is None:
            return state.control
        if phase is Phase.WAITING:
            phase = freshness.unheard(now - state.recalled_at, settings)
        return unheard.silent(state.control, phase, now, settings)
    if phase not in VALID:
        doubted = state.evidence.doubt
        return unheard.silent(state.control, phase, now, settings, doubted) if state.control else None
    longest, since_top = freshness.longest_gap(settings), state.history.history.since_top_balance
    sample = _barred(state.sample, turning_off)
    return limits.step(state.control, sample, sensors, since_top, state.sampled_at, settings, longest)


def _filled(state: State) -> State:
    """Record a full pack when float begins."""
    voltage = state.control.voltage if state.control and state.sample else None
    if voltage is None or voltage.stage is not Stage.FLOAT or voltage.floated > 0:
        return state
    return replace(state, history=history.filled(state.history, top_balanced=voltage.topped))


def _watched(control: limits.State | None, settings: Settings) -> alarms.Control | None:
    if control is None:
        return None
    by_temperature = bool(settings.number("TemperatureControl"))
    return alarms.Control(
        preset=control.preset,
        refused=control.verdict.refused,
        by_temperature=by_temperature,
        dead=control.dead,
        capacity_unknown=control.capacity_unknown,
    )


def _calm(
    state: State,
    phase: Phase,
    sensors: Temperatures,
    control: limits.State | None,
    standing: AlarmState,
    settings: Settings,
    watched: alarms.Control | None,
) -> Calm | None:
    """For how long nothing has been going on."""
    sample, at = state.sample, state.sampled_at
    if phase is not Phase.FRESH or sample is None or at is None:
        return None
    if not pace.is_calm(sample, sensors, control, standing, settings, watched):
        return None
    return pace.follow(state.calm, sample, at)


def decide(
    state: State,
    now: float,
    settings: Settings,
    *,
    managed: bool = False,
    turning_off: AbstractSet[Mosfet] = frozenset(),
) -> tuple[State, Decision]:
    """Decide what may be shown at ``now``; always safe to call again, whatever happened in between.

    With ``managed`` the pack controls chargers and inverters: :func:`controls`. Through MOSFETs that are
    ``turning_off`` nothing may flow any more.
    """
    fresh = _fresh(state, now, settings, managed)
    sample = state.sample if fresh.phase in VALID else None
    sensors = Temperatures()
    if sample:
        state, sensors = _sensed(state, sample, settings)
        state = _flowing(_counted(state, sensors, settings), settings, managed)
        state = replace(
            state,
            cell_ends=ends.of_cells(state.cell_ends, sample),
            sensor_ends=ends.of_sensors(state.sensor_ends, sample, sensors.cells),
        )
    control = _controlled(state, fresh.phase, sensors, now, settings, turning_off) if managed else None
    watched = _watched(control, settings)
    standing = alarms.step(state.alarms, sample, sensors, now, settings, watched, state.flows.levels)
    calm = _calm(state, fresh.phase, sensors, control, standing, settings, watched)
    state = _filled(replace(state, control=control, alarms=standing, calm=calm))
    return state, _decision(state, fresh, sensors, now, settings)


def _doubted(state: State, phase: Phase, settings: Settings) -> tuple[Level, str]:
    """What is not believed, in words, and how serious that is."""
    if state.evidence.doubt:
        return Level.ALARM, f"Readings not believed: {state.evidence.doubt}"
    if state.sample is None or phase not in VALID:
        return Level.OK, ""
    if contradiction := identity.contradiction(state.sample, settings):
        return Level.ALARM, contradiction
    if difference := identity.difference(state.heard, state.sample, settings):
        return Level.WARNING, difference
    if state.control and state.control.voltage.stage is Stage.FLOAT and state.sample.soc < FULL_FROM:
        return Level.WARNING, FLOAT_TOO_EARLY
    return Level.OK, state.flows.words  # has alarms of its own


def _decision(
    state: State, fresh: Freshness, sensors: Temperatures, now: float, settings: Settings
) -> Decision:
    sample = state.sample if fresh.phase in VALID else None
    charged = state.sample if fresh.phase in COUNTED else None
    told = state.sample is not None or state.recalled_at is not None
    control = state.control if told and fresh.phase is not Phase.WITHDRAWN else None
    doubt_level, doubt = _doubted(state, fresh.phase, settings)
    levels = {path: standing.level for path, standing in state.alarms.items()}
    levels[alarms.INTERNAL_FAILURE] = worst(doubt_level, levels.get(alarms.INTERNAL_FAILURE, Level.OK))
    # Readings that come, but are not believed, are no trouble of the link.
    heard = state.evidence.doubt and now - state.evidence.heard_at < freshness.longest_gap(settings)
    levels[alarms.BMS_CABLE] = Level.OK if heard else fresh.cable
    return Decision(
        phase=fresh.phase,
        sample=sample,
        temperatures=sensors,
        alarms=levels,
        valid_for=fresh.lasts,
        limits=control.limits if control else None,
        refused=control.verdict.refused if control else "",
        for_owner=control.for_owner if control else "",
        doubt=doubt,
        soc=gauge.soc(charged) if charged else None,
        consumed=gauge.consumed(sample) if sample else None,
        time_to_go=gauge.time_to_go(state.draw, sample, settings) if sample else None,
        cell_ends=state.cell_ends,
        sensor_ends=state.sensor_ends,
        history=state.history.history,
        resting=bool(sample and state.calm and state.calm.rests(state.sampled_at or 0.0)),
        age=None if state.sampled_at is None else now - state.sampled_at,
    )


def stopped(state: State, now: float, settings: Settings) -> tuple[State, Decision]:
    """The decision when deciding itself failed: all currents 0, nothing measured is shown.

    Judges nothing, so that what made :func:`decide` fail cannot make this fail.
    """
    control = unheard.stopped(state.control, now, "Fault in the program") if state.control else None
    state = replace(state, control=control, calm=None)
    fresh = Freshness(phase=Phase.LOST, lasts=RETRY_AFTER_FAILURE, cable=Level.ALARM)
    return state, _decision(state, fresh, Temperatures(), now, settings)
