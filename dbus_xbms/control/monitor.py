"""One step of watching a pack: a sample (or silence) and the time in, what the bus may show out. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dbus_xbms.control import alarms, freshness, temperatures
from dbus_xbms.control.alarms import AlarmState
from dbus_xbms.control.freshness import Freshness
from dbus_xbms.control.temperatures import Temperatures
from dbus_xbms.model import Extremes, Level, PackSample, Phase
from dbus_xbms.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What watching one pack has to remember from step to step."""

    started: float  # s, monotonic
    sample: PackSample | None = None  # the newest good one
    sampled_at: float | None = None  # s, monotonic
    failing: bool = False  # the newest poll failed
    alarms: AlarmState = field(default_factory=dict)
    extremes: Extremes = field(default_factory=Extremes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the bus may show now."""

    phase: Phase
    sample: PackSample | None  # None unless it may be shown
    temperatures: Temperatures
    alarms: dict[str, Level]
    valid_for: float  # s after which this must be decided again even if nothing happens


def _widened(extremes: Extremes, sample: PackSample) -> Extremes:
    lowest, highest = min(sample.cells), max(sample.cells)

    def low(known: float | None, seen: float) -> float:
        return seen if known is None else min(known, seen)

    def high(known: float | None, seen: float) -> float:
        return seen if known is None else max(known, seen)

    return Extremes(
        pack_min=low(extremes.pack_min, sample.voltage),
        pack_max=high(extremes.pack_max, sample.voltage),
        cell_min=low(extremes.cell_min, lowest),
        cell_max=high(extremes.cell_max, highest),
    )


def sampled(state: State, sample: PackSample, now: float) -> State:
    """Take a good sample."""
    return replace(
        state, sample=sample, sampled_at=now, failing=False, extremes=_widened(state.extremes, sample)
    )


def failed(state: State) -> State:
    """Take note that a poll brought nothing."""
    return replace(state, failing=True)


def _fresh(state: State, now: float, settings: Settings) -> Freshness:
    silence = None if state.sampled_at is None else now - state.sampled_at
    return freshness.judge(silence, now - state.started, state.failing, settings)


def decide(state: State, now: float, settings: Settings) -> tuple[State, Decision]:
    """Decide what may be shown at ``now``; always safe to call again, whatever happened in between."""
    fresh = _fresh(state, now, settings)
    sample = state.sample if fresh.phase in (Phase.FRESH, Phase.HELD) else None
    sensors = (
        temperatures.judge(sample.temperatures, settings.text("TemperatureRoles"))
        if sample
        else Temperatures()
    )
    state = replace(state, alarms=alarms.step(state.alarms, sample, sensors, now, settings))
    levels = {path: standing.level for path, standing in state.alarms.items()}
    lost = fresh.phase in (Phase.LOST, Phase.WITHDRAWN)
    levels[alarms.BMS_CABLE] = Level.ALARM if lost else Level.OK
    return state, Decision(
        phase=fresh.phase, sample=sample, temperatures=sensors, alarms=levels, valid_for=fresh.lasts
    )
