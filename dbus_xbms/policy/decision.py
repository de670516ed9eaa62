"""The decision about a pack: what the bus may show of its state. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from dbus_xbms.model import LENT, History, Level, Limits, LowestHighest, PackSample, Phase
from dbus_xbms.policy import alarms, freshness, identity, state_of_charge
from dbus_xbms.policy.alarms import worst
from dbus_xbms.policy.charge.charge_voltage import Stage
from dbus_xbms.policy.freshness import Freshness
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.settings import PackSettings

VALID = (Phase.FRESH, Phase.HELD)  # phases in which the newest sample is shown
SOC_VALID = (*VALID, *LENT)  # phases in which the last state of charge is shown
FULL_FROM = 80.0  # %; a pack that is full below has another chemistry than chosen, or a wrong count
FLOAT_TOO_EARLY = f"Full at less than {FULL_FROM:g} %: Chemistry is wrong, or the BMS has lost its count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the bus may show now, and for how long."""

    phase: Phase = Phase.WAITING
    sample: PackSample | None = None  # None: no measured value is shown
    temperatures: Temperatures = field(default_factory=Temperatures)
    alarms: Mapping[str, Level] = field(default_factory=dict)  # "/Alarms/..." -> level
    valid_for: float = inf  # s until the next decision is due even without a poll
    limits: Limits | None = None  # None: not controlling, no sample since the start, or withdrawn
    refused: str = ""  # why the preset is refused
    for_owner: str = ""  # what else only the owner can fix
    doubt: str = ""  # why readings or the BMS are in doubt, or an unexpected current, in words
    soc: float | None = None  # %
    consumed: float | None = None  # Ah, zero or negative
    time_to_go: int | None = None  # s
    extreme_cells: LowestHighest | None = None
    extreme_sensors: LowestHighest | None = None
    history: History = field(default_factory=History)
    resting: bool = False  # the pack may be polled more rarely
    age: float | None = None  # s since the newest good sample


def _doubt(state: PackState, phase: Phase, settings: PackSettings) -> tuple[Level, str]:
    """What is in doubt, in words, and the alarm level for it."""
    if state.plausibility.doubt:
        return Level.ALARM, f"Readings not believed: {state.plausibility.doubt}"
    if state.sample is None or phase not in VALID:
        return Level.OK, ""
    if contradiction := identity.contradiction(state.sample, settings):
        return Level.ALARM, contradiction
    if difference := identity.difference(state.identity, state.sample, settings):
        return Level.WARNING, difference
    if state.control and state.control.voltage.stage is Stage.FLOAT and state.sample.soc < FULL_FROM:
        return Level.WARNING, FLOAT_TOO_EARLY
    return Level.OK, state.unexpected_currents.words  # has alarms of its own


def build(
    state: PackState, fresh: Freshness, sensors: Temperatures, now: float, settings: PackSettings
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
        valid_for=fresh.lasts,
        limits=control.limits if control else None,
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
