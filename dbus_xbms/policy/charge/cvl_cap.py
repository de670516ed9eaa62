"""Enforce the CCL through the CVL, for chargers that ignore the CCL. Pure.

With ESS and DC feed-in systemcalc lets MPPTs charge with their own maximum current up to CVL + 0.4 V,
whatever the CCL: only a CVL at or below the pack's voltage stops them. So with a CCL of 0 the CVL is the
pack's voltage when that began. It stays there when loads pull the voltage down: chargers then supply the
loads, while a CVL that followed the voltage would empty the pack step by step.

A current that exceeds the CCL for longer than chargers need to obey shows that they ignore it. From then on
the CVL falls at once when they exceed it, to the voltage at which they will not: below the pack's voltage by
the chargers' :mod:`overshoot`, and by what the excess current makes in the cells. It rises again late and
slowly.
"""

from __future__ import annotations

from dataclasses import field
from math import floor, inf

from dbus_xbms.model import PackSample
from dbus_xbms.policy.charge import overshoot
from dbus_xbms.policy.charge.followed import FOLLOWS_WITHIN, Followed
from dbus_xbms.policy.charge.overshoot import FEED_IN, Overshoot
from dbus_xbms.policy.state_of_charge import ASSUMED_CAPACITY
from dbus_xbms.record import record, replace

VOLTAGE_STEP = 0.1  # V; the pack's voltage is rounded down to it when it serves as a limit
PUBLISHED_STEP = 0.01  # V
OBEY_TIME = 12.0  # s with more than a CCL that chargers know; they follow a load that ends within 8 s
TOLERANCE, LEAST_TOLERANCE = 0.05, 1.0  # fraction of the CCL, and A: Multis round to whole amperes
KNOWN_TOLERANCE, LEAST_KNOWN_TOLERANCE = 0.02, 0.5  # the same, of chargers that are known to ignore it
# C and A; with a CCL of 0 this much may flow, because measurements are off by as much. Of chargers that are
# known to ignore the CCL less is tolerated: a pack of a bank may take more than its part.
IDLE_RATE, KNOWN_IDLE_RATE, LEAST_IDLE_CURRENT = 0.005, 0.003, 0.2
FALL_RATE = 0.005  # V/s per cell, while a fall as far as it was thought necessary has not sufficed
# V; a BMS rounds to 10 mV, now and when the overshoot was learned. One so close below FEED_IN is FEED_IN.
ROUNDING = 0.02
LARGEST_DROP = 0.2  # V per cell below the pack's voltage: enough for FEED_IN with three cells
LONGEST_STEP = 5.0  # s that one sample counts
RECOVERY_HOLD = 400.0  # s after a fall until the CVL rises again: at most 18 changes of direction an hour
RISE, RISE_EVERY = 0.002, 20.0  # V per cell and s; at most, unless the overshoot allows more
ROOM = 0.08  # fraction of the CCL; the CVL rises while the current is lower than the CCL by more ...
MOST_ROOM = 0.5  # ... or by what a step of the CVL makes, but at most this fraction
# ohm x Ah per cell; LiFePO4 cells with their joints have half of the highest. Falls assume the highest and
# rises the lowest, so that the current comes close to the CCL from below.
HIGHEST_RESISTANCE, USUAL_RESISTANCE, LOWEST_RESISTANCE = 0.1, 0.06, 0.03
ANSWERS = 0.5  # fraction of the least answer of the current to a rise that shows that it follows the CVL
ANSWERS_NEEDED = 2  # rises in a row; a load that ends may look like one


@record
class CapState:
    """The cap, and how chargers have obeyed so far."""

    cap: float | None = None  # V, highest CVL; None: no cap
    stopped: bool = False  # the CCL is 0
    lowered: bool = False  # the cap has been lowered because chargers exceeded the CCL
    ccls: Followed = field(default_factory=Followed)  # A
    exceeded: float = 0.0  # s with more current than the CCL, without interruption
    stable_time: float = inf  # s since the cap last changed
    overshoot: Overshoot = field(default_factory=Overshoot)
    before_rise: float | None = None  # A, before the newest rise; None: the last change was no rise
    answers: int = 0  # rises in a row to which the current has answered

    @property
    def at_rest(self) -> bool:
        """Whether nothing but more current than the CCL changes it."""
        return (
            self.cap is None
            and not self.stopped
            and not self.exceeded
            and self.overshoot.at_rest
            and self.ccls.at_rest
        )


