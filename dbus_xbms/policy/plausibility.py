"""Reject implausible readings: impossible values, jumps, and a BMS that repeats itself. Pure.

A reading that is impossible or has jumped is rejected once: the previous values stay, as after a missed
poll. Readings that stay impossible, a BMS that repeats itself while current flows, and a cell that does not
move while the others do put every reading in doubt: that counts as silence, with an alarm.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite

from dbus_xbms.model import NOTHING_TRIPPED, BmsTraits, PackSample, Protection
from dbus_xbms.policy import state_of_charge
from dbus_xbms.record import record, replace

DOUBT_AFTER = 30.0  # s without a plausible reading until all readings are in doubt
CONSECUTIVE_WITHIN = 10.0  # s; an implausible reading later than this follows silence, not a plausible one
TRUST_AFTER = 60.0  # s of plausible readings until they are accepted again
COMPARED_WITHIN = 60.0  # s; older readings are not compared with

HIGHEST_RATE = 30.0  # C; starter batteries
HIGHEST_PACK = 200.0  # V; far above the packs of boats and vans
# The pack voltage and the sum of the cells are measured one after the other and rounded. All recorded pairs
# agree within 37 mV, except one of 16 cells with 134 mV; leads and joints add to that under load.
SUM_TOLERANCE, SUM_TOLERANCE_PER_CELL = 0.05, 0.01  # V
JOINTS = 0.0005  # ohm

CELL_JUMP = 0.2  # V from one reading to the next
TEMPERATURE_JUMP = 15.0  # K
CHARGE_JUMP = 10.0  # % of SoC, and of the capacity
NOMINAL_JUMP = 0.2  # fraction of the capacity

MOST_UNCHANGED = 0.03  # fraction of the capacity that may flow while no reading changes ...
MOST_CELLS_UNCHANGED = 0.05  # ... and while only the charge changes, but no cell voltage
FEWEST_CELLS = 3  # needed to distinguish a stuck cell from the others
OTHERS_MOVED = 0.03  # V by which the others must move until an unchanged cell counts as stuck
ROUNDING = 0.0005  # V; half of the resolution of cell voltages

ANY_BMS = BmsTraits()
NONE_STUCK: frozenset[int] = frozenset()


@record
class PlausibilityState:
    """Readings so far, to judge the next one by. Times in s."""

    implausible: str = ""  # what is wrong with the newest reading, in words
    implausible_since: float | None = None  # None: the newest reading is plausible
    jumped: bool = False  # the newest reading was rejected for a jump: the next one is not
    protection: frozenset[Protection] = NOTHING_TRIPPED  # of the newest reading, if that was implausible
    read_at: float = -inf  # time of the newest reading, plausible or not
    previous: PackSample | None = None  # the newest plausible reading
    previous_at: float = 0.0
    unchanged: float = 0.0  # Ah that have flowed since any value last changed
    cells_unchanged: float = 0.0  # Ah that have flowed since any cell last changed
    other_medians: tuple[float, ...] = ()  # V; for each cell the median of the others when it last changed
    stuck: frozenset[int] = frozenset()  # numbers of cells that stayed the same while the others moved
    plausible_since: float | None = None  # None: the newest reading is implausible
    was_implausible: bool = False  # for DOUBT_AFTER s, and not plausible for TRUST_AFTER s since
    doubt: str = ""  # why no reading is accepted, in words
    doubted_at: float | None = None  # when that began

    @property
    def accepted(self) -> bool:
        """Whether the newest reading is accepted."""
        return not self.implausible and not self.doubt


def _not_a_number(sample: PackSample, traits: BmsTraits) -> str:
    optional = (sample.soc, sample.remaining, sample.nominal)
    known = sample.voltage + sample.current + sum(sample.cells) + sum(filter(None, optional))
    return "" if isfinite(known) else "a value is not a number"  # a sum is not a number if one of them is not


def _impossible_cell(sample: PackSample, traits: BmsTraits) -> str:
    cells = sample.cells
    if not cells or (min(cells) >= 0 and max(cells) <= traits.highest_cell):
        return ""
    number, volts = next((n, v) for n, v in enumerate(cells, 1) if not 0 <= v <= traits.highest_cell)
    return f"cell {number} reads {volts:.3f} V"


def _impossible_voltage(sample: PackSample, traits: BmsTraits) -> str:
    """Judge the pack's voltage where there are no cells to compare it with: the pack powers its BMS."""
    if sample.cells or 0 < sample.voltage <= HIGHEST_PACK:
        return ""
    return f"the pack reads {sample.voltage:.2f} V"


def _impossible_sum(sample: PackSample, traits: BmsTraits) -> str:
    if not sample.cells:
        return ""
    total = sum(sample.cells)
    tolerance = SUM_TOLERANCE + SUM_TOLERANCE_PER_CELL * len(sample.cells) + JOINTS * abs(sample.current)
    if abs(sample.voltage - total) <= tolerance + ROUNDING:
        return ""
    return f"the cells add up to {total:.2f} V, but the pack reads {sample.voltage:.2f} V"


