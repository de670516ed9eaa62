"""CVL: bulk, absorption and float, lowered smoothly while a cell stands above full. Pure.

A charger sees only the pack's voltage, so a cell that runs ahead is held at full by lowering the CVL: by what
the other cells lack (they keep their distances while the pack's voltage falls), and by an integral of the
excess, which takes out what the charger adds. Down fast, up late and slowly: it cannot hunt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from math import floor, inf

from dbus_xbms.model import PackSample
from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.charge.chemistry import Preset, dead_cells
from dbus_xbms.settings import PackSettings

NEAR = 0.015  # V below full where a cell counts as at the top
KNEE = 0.02  # V below full from where the distances between the cells count
CALM = 0.01  # V below full that the highest cell must fall before the CVL recovers
GAIN = 0.5  # V/s that the CVL falls per V of the highest cell above full
LONGEST_PUSH = 5.0  # s that one sample's excess counts: a charger needs 3 s to follow
FALL_RATE = 0.005  # V/s per cell
RECOVERY_RATE = 0.0001  # V/s per cell
RECOVERY_HOLD = 400.0  # s after a fall until the CVL rises again: so it turns 18 times an hour at most
STEP = 0.01  # V; the CVL is rounded down to it
DEADBAND = 0.002  # V per cell; smaller rises are not published

AWAY = 1800.0  # s below the top that end an absorption
BALANCER_REST = 300.0  # s without balancing after which the balancer counts as done
DRIFT_TIME = 300.0  # s that cells at rest must differ
FLOAT_BEFORE_DRIFT = 6 * 3600.0  # s; cells that no absorption can bring together must not be held at the top
REBULK_DROP = 5.0  # % below the SoC at which float began, because an SoC may have drifted
FULL_SOC = 100.0  # %
DAY = 86400.0  # s


class Stage(Enum):
    """Where a charge stands."""

    BULK = "Bulk"
    ABSORPTION = "Absorption"
    FLOAT = "Float"


@dataclass(frozen=True, slots=True, kw_only=True)
class CvlState:
    """What the charge voltage has to remember; times in s."""

    stage: Stage = Stage.BULK
    topping: bool = False  # a top balance is due or under way
    absorbed: float = 0.0  # at the top since bulk
    agreed: float = 0.0  # full, with cells in agreement, since bulk or since they last differed
    away: float = 0.0  # below the top in a row
    since_balancing: float = inf
    floated: float = 0.0
    topped: bool = False  # float was earned by a top balance
    drifted: float = 0.0  # cells at rest too far apart in a row
    float_soc: float = FULL_SOC  # % when float began
    reduction: float | None = None  # V below what the stage asks for; None: no sample yet
    calm: float = inf  # since the reduction last grew
    cvl: float | None = None  # V, as published


@dataclass(frozen=True, slots=True, kw_only=True)
class VoltageContext:
    """What one sample says about the top of the charge."""

    cells: tuple[float, ...]  # V, at least one
    highest: float  # V, of the cells
    target: float  # V per cell
    at_top: bool
    full: bool
    agree: bool
    drifting: bool
    balancing: bool
    soc: float  # %

    @property
    def excess(self) -> float:
        """V of the highest cell above the target."""
        return self.highest - self.target


def _view(sample: PackSample, preset: Preset, topping: bool, settings: PackSettings) -> VoltageContext:
    target = preset.top_balance if topping else preset.full
    highest = max(sample.cells)
    spread = highest - min(sample.cells)
    at_top = highest >= target - NEAR
    tail = settings.tail_current / 100 * state_of_charge.installed(sample.nominal, settings)
    drift = settings.rebulk_drift
    return VoltageContext(
        cells=sample.cells,
        highest=highest,
        target=target,
        at_top=at_top,
        full=at_top and (sample.current <= tail or sample.soc >= FULL_SOC),
        agree=spread <= settings.cell_agreement + 1e-9,
        drifting=bool(drift) and spread > drift and abs(sample.current) <= tail,
        balancing=bool(sample.balancing),
        soc=sample.soc,
    )


def _timed(state: CvlState, view: VoltageContext, dt: float) -> CvlState:
    """Advance all timers."""
    since_balancing = 0.0 if view.balancing else state.since_balancing + dt
    drifted = state.drifted + dt if view.drifting else 0.0
    if state.stage is Stage.FLOAT:
        floated = state.floated + dt
        return replace(state, floated=floated, drifted=drifted, since_balancing=since_balancing)
    agreed = state.agreed
    if view.at_top and not view.agree:
        agreed = 0.0
    elif view.full:
        agreed += dt
    return replace(
        state,
        absorbed=state.absorbed + (dt if view.at_top else 0.0),
        agreed=agreed,
        away=0.0 if view.at_top else state.away + dt,
        since_balancing=since_balancing,
        drifted=drifted,
    )


def _earned(state: CvlState, settings: PackSettings) -> bool:
    """Whether the absorption has lasted long enough for float."""
    balancer = state.since_balancing < BALANCER_REST
    longest = settings.max_absorption_time
    if balancer:
        longest = max(longest, settings.balancing_time)
    shortest = settings.absorption_time
    return state.agreed >= shortest or state.absorbed >= max(longest, shortest)


def _exhausted(state: CvlState, view: VoltageContext, settings: PackSettings) -> bool:
    """Whether float has ended."""
    drained = view.soc < min(settings.rebulk_soc, state.float_soc - REBULK_DROP)
    drift = state.drifted >= DRIFT_TIME and state.floated >= FLOAT_BEFORE_DRIFT
    return drained or drift or state.topping


def _staged(state: CvlState, view: VoltageContext, settings: PackSettings) -> CvlState:
    """Go to the stage that follows, if its time has come."""
    if state.stage is Stage.FLOAT:
        return _anew(state) if _exhausted(state, view, settings) else state
    if state.away >= AWAY:
        state = _anew(state)
    if view.at_top:
        state = replace(state, stage=Stage.ABSORPTION)
    if state.stage is Stage.ABSORPTION and view.at_top and _earned(state, settings):
        return replace(
            state,
            stage=Stage.FLOAT,
            topping=False,
            topped=state.topping,
            floated=0.0,
            drifted=0.0,
            float_soc=view.soc,
        )
    return state


def _anew(state: CvlState) -> CvlState:
    return replace(state, stage=Stage.BULK, absorbed=0.0, agreed=0.0, away=0.0, drifted=0.0)


def _deepest(view: VoltageContext, preset: Preset) -> float:
    """The largest reduction: it has a charger neither empty the others nor give them what low cells lack."""
    count = len(view.cells)
    median = sorted(view.cells)[count // 2]
    lacked = sum(max(0.0, median - cell) for cell in view.cells)
    return count * (view.target - 2 * preset.floating + preset.full) + lacked


def _reduced(state: CvlState, view: VoltageContext, deepest: float, dt: float) -> tuple[float, float]:
    """By how much the CVL stays below what the stage asks for, and for how many s that has not grown."""
    count, excess, before = len(view.cells), view.excess, state.reduction
    lacking = sum(view.highest - cell for cell in view.cells) if excess > -KNEE else 0.0
    lacking = min(lacking, deepest)
    if before is None:
        return lacking, state.calm
    before = min(before, deepest + DEADBAND * count)  # which moves with the noise of the cells
    push = min(before + GAIN * max(excess, 0.0) * min(dt, LONGEST_PUSH), deepest)
    wanted = min(max(lacking, push), before + FALL_RATE * count * dt)
    if wanted > before:
        return wanted, 0.0
    calm = state.calm + dt
    if excess < -CALM and calm >= RECOVERY_HOLD:
        before = max(lacking, before - RECOVERY_RATE * count * dt)
    return before, calm


def _published(before: float | None, wanted: float, ideal: float, count: int) -> float:
    """The CVL in steps; a rise is shown only when it is worth it."""
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
    """Follow a pack's charge by one sample, ``dt`` s after the one before.

    Args:
        state: as returned for the sample before.
        sample: with at least one cell.
        preset: believed.
        since_top_balance: s since cells were last balanced at the top.
        dt: s; no longer than a sample stands, so that a gap in the radio earns nothing.
        settings: the pack's.
    """
    days = settings.top_balance_days
    topping = bool(days) and since_top_balance >= days * DAY
    if topping is not state.topping:
        state = replace(state, topping=topping)
    view = _view(sample, preset, topping, settings)
    state = _staged(_timed(state, view, dt), view, settings)
    count = len(view.cells)
    target = count * asked(state, preset)
    reduction, calm = _reduced(state, view, _deepest(view, preset), dt)
    wanted = min(target, count * view.target - reduction)
    return replace(state, reduction=reduction, calm=calm, cvl=_published(state.cvl, wanted, target, count))


def asked(state: CvlState, preset: Preset) -> float:
    """What the stage asks for, in V per cell."""
    if state.stage is Stage.FLOAT:
        return preset.floating
    return preset.top_balance if state.topping else preset.full


def highest(preset: Preset, sample: PackSample, known_cells: int) -> float:
    """What no CVL may exceed, in V, whatever the settings and the other rules say.

    A charger sees the pack's voltage alone: with a dead cell the others must not share what that one lacks.
    """
    counts = [count for count in (len(sample.cells), known_cells) if count]
    ceiling = min(counts) * preset.ceiling if counts else inf
    if dead := dead_cells(preset, sample.cells):
        living = len(sample.cells) - dead
        ceiling = min(ceiling, living * preset.floating if living else sample.voltage)
    return ceiling
