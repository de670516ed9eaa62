"""How much current a bank can take and give: the strictest of what each pack allows. Pure.

Each pack's own charge control decides what it takes. Packs in parallel share the current, so a pack is at
its limit when the bank has that limit divided by its share. A pack without contact contributes nothing, but
it may still be connected and carry its share: it must not get more than it was last allowed.

A pack that is watch only has the limits that its owner set for it by hand. They tighten those of the others,
and never stand alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf

from dbus_xbms.model import Limits, Mosfet, Phase
from dbus_xbms.policy.bank.members import Placed, controlling, watched
from dbus_xbms.policy.bank.records import MemberState
from dbus_xbms.policy.bank.shares import AverageCurrent, Share, shares
from dbus_xbms.policy.charge.current_limits import CHARGE_RATE, DISCHARGE_RATE
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.charge.ramp import Allowance
from dbus_xbms.record import record, replace
from dbus_xbms.settings import PackSettings
from dbus_xbms.text import listed

WITHOUT_CONTACT = (MemberState.SILENT, MemberState.LENT)
# Fraction of a pack's limit by which it may carry more than its part without lowering the bank's limit: the
# noise and the offset of a sensor at rest are less.
TOLERATED_EXCESS = 0.05
# Highest currents that the owner has set for a pack
OF_PACK = {
    Mosfet.CHARGE: PackSettings.max_charge_current,
    Mosfet.DISCHARGE: PackSettings.max_discharge_current,
}


@record
class Direction:
    """Charging or discharging."""

    mosfet: Mosfet
    sign: int  # of the current
    verb: str
    limit: Callable[[Limits], float]  # A, now
    reason: Callable[[Limits], str]
    last: Callable[[LimitsState], float]  # A, by the last sample
    ceiling: Callable[[LimitsState], float]  # A
    rate: float  # C, the ceiling of a pack whose owner has set none


CHARGE = Direction(
    mosfet=Mosfet.CHARGE,
    sign=1,
    verb="charge",
    limit=lambda limits: limits.ccl,
    reason=lambda limits: limits.charge_limitation,
    last=lambda control: control.charge.published,
    ceiling=lambda control: control.charge_ceiling,
    rate=CHARGE_RATE,
)
DISCHARGE = Direction(
    mosfet=Mosfet.DISCHARGE,
    sign=-1,
    verb="discharge",
    limit=lambda limits: limits.dcl,
    reason=lambda limits: limits.discharge_limitation,
    last=lambda control: control.discharge.published,
    ceiling=lambda control: control.discharge_ceiling,
    rate=DISCHARGE_RATE,
)


@record
class Contribution:
    """What one member contributes in one direction."""

    current: float = 0.0  # A that it takes or gives at most
    share: float | None = None  # of its string's current; None: it carries none, or that is not known
    reason: str = ""  # what limits it, in words


@record
class Combined:
    """The current that a bank or one of its strings allows."""

    allowance: Allowance
    ceiling: float  # A, the highest that is ever allowed
    contributions: Mapping[int, Contribution]  # by the member's number
    blocking: str = ""  # name of an online member that takes 0 A and cannot be avoided


def carrying(members: Sequence[Placed], direction: Direction) -> list[Placed]:
    """The online members through which current can flow in a direction."""
    return [one for one in members if one.online and one.control and one.conducts(direction.mosfet)]


def perhaps_carrying(members: Sequence[Placed], direction: Direction) -> list[Placed]:
    """The members without contact through which current may flow in a direction.

    A MOSFET that was off at the last sample counts as off. One that is watch only counts even if it was never
    read: its limits are its owner's.
    """
    return [one for one in members if one.conducts(direction.mosfet) and _may_carry(one)]


def _may_carry(one: Placed) -> bool:
    if one.watch_only and one.control is None:
        return one.state is not MemberState.APART
    return one.state in WITHOUT_CONTACT and one.control is not None


def _long_silent(one: Placed) -> bool:
    return one.view.decision is not None and one.view.decision.phase in (Phase.LOST, Phase.WITHDRAWN)


def combine_parallel(
    members: Sequence[Placed], averages: Mapping[str, AverageCurrent], direction: Direction
) -> Combined:
    """The current that packs in parallel allow.

    Packs that are watch only add at most what their owner set, and nothing while no other pack conducts.
    """
    alone = _combine(controlling(members), averages, direction)
    if not (added := watched(members)):
        return alone
    if not carrying(controlling(members), direction):
        return _not_above_watched(alone, added, direction)
    together = _combine(members, averages, direction)
    extra = sum(together.contributions[one.number].current for one in carrying(added, direction))
    most = alone.allowance.current + extra
    if most >= together.allowance.current:
        return together
    return replace(together, allowance=replace(alone.allowance, current=most, ceiling=False))


def _not_above_watched(alone: Combined, added: Sequence[Placed], direction: Direction) -> Combined:
    """The current of the others, none of which carries it now, as far as those that are watch only allow it.

    Each of the latter may carry all of it.
    """
    found = [alone.allowance]
    for one in carrying(added, direction):
        current, reason = _own(one, direction)
        found.append(Allowance(current=current, reason=f"{one.view.name}: {reason}"))
    found += [_by_silent(one, (), direction) for one in perhaps_carrying(added, direction)]
    return replace(alone, allowance=min(found, key=lambda each: each.current))


def _combine(
    members: Sequence[Placed], averages: Mapping[str, AverageCurrent], direction: Direction
) -> Combined:
    """The current that packs in parallel allow, each within its own limits."""
    ceilings = {one.number: _ceiling(one, direction) for one in members}
    ceiling = sum(ceilings.values())
    online, silent = carrying(members, direction), perhaps_carrying(members, direction)
    if not online:
        return _without_online(members, silent, direction, ceiling)
    found = shares(online, averages, direction.sign, _size(online, ceilings, direction))
    found |= {one.number: replace(found[one.number], part=1.0) for one in online if _carries_any_part(one)}
    contributions = {one.number: _contribution(one, found[one.number].part, direction) for one in online}
    allowances = [
        _by_member(one, contributions[one.number], found[one.number], ceilings[one.number]) for one in online
    ]
    allowances += [_by_silent(one, online, direction) for one in silent]
    total = sum(each.current for each in contributions.values())
    least = min(allowances, key=lambda each: each.current)
    if total < least.current:  # never more than the sum, whatever the rounding of the shares
        least = Allowance(current=total, reason=least.reason, ceiling=least.ceiling)
    return Combined(
        allowance=least,
        ceiling=ceiling,
        contributions=contributions,
        blocking=next((one.view.name for one in online if not contributions[one.number].current), ""),
    )


def _contribution(one: Placed, share: float, direction: Direction) -> Contribution:
    current, reason = _own(one, direction)
    return Contribution(current=current, share=share, reason=reason)


def _own(one: Placed, direction: Direction) -> tuple[float, str]:
    """A member's own limit in A, and what sets it, in words."""
    assert one.limits
    own, reason = direction.limit(one.limits), direction.reason(one.limits)
    if own <= (most := _most(one, direction)):
        return own, reason
    return most, f"{OF_PACK[direction.mosfet]} {most:g} A"