def _impossible_charge(sample: PackSample, traits: BmsTraits) -> str:
    soc, remaining = sample.soc, sample.remaining
    if soc is not None and not 0 <= soc <= 100:
        return f"the state of charge reads {soc:.0f} %"
    return f"the remaining charge reads {remaining:.1f} Ah" if remaining is not None and remaining < 0 else ""


def _impossible_current(sample: PackSample, traits: BmsTraits) -> str:
    highest = traits.highest_current
    if state_of_charge.is_known(sample.nominal):
        highest = min(highest, HIGHEST_RATE * sample.nominal)
    return f"the current reads {sample.current:.0f} A" if abs(sample.current) > highest else ""


Impossible = Callable[[PackSample, BmsTraits], str]  # returns the impossible value in words
IMPOSSIBLE: tuple[Impossible, ...] = (
    _not_a_number,
    _impossible_cell,
    _impossible_voltage,
    _impossible_sum,
    _impossible_charge,
    _impossible_current,
)


def impossible(sample: PackSample, traits: BmsTraits = ANY_BMS) -> str:
    """The first impossible value of a reading, in words; empty if there is none."""
    return next((words for rule in IMPOSSIBLE if (words := rule(sample, traits))), "")


def _cells_jumped(before: PackSample, sample: PackSample) -> str:
    if len(before.cells) != len(sample.cells):
        return f"{len(sample.cells)} cells after {len(before.cells)}"
    for number, (was, volts) in enumerate(zip(before.cells, sample.cells, strict=True), 1):
        if abs(volts - was) > CELL_JUMP:
            return f"cell {number} jumped from {was:.3f} V to {volts:.3f} V"
    return ""


def _temperature_jumped(before: PackSample, sample: PackSample) -> str:
    if len(before.temperatures) != len(sample.temperatures):
        return f"{len(sample.temperatures)} temperature sensors after {len(before.temperatures)}"
    for was, celsius in zip(before.temperatures, sample.temperatures, strict=True):
        if abs(celsius - was) > TEMPERATURE_JUMP:
            return f"a temperature jumped from {was:.1f} °C to {celsius:.1f} °C"
    return ""


def _charge_jumped(before: PackSample, sample: PackSample) -> str:
    if _differ(before.soc, sample.soc, CHARGE_JUMP):
        return f"the state of charge jumped from {before.soc:.0f} % to {sample.soc:.0f} %"
    capacity = state_of_charge.assumed(before.nominal)
    if _differ(before.remaining, sample.remaining, CHARGE_JUMP / 100 * capacity):
        return f"the remaining charge jumped from {before.remaining:.1f} Ah to {sample.remaining:.1f} Ah"
    return ""


def _differ(before: float | None, now: float | None, by: float) -> bool:
    """Return whether two known values differ by more than ``by``."""
    return before is not None and now is not None and abs(now - before) > by


def _identity_jumped(before: PackSample, sample: PackSample) -> str:
    if _differ(before.nominal, sample.nominal, NOMINAL_JUMP * (before.nominal or 0.0)):
        return f"the nominal capacity jumped from {before.nominal:g} Ah to {sample.nominal:g} Ah"
    if sample.cycles is not None and before.cycles is not None and sample.cycles < before.cycles:
        return f"the cycle count fell from {before.cycles} to {sample.cycles}"
    return ""


Jump = Callable[[PackSample, PackSample], str]  # returns the value that jumped, in words
JUMPS: tuple[Jump, ...] = (_cells_jumped, _temperature_jumped, _charge_jumped, _identity_jumped)


def jump(before: PackSample, sample: PackSample) -> str:
    """The first value that changed too far to be accepted at once, in words; empty if there is none."""
    return next((words for rule in JUMPS if (words := rule(before, sample))), "")


def assess(
    state: PlausibilityState, sample: PackSample, now: float, traits: BmsTraits = ANY_BMS
) -> PlausibilityState:
    """Judge a reading taken at ``now``, in s; the state's ``accepted`` is the result."""
    implausible, jumped = impossible(sample, traits), False
    fresh = state.previous is not None and now - state.previous_at <= COMPARED_WITHIN
    if not implausible and fresh and not state.jumped and state.previous:
        implausible = jump(state.previous, sample)
        jumped = bool(implausible)
    if implausible:
        since = _implausible_since(state, now) if state.implausible_since is None else state.implausible_since
        state = replace(
            state,
            implausible=implausible,
            implausible_since=since,
            jumped=jumped,
            protection=sample.protection or NOTHING_TRIPPED,
            read_at=now,
        )
    else:
        state = _compare(state, sample, now)
        if state.implausible_since is not None:
            state = replace(state, implausible="", implausible_since=None, jumped=False)
    return _update_doubt(state, now)


