"""Decide which pack or bank may control chargers. Pure.

At most one, only if its owner has allowed it, and not beside another BMS or on a system of another voltage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from enum import Enum, auto
from math import inf

from dbus_xbms.policy.bank import watch_only
from dbus_xbms.policy.charge import chemistry
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.record import record, replace
from dbus_xbms.settings import WATCH_ONLY, BankSettings, PackSettings, Value

SETTLE = 60.0  # s after the start for other batteries to appear before a pack takes control
RETURN_AFTER = 600.0  # s that another BMS has to be gone before a pack takes control
MISMATCH_ENDS = 60.0  # s that a voltage mismatch has to last before a controlling pack gives up
# A bank is between the low cut-off minus a fifth, for cables, and the high cut-off plus a fifth, for a
# charger: 8.3 V to 17.3 V for 4 LiFePO4 cells, 16.6 V to 34.6 V for 8, 33 V to 69 V for 16.
BANK_LOW, BANK_HIGH = 0.8, 1.2
HANDOVER = 2.0  # s for consumers to notice that the limits of a pack have left the bus
NO_BANK = 6.0  # V; below this a charger sees no battery at all

REMOVED = "the pack was removed"
OFF = "Control is 0"
NO_CHEMISTRY = "Chemistry is not chosen"
ONLY_WATCHED = "this make is only watched"


class Reason(Enum):
    """Why a pack or bank does not control chargers."""

    NOTHING = auto()  # it controls
    DISABLED = auto()  # by its owner
    NEVER_READ = auto()
    VOLTAGE_MISMATCH = auto()  # the system has another voltage
    UNDECIDED = auto()  # still looking for other batteries
    OTHER_BMS = auto()  # another BMS has limits, or had them until recently
    OTHER_PACK = auto()  # another pack controls


@record(kw_only=False)
class Ruling:
    """Whether a pack controls, and if not, why."""

    reason: Reason
    words: str = ""

    @property
    def controls(self) -> bool:
        """Whether the pack controls chargers."""
        return self.reason is Reason.NOTHING


@record
class Claim:
    """The claim of a pack or a bank to control."""

    address: str  # or the bank's name on the bus
    name: str  # the owner's
    control_disabled: str = ""  # why the owner does not let it control
    cells: int = 0  # in series; 0: never read
    voltages: tuple[float, float] = (0.0, inf)  # V, lowest and highest that it can have
    packs: int = 1
    published: bool = False  # its limits are on the bus, or about to leave it
    remembered: bool = False  # it controlled when the program last ended
    confirmed: bool = False  # the owner has enabled control since the program started

    @property
    def label(self) -> str:
        """Name in the log."""
        return self.name if self.packs > 1 else self.address


@record
class Surroundings:
    """Other services on the bus."""

    known: bool = False  # the bus has been queried
    limits: Mapping[str, float] = field(default_factory=dict)  # V, CVL of other battery services
    voltages: Mapping[str, float] = field(default_factory=dict)  # V, of the bank as others measure it
    shared: str = ""  # the pack's service whose voltage and current Venus shares with chargers


@record
class AuthorityState:
    """State between decisions. Times in s, monotonic."""

    started: float
    holder: str = ""  # address of the pack that controls, or would without another BMS
    controlling: bool = False  # whether the holder controls
    other_bms: str = ""  # in words
    other_bms_at: float = -inf  # when it was last seen
    voltages: tuple[float, float] = (0.0, inf)  # V, of the holder when the system last had such a voltage
    mismatch_since: float = inf  # of the holder
    lost_at: float = -inf  # when a holder lost control
    handing_over: bool = False  # the holder waits for other limits to leave the bus


@record(kw_only=False)
class _View:
    """Input of the rules."""

    state: AuthorityState
    around: Surroundings
    claims: Mapping[str, Claim]  # by address
    now: float  # s


def control_disabled(settings: PackSettings) -> str:
    """Return why the make of a pack or the owner's settings do not allow control; "" if they do."""
    if settings.watch_only:
        return ONLY_WATCHED
    if not settings.control:
        return OFF
    return "" if settings.chemistry else NO_CHEMISTRY


