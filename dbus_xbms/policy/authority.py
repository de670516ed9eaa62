"""Which of our packs may control chargers. Pure.

At most one, only with its owner's yes, and not beside another BMS or on a system of another voltage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from math import inf

from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.settings import PackSettings

SETTLE = 60.0  # s after the start in which other batteries may appear before a pack newly controls
RETURN_AFTER = 600.0  # s that another BMS has to be gone before a pack of ours controls
MISMATCH_ENDS = 60.0  # s that another voltage has to stand before a controlling pack gives up
# A bank lies between the low cut-off with a fifth lost in cables, and the high cut-off with a charger that
# is a fifth above: 8.3 V to 17.3 V for 4 LiFePO4 cells, 16.6 V to 34.6 V for 8, 33 V to 69 V for 16.
BANK_LOW, BANK_HIGH = 0.8, 1.2
HANDOVER = 2.0  # s that a pack which lost control has to take its limits off the bus
NO_BANK = 6.0  # V; below this a charger sees no battery at all

REMOVED = "the pack was removed"
OFF = "Control is 0"
NO_CHEMISTRY = "Chemistry is not chosen"


class Reason(Enum):
    """What keeps a pack from controlling chargers."""

    NOTHING = auto()  # it controls
    DISABLED = auto()  # its owner
    NEVER_READ = auto()  # it has never been heard
    VOLTAGE_MISMATCH = auto()  # the system has another voltage
    UNDECIDED = auto()  # others have not been looked for yet
    OTHER_BMS = auto()  # another BMS has limits, or had them until lately
    OTHER_PACK = auto()  # another pack of ours controls


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a pack controls, and if not, why."""

    reason: Reason
    words: str = ""

    @property
    def controls(self) -> bool:
        """Whether the pack controls chargers."""
        return self.reason is Reason.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A pack of ours, as far as control is concerned."""

    address: str
    name: str  # as its owner knows it
    control_disabled: str = ""  # why its owner does not let it control
    cells: int = 0  # 0: never heard
    bank: tuple[float, float] = (0.0, inf)  # V, what its bank can have
    remembered: bool = False  # it controlled when the program last ended
    confirmed: bool = False  # its owner has said yes while the program runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the bus tells of everybody else."""

    known: bool = False  # the bus has been asked
    limits: Mapping[str, float] = field(default_factory=dict)  # V, CVL of other battery services
    voltages: Mapping[str, float] = field(default_factory=dict)  # V, by others who measure the bank
    shared: str = ""  # the service of ours whose voltage and current chargers are given for their own


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityState:
    """What has to be remembered from moment to moment."""

    started: float  # s, monotonic
    holder: str = ""  # address of the pack that controls, or would without another BMS
    controlling: bool = False  # the holder does
    other_bms: str = ""  # the other BMS, in words
    other_bms_at: float = -inf  # s, when it was last seen
    mismatch_since: float = inf  # s, of the holder
    lost_at: float = -inf  # s, when a holder lost control


@dataclass(frozen=True, slots=True)
class _View:
    """One moment, for the rules."""

    state: AuthorityState
    around: Surroundings
    names: Mapping[str, str]  # of our packs
    now: float


def control_disabled(settings: PackSettings) -> str:
    """Why the owner does not let this pack control; empty if they do."""
    if not settings.control:
        return OFF
    return "" if settings.chemistry else NO_CHEMISTRY


def claim(address: str, settings: PackSettings, *, confirmed: bool = False) -> Claim:
    """What a pack's settings say of it."""
    cells, chosen = settings.cells, preset(settings)
    return Claim(
        address=address,
        name=settings.custom_name or address,
        control_disabled=control_disabled(settings) if settings.enabled else REMOVED,
        cells=cells,
        bank=(cells * chosen.cutoff_low * BANK_LOW, cells * chosen.cutoff_high * BANK_HIGH),
        remembered=bool(settings.controlled),
        confirmed=confirmed,
    )


def _disabled(claim: Claim, view: _View) -> str:
    return claim.control_disabled


def _never_read(claim: Claim, view: _View) -> str:
    return "" if claim.cells else "the pack has never been heard"


def _controls(claim: Claim, view: _View) -> bool:
    return view.state.controlling and view.state.holder == claim.address


def _voltage_mismatch(claim: Claim, view: _View) -> str:
    if _controls(claim, view) and view.now - view.state.mismatch_since < MISMATCH_ENDS:
        return ""
    return mismatch(claim, view.around)


