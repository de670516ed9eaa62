"""CVL: bulk, absorption and float, lowered for the highest cell by ``cvl_reduction``. Pure."""

from __future__ import annotations

from enum import Enum
from math import floor, inf

from dbus_xbms.model import PackSample
from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.charge import cvl_reduction
from dbus_xbms.policy.charge.chemistry import Preset, dead_cells
from dbus_xbms.policy.charge.current_limits import RuleContext
from dbus_xbms.policy.charge.cvl_reduction import DEADBAND
from dbus_xbms.record import record, replace
from dbus_xbms.settings import PackSettings

TOP_MARGIN = 0.015  # V below full where a cell counts as at the top
STEP = 0.01  # V; the CVL is rounded down to it

ABSORPTION_ENDS_AFTER = 1800.0  # s below the top
# s without balancing until the balancer counts as done. Many balance only while the pack is charged, which it
# is not for up to 16 min after the CVL has fallen for the highest cell.
BALANCER_REST = 1800.0
DRIFT_TIME = 300.0  # s that cells at rest must differ
FLOAT_BEFORE_DRIFT = 6 * 3600.0  # s; cells that no absorption can equalise must not be held at the top
REBULK_DROP = 5.0  # % below the SoC at which float began, because the SoC may have drifted
FULL_SOC = 100.0  # %
DAY = 86400.0  # s
FOLLOWS_WITHIN = 60.0  # s in which each pack of a bank learns of its float; one that comes later is not full


class Stage(Enum):
    """Stage of a charge."""

    BULK = "Bulk"
    ABSORPTION = "Absorption"
    FLOAT = "Float"


@record
class CvlState:
    """State of the charge voltage between samples. Times in s."""

    stage: Stage = Stage.BULK
    top_balancing: bool = False  # a top balance is due or under way
    absorption_time: float = 0.0  # at the top since bulk
    agreement_time: float = 0.0  # full, with cells in agreement, since bulk or since they last differed
    below_top_time: float = 0.0  # without interruption
    since_balancing: float = inf
    float_time: float = 0.0
    top_balanced: bool = False  # float followed a top balance
    drift_time: float = 0.0  # cells at rest too far apart, without interruption
    float_soc: float = FULL_SOC  # % when float began
    reduction: float | None = None  # V below the voltage of the stage; None: no sample yet
    stable_time: float = inf  # since the reduction last grew
    cvl: float | None = None  # V, as published
    overshoot: float | None = None  # V above the CVL that chargers go which ignore the CCL; None: they obey


@record
class VoltageContext:
    """One sample compared with the top of the charge."""

    cells: tuple[float, ...]  # V, at least one
    highest: float  # V, of the cells
    target: float  # V per cell
    at_top: bool
    full: bool
    agree: bool
    drifting: bool
    balancing: bool
    soc: float | None  # %


def _context(
    sample: PackSample, preset: Preset, top_balancing: bool, capacity: float, settings: PackSettings
) -> VoltageContext:
    target = preset.top_balance if top_balancing else preset.full
    highest = max(sample.cells)
    spread = highest - min(sample.cells)
    at_top = highest >= target - TOP_MARGIN
    tail = settings.tail_current / 100 * capacity
    drift = settings.rebulk_drift
    return VoltageContext(
        cells=sample.cells,
        highest=highest,
        target=target,
        at_top=at_top,
        full=at_top and (sample.current <= tail or (sample.soc or 0.0) >= FULL_SOC),
        agree=spread <= settings.cell_agreement + 1e-9,
        drifting=bool(drift) and spread > drift and abs(sample.current) <= tail,
        balancing=bool(sample.is_balancing),
        soc=sample.soc,
    )


def _advance_timers(state: CvlState, context: VoltageContext, dt: float) -> CvlState:
    """Advance all timers."""
    since_balancing = 0.0 if context.balancing else state.since_balancing + dt
    drift_time = state.drift_time + dt if context.drifting else 0.0
    if state.stage is Stage.FLOAT:
        float_time = state.float_time + dt
        return replace(state, float_time=float_time, drift_time=drift_time, since_balancing=since_balancing)
    agreement_time = state.agreement_time
    if context.at_top and not context.agree:
        agreement_time = 0.0
    elif context.full:
        agreement_time += dt
    return replace(
        state,
        absorption_time=state.absorption_time + (dt if context.at_top else 0.0),
        agreement_time=agreement_time,
        below_top_time=0.0 if context.at_top else state.below_top_time + dt,
        since_balancing=since_balancing,
        drift_time=drift_time,
    )


