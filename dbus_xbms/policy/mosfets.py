"""MOSFET commands: which are allowed, when they are sent, and with which mask. Pure.

The BMS keeps a mask of the MOSFETs that were commanded off. It takes that mask as a whole and never reports
it. The mask of a command is therefore built from the command and from what the newest sample proves. A MOSFET
that a protection turned off never counts as commanded off (docs/jbd-protocol.md); in doubt nothing is
written. A command is refused, carried out within seconds, or fails; none waits for a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum

from dbus_xbms.model import Mosfet, Mosfets, MosfetTarget, PackSample
from dbus_xbms.policy import state_of_charge
from dbus_xbms.record import record, replace
from dbus_xbms.settings import PackSettings

NOTHING = MosfetTarget()
NO_MOSFET: frozenset[Mosfet] = frozenset()
CHANGE_EVERY = 5.0  # s, the least time between two changes of one MOSFET
FALL_TIME = 10.0  # s a current has to fall before its MOSFET turns off
SMALL_CURRENT, SMALL_RATE = 1.0, 0.01  # A and C: the larger is small enough to turn a MOSFET off
MASK_AGE = 2.0  # s, of the oldest sample that a mask is made of: another master may write one meanwhile


@record
class MosfetState:
    """The state of the MOSFET commands of one pack."""

    commanded: MosfetTarget = NOTHING  # as published: proven by a sample, else remembered
    confirmed: MosfetTarget = NOTHING  # proven by the newest sample alone; only this enters a mask
    waiting: MosfetTarget = NOTHING  # accepted, not sent yet
    requested_at: Mapping[Mosfet, float] = field(default_factory=dict)  # s, per MOSFET of the waiting command
    newest_request_at: float = 0.0  # s
    forced: frozenset[Mosfet] = frozenset()  # of the waiting command: on despite an inrush current
    sending: MosfetTarget = NOTHING  # on its way to the BMS
    changed: Mapping[Mosfet, float] = field(default_factory=dict)  # s, of the last command sent, per MOSFET
    failed: MosfetTarget = NOTHING  # what the last command asked of a MOSFET that has not followed since
    off_by_us: frozenset[Mosfet] = frozenset()  # commanded off by this program, and not seen on since
    reports_lock: bool = False  # this BMS has reported that a MOSFET was commanded off

    @property
    def failed_mosfets(self) -> frozenset[Mosfet]:
        """MOSFETs whose last command failed, and that have not followed it since."""
        return NO_MOSFET if self.failed == NOTHING else frozenset(_named(self.failed))

    @property
    def due(self) -> MosfetTarget:
        """The mask that carries out the waiting command; ``None`` where in doubt."""
        return self.waiting.over(self.sending.over(self.confirmed))


@record
class Request:
    """A requested command, and what it is judged by."""

    target: MosfetTarget
    contact: str  # why the pack cannot be reached now; "": it can
    settings: PackSettings
    inrush: str = ""  # why turning a MOSFET on may cause an inrush current; "": it does not
    forced: frozenset[Mosfet] = frozenset()  # turned on all the same


def commanded_by(sample: PackSample, off_by_us: frozenset[Mosfet] = frozenset()) -> MosfetTarget:
    """Return what one sample proves of the mask; ``None`` where in doubt.

    ``off_by_us``: those commanded off by this program, on a board that may not report its lock.
    """
    return MosfetTarget(**{mosfet.value: _commanded_one(mosfet, sample, off_by_us) for mosfet in Mosfet})


def _commanded_one(mosfet: Mosfet, sample: PackSample, off_by_us: frozenset[Mosfet]) -> bool | None:
    if mosfet not in off_by_us or sample.is_on(mosfet) is not False:
        return sample.commanded.of(mosfet)
    if sample.protection is None:
        return None
    return None if sample.protection & mosfet.blocked_by else False


def sampled(state: MosfetState, sample: PackSample) -> MosfetState:
    """Take what a sample proves of the mask; that wins over what is remembered."""
    if state.sending != NOTHING:  # the BMS follows within moments
        return state
    if _is_proven(state, sample):
        return state  # nearly always
    reports_lock = state.reports_lock or sample.locked
    off_by_us = frozenset() if reports_lock else frozenset(m for m in state.off_by_us if not sample.is_on(m))
    confirmed = commanded_by(sample, off_by_us)
    known = state.commanded if _agrees(state.commanded, confirmed, lock=sample.locked) else NOTHING
    return replace(
        state,
        commanded=confirmed.over(known),
        confirmed=confirmed,
        off_by_us=off_by_us,
        reports_lock=reports_lock,
        failed=_without(state.failed, lambda m: sample.is_on(m) is state.failed.of(m)),
    )


def _is_proven(state: MosfetState, sample: PackSample) -> bool:
    """Return whether a sample proves what the one before has proven, and nothing else is remembered."""
    return (
        state.confirmed == state.commanded == sample.commanded
        and not state.off_by_us
        and state.failed == NOTHING
        and (state.reports_lock or not sample.locked)
    )


def _without(target: MosfetTarget, drop: Callable[[Mosfet], bool]) -> MosfetTarget:
    return MosfetTarget(**{m.value: None if drop(m) else target.of(m) for m in Mosfet})


def _agrees(known: MosfetTarget, confirmed: MosfetTarget, *, lock: bool) -> bool:
    """Return whether nothing shows that another client has written the mask since."""
    same = all(confirmed.of(m) in (None, known.of(m)) for m in Mosfet)
    locked = any(known.of(m) is False for m in Mosfet)
    return same and (locked or not lock)


def connected(state: MosfetState) -> MosfetState:
    """Forget the mask on a new connection: another client may have written it meanwhile."""
    return replace(state, commanded=NOTHING, confirmed=NOTHING)


def in_words(target: MosfetTarget) -> str:
    """Return a command in words: ``charge off, discharge on``."""
    return ", ".join(f"{m.value} {'on' if target.of(m) else 'off'}" for m in _named(target))


# Rules: each returns why a command is refused, or ""


def _allowed(state: MosfetState, request: Request) -> str:
    if request.settings.allow_mosfet_control:
        return ""
    return "switching is off; to allow it: set PACK AllowMosfetControl 1"


def _discharge_allowed(state: MosfetState, request: Request) -> str:
    """Judge the bits that the write would change, whatever the command names."""
    due = request.target.over(state.due)
    changes = due.discharge is False and state.sending.over(state.confirmed).discharge is not False
    if not changes or request.settings.allow_discharge_off:
        return ""
    return "switching discharge off may cut the GX's power; to allow it: set PACK AllowDischargeOff 1"


def _in_contact(state: MosfetState, request: Request) -> str:
    return request.contact


def _both_known(state: MosfetState, request: Request) -> str:
    due = request.target.over(state.due)
    for mosfet in Mosfet:
        if due.of(mosfet) is None:
            return (
                f"a protection hides whether {mosfet.value} was switched off on purpose, and the BMS takes "
                "commands for both MOSFETs only: set both at once, with /Settings/MosfetMode"
            )
    return ""


def _no_inrush(state: MosfetState, request: Request) -> str:
    """Judge the MOSFETs that the write would turn on."""
    if not request.inrush:
        return ""
    due, before = request.target.over(state.due), state.sending.over(state.confirmed)
    forced = request.forced | {m for m in state.forced if request.target.of(m) is None}
    on = [m for m in Mosfet if due.of(m) and not before.of(m) and m not in forced]
    if not on:
        return ""
    what = on[0].value if len(on) == 1 else "both"
    return f"{request.inrush}; to turn it on all the same: switch PACK {what} on --force"


PERMISSIONS: tuple[Callable[[MosfetState, Request], str], ...] = (_allowed, _discharge_allowed)
RULES = (*PERMISSIONS, _in_contact, _both_known, _no_inrush)


def refusal(state: MosfetState, request: Request) -> str:
    """Return why a command is refused, in the owner's words; "" if it is not."""
    return next((why for rule in RULES if (why := rule(state, request))), "")


