"""Which MOSFETs were ordered off, and which orders are allowed now. Pure.

The BMS keeps a mask of the MOSFETs that somebody switched off. It takes that mask as a whole and never
reports it. So what each MOSFET was told is derived from what the BMS reports, by a rule that never takes a
MOSFET that a protection turned off for one that was ordered off (docs/jbd-protocol.md); where that leaves a
doubt, nothing is written. An order is refused at once, carried out within seconds, or fails; none waits for
a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dbus_xbms.model import Mosfet, Mosfets, Orders, PackSample, Protection
from dbus_xbms.settings import Settings

NOTHING = Orders()
ALL_RELEASED = Orders(charge=True, discharge=True)
CHANGE_EVERY = 5.0  # s, the least time between two changes of one MOSFET
FALL_TIME = 10.0  # s a current has to fall before its MOSFET turns off
SMALL_CURRENT, SMALL_RATE = 1.0, 0.01  # A and C: the larger is small enough to turn a MOSFET off


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What switching has to remember."""

    told: Orders = NOTHING  # by the BMS's mask, as far as that is known
    wish: Orders = NOTHING  # accepted, not carried out yet
    wished_at: float = 0.0  # s, monotonic
    writing: bool = False  # the wish is on its way to the BMS
    changed: Mapping[Mosfet, float] = field(
        default_factory=dict
    )  # s, when each MOSFET was last told something
    faults: frozenset[Mosfet] = frozenset()  # MOSFETs whose last order failed

    @property
    def due(self) -> Orders:
        """What both MOSFETs are to be told if the wish is carried out."""
        return self.wish.over(self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody's wish, and what it is judged by."""

    wish: Orders
    now: float  # s, monotonic
    contact: str  # why the pack cannot be told anything now; "": it can
    settings: Settings


def told_by(sample: PackSample) -> Orders:
    """What the MOSFETs must have been told, by one sample; ``None`` where it leaves a doubt."""
    if Protection.MOSFET_LOCK not in sample.protection:
        return ALL_RELEASED
    return Orders(charge=_told_one(Mosfet.CHARGE, sample), discharge=_told_one(Mosfet.DISCHARGE, sample))


def _told_one(mosfet: Mosfet, sample: PackSample) -> bool | None:
    if sample.mosfets.of(mosfet):
        return True
    return None if sample.protection & mosfet.blocked_by else False


def sampled(state: State, sample: PackSample) -> State:
    """Learn from a sample what the MOSFETs were told; what is known stays unless the lock bit denies it."""
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
    for mosfet in Mosfet:
        if due.of(mosfet) is None:
            return (
                f"a protection hides whether {mosfet.value} was switched off on purpose, and the BMS takes "
                "orders for both mosfets only: set both at once, with /Settings/MosfetMode"
            )
    return ""


def _seldom(state: State, request: Request) -> str:
    for mosfet in Mosfet:
        since = request.now - state.changed.get(mosfet, request.now - CHANGE_EVERY)
        if request.wish.of(mosfet) is not None and since < CHANGE_EVERY:
            return f"{mosfet.value} was switched {since:.0f} s ago; once in {CHANGE_EVERY:g} s is the most"
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
    """Take a wish that was not refused; what it leaves out stays as it was wished or told before."""
    both = wish.over(state.wish)
    changes = Orders(
        **{mosfet.value: both.of(mosfet) for mosfet in Mosfet if both.of(mosfet) is not state.told.of(mosfet)}
    )
    faults = frozenset(mosfet for mosfet in state.faults if wish.of(mosfet) is None)
    return replace(state, wish=changes, wished_at=now, faults=faults)


def turning_off(state: State) -> frozenset[Mosfet]:
    """The MOSFETs that are about to turn off: nothing may flow through them any more."""
    return frozenset(mosfet for mosfet in Mosfet if state.wish.of(mosfet) is False)


def ready(state: State, sample: PackSample, now: float, *, controls: bool) -> Mosfets | None:
    """What the BMS is to be told now, ``None`` if nothing or not yet: a current may have to fall first."""
    due = state.due
    if state.wish == NOTHING or state.writing or due.charge is None or due.discharge is None:
        return None
    flowing = any(_flows(mosfet, sample) for mosfet in turning_off(state))
    if controls and flowing and now < state.wished_at + FALL_TIME:
        return None
    return Mosfets(charge=due.charge, discharge=due.discharge)


def _flows(mosfet: Mosfet, sample: PackSample) -> bool:
    forth = sample.current if mosfet is Mosfet.CHARGE else -sample.current
    return sample.mosfets.of(mosfet) and forth > max(SMALL_CURRENT, SMALL_RATE * sample.nominal)


def sending(state: State, now: float) -> State:
    """Take note that the wish goes out now."""
    changed = dict(state.changed) | {mosfet: now for mosfet in Mosfet if state.wish.of(mosfet) is not None}
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
    """Take note that the wish came to nothing; what the MOSFETs were told is to be learnt anew."""
    faults = state.faults | {mosfet for mosfet in Mosfet if state.wish.of(mosfet) is not None}
    return replace(state, told=NOTHING, wish=NOTHING, writing=False, faults=faults)