def _absorption_complete(state: CvlState, settings: PackSettings) -> bool:
    """Return whether absorption has lasted long enough for float."""
    balancing = state.since_balancing < BALANCER_REST
    longest = settings.max_absorption_time
    if balancing:
        longest = max(longest, settings.balancing_time)
    shortest = settings.absorption_time
    return state.agreement_time >= shortest or state.absorption_time >= max(longest, shortest)


def _float_ended(state: CvlState, context: VoltageContext, settings: PackSettings) -> bool:
    """Return whether float has ended."""
    soc = context.soc  # None: only the drift ends float
    drained = soc is not None and soc < min(settings.rebulk_soc, state.float_soc - REBULK_DROP)
    drift = state.drift_time >= DRIFT_TIME and state.float_time >= FLOAT_BEFORE_DRIFT
    return drained or drift or state.top_balancing


def _advance_stage(state: CvlState, context: VoltageContext, settings: PackSettings) -> CvlState:
    """Move to the next stage if it is due."""
    if state.stage is Stage.FLOAT:
        return _restart(state) if _float_ended(state, context, settings) else state
    if state.below_top_time >= ABSORPTION_ENDS_AFTER:
        state = _restart(state)
    if context.at_top:
        state = replace(state, stage=Stage.ABSORPTION)
    if state.stage is Stage.ABSORPTION and context.at_top and _absorption_complete(state, settings):
        return replace(
            state,
            stage=Stage.FLOAT,
            top_balancing=False,
            top_balanced=state.top_balancing,
            float_time=0.0,
            drift_time=0.0,
            float_soc=FULL_SOC if context.soc is None else context.soc,
        )
    return state


def _restart(state: CvlState) -> CvlState:
    """Start over in bulk."""
    return replace(
        state, stage=Stage.BULK, absorption_time=0.0, agreement_time=0.0, below_top_time=0.0, drift_time=0.0
    )


def _to_publish(before: float | None, wanted: float, ideal: float, count: int) -> float:
    """Round the CVL down to whole steps; keep the last one over small rises."""
    if before is None or wanted <= before or wanted >= ideal or wanted >= before + DEADBAND * count:
        return round(floor(wanted / STEP + 1e-6) * STEP, 2)
    return before


def step(
    state: CvlState,
    sample: PackSample,
    preset: Preset,
    since_top_balance: float,
    dt: float,
    settings: PackSettings,
) -> CvlState:
    """Advance the charge by one sample.

    Args:
        state: as returned for the previous sample.
        sample: with at least one cell.
        preset: not refused.
        since_top_balance: s since cells were last balanced at the top.
        dt: s since the previous sample; capped, so that time without samples does not count.
        settings: of the pack.
    """
    capacity = state_of_charge.installed(sample.nominal, settings)
    advanced, context = _advance(state, sample, preset, since_top_balance, dt, capacity, settings)
    return _set_voltage(advanced, context, preset, dt)


def advance(
    state: CvlState,
    sample: PackSample,
    preset: Preset,
    since_top_balance: float,
    dt: float,
    capacity: float,
    settings: PackSettings,
) -> CvlState:
    """Advance the stage of a bank, without a voltage; ``sample`` has the cells of all its packs.

    The arguments are those of :func:`step`, with the ``capacity`` of the bank in Ah.
    """
    return _advance(state, sample, preset, since_top_balance, dt, capacity, settings)[0]


def follow(state: CvlState, stage: CvlState, sample: PackSample, preset: Preset, dt: float) -> CvlState:
    """Advance the charge voltage of a pack by one sample, in the ``stage`` of its bank."""
    entered = stage.stage is Stage.FLOAT and state.stage is not Stage.FLOAT
    entered = entered and stage.float_time <= FOLLOWS_WITHIN
    target = preset.top_balance if stage.top_balancing else preset.full
    lowered, stable_time, cvl = _voltage(
        state, stage_voltage(stage, preset), sample.cells, target, preset, dt
    )
    float_time = 0.0 if entered else stage.float_time or dt
    return replace(stage, reduction=lowered, stable_time=stable_time, cvl=cvl, float_time=float_time)


