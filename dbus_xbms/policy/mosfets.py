"""Which MOSFETs were ordered off, and which orders are allowed now. Pure.

The BMS keeps a mask of the MOSFETs that somebody switched off. It takes that mask as a whole and never
reports it. So the mask that an order writes is made of the order and of what the newest sample proves, by a
rule that never takes a MOSFET that a protection turned off for one that was ordered off
(docs/jbd-protocol.md); where that leaves a doubt, nothing is written. An order is refused, carried out within
seconds, or fails; none waits for a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from dbus_xbms.model import Mosfet, Mosfets, Orders, PackSample
from dbus_xbms.policy import state_of_charge
from dbus_xbms.settings import PackSettings

NOTHING = Orders()
CHANGE_EVERY = 5.0  # s, the least time between two changes of one MOSFET
FALL_TIME = 10.0  # s a current has to fall before its MOSFET turns off
SMALL_CURRENT, SMALL_RATE = 1.0, 0.01  # A and C: the larger is small enough to turn a MOSFET off
MASK_AGE = 2.0  # s, of the oldest sample that a mask is made of: another master may write one meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class MosfetState:
    """What switching has to remember."""

    told: Orders = NOTHING  # what the MOSFETs were told, as shown: seen, else remembered
    proven: Orders = NOTHING  # the same by the newest sample alone; only this goes into a mask
    wish: Orders = NOTHING  # accepted, not sent yet
    asked: Mapping[Mosfet, float] = field(default_factory=dict)  # s, since when each wish stands
    wished_at: float = 0.0  # s, of the newest wish
    sending: Orders = NOTHING  # on its way to the BMS
    changed: Mapping[Mosfet, float] = field(default_factory=dict)  # s, when each MOSFET was last ordered
    faults: frozenset[Mosfet] = frozenset()  # MOSFETs whose last order failed
    ours: frozenset[Mosfet] = frozenset()  # ordered off from here, and not seen on since
    locks: bool = False  # this BMS has reported that a MOSFET was ordered off

    @property
    def due(self) -> Orders:
        """The mask that carries out the wish."""
        return self.wish.over(self.sending.over(self.proven))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody's wish, and what it is judged by."""

    wish: Orders
    contact: str  # why the pack cannot be told anything now; "": it can
    settings: PackSettings


def told_by(sample: PackSample, ours: frozenset[Mosfet] = frozenset()) -> Orders:
    """What the MOSFETs must have been told, by one sample; ``None`` where it leaves a doubt.

    ``ours``: those ordered off from here on a board that may not report its lock.
    """
    return Orders(**{mosfet.value: _told_one(mosfet, sample, ours) for mosfet in Mosfet})


def _told_one(mosfet: Mosfet, sample: PackSample, ours: frozenset[Mosfet]) -> bool | None:
    if mosfet not in ours or sample.is_on(mosfet) is not False:
        return sample.commanded.of(mosfet)
    return None if sample.protection & mosfet.blocked_by else False


def sampled(state: MosfetState, sample: PackSample) -> MosfetState:
    """Learn from a sample what the MOSFETs were told: what is seen wins over what is remembered."""
    if state.sending != NOTHING:  # the BMS follows within a moment
        return state
    locks = state.locks or sample.locked
    ours = frozenset() if locks else frozenset(m for m in state.ours if not sample.is_on(m))
    proven = told_by(sample, ours)
    told = proven.over(state.told if _agrees(state.told, proven, lock=sample.locked) else NOTHING)
    return replace(state, told=told, proven=proven, ours=ours, locks=locks)


def _agrees(known: Orders, proven: Orders, *, lock: bool) -> bool:
    """Whether nothing shows that somebody else has written the mask since."""
    same = all(proven.of(m) in (None, known.of(m)) for m in Mosfet)
    locked = any(known.of(m) is False for m in Mosfet)
    return same and (locked or not lock)


def connected(state: MosfetState) -> MosfetState:
    """Forget what was told before a new connection: somebody else may have been connected meanwhile."""
    return replace(state, told=NOTHING, proven=NOTHING)


# Refusals: each rule says why not, or "" if it has nothing against it


def _allowed(state: MosfetState, request: Request) -> str:
    if request.settings.allow_mosfet_control:
        return ""
    return "switching is off; to allow it: set PACK AllowMosfetControl 1"


def _discharge_allowed(state: MosfetState, request: Request) -> str:
    """Judge the bits that the write would change, whatever was ordered."""
    due = request.wish.over(state.due)
    changes = due.discharge is False and state.sending.over(state.proven).discharge is not False
    if not changes or request.settings.allow_discharge_off:
        return ""
    return "switching discharge off may cut the GX's power; to allow it: set PACK AllowDischargeOff 1"


def _in_contact(state: MosfetState, request: Request) -> str:
    return request.contact


def _both_known(state: MosfetState, request: Request) -> str:
    due = request.wish.over(state.due)
    for mosfet in Mosfet:
        if due.of(mosfet) is None:
            return (
                f"a protection hides whether {mosfet.value} was switched off on purpose, and the BMS takes "
                "orders for both MOSFETs only: set both at once, with /Settings/MosfetMode"
            )
    return ""