@record
class PublishedLimits:
    """Limits published for chargers, before the cap is applied."""

    cvl: float  # V
    ccl: float  # A
    count: int  # of cells
    capacity: float  # Ah; 0: unknown

    def drop(self, current: float, resistance: float) -> float:
        """Return the voltage in V that so many A make at a resistance in ohm x Ah per cell."""
        return current * resistance * self.count / (self.capacity or ASSUMED_CAPACITY)


def ignoring(volts: float | None) -> CapState:
    """Return the state at the start: chargers have been found to charge so many V above the CVL."""
    return CapState(overshoot=Overshoot(volts=volts))


def of_bank(volts: float | None, published: PublishedLimits) -> CapState:
    """Return the state of a pack whose bank has the cap, and knows of so many V above the CVL."""
    cvls, ccls = (Followed().replaced_by(limit) for limit in (published.cvl, published.ccl))
    return CapState(ccls=ccls, overshoot=Overshoot(volts=volts, cvls=cvls))


def round_down(voltage: float) -> float:
    """Round a pack's voltage in V down to use it as a limit."""
    return round(floor(voltage / VOLTAGE_STEP + 1e-6) * VOLTAGE_STEP, 2)


def idle_cvl(sample: PackSample, count: int, capacity: float) -> float:
    """CVL in V for a silent pack: one at which no charger charges it, not even with feed-in."""
    resistance = HIGHEST_RESISTANCE * count / (capacity or ASSUMED_CAPACITY)
    # A capacity near 0, which the owner may have set, makes the resistance infinite.
    drop = min(sample.current * resistance, sample.voltage) if sample.current > 0 else 0.0
    return max(0.0, round_down(sample.voltage - drop - FEED_IN))


def tolerated_current(published: PublishedLimits, *, known: bool) -> float:
    """Charge current in A above which chargers exceed the CCL; ``known``: they ignore it."""
    if published.ccl == 0:
        rate = KNOWN_IDLE_RATE if known else IDLE_RATE
        return max(LEAST_IDLE_CURRENT, rate * (published.capacity or ASSUMED_CAPACITY))
    part, least = (KNOWN_TOLERANCE, LEAST_KNOWN_TOLERANCE) if known else (TOLERANCE, LEAST_TOLERANCE)
    return published.ccl + max(part * published.ccl, least)


def step(
    state: CapState, sample: PackSample, published: PublishedLimits, dt: float, *, after_silence: bool = False
) -> CapState:
    """Advance the cap by a sample, ``dt`` s after the previous one.

    After a silence the pack's voltage may be far below the one at which charging was stopped.
    """
    state = _observe(state, sample, published, dt)
    state = _stop(state, sample, published, after_silence=after_silence)
    if state.exceeded and state.overshoot.volts is not None:
        state = _lower(state, sample, published, dt)
    elif not state.stopped and state.cap is None and state.overshoot.cvls.highest is None:
        state = _begin(state, sample, published)
    elif not state.stopped and state.cap is not None:
        state = _raise(state, sample, published, dt)
    seen = overshoot.published(state.overshoot, apply(state, published.cvl))
    return replace(state, overshoot=seen, ccls=state.ccls.replaced_by(published.ccl))


def _observe(state: CapState, sample: PackSample, published: PublishedLimits, dt: float) -> CapState:
    """Find out whether chargers exceed the CCL, and by how much they exceed the CVL."""
    known = state.overshoot.volts is not None
    ccls = state.ccls.after(dt)
    ccl = published.ccl if known else max(published.ccl, ccls.highest or 0.0)
    exceeding = sample.current > tolerated_current(replace(published, ccl=ccl), known=known)
    idle = tolerated_current(replace(published, ccl=0.0), known=known)
    seen = overshoot.observe(
        state.overshoot, sample.voltage, dt, charging=sample.current > idle, exceeding=exceeding
    )
    # After a long time without a sample it may just have begun.
    longest = OBEY_TIME if state.exceeded else LONGEST_STEP
    exceeded = state.exceeded + min(dt, longest) if exceeding else 0.0
    if exceeded >= OBEY_TIME:
        seen = overshoot.found(seen, sample.voltage)
    if known and seen.volts is None:  # forgotten
        state = replace(state, cap=state.cap if state.stopped else None, lowered=False)
    return replace(state, overshoot=seen, ccls=ccls, exceeded=exceeded)


def _stop(
    state: CapState, sample: PackSample, published: PublishedLimits, *, after_silence: bool
) -> CapState:
    """Begin and end the cap of a CCL of 0."""
    stopped, cap, stable_time = published.ccl == 0, state.cap, state.stable_time
    if stopped:
        before = cap if state.stopped and not after_silence else round_down(sample.voltage)
        cap = min(published.cvl, *(volts for volts in (before, cap) if volts is not None))
    elif state.stopped and not state.lowered:
        cap = None
    elif state.stopped and cap is not None:  # it may be far lower because of a dead cell or another preset
        cap = min(published.cvl, max(cap, round_down(sample.voltage - LARGEST_DROP * published.count)))
        stable_time = max(stable_time, RECOVERY_HOLD)  # the CCL has been held for long enough
    return replace(state, cap=cap, stopped=stopped, stable_time=stable_time)


