"""How far chargers that ignore the CCL charge above the CVL, as learned from what they do. Pure.

A charger that limits its voltage holds the battery at the CVL and its overshoot. One that has too little sun
stays below that. So the battery's voltage above the CVL is at most the overshoot, and equal to it while the
current answers to the CVL.
"""

from __future__ import annotations

from dataclasses import field
from math import inf, isfinite

from dbus_xbms.policy.charge.followed import Followed
from dbus_xbms.record import record, replace

FEED_IN = 0.4  # V that systemcalc adds to the CVL with DC feed-in
CLEAR = 0.3  # V; chargers that obey are hardly so far above the CVL
FORGOTTEN_AFTER = 7 * 86400.0  # s without a sign of it; panels are dark, and batteries full, for days


@record
class Overshoot:
    """What is known of chargers. Times in s."""

    volts: float | None = None  # V above the CVL; None: chargers keep to the CCL, as far as is known
    unconfirmed: float = 0.0  # since it was last seen
    cvls: Followed = field(default_factory=Followed)  # V

    @property
    def at_rest(self) -> bool:
        """Whether nothing is known that time would change."""
        return self.volts is None and self.cvls.at_rest

    def above(self, voltage: float) -> float | None:
        """Return how far ``voltage`` is above every CVL chargers may follow; ``None``: one is unknown."""
        highest = self.cvls.highest
        return voltage - highest if highest is not None and isfinite(highest) else None


def observe(state: Overshoot, voltage: float, dt: float, *, charging: bool, exceeding: bool) -> Overshoot:
    """Take a measured voltage in V, ``dt`` s after the last one.

    Args:
        state: as returned by :func:`published`.
        voltage: V, of the battery.
        dt: s.
        charging: a current flows into the battery.
        exceeding: it exceeds the CCL.
    """
    state = replace(state, cvls=state.cvls.after(dt))
    if state.volts is None:
        return state
    above = state.above(voltage) if charging else None
    if above is not None and exceeding and above > state.volts:
        state = replace(state, volts=above)
    seen = above is not None and above > CLEAR
    unconfirmed = 0.0 if seen else state.unconfirmed + dt
    if unconfirmed >= FORGOTTEN_AFTER:
        return replace(state, volts=None, unconfirmed=0.0)
    return replace(state, unconfirmed=unconfirmed)


def found(state: Overshoot, voltage: float) -> Overshoot:
    """Record that chargers ignore the CCL: until more is known, as systemcalc makes them with feed-in."""
    known = [volts for volts in (state.volts, state.above(voltage)) if volts is not None]
    return replace(state, volts=max([FEED_IN, *known]), unconfirmed=0.0)


def answered(state: Overshoot, voltage: float) -> Overshoot:
    """Record the overshoot while the current answers to the CVL, so that it is the measured one."""
    above = state.above(voltage)
    return state if state.volts is None or above is None else replace(state, volts=above)


def published(state: Overshoot, cvl: float) -> Overshoot:
    """Record the CVL in V that is published now.

    At the start it replaces another one, which is not known. Chargers of which nothing is known are observed
    for longer than they may follow that one.
    """
    at_start = state.volts is not None and not state.cvls.rows
    before = Followed().replaced_by(inf) if at_start else state.cvls
    return replace(state, cvls=before.replaced_by(cvl))
