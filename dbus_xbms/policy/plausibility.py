"""Which readings are believed: none that cannot be, none of a BMS that repeats itself. Pure.

A reading that cannot be, or that has jumped, is refused once: the values before stand, as after a missed
poll. One that stays impossible, a BMS that repeats itself while current flows, and a cell that stands still
while the others move put everything that the BMS says in doubt: that counts as silence, with an alarm.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isfinite

from dbus_xbms.model import NOTHING_TRIPPED, PackSample, Protection
from dbus_xbms.policy import state_of_charge

ODD_FOR = 30.0  # s without a reading that can be, after which nothing is believed
NEXT = 10.0  # s after a reading that could be, within which an odd one is the next; later is silence
GOOD_FOR = 60.0  # s of readings that can be, until they are believed again
STANDS = 60.0  # s for which a reading says what the next one may be

HIGHEST_CELL = 5.0  # V; no lithium cell that a JBD watches comes near
HIGHEST_RATE = 30.0  # C; starter batteries
HIGHEST_CURRENT = 3277.0  # A; the most that a JBD can tell
# What cells add up to and the pack's voltage are measured one after the other and rounded. All recorded
# pairs agree within 37 mV, but for one of 16 cells with 134 mV; leads and joints add to that under load.
SUM_TOLERANCE, SUM_TOLERANCE_PER_CELL = 0.05, 0.01  # V
JOINTS = 0.0005  # ohm

CELL_JUMP = 0.2  # V from one reading to the next
TEMPERATURE_JUMP = 15.0  # K
CHARGE_JUMP = 10.0  # % of SoC, and of the capacity
NOMINAL_JUMP = 0.2  # part of the capacity

REPEATED = 0.03  # part of the capacity that may flow without any change ...
STOOD = 0.05  # ... and without one of any cell, although the BMS counts the charge
ENOUGH = 3  # cells, to tell one that stands still from the others
OTHERS_MOVED = 0.03  # V by which the others must move until a cell that does not is stuck
ROUNDING = 0.0005  # V; half of the least step in which cells are told


@dataclass(frozen=True, slots=True, kw_only=True)
class PlausibilityState:
    """What the readings so far say about the next one."""

    odd: str = ""  # what is wrong with the newest reading, in words
    odd_since: float | None = None  # s; None: the newest reading could be
    jumped: bool = False  # the newest reading was refused for a jump: the next one is not
    protection: frozenset[Protection] = NOTHING_TRIPPED  # of the newest reading, if that was odd
    heard_at: float = -inf  # s, of the newest reading, whatever it said
    before: PackSample | None = None  # the newest reading that could be
    before_at: float = 0.0  # s
    repeated: float = 0.0  # Ah that have flowed since anything last changed
    stood: float = 0.0  # Ah that have flowed since any cell last changed
    others: tuple[float, ...] = ()  # V, for each cell the middle of the others when it last changed
    stuck: frozenset[int] = frozenset()  # cells that stood still while the others moved; by number
    good_since: float | None = None  # s; None: the newest reading could not be
    was_odd: bool = False  # readings were impossible for too long, and have not been good for GOOD_FOR s
    doubt: str = ""  # why nothing is believed, in words
    doubted_at: float | None = None  # s, since when

    @property
    def accepted(self) -> bool:
        """Whether the newest reading is believed."""
        return not self.odd and not self.doubt


def _not_a_number(sample: PackSample) -> str:
    told = (sample.voltage, sample.current, sample.soc, sample.remaining, *sample.cells)
    return "" if all(map(isfinite, told)) else "a value is not a number"


def _impossible_cell(sample: PackSample) -> str:
    for number, volts in enumerate(sample.cells, 1):
        if not 0 <= volts <= HIGHEST_CELL:
            return f"cell {number} reads {volts:.3f} V"
    return ""


def _impossible_sum(sample: PackSample) -> str:
    if not sample.cells:
        return ""
    total = sum(sample.cells)
    tolerance = SUM_TOLERANCE + SUM_TOLERANCE_PER_CELL * len(sample.cells) + JOINTS * abs(sample.current)
    if abs(sample.voltage - total) <= tolerance + ROUNDING:
        return ""
    return f"the cells add up to {total:.2f} V, but the pack reads {sample.voltage:.2f} V"


def _impossible_charge(sample: PackSample) -> str:
    if not 0 <= sample.soc <= 100:
        return f"the state of charge reads {sample.soc:.0f} %"
    return f"the remaining charge reads {sample.remaining:.1f} Ah" if sample.remaining < 0 else ""


def _impossible_current(sample: PackSample) -> str:
    known = state_of_charge.is_known(sample.nominal)
    highest = min(HIGHEST_CURRENT, HIGHEST_RATE * sample.nominal) if known else HIGHEST_CURRENT
    return f"the current reads {sample.current:.0f} A" if abs(sample.current) > highest else ""


Impossible = Callable[[PackSample], str]  # what cannot be, in words
IMPOSSIBLE: tuple[Impossible, ...] = (
    _not_a_number,
    _impossible_cell,
    _impossible_sum,
    _impossible_charge,
    _impossible_current,
)


def impossible(sample: PackSample) -> str:
    """What about a reading cannot be, in words; empty if it all can."""
    return next((words for rule in IMPOSSIBLE if (words := rule(sample))), "")


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
    jumped = abs(sample.remaining - before.remaining) > CHARGE_JUMP / 100 * state_of_charge.assumed(
        before.nominal
    )
    if jumped or abs(sample.soc - before.soc) > CHARGE_JUMP:
        return f"the state of charge jumped from {before.soc:.0f} % to {sample.soc:.0f} %"
    return ""


def _identity_jumped(before: PackSample, sample: PackSample) -> str:
    if abs(sample.nominal - before.nominal) > NOMINAL_JUMP * before.nominal:
        return f"the nominal capacity jumped from {before.nominal:g} Ah to {sample.nominal:g} Ah"
    if sample.cycles < before.cycles:
        return f"the cycle count fell from {before.cycles} to {sample.cycles}"
    return ""


Jump = Callable[[PackSample, PackSample], str]  # what has jumped since the reading before, in words
JUMPS: tuple[Jump, ...] = (_cells_jumped, _temperature_jumped, _charge_jumped, _identity_jumped)


def jump(before: PackSample, sample: PackSample) -> str:
    """What has changed too far to be believed at once, in words."""
    return next((words for rule in JUMPS if (words := rule(before, sample))), "")


def assess(state: PlausibilityState, sample: PackSample, now: float) -> PlausibilityState:
    """Judge the reading of ``now``; nothing else of a state tells whether it is believed."""
    odd, jumped = impossible(sample), False
    fresh = state.before is not None and now - state.before_at <= STANDS
    if not odd and fresh and not state.jumped and state.before:
        odd = jump(state.before, sample)
        jumped = bool(odd)
    if odd:
        since = _odd_since(state, now) if state.odd_since is None else state.odd_since
        state = replace(state, odd=odd, odd_since=since, jumped=jumped, protection=sample.protection)
    else:
        state = replace(_compared(state, sample, now), odd="", odd_since=None, jumped=False)
    return _doubted(replace(state, heard_at=now), now)


def _odd_since(state: PlausibilityState, now: float) -> float:
    """Date the beginning of odd readings: the last one that could be, unless silence came after it."""
    return state.before_at if state.before and now - state.before_at <= NEXT else now


def confirmed(state: PlausibilityState, sample: PackSample) -> frozenset[Protection]:
    """Protections that two odd readings in a row have reported: those count, whatever else was odd."""
    return state.protection & sample.protection if state.odd else NOTHING_TRIPPED


def _compared(state: PlausibilityState, sample: PackSample, now: float) -> PlausibilityState:
    """Compare a reading that can be with those before it."""
    before, cells = state.before, sample.cells
    middles = _middles_of_others(cells)
    if before is None or len(before.cells) != len(cells) or not cells:
        nothing: frozenset[int] = frozenset()
        state = replace(state, before=sample, before_at=now, repeated=0.0, stood=0.0)
        return replace(state, others=middles, stuck=nothing)
    flown = abs(sample.current) * min(now - state.before_at, STANDS) / 3600
    repeated = 0.0 if before.remaining != sample.remaining else state.repeated + flown
    if before.cells != cells:
        moved = {n for n, volts in enumerate(cells) if volts != before.cells[n]}
        others = tuple(middles[n] if n in moved else known for n, known in enumerate(state.others))
        still = {
            n + 1 for n, known in enumerate(others) if abs(middles[n] - known) >= OTHERS_MOVED - ROUNDING
        }
        stuck = (state.stuck - {n + 1 for n in moved}) | still  # until it moves, whatever the others do
        state = replace(state, before=sample, before_at=now, repeated=0.0, stood=0.0)
        return replace(state, others=others, stuck=stuck)
    return replace(state, before=sample, before_at=now, repeated=repeated, stood=state.stood + flown)


def _middles_of_others(cells: tuple[float, ...]) -> tuple[float, ...]:
    """For each cell the median of all others; of fewer than ENOUGH cells themselves."""
    if len(cells) < ENOUGH:
        return cells
    ordered = sorted(cells)
    low, high = (len(cells) - 2) // 2, (len(cells) - 1) // 2  # the middle of what is left without one
    ranks = (bisect_left(ordered, volts) for volts in cells)
    return tuple((ordered[low + (rank <= low)] + ordered[high + (rank <= high)]) / 2 for rank in ranks)


def _stuck(state: PlausibilityState) -> str:
    """Which cell stands still while the others move, in words."""
    if state.before is None:
        return ""
    for number in sorted(state.stuck):
        return f"cell {number} stays at {state.before.cells[number - 1]:.3f} V while the others move"
    return ""


def _repeats(state: PlausibilityState) -> str:
    """Whether the BMS has repeated itself for too long, in words."""
    if state.before is None:
        return ""
    capacity = state_of_charge.assumed(state.before.nominal)
    if state.repeated > REPEATED * capacity:
        return "current flows, but the BMS reports the same charge and cell voltages again and again"
    if state.stood > STOOD * capacity:
        return "charge flows, but the BMS reports the same cell voltages again and again"
    return ""


def _doubted(state: PlausibilityState, now: float) -> PlausibilityState:
    """Say whether anything is believed after the newest reading."""
    if state.odd_since is not None:
        lasted = now - state.odd_since >= ODD_FOR
        doubt = state.odd if lasted else state.doubt
        state = replace(state, good_since=None, was_odd=state.was_odd or lasted)
    else:
        good_since = now if state.good_since is None else state.good_since
        settling = state.was_odd and now - good_since < GOOD_FOR
        doubt = _repeats(state) or _stuck(state) or (state.doubt if settling else "")
        state = replace(state, good_since=good_since, was_odd=settling)
    if not doubt:
        return replace(state, doubt="", doubted_at=None)
    if state.doubted_at is not None:
        return state
    return replace(state, doubt=doubt, doubted_at=now)
