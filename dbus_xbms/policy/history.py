"""Totals over a pack's life: charge, energy, discharges, time since full. Pure."""

from __future__ import annotations

from dataclasses import field

from dbus_xbms.model import History, PackSample
from dbus_xbms.policy.state_of_charge import consumed, full_charge
from dbus_xbms.record import record, replace

FULL_SOC = 100.0  # %
DISCHARGED_BELOW, RECHARGED_ABOVE = 65.0, 90.0  # %; a discharge counts once both have been passed
EMPTY, NOT_EMPTY = 0.0, 10.0  # %
LEAST_DISCHARGE = 0.01  # fraction of the capacity; a smaller one starts no new discharge


@record
class HistoryState:
    """The history, and the newest sample it includes."""

    history: History = field(default_factory=History)
    at: float | None = None  # s, of the last sample
    current: float = 0.0  # A
    power: float = 0.0  # W
    refilled: bool = False  # full since the last discharge


def is_consecutive(state: HistoryState, now: float, longest: float) -> bool:
    """Return whether a sample taken at ``now`` follows the last one within ``longest`` s."""
    return state.at is not None and 0 < now - state.at <= longest


def add_sample(state: HistoryState, sample: PackSample, now: float, longest: float) -> HistoryState:
    """Add a sample taken at ``now``. Charge and energy in a gap of more than ``longest`` s are not counted.

    The first sample after a gap changes no extreme: no other sample confirms it yet.
    """
    power = sample.voltage * sample.current
    passed = 0.0 if state.at is None else max(0.0, now - state.at)
    if not is_consecutive(state, now, longest):
        since_full, since_top = state.history.since_full, state.history.since_top_balance + passed
        passed_on = replace(
            state.history, since_full=_longer(since_full, passed), since_top_balance=since_top
        )
        return replace(state, history=passed_on, at=now, current=sample.current, power=power)
    hours = passed / 3600
    moved, energy = (state.current + sample.current) / 2 * hours, (state.power + power) / 2 * hours / 1000
    previous, gone = state.history, consumed(sample)
    deepest, last, refilled = previous.deepest_discharge, previous.last_discharge, state.refilled
    if gone is not None:
        last, refilled = _last_discharge(state, sample, -gone)
        deepest = max(deepest, -gone)
    history = replace(
        previous,
        deepest_discharge=deepest,
        last_discharge=last,
        charge_known=previous.charge_known or gone is not None,
        total_drawn=previous.total_drawn + max(0.0, -moved),
        charged_energy=previous.charged_energy + max(0.0, energy),
        discharged_energy=previous.discharged_energy + max(0.0, -energy),
        since_full=_longer(previous.since_full, passed),
        since_top_balance=previous.since_top_balance + passed,
    )
    if sample.soc is not None:
        history = _count_discharges(history, sample.soc)
    state = HistoryState(history=history, at=now, current=sample.current, power=power, refilled=refilled)
    return record_full(state) if (sample.soc or 0.0) >= FULL_SOC else state


def _longer(since: float | None, passed: float) -> float | None:
    return None if since is None else since + passed


def _count_discharges(history: History, soc: float) -> History:
    """Count discharges as Victron's battery monitors do."""
    if soc < DISCHARGED_BELOW and not history.below:
        history = replace(history, below=1)
    elif soc > RECHARGED_ABOVE and history.below:
        history = replace(history, below=0, discharges=history.discharges + 1)
    if soc <= EMPTY and not history.empty:
        return replace(history, empty=1, full_discharges=history.full_discharges + 1)
    return replace(history, empty=0) if soc > NOT_EMPTY and history.empty else history


def record_full(state: HistoryState, *, top_balanced: bool = False) -> HistoryState:
    """Record that the pack is full."""
    history = replace(state.history, since_full=0.0)
    if top_balanced:
        history = replace(history, since_top_balance=0.0)
    return replace(state, history=history, refilled=True)


def _last_discharge(state: HistoryState, sample: PackSample, missing: float) -> tuple[float, bool]:
    """Depth of the last discharge in Ah, and whether the pack has been full since."""
    last = state.history.last_discharge
    if not state.refilled:
        return max(last, missing), False
    return (missing, False) if missing > LEAST_DISCHARGE * full_charge(sample) else (last, True)