def request(
    state: MosfetState, target: MosfetTarget, now: float, *, forced: frozenset[Mosfet] = frozenset()
) -> MosfetState:
    """Accept a command; a waiting one is merged into it. ``forced``: on despite an inrush current."""
    both = target.over(state.waiting)
    requested_at = {
        m: state.requested_at[m] if both.of(m) is state.waiting.of(m) else now for m in _named(both)
    }
    return replace(
        state,
        waiting=both,
        requested_at=requested_at,
        newest_request_at=now,
        forced=forced | {m for m in state.forced if target.of(m) is None},
        failed=_without(state.failed, lambda m: target.of(m) is not None),
    )


def reverses(target: MosfetTarget, waiting: MosfetTarget) -> bool:
    """Return whether a command contradicts one that waits."""
    return any(waiting.of(m) is not None and target.of(m) is not waiting.of(m) for m in _named(target))


def _named(target: MosfetTarget) -> tuple[Mosfet, ...]:
    return tuple(m for m in Mosfet if target.of(m) is not None)


def turning_off(state: MosfetState) -> frozenset[Mosfet]:
    """MOSFETs that a waiting or sent command turns off; current through them must stop first."""
    if state.waiting == state.sending == NOTHING:
        return NO_MOSFET
    return frozenset(m for m in Mosfet if state.waiting.of(m) is False or state.sending.of(m) is False)