def _implausible_since(state: PlausibilityState, now: float) -> float:
    """When implausible readings began: at the last plausible one, unless silence followed it."""
    return state.previous_at if state.previous and now - state.previous_at <= CONSECUTIVE_WITHIN else now


def repeated_protections(state: PlausibilityState, sample: PackSample) -> frozenset[Protection]:
    """Protections reported by two implausible readings in a row: these count all the same."""
    return state.protection & (sample.protection or NOTHING_TRIPPED) if state.implausible else NOTHING_TRIPPED


def _compare(state: PlausibilityState, sample: PackSample, now: float) -> PlausibilityState:
    """Compare a plausible reading with the previous ones."""
    before, cells = state.previous, sample.cells
    medians = _medians_of_others(cells)
    if before is None or len(before.cells) != len(cells) or not cells:
        return _moved(state, sample, now, medians, NONE_STUCK)
    flown = abs(sample.current) * min(now - state.previous_at, COMPARED_WITHIN) / 3600
    counted = sample.remaining is not None and before.remaining == sample.remaining
    unchanged = state.unchanged + flown if counted else 0.0
    if before.cells != cells:
        other_medians, stuck = list(medians), set()
        for n, (was, volts) in enumerate(zip(before.cells, cells, strict=True)):
            if was != volts:
                continue
            other_medians[n] = median = state.other_medians[n]
            others_moved = abs(medians[n] - median) >= OTHERS_MOVED - ROUNDING
            if others_moved or n + 1 in state.stuck:  # until it moves, whatever the others do
                stuck.add(n + 1)
        return _moved(state, sample, now, tuple(other_medians), frozenset(stuck) if stuck else NONE_STUCK)
    return replace(
        state,
        previous=sample,
        previous_at=now,
        read_at=now,
        unchanged=unchanged,
        cells_unchanged=state.cells_unchanged + flown,
    )


def _moved(
    state: PlausibilityState,
    sample: PackSample,
    now: float,
    other_medians: tuple[float, ...],
    stuck: frozenset[int],
) -> PlausibilityState:
    """Take a reading with other cell voltages than the previous one."""
    return replace(
        state,
        previous=sample,
        previous_at=now,
        read_at=now,
        unchanged=0.0,
        cells_unchanged=0.0,
        other_medians=other_medians,
        stuck=stuck,
    )


def _medians_of_others(cells: tuple[float, ...]) -> tuple[float, ...]:
    """For each cell the median of all others; with fewer than FEWEST_CELLS, the cells themselves."""
    if len(cells) < FEWEST_CELLS:
        return cells
    ordered = sorted(cells)
    low, high = (len(cells) - 2) // 2, (len(cells) - 1) // 2  # middle ranks without one cell
    below, above = ordered[low], ordered[high]
    next_below, next_above = ordered[low + 1], ordered[high + 1]
    return tuple(
        [
            ((next_below if volts <= below else below) + (next_above if volts <= above else above)) / 2
            for volts in cells
        ]
    )


def _describe_stuck(state: PlausibilityState) -> str:
    """The first stuck cell, in words; empty if there is none."""
    if state.previous is None:
        return ""
    for number in sorted(state.stuck):
        return f"cell {number} stays at {state.previous.cells[number - 1]:.3f} V while the others move"
    return ""


def _describe_repetition(state: PlausibilityState) -> str:
    """Return what the BMS has repeated for too long, in words; empty if nothing."""
    if state.previous is None:
        return ""
    capacity = state_of_charge.assumed(state.previous.nominal)
    if state.unchanged > MOST_UNCHANGED * capacity:
        return "current flows, but the BMS reports the same charge and cell voltages again and again"
    if state.cells_unchanged > MOST_CELLS_UNCHANGED * capacity:
        return "charge flows, but the BMS reports the same cell voltages again and again"
    return ""


def _update_doubt(state: PlausibilityState, now: float) -> PlausibilityState:
    """Begin or end doubt after the newest reading."""
    if state.implausible_since is not None:
        lasted = now - state.implausible_since >= DOUBT_AFTER and not state.jumped
        doubt = state.implausible if lasted else state.doubt
        state = replace(state, plausible_since=None, was_implausible=state.was_implausible or lasted)
    else:
        plausible_since = now if state.plausible_since is None else state.plausible_since
        settling = state.was_implausible and now - plausible_since < TRUST_AFTER
        doubt = _describe_repetition(state) or _describe_stuck(state) or (state.doubt if settling else "")
        if (plausible_since, settling) != (state.plausible_since, state.was_implausible):
            state = replace(state, plausible_since=plausible_since, was_implausible=settling)
    if not doubt:
        return replace(state, doubt="", doubted_at=None) if state.doubt else state
    if state.doubted_at is not None:
        return state
    return replace(state, doubt=doubt, doubted_at=now)