def _most(one: Placed, direction: Direction) -> float:
    """The highest current in A that a member may have: of one that is watch only, what its owner set."""
    return max(0.0, one.view.settings.value(OF_PACK[direction.mosfet])) if one.watch_only else inf


def _ceiling(one: Placed, direction: Direction) -> float:
    """The highest current in A that a member is ever allowed; 0: not known yet."""
    return min(direction.ceiling(one.control), _most(one, direction)) if one.control else 0.0


def _carries_any_part(one: Placed) -> bool:
    """Return whether a pack may carry all current: it is watch only, and its capacity is unknown."""
    return one.watch_only and not one.capacity_known


def _last(one: Placed, direction: Direction) -> tuple[float, str]:
    """The current in A that a member without contact must not exceed, and what that is, in words.

    One that has been silent for long may be discharged up to its ceiling: it may be flat, and would keep a
    boat dark for ever.
    """
    most = _most(one, direction)
    if one.control is None:
        return most, "at most"
    if direction is DISCHARGE and _long_silent(one) and not one.watch_only:
        return direction.ceiling(one.control), "at most"
    return min(direction.last(one.control), most), "last allowed"


def _size(members: Sequence[Placed], ceilings: Mapping[int, float], direction: Direction) -> float:
    """The capacity in Ah to which shares refer; by the ceilings, if an owner has overstated a capacity."""
    capacity = sum(one.capacity for one in members)
    ceiling = sum(ceilings[one.number] for one in members)
    return min(capacity, ceiling / direction.rate) or capacity