PERMISSIONS: tuple[Callable[[MosfetState, Request], str], ...] = (_allowed, _discharge_allowed)
RULES = (*PERMISSIONS, _in_contact, _both_known)


def refusal(state: MosfetState, request: Request) -> str:
    """Why the wish cannot be granted, in the owner's words; "" if it can."""
    return next((why for rule in RULES if (why := rule(state, request))), "")


def wished(state: MosfetState, wish: Orders, now: float) -> MosfetState:
    """Take a wish that was not refused; what it leaves out stays as it was wished before."""
    both = wish.over(state.wish)
    asked = {m: state.asked[m] if both.of(m) is state.wish.of(m) else now for m in _named(both)}
    faults = frozenset(m for m in state.faults if wish.of(m) is None)
    return replace(state, wish=both, asked=asked, wished_at=now, faults=faults)


def _named(orders: Orders) -> tuple[Mosfet, ...]:
    return tuple(m for m in Mosfet if orders.of(m) is not None)


def turning_off(state: MosfetState) -> frozenset[Mosfet]:
    """The MOSFETs that are about to turn off: nothing may flow through them any more."""
    return frozenset(m for m in Mosfet if state.wish.of(m) is False or state.sending.of(m) is False)


class Next(Enum):
    """What becomes of a wish now."""

    WAIT = "wait"  # also if there is none
    ALREADY = "already"  # the sample shows that it is so
    REFUSE = "refuse"
    SEND = "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a wish now, and why or with which mask."""

    next: Next
    why: str = ""
    mask: Mosfets | None = None


WAITS = Verdict(next=Next.WAIT)


def judge(
    state: MosfetState,
    sample: PackSample,
    begun: float,
    now: float,
    settings: PackSettings,
    *,
    controls: bool,
) -> Verdict:
    """Judge the wish by a sample whose poll began at ``begun``: only one that is younger than the wish.

    Permissions are asked for again, because the owner may have withdrawn them.
    """
    if state.wish == NOTHING or state.sending != NOTHING:
        return WAITS
    if begun < max(state.asked.values()) or now - begun > MASK_AGE:
        return WAITS
    request = Request(wish=state.wish, contact="", settings=settings)
    if why := next((why for rule in PERMISSIONS if (why := rule(state, request))), ""):
        return Verdict(next=Next.REFUSE, why=f"switching is no longer allowed: {why}")
    if why := refusal(state, request):
        return Verdict(next=Next.REFUSE, why=why)
    if begun >= state.wished_at and all(_is_so(m, sample, state.wish) for m in _named(state.wish)):
        return Verdict(next=Next.ALREADY)
    if _must_wait(state, sample, now, settings, controls=controls):
        return WAITS
    due = state.due
    return Verdict(next=Next.SEND, mask=Mosfets(charge=bool(due.charge), discharge=bool(due.discharge)))


def _is_so(mosfet: Mosfet, sample: PackSample, wish: Orders) -> bool:
    """Whether a sample by itself shows that a MOSFET was told what is wished; else it is written."""
    if wish.of(mosfet):
        return bool(sample.is_on(mosfet))
    return told_by(sample).of(mosfet) is False


def _must_wait(
    state: MosfetState, sample: PackSample, now: float, settings: PackSettings, *, controls: bool
) -> bool:
    """Whether a MOSFET was switched a moment ago, or a current has to fall first."""
    for mosfet in _named(state.wish):
        if now < state.changed.get(mosfet, now - CHANGE_EVERY) + CHANGE_EVERY:
            return True
        falls = controls and not state.wish.of(mosfet) and _flows(mosfet, sample, settings)
        if falls and now < state.asked[mosfet] + FALL_TIME:
            return True
    return False


def _flows(mosfet: Mosfet, sample: PackSample, settings: PackSettings) -> bool:
    forth = sample.current if mosfet is Mosfet.CHARGE else -sample.current
    small = max(SMALL_CURRENT, SMALL_RATE * state_of_charge.installed(sample.nominal, settings))
    return bool(sample.is_on(mosfet)) and forth > small


def sending(state: MosfetState, now: float) -> MosfetState:
    """Record that the wish goes out now."""
    named = _named(state.wish)
    off = frozenset(m for m in named if not state.wish.of(m))
    changed = dict(state.changed) | dict.fromkeys(named, now)
    return replace(state, sending=state.wish, wish=NOTHING, asked={}, changed=changed, ours=state.ours | off)


def carried_out(state: MosfetState, mask: Mosfets) -> MosfetState:
    """Record that the BMS was seen to follow the mask."""
    told = Orders(charge=mask.charge, discharge=mask.discharge)
    ours = frozenset(m for m in state.ours if not mask.of(m))
    return replace(state, told=told, proven=told, sending=NOTHING, ours=ours)


def failed(state: MosfetState) -> MosfetState:
    """Record that what was sent failed, or may have; the next sample tells what the MOSFETs were told."""
    faults = state.faults | frozenset(_named(state.sending))
    return replace(state, told=NOTHING, proven=NOTHING, sending=NOTHING, faults=faults)


def dropped(state: MosfetState, *, fault: bool) -> MosfetState:
    """Record that a wish that waited is given up; nothing was sent."""
    faults = state.faults | frozenset(_named(state.wish)) if fault else state.faults
    return replace(state, wish=NOTHING, asked={}, faults=faults)