def refusal(settings: PackSettings, changes: Mapping[str, Value]) -> str:
    """Return why these changes of a pack's settings are not allowed, in words; "" if they are."""
    if changes.get(PackSettings.control.name) and PackSettings({**settings, **changes}).watch_only:
        return f"{PackSettings.control} 1 is refused: {WATCH_ONLY}"
    return chemistry.refusal(settings, changes)


def claim(
    address: str, settings: PackSettings, *, confirmed: bool = False, bank: str = "", published: bool = False
) -> Claim:
    """A pack's claim by its settings; ``bank`` is the name of the bank to which it belongs."""
    part_of = f"part of the bank {bank}" if bank else ""
    return Claim(
        address=address,
        name=settings.custom_name or address,
        control_disabled=(part_of or control_disabled(settings)) if settings.enabled else REMOVED,
        cells=settings.cells,
        voltages=_voltages(settings),
        remembered=bool(settings.controlled),
        confirmed=confirmed,
        published=published,
    )


def bank_control_disabled(bank: BankSettings, strings: Sequence[Sequence[PackSettings]]) -> str:
    """Return why the owner's settings do not allow a bank to control; "" if they do."""
    if not bank.control:
        return OFF
    packs = [pack for string in strings for pack in string]
    if missing := [pack.custom_name or "a pack" for pack in packs if pack.enabled and not pack.chemistry]:
        return f"{NO_CHEMISTRY} for {', '.join(missing)}"
    return next(watch_only.refusals(bank, strings), "")


def bank_claim(
    address: str,
    name: str,
    bank: BankSettings,
    strings: Sequence[Sequence[PackSettings]],
    *,
    ended: str = "",
    confirmed: bool = False,
    published: bool = False,
) -> Claim:
    """A bank's claim by its settings and those of its packs.

    Args:
        address: name of the bank on the bus.
        name: the owner's.
        bank: its settings.
        strings: its strings in series, each of packs in parallel.
        ended: why the bank is not formed any more, in words; "" if it is.
        confirmed: the owner has enabled control since the start.
        published: its limits are on the bus, or about to leave it.
    """
    counts = [max((pack.cells for pack in string), default=0) for string in strings]
    ranges = [[_voltages(pack) for pack in string if pack.cells] for string in strings]
    lowest = sum(max((low for low, _ in string), default=0.0) for string in ranges)
    highest = sum(min((high for _, high in string), default=inf) for string in ranges)
    packs = [pack for string in strings for pack in string]
    return Claim(
        address=address,
        name=name,
        control_disabled=ended or bank_control_disabled(bank, strings),
        cells=sum(counts) if all(counts) else 0,
        voltages=(lowest, highest),
        packs=len(packs),
        remembered=bool(bank.controlled),
        confirmed=confirmed,
        published=published,
    )


def _voltages(settings: PackSettings) -> tuple[float, float]:
    cells, chosen = settings.cells, preset(settings)
    return cells * chosen.cutoff_low * BANK_LOW, cells * chosen.cutoff_high * BANK_HIGH


def _disabled(claim: Claim, view: _View) -> str:
    return claim.control_disabled


def _never_read(claim: Claim, view: _View) -> str:
    if claim.cells:
        return ""
    return "the pack has never been read" if claim.packs == 1 else "a pack has never been read"


def _controls(claim: Claim, view: _View) -> bool:
    return view.state.controlling and view.state.holder == claim.address


def _voltage_mismatch(claim: Claim, view: _View) -> str:
    """A short mismatch does not end control, but one that a change of settings has caused does."""
    lasted = view.now - view.state.mismatch_since
    if _controls(claim, view) and claim.voltages == view.state.voltages and lasted < MISMATCH_ENDS:
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
    return f"{view.claims[holder].name} controls" if holder not in ("", claim.address) else ""


