"""Which gates were told to stay open, and what they may be told now. Pure.

The BMS keeps a mask of the gates that somebody switched off; it writes that mask as a whole and cannot be
asked for it. So what was told to each gate is derived from what it reports, by a rule that never takes an
open gate for one that was switched off (docs/jbd-protocol.md), and a gate of which that is not known is told
nothing. An order is refused at once, or carried out within seconds, or it fails; none ever waits for a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dbus_xbms.model import Gate, Mosfets, Orders, PackSample, Protection
from dbus_xbms.settings import Settings

NOTHING = Orders()
ALL_RELEASED = Orders(charge=True, discharge=True)
CHANGE_EVERY = 5.0  # s, the least time between two changes of one gate
FALL_TIME = 10.0  # s that a current gets to fall before its gate opens
SMALL_CURRENT, SMALL_RATE = 1.0, 0.01  # A and C: the larger is small enough for a gate to open


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What switching has to remember."""

    told: Orders = NOTHING  # by the BMS's mask, as far as that is known
    wish: Orders = NOTHING  # accepted, not carried out yet
    wished_at: float = 0.0  # s, monotonic
    writing: bool = False  # the wish is on its way to the BMS
    changed: Mapping[Gate, float] = field(default_factory=dict)  # s, when each gate was last told something
    faults: frozenset[Gate] = frozenset()  # gates whose last order failed

    @property
    def due(self) -> Orders:
        """What both gates are to be told if the wish is carried out."""
        return self.wish.over(self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody's wish, and what it is judged by."""

    wish: Orders
    now: float  # s, monotonic
    contact: str  # why the pack cannot be told anything now; "": it can
    settings: Settings


def told_by(sample: PackSample) -> Orders:
    """What the gates must have been told, by one sample; ``None`` where it leaves a doubt."""
    if Protection.MOSFET_LOCK not in sample.protection:
        return ALL_RELEASED
    return Orders(charge=_told_one(Gate.CHARGE, sample), discharge=_told_one(Gate.DISCHARGE, sample))


def _told_one(gate: Gate, sample: PackSample) -> bool | None:
    if sample.mosfets.of(gate):
        return True
    return None if sample.protection & gate.opened_by else False


def sampled(state: State, sample: PackSample) -> State:
    """Learn from a sample what the gates were told; what is known stays unless the lock bit denies it."""
    if state.writing:  # the BMS follows within a moment
        return state
    seen, known = told_by(sample), state.told
    if Protection.MOSFET_LOCK not in sample.protection or known == ALL_RELEASED:
        known = NOTHING  # it is as it is seen; whoever locks what was released is not us
    told = known.over(seen)
    return state if told == state.told else replace(state, told=told)


def connected(state: State) -> State:
    """Forget what was told before a new connection: somebody else may have been connected meanwhile."""
    return replace(state, told=NOTHING)


# Refusals: each rule says why not, or "" if it has nothing against it


def _allowed(state: State, request: Request) -> str:
    if request.settings.number("AllowMosfetControl"):
        return ""
    return "switching is off; to allow it: set PACK AllowMosfetControl 1"


def _discharge_allowed(state: State, request: Request) -> str:
    if request.wish.discharge is not False or request.settings.number("AllowDischargeOff"):
        return ""
    return "switching discharge off may make the GX go dark; to allow it: set PACK AllowDischargeOff 1"


def _in_contact(state: State, request: Request) -> str:
    return request.contact


def _one_at_a_time(state: State, request: Request) -> str:
    return "another order is on its way to the BMS" if state.writing else ""


def _both_known(state: State, request: Request) -> str:
    due = request.wish.over(state.due)
    for gate in Gate:
        if due.of(gate) is None:
            return (
                f"a protection hides whether {gate.value} was switched off on purpose, and the BMS takes "
                "orders for both gates only: set both at once, with /Settings/MosfetMode"
            )
    return ""


def _seldom(state: State, request: Request) -> str:
    for gate in Gate:
        since = request.now - state.changed.get(gate, request.now - CHANGE_EVERY)
        if request.wish.of(gate) is not None and since < CHANGE_EVERY:
            return f"{gate.value} was switched {since:.0f} s ago; once in {CHANGE_EVERY:g} s is the most"
    return ""


RULES: tuple[Callable[[State, Request], str], ...] = (
    _allowed,
    _discharge_allowed,
    _in_contact,
    _one_at_a_time,
    _both_known,
    _seldom,
)


def refusal(state: State, request: Request) -> str:
    """Why the wish cannot be granted, in the owner's words; "" if it can."""
    return next((why for rule in RULES if (why := rule(state, request))), "")


def wished(state: State, wish: Orders, now: float) -> State:
    """Take a wish that was not refused; what it leaves open stays as it was wished or told before."""
    both = wish.over(state.wish)
    changes = Orders(
        **{gate.value: both.of(gate) for gate in Gate if both.of(gate) is not state.told.of(gate)}
    )
    faults = frozenset(gate for gate in state.faults if wish.of(gate) is None)
    return replace(state, wish=changes, wished_at=now, faults=faults)


def opening(state: State) -> frozenset[Gate]:
    """The gates that are about to open: nothing may flow through them any more."""
    return frozenset(gate for gate in Gate if state.wish.of(gate) is False)


def ready(state: State, sample: PackSample, now: float, *, controls: bool) -> Mosfets | None:
    """What the BMS is to be told now, ``None`` if nothing or not yet: a current may have to fall first."""
    due = state.due
    if state.wish == NOTHING or state.writing or due.charge is None or due.discharge is None:
        return None
    flowing = any(_flows(gate, sample) for gate in opening(state))
    if controls and flowing and now < state.wished_at + FALL_TIME:
        return None
    return Mosfets(charge=due.charge, discharge=due.discharge)


def _flows(gate: Gate, sample: PackSample) -> bool:
    forth = sample.current if gate is Gate.CHARGE else -sample.current
    return sample.mosfets.of(gate) and forth > max(SMALL_CURRENT, SMALL_RATE * sample.nominal)


def sending(state: State, now: float) -> State:
    """Take note that the wish goes out now."""
    changed = dict(state.changed) | {gate: now for gate in Gate if state.wish.of(gate) is not None}
    return replace(state, writing=True, changed=changed)


def carried_out(state: State, told: Mosfets) -> State:
    """Take note that the BMS was seen to do as it was told."""
    return replace(
        state,
        told=Orders(charge=told.charge, discharge=told.discharge),
        wish=NOTHING,
        writing=False,
    )


def failed(state: State) -> State:
    """Take note that the wish came to nothing; what the gates were told is to be learnt anew."""
    faults = state.faults | {gate for gate in Gate if state.wish.of(gate) is not None}
    return replace(state, told=NOTHING, wish=NOTHING, writing=False, faults=faults)
