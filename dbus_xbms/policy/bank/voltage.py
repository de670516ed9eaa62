"""The charge of a bank: its stage, and its charge voltage limit. Pure.

The stage is decided once, by the cells of all packs that can be charged and are not watch only. Each pack
then decides its own CVL in that stage. Packs in parallel get the least of these, strings in series the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import inf

from dbus_xbms.model import PackSample
from dbus_xbms.policy.bank.currents import CHARGE, carrying, perhaps_carrying
from dbus_xbms.policy.bank.members import Placed, by_string, controlling, watched
from dbus_xbms.policy.bank.records import BankValues
from dbus_xbms.policy.bank.values import without_watched
from dbus_xbms.policy.charge import charge_voltage
from dbus_xbms.policy.charge.charge_voltage import FULL_SOC, CvlState, Stage


def advance(before: CvlState, members: Sequence[Placed], values: BankValues, dt: float) -> CvlState:
    """Advance the stage by the newest samples, ``dt`` s after the last ones.

    The settings of absorption, float and top balance are those of the pack with the lowest full voltage; of
    equal ones, of the first.
    """
    charged = [
        one
        for one in carrying(controlling(members), CHARGE)
        if one.control and one.sample and one.sample.cells and not one.control.verdict.refused
    ]
    current = without_watched(members)[1] if watched(members) else values.current
    if not charged or current is None:
        return before
    chosen, settings = min(
        ((one.control.preset, one.view.settings) for one in charged if one.control),
        key=lambda row: row[0].full,
    )
    sample = _joined(charged, current)
    strings = by_string(charged)
    capacity = min(sum(one.capacity for one in string) for string in strings)
    since_top = _since_top_balance(charged, before)
    stage = charge_voltage.advance(before, sample, chosen, since_top, dt, capacity, settings)
    if len(strings) > 1 and len(strings) == len(by_string(members)):
        # A charger sees only the sum of the strings: a cell that runs ahead lowers it as within one pack.
        ahead = _joined([_highest(string) for string in strings], current)
        return charge_voltage.follow(before, stage, ahead, chosen, dt)
    return stage


def _since_top_balance(charged: Sequence[Placed], stage: CvlState) -> float:
    """The longest time in s since a pack was balanced at the top.

    A pack that has not yet followed the bank to float has not recorded that its top balance has ended.
    """
    following = [
        one.view.decision.history.since_top_balance
        for one in charged
        if one.view.decision and one.control
        if stage.stage is not Stage.FLOAT or one.control.voltage.stage is Stage.FLOAT
    ]
    return max(following, default=0.0)


def _highest(string: Sequence[Placed]) -> Placed:
    """The member with the highest cell of a string."""
    return max(string, key=lambda one: max(one.sample.cells) if one.sample else 0.0)


def _joined(members: Sequence[Placed], current: float) -> PackSample:
    """One sample with the cells of all members, which have one each.

    Its state of charge is their mean: a pack whose count is wrong must neither start nor prevent a charge.
    """
    samples = [one.sample for one in members if one.sample]
    unknown = sum(one.capacity for one in members if one.sample and one.sample.soc is None)
    missing = sum(
        one.capacity * (FULL_SOC - one.sample.soc)
        for one in members
        if one.sample and one.sample.soc is not None
    )
    capacity = sum(one.capacity for one in members) - unknown
    return PackSample(
        voltage=sum(sample.voltage for sample in samples),
        current=current,
        soc=FULL_SOC - missing / capacity if capacity > 0 else None,
        remaining=0.0,
        nominal=0.0,
        cycles=0,
        protection=frozenset(),
        cells=tuple(chain.from_iterable(sample.cells for sample in samples)),
        balancing=frozenset((1,)) if any(sample.is_balancing for sample in samples) else frozenset(),
    )


def limit(members: Sequence[Placed], stage: CvlState) -> float | None:
    """The CVL of the bank in V, before it is lowered because chargers do not obey; ``None``: not known."""
    strings = [_string_limit(string) for string in by_string(members)]
    known = [volts for volts in strings if volts is not None]
    if not known or len(known) < len(strings):
        return None
    return min(sum(known), stage.cvl) if stage.cvl is not None and len(strings) > 1 else sum(known)


def _string_limit(members: Sequence[Placed]) -> float | None:
    """The least CVL of packs in parallel.

    A pack that cannot be charged because its charge MOSFET is off does not count, unless all are. One without
    contact is held at float; if it was last not to be charged, at the voltage at which it is not. One that is
    watch only counts beside others, by its cells.
    """
    trusted = controlling(members)
    volts = [one.limits.cvl for one in carrying(trusted, CHARGE) if one.limits]
    if not volts and not any(one.limits for one in trusted):
        return None
    if not volts:
        return min(one.limits.cvl for one in members if one.limits and _limits_voltage(one))
    floating = min(one.control.wake_cvl for one in carrying(trusted, CHARGE) if one.control)
    for one in carrying(watched(members), CHARGE):
        if one.limits and _limits_voltage(one):
            volts.append(one.limits.cvl)
    return min(*volts, *(_silent_voltage(one, floating) for one in perhaps_carrying(members, CHARGE)), inf)


def _limits_voltage(one: Placed) -> bool:
    """Return whether the CVL of a member counts: not that of a watch-only pack that reports no cells."""
    seen = one.control.last_sample if one.control else None
    return not one.watch_only or bool(seen and seen.cells)


def _silent_voltage(one: Placed, floating: float) -> float:
    """The CVL in V for a member without contact; ``floating``: that of those beside it at float."""
    if one.control is None or not _limits_voltage(one):
        return floating
    return one.control.wake_cvl if one.control.charge.published else one.control.silent_cvl


def lowest_charge(members: Sequence[Placed]) -> Placed | None:
    """The member whose CVL is the least, in volts per cell."""
    return min(filter(_limits_voltage, carrying(members, CHARGE)), key=_per_cell, default=None)


def _per_cell(one: Placed) -> float:
    assert one.limits
    return one.limits.cvl / max(one.cells, 1)


def mode(
    members: Sequence[Placed], stage: CvlState, cvl: float, ccl: float, *, exceeded: bool, rising: bool
) -> str:
    """Describe the stage, and why the CVL is below the stage's."""
    trusted = controlling(members)
    if not any(one.online for one in trusted):
        return next((one.limits.mode for one in trusted if one.limits), "No contact")
    words = str(stage.stage.value)
    if stage.top_balancing:
        words = f"{words}, top balance"
    elif stage.stage is Stage.ABSORPTION and stage.since_balancing < charge_voltage.BALANCER_REST:
        words = f"{words}, balancing"
    if why := _why_lowered(members, stage, cvl, ccl, exceeded=exceeded, rising=rising):
        words = f"{words}, {why}"
    return words


def _why_lowered(
    members: Sequence[Placed], stage: CvlState, cvl: float, ccl: float, *, exceeded: bool, rising: bool
) -> str:
    """Return why the CVL is lower than the stage's, in words; without numbers, which would flicker."""
    if exceeded:
        return "CVL lowered because chargers exceed the CCL"
    target = sum(_stage_voltage(string, stage) for string in by_string(members))
    if cvl > target - charge_voltage.STEP / 2:
        return ""
    if rising:
        return "CVL rises slowly"
    if silent := perhaps_carrying(members, CHARGE):
        return f"CVL lowered because {silent[0].view.name} has no contact"
    if not ccl:
        return "CVL lowered while charging is stopped"
    lowest = lowest_charge(members)
    return f"CVL lowered for {lowest.view.name}" if lowest else ""


def _stage_voltage(string: Sequence[Placed], stage: CvlState) -> float:
    """The voltage of a stage in V, for the online members of a string."""
    volts = (
        one.cells * charge_voltage.stage_voltage(stage, one.control.preset)
        for one in string
        if one.online and one.control
    )
    return min(volts, default=0.0)