def _lower(state: CapState, sample: PackSample, published: PublishedLimits, dt: float) -> CapState:
    """Lower the cap to the voltage at which chargers will not exceed the CCL."""
    assert state.overshoot.volts is not None
    before = min(published.cvl, inf if state.cap is None else state.cap)
    excess = published.drop(sample.current - published.ccl, HIGHEST_RESISTANCE)
    known = state.overshoot.volts
    if not published.ccl:  # the first fall must suffice
        known = max(known, min(known + ROUNDING, FEED_IN))
    wanted = sample.voltage - known - excess
    if state.exceeded >= OBEY_TIME + FOLLOWS_WITHIN:
        wanted = min(wanted, before - FALL_RATE * published.count * min(dt, LONGEST_STEP))
    cap = min(before, max(wanted, sample.voltage - LARGEST_DROP * published.count, 0.0))
    stable_time = 0.0 if cap < before else state.stable_time + dt
    return replace(state, cap=cap, lowered=True, stable_time=stable_time, before_rise=None, answers=0)


def _begin(state: CapState, sample: PackSample, published: PublishedLimits) -> CapState:
    """Begin, after the start, with a cap for chargers that are known to ignore the CCL."""
    if state.overshoot.volts is None:
        return state
    cap = _voltage_at(state, sample, published)
    return replace(state, cap=cap, lowered=True, stable_time=RECOVERY_HOLD) if cap < published.cvl else state


def _voltage_at(state: CapState, sample: PackSample, published: PublishedLimits) -> float:
    """Return the CVL in V at which known chargers come close to the CCL from below."""
    room = _room(sample, published)
    return sample.voltage - (state.overshoot.volts or 0.0) + published.drop(room, LOWEST_RESISTANCE)


def _room(sample: PackSample, published: PublishedLimits) -> float:
    """Return by how much, in A, the current may grow; negative: it is close enough to the CCL."""
    step = PUBLISHED_STEP / published.drop(1.0, USUAL_RESISTANCE)  # with 12 V much of the CCL
    return published.ccl - max(ROOM * published.ccl, min(step, MOST_ROOM * published.ccl)) - sample.current


def _raise(state: CapState, sample: PackSample, published: PublishedLimits, dt: float) -> CapState:
    """Raise the cap in steps, and drop it in the end."""
    stable_time = state.stable_time + dt
    if stable_time < RECOVERY_HOLD + RISE_EVERY:
        return replace(state, stable_time=stable_time)
    state = _judge_rise(state, sample, published)
    assert state.cap is not None
    room = _room(sample, published)
    if room <= 0:
        return replace(state, stable_time=RECOVERY_HOLD, before_rise=None)
    full = max(RISE * published.count, PUBLISHED_STEP)  # else some are lost in rounding, and none is answered
    rise = min(full, published.drop(room, LOWEST_RESISTANCE))
    cap = max(state.cap + rise, _voltage_at(state, sample, published))
    if cap >= published.cvl:
        return replace(state, cap=None, lowered=False, stable_time=inf, before_rise=None, answers=0)
    # A smaller rise makes no answer that can be told from other changes of the current.
    before = sample.current if cap >= state.cap + full - 1e-9 else None
    return replace(state, cap=cap, stable_time=RECOVERY_HOLD, before_rise=before)


def _judge_rise(state: CapState, sample: PackSample, published: PublishedLimits) -> CapState:
    """Learn the overshoot if the current answers to rises of the cap."""
    if state.before_rise is None:
        return replace(state, answers=0)
    least = RISE * (published.capacity or ASSUMED_CAPACITY) / HIGHEST_RESISTANCE
    if sample.current - state.before_rise < ANSWERS * least:
        return replace(state, answers=0)
    state = replace(state, answers=state.answers + 1)
    if state.answers < ANSWERS_NEEDED:
        return state
    return replace(state, overshoot=overshoot.answered(state.overshoot, sample.voltage))


def apply(state: CapState, cvl: float) -> float:
    """Apply the cap to a CVL in V."""
    if state.cap is None or state.cap >= cvl:
        return cvl
    return round(floor(state.cap / PUBLISHED_STEP + 1e-6) * PUBLISHED_STEP, 2)