def _by_member(one: Placed, contribution: Contribution, share: Share, ceiling: float) -> Allowance:
    """The bank's current at which an online member is at its own limit; ``ceiling``: A, of the member."""
    own, reason = contribution.current, f"{one.view.name}: {contribution.reason}"
    excess = max(0.0, share.excess - TOLERATED_EXCESS * own)
    if excess:
        reason = f"{reason}, carries {share.excess:.0f} A more than its part"
    return Allowance(
        current=max(0.0, own - excess) / share.part,
        reason=reason,
        ceiling=own >= ceiling > 0 and not excess,
    )


def _by_silent(one: Placed, online: Sequence[Placed], direction: Direction) -> Allowance:
    """The bank's current at which a member without contact would exceed what it was last allowed.

    Others without contact may not be connected, so that they carry nothing of its part.
    """
    beside = 0.0 if _carries_any_part(one) else sum(other.capacity for other in online)
    share = one.capacity / (one.capacity + beside)
    last, words = _last(one, direction)
    return Allowance(
        current=last / share,
        reason=f"{one.view.name}: {one.why or one.state.value}, {words} {last:.1f} A to {direction.verb}",
    )


def _without_online(
    members: Sequence[Placed], silent: Sequence[Placed], direction: Direction, ceiling: float
) -> Combined:
    """The current while no online member conducts: what the silent ones allow by themselves, or none.

    They were all allowed to be discharged, and share that, but not with one that was apart when there last
    was contact. A charge current is meant to wake a pack that sleeps, and may flow into a single one.
    """
    silent = [one for one in silent if not one.was_apart] or silent
    contributions: dict[int, Contribution] = {}
    for one in silent:
        share = one.capacity / sum(other.capacity for other in silent) if direction is DISCHARGE else 1.0
        contributions[one.number] = _contribution(one, share, direction)
    if silent:
        strictest = min(silent, key=lambda one: _quotient(contributions[one.number]))
        found = contributions[strictest.number]
        allowance = Allowance(current=_quotient(found), reason=f"{strictest.view.name}: {found.reason}")
    else:
        off = [one.view.name for one in members if one.online]
        whose = f"{direction.mosfet.value} MOSFET{'s' if off[1:] else ''} of {listed(off)}"
        words = f"{whose} {'are' if off[1:] else 'is'} off" if off else "no pack is connected"
        allowance = Allowance(current=0.0, reason=words)
    return Combined(allowance=allowance, ceiling=ceiling, contributions=contributions)


def _quotient(contribution: Contribution) -> float:
    return contribution.current / contribution.share if contribution.share else 0.0


def combine_series(strings: Sequence[Combined]) -> Combined:
    """The current that strings in series allow: the least."""
    least = min(strings, key=lambda one: one.allowance.current)
    contributions: dict[int, Contribution] = {}
    for one in strings:
        contributions |= one.contributions
    return Combined(
        allowance=least.allowance,
        ceiling=min(one.ceiling for one in strings),
        contributions=contributions,
        blocking=least.blocking,
    )