class Next(Enum):
    """What to do with the waiting command."""

    WAIT = "wait"  # or there is no command
    ALREADY = "already"  # the sample shows the commanded state
    REFUSE = "refuse"
    SEND = "send"


@record
class CommandVerdict:
    """What to do with the waiting command, why, and with which mask."""

    next: Next
    why: str = ""
    mask: Mosfets | None = None


WAITS = CommandVerdict(next=Next.WAIT)


def judge(
    state: MosfetState,
    sample: PackSample,
    begun: float,
    now: float,
    settings: PackSettings,
    *,
    controls: bool,
    inrush: str = "",
) -> CommandVerdict:
    """Judge the waiting command by a sample whose poll began at ``begun``, after the command was requested.

    Permissions and voltages are checked again, because both may have changed.
    """
    if state.waiting == NOTHING or state.sending != NOTHING:
        return WAITS
    if begun < max(state.requested_at.values()) or now - begun > MASK_AGE:
        return WAITS
    request = Request(target=state.waiting, contact="", settings=settings, inrush=inrush, forced=state.forced)
    if why := next((why for rule in PERMISSIONS if (why := rule(state, request))), ""):
        return CommandVerdict(next=Next.REFUSE, why=f"switching is no longer allowed: {why}")
    if why := refusal(state, request):
        return CommandVerdict(next=Next.REFUSE, why=why)
    if begun >= state.newest_request_at and all(
        _is_so(m, sample, state.waiting) for m in _named(state.waiting)
    ):
        return CommandVerdict(next=Next.ALREADY)
    if _must_wait(state, sample, now, settings, controls=controls):
        return WAITS
    due = state.due
    return CommandVerdict(
        next=Next.SEND, mask=Mosfets(charge=bool(due.charge), discharge=bool(due.discharge))
    )


def _is_so(mosfet: Mosfet, sample: PackSample, target: MosfetTarget) -> bool:
    """Return whether a sample alone proves that a MOSFET was commanded so."""
    if target.of(mosfet):
        return bool(sample.is_on(mosfet))
    return commanded_by(sample).of(mosfet) is False


def _must_wait(
    state: MosfetState, sample: PackSample, now: float, settings: PackSettings, *, controls: bool
) -> bool:
    """Return whether a MOSFET was switched a moment ago, or a current has to fall first."""
    for mosfet in _named(state.waiting):
        if now < state.changed.get(mosfet, now - CHANGE_EVERY) + CHANGE_EVERY:
            return True
        falls = controls and not state.waiting.of(mosfet) and _flows(mosfet, sample, settings)
        if falls and now < state.requested_at[mosfet] + FALL_TIME:
            return True
    return False


def _flows(mosfet: Mosfet, sample: PackSample, settings: PackSettings) -> bool:
    forth = sample.current if mosfet is Mosfet.CHARGE else -sample.current
    small = max(SMALL_CURRENT, SMALL_RATE * state_of_charge.installed(sample.nominal, settings))
    return bool(sample.is_on(mosfet)) and forth > small


def send(state: MosfetState, now: float) -> MosfetState:
    """Record that the waiting command is sent now."""
    named = _named(state.waiting)
    off = frozenset(m for m in named if not state.waiting.of(m))
    changed = dict(state.changed) | dict.fromkeys(named, now)
    return replace(
        state,
        sending=state.waiting,
        waiting=NOTHING,
        requested_at={},
        forced=frozenset(),
        changed=changed,
        off_by_us=state.off_by_us | off,
    )


def confirm(state: MosfetState, mask: Mosfets) -> MosfetState:
    """Record that the BMS follows the mask."""
    commanded = MosfetTarget(charge=mask.charge, discharge=mask.discharge)
    off_by_us = frozenset(m for m in state.off_by_us if not mask.of(m))
    return replace(state, commanded=commanded, confirmed=commanded, sending=NOTHING, off_by_us=off_by_us)


def fail(state: MosfetState) -> MosfetState:
    """Record that the sent command failed, or may have; the next sample proves what holds."""
    failed = state.sending.over(state.failed)
    return replace(state, commanded=NOTHING, confirmed=NOTHING, sending=NOTHING, failed=failed)


def cancel(state: MosfetState, *, fault: bool) -> MosfetState:
    """Drop the waiting command; nothing was sent."""
    failed = state.waiting.over(state.failed) if fault else state.failed
    return replace(state, waiting=NOTHING, requested_at={}, forced=frozenset(), failed=failed)