def _not_scanned(claim: Claim, view: _View) -> str:
    if view.around.known or _controls(claim, view):
        return ""
    return "looking for other batteries first"


def _other_bms(claim: Claim, view: _View) -> str:
    if view.around.limits:
        return f"{view.state.other_bms} has a charge voltage limit"
    if view.now - view.state.other_bms_at < RETURN_AFTER:
        return (
            f"{view.state.other_bms} had a charge voltage limit within the last {RETURN_AFTER / 60:.0f} min"
        )
    return ""


def _other_pack(claim: Claim, view: _View) -> str:
    holder = view.state.holder
    return f"{view.names[holder]} controls" if holder not in ("", claim.address) else ""


def _handover(claim: Claim, view: _View) -> str:
    return "another pack is giving up control" if view.now - view.state.lost_at < HANDOVER else ""


def _settling(claim: Claim, view: _View) -> str:
    if claim.remembered or claim.confirmed or view.now - view.state.started >= SETTLE:
        return ""
    return f"waiting {SETTLE:.0f} s after the start for other batteries"


Rule = Callable[[Claim, _View], str]
# Without these a pack cannot hold control ...
FIT: tuple[tuple[Reason, Rule], ...] = (
    (Reason.DISABLED, _disabled),
    (Reason.NEVER_READ, _never_read),
    (Reason.VOLTAGE_MISMATCH, _voltage_mismatch),
)
# ... and without these, in this order, it does not control.
RULES: tuple[tuple[Reason, Rule], ...] = (
    *FIT,
    (Reason.UNDECIDED, _not_scanned),
    (Reason.OTHER_BMS, _other_bms),
    (Reason.OTHER_PACK, _other_pack),
    (Reason.UNDECIDED, _handover),
    (Reason.UNDECIDED, _settling),
)


def mismatch(claim: Claim, around: Surroundings) -> str:
    """Who measures a voltage that this pack's bank cannot have, in words; empty if nobody does."""
    low, high = claim.bank
    for who, volts in around.voltages.items():
        if volts > NO_BANK and not low <= volts <= high:
            return f"{who} measures {volts:.1f} V, which {claim.cells} cells cannot have"
    return ""


def _apply(rules: Iterable[tuple[Reason, Rule]], claim: Claim, view: _View) -> Ruling:
    found = ((bar, rule(claim, view)) for bar, rule in rules)
    return next((Ruling(bar, words) for bar, words in found if words), Ruling(Reason.NOTHING))


def _record_other_bms(state: AuthorityState, around: Surroundings, now: float) -> AuthorityState:
    """Remember which other BMS was last seen."""
    if not around.limits:
        return state
    return replace(state, other_bms=", ".join(sorted(around.limits)), other_bms_at=now)


def _assign_holder(claims: Mapping[str, Claim], view: _View) -> AuthorityState:
    """Who holds control: whoever held it, else the first that can."""
    state = view.state
    able = {address: one for address, one in claims.items() if _apply(FIT, one, view).controls}
    if state.holder in able:
        doubted = mismatch(able[state.holder], view.around)
        return replace(state, mismatch_since=min(state.mismatch_since, view.now) if doubted else inf)
    ready = [one for one in able.values() if not _settling(one, view)]
    first = min(ready, key=lambda one: (not one.remembered, one.address), default=None)
    lost_at = view.now if state.controlling else state.lost_at
    return replace(state, holder=first.address if first else "", mismatch_since=inf, lost_at=lost_at)


def forget_other_bms(state: AuthorityState) -> AuthorityState:
    """Forget BMSs that have left: the owner has confirmed control."""
    return replace(state, other_bms_at=-inf)


def judge(
    state: AuthorityState, claims: Iterable[Claim], around: Surroundings, now: float
) -> tuple[AuthorityState, dict[str, Ruling]]:
    """Decide for each address whether that pack controls, or why not."""
    state, known = _record_other_bms(state, around, now), {one.address: one for one in claims}
    view = _View(state, around, {one.address: one.name for one in known.values()}, now)
    state = _assign_holder(known, view)
    view = replace(view, state=state)
    rulings = {address: _apply(RULES, one, view) for address, one in known.items()}
    controlling = any(ruling.controls for ruling in rulings.values())
    return replace(state, controlling=controlling), rulings