def _advance(
    state: CvlState,
    sample: PackSample,
    preset: Preset,
    since_top_balance: float,
    dt: float,
    capacity: float,
    settings: PackSettings,
) -> tuple[CvlState, VoltageContext]:
    """Advance the stage, and return with it what it depends on."""
    days = settings.top_balance_days
    top_balancing = bool(days) and since_top_balance >= days * DAY
    if top_balancing is not state.top_balancing:
        state = replace(state, top_balancing=top_balancing)
    context = _context(sample, preset, top_balancing, capacity, settings)
    return _advance_stage(_advance_timers(state, context, dt), context, settings), context


def _set_voltage(state: CvlState, context: VoltageContext, preset: Preset, dt: float) -> CvlState:
    """Set the CVL of a stage."""
    lowered, stable_time, cvl = _voltage(
        state, stage_voltage(state, preset), context.cells, context.target, preset, dt
    )
    return replace(state, reduction=lowered, stable_time=stable_time, cvl=cvl)


def _voltage(
    before: CvlState, per_cell: float, cells: tuple[float, ...], full: float, preset: Preset, dt: float
) -> tuple[float, float, float]:
    """Return reduction, stable time and CVL of a stage, as the cells allow.

    Args:
        before: state of the previous sample.
        per_cell: V of the stage.
        cells: V, at least one.
        full: V per cell at which a cell is full.
        preset: not refused.
        dt: s since the previous sample.
    """
    count = len(cells)
    target = count * per_cell
    lowered, stable_time = cvl_reduction.step(before.reduction, before.stable_time, cells, full, preset, dt)
    wanted = min(target, count * full - lowered)
    return lowered, stable_time, _to_publish(before.cvl, wanted, target, count)


def stage_voltage(state: CvlState, preset: Preset) -> float:
    """Charge voltage of the stage, in V per cell."""
    if state.stage is Stage.FLOAT:
        return preset.floating
    return preset.top_balance if state.top_balancing else preset.full


def ceiling(preset: Preset, sample: PackSample, stored_count: int) -> float:
    """Highest CVL in V that is allowed whatever the settings and the other rules say.

    A charger sees only the pack's voltage: with a dead cell the others would be overcharged.
    """
    counts = [count for count in (len(sample.cells), stored_count) if count]
    limit = min(counts) * preset.ceiling if counts else inf
    if dead := dead_cells(preset, sample.cells):
        healthy = len(sample.cells) - dead
        limit = min(limit, healthy * preset.floating if healthy else sample.voltage)
    return limit


def mode(state: CvlState, context: RuleContext, cvl: float, ccl: float, *, exceeded: bool) -> str:
    """Describe the stage, and why the CVL is below the stage's; ``exceeded``: chargers ignore the CCL."""
    if context.refused:
        return "Refused"
    stage = str(state.stage.value)
    if state.top_balancing:
        stage = f"{stage}, top balance"
    elif state.stage is Stage.ABSORPTION and state.since_balancing < BALANCER_REST:
        stage = f"{stage}, balancing"
    why = _why_lowered(state, context, cvl, ccl, exceeded=exceeded)
    return f"{stage}, {why}" if why else stage


def _why_lowered(state: CvlState, context: RuleContext, cvl: float, ccl: float, *, exceeded: bool) -> str:
    """Return why the CVL is lower than the stage's, in words; without numbers, which would flicker."""
    if exceeded:
        return "CVL lowered because chargers exceed the CCL"
    target = len(context.sample.cells) * stage_voltage(state, context.preset)
    if target and cvl > target - STEP / 2:
        return ""
    rules = (
        (not context.sample.cells, "CVL lowered because cell voltages are unknown"),
        (context.dead, "CVL lowered for a dead cell"),
        (not ccl, "CVL lowered while charging is stopped"),
        (True, "CVL lowered for the highest cell"),
    )
    return next(words for applies, words in rules if applies)
