"""Enforce the CCL through the CVL, for chargers that ignore the CCL. Pure.

With ESS and DC feed-in systemcalc lets MPPTs charge with their own maximum current up to CVL + 0.4 V,
whatever the CCL: only a CVL at or below the pack's voltage stops them. So with a CCL of 0 the CVL is the
pack's voltage when that began. It stays there when loads pull the voltage down: chargers then supply the
loads, while a CVL that followed the voltage would empty the pack step by step.

If the current exceeds the CCL for longer than chargers need to obey, the CVL falls until that ends. It rises
again late and slowly.
"""

from __future__ import annotations

from math import floor, inf

from dbus_xbms.model import PackSample
from dbus_xbms.policy.state_of_charge import ASSUMED_CAPACITY
from dbus_xbms.record import record, replace

FEED_IN = 0.4  # V that systemcalc adds to the CVL with DC feed-in
VOLTAGE_STEP = 0.1  # V; the pack's voltage is rounded down to it when it serves as a limit
PUBLISHED_STEP = 0.01  # V
OBEY_TIME = 15.0  # s; systemcalc works every 3 s, chargers take 3 to 5 s more, and loads come and go
TOLERANCE, LEAST_TOLERANCE = 0.1, 1.0  # fraction of the CCL, and A: Multis round to whole amperes
# C and A; with a CCL of 0 this much may flow, because measurements are off by as much.
IDLE_RATE, LEAST_IDLE_CURRENT = 0.005, 0.2
FALL_RATE = 0.005  # V/s per cell
LARGEST_DROP = 0.2  # V per cell below the pack's voltage: enough for FEED_IN with three cells
LONGEST_STEP = 5.0  # s that one sample counts
SETTLE = 10.0  # s in which a fall should remove the excess current
RECOVERY_HOLD = 400.0  # s after a fall until the CVL rises again: at most 18 changes of direction an hour
RISE, RISE_EVERY = 0.002, 20.0  # V per cell and s
HIGHEST_RESISTANCE = 0.1  # ohm x Ah per cell; LiFePO4 cells with their joints have half of it
LOWEST_RESISTANCE = 0.03  # ohm x Ah per cell


@record
class CapState:
    """The cap, and how chargers have obeyed so far."""

    cap: float | None = None  # V, highest CVL; None: no cap
    stopped: bool = False  # the CCL is 0
    lowered: bool = False  # the cap has been lowered because chargers exceeded the CCL
    exceeded: float = 0.0  # s with more current than the CCL, without interruption
    stable_time: float = inf  # s since the cap last changed


NO_CAP = CapState()


@record
class PublishedLimits:
    """Limits published for chargers, before the cap is applied."""

    cvl: float  # V
    ccl: float  # A
    count: int  # of cells
    capacity: float  # Ah; 0: unknown


def round_down(voltage: float) -> float:
    """Round a pack's voltage in V down to use it as a limit."""
    return round(floor(voltage / VOLTAGE_STEP + 1e-6) * VOLTAGE_STEP, 2)


def idle_cvl(sample: PackSample, count: int, capacity: float) -> float:
    """CVL in V for a silent pack: one at which no charger charges it, not even with feed-in."""
    resistance = HIGHEST_RESISTANCE * count / (capacity or ASSUMED_CAPACITY)
    # A capacity near 0, which the owner may have set, makes the resistance infinite.
    drop = min(sample.current * resistance, sample.voltage) if sample.current > 0 else 0.0
    return max(0.0, round_down(sample.voltage - drop - FEED_IN))


def tolerated_current(ccl: float, capacity: float) -> float:
    """Charge current in A above which chargers exceed the CCL."""
    if ccl == 0:
        return max(LEAST_IDLE_CURRENT, IDLE_RATE * (capacity or ASSUMED_CAPACITY))
    return max(ccl * (1 + TOLERANCE), ccl + LEAST_TOLERANCE)


def step(
    state: CapState, sample: PackSample, published: PublishedLimits, dt: float, *, after_silence: bool = False
) -> CapState:
    """Advance the cap by a sample, ``dt`` s after the previous one.

    After a silence the pack's voltage may be far below the one at which charging was stopped.
    """
    stopped = published.ccl == 0
    excess = sample.current - tolerated_current(published.ccl, published.capacity)
    exceeded = state.exceeded + min(dt, OBEY_TIME) if excess > 0 else 0.0
    cap = state.cap
    if stopped:
        before = cap if state.stopped and not after_silence else round_down(sample.voltage)
        cap = min(published.cvl, *(volts for volts in (before, cap) if volts is not None))
    elif state.stopped and not state.lowered:
        cap = None
    elif state.stopped and cap is not None:  # it may be far lower because of a dead cell or another preset
        cap = min(published.cvl, max(cap, round_down(sample.voltage - LARGEST_DROP * published.count)))
    state = replace(state, cap=cap, stopped=stopped, exceeded=exceeded)
    if exceeded >= OBEY_TIME:
        return _lower(state, sample, published, excess, dt)
    return state if stopped or state.cap is None else _raise(state, published, dt)


def _lower(
    state: CapState, sample: PackSample, published: PublishedLimits, excess: float, dt: float
) -> CapState:
    """Lower the cap, as far as the excess in A demands."""
    before = min(published.cvl, sample.voltage, inf if state.cap is None else state.cap)
    rate = FALL_RATE
    if not state.stopped:  # an allowed current should not stop altogether
        gentle = excess * LOWEST_RESISTANCE / (published.capacity or ASSUMED_CAPACITY) / SETTLE
        rate = min(rate, gentle * state.exceeded / OBEY_TIME)
    lowered_cap = before - rate * published.count * min(dt, LONGEST_STEP)
    cap = min(before, max(lowered_cap, sample.voltage - LARGEST_DROP * published.count, 0.0))
    return replace(state, cap=cap, lowered=True, stable_time=0.0)


def _raise(state: CapState, published: PublishedLimits, dt: float) -> CapState:
    """Raise the cap in steps, and drop it in the end."""
    assert state.cap is not None
    stable_time = state.stable_time + dt
    if stable_time < RECOVERY_HOLD + RISE_EVERY:
        return replace(state, stable_time=stable_time)
    cap = state.cap + RISE * published.count
    if cap >= published.cvl:
        return replace(state, cap=None, lowered=False, stable_time=inf)
    return replace(state, cap=cap, stable_time=RECOVERY_HOLD)


def apply(state: CapState, cvl: float) -> float:
    """Apply the cap to a CVL in V."""
    if state.cap is None or state.cap >= cvl:
        return cvl
    return round(floor(state.cap / PUBLISHED_STEP + 1e-6) * PUBLISHED_STEP, 2)