def _handover(claim: Claim, view: _View) -> str:
    others = (one for one in view.claims.values() if one.address != claim.address)
    if any(one.published for one in others) or view.now - view.state.lost_at < HANDOVER:
        return "another pack is giving up control"
    return ""


def _settling(claim: Claim, view: _View) -> str:
    if claim.remembered or claim.confirmed or view.now - view.state.started >= SETTLE:
        return ""
    return f"waiting {SETTLE:.0f} s after the start for other batteries"


Rule = Callable[[Claim, _View], str]
# Rules that keep a pack from being the holder ...
HOLDER_RULES: tuple[tuple[Reason, Rule], ...] = (
    (Reason.DISABLED, _disabled),
    (Reason.NEVER_READ, _never_read),
    (Reason.VOLTAGE_MISMATCH, _voltage_mismatch),
)
# ... and, in this order, from controlling.
RULES: tuple[tuple[Reason, Rule], ...] = (
    *HOLDER_RULES,
    (Reason.UNDECIDED, _not_scanned),
    (Reason.OTHER_BMS, _other_bms),
    (Reason.OTHER_PACK, _other_pack),
    (Reason.UNDECIDED, _handover),
    (Reason.UNDECIDED, _settling),
)


def mismatch(claim: Claim, around: Surroundings) -> str:
    """A measured voltage that this pack or bank cannot have, in words; empty if there is none."""
    low, high = claim.voltages
    for who, volts in around.voltages.items():
        if volts > NO_BANK and not low <= volts <= high:
            return f"{who} measures {volts:.1f} V, which does not fit {claim.cells} cells"
    return ""


def _apply(rules: Iterable[tuple[Reason, Rule]], claim: Claim, view: _View) -> Ruling:
    results = ((reason, rule(claim, view)) for reason, rule in rules)
    return next((Ruling(reason, words) for reason, words in results if words), Ruling(Reason.NOTHING))


def _record_other_bms(state: AuthorityState, around: Surroundings, now: float) -> AuthorityState:
    """Record which other BMS was last seen."""
    if not around.limits:
        return state
    return replace(state, other_bms=", ".join(sorted(around.limits)), other_bms_at=now)


def _assign_holder(claims: Mapping[str, Claim], view: _View) -> AuthorityState:
    """Keep the holder if it can hold control, else choose the first pack that can."""
    state = view.state
    able = {address: one for address, one in claims.items() if _apply(HOLDER_RULES, one, view).controls}
    if state.holder in able:
        if mismatch(able[state.holder], view.around):
            return replace(state, mismatch_since=min(state.mismatch_since, view.now))
        return replace(state, voltages=able[state.holder].voltages, mismatch_since=inf)
    ready = [one for one in able.values() if not _settling(one, view)]
    first = min(ready, key=lambda one: (not one.remembered, -one.packs, one.address), default=None)
    lost_at = view.now if state.controlling else state.lost_at
    state = replace(state, holder=first.address if first else "", mismatch_since=inf, lost_at=lost_at)
    return replace(state, voltages=first.voltages) if first else state


def forget_other_bms(state: AuthorityState) -> AuthorityState:
    """Do not wait for a BMS that has left: the owner has confirmed control."""
    return replace(state, other_bms_at=-inf)


def judge(
    state: AuthorityState, claims: Iterable[Claim], around: Surroundings, now: float
) -> tuple[AuthorityState, dict[str, Ruling]]:
    """Decide by address whether each pack or bank controls, and if not, why."""
    state, by_address = _record_other_bms(state, around, now), {one.address: one for one in claims}
    view = _View(state, around, by_address, now)
    state = _assign_holder(by_address, view)
    view = replace(view, state=state)
    rulings = {address: _apply(RULES, one, view) for address, one in by_address.items()}
    controlling = any(ruling.controls for ruling in rulings.values())
    holder = by_address.get(state.holder)
    waits = holder is not None and not controlling and bool(_handover(holder, view))
    return replace(state, controlling=controlling, handing_over=waits), rulings
