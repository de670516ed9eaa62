"""Predict what a change of settings means for charge control, before it is made. Pure.

Decides who controls by the rules of :mod:`dbus_xbms.policy.authority`, as if there were no other battery on
the bus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from dbus_xbms.policy import authority
from dbus_xbms.policy.advice import no_current
from dbus_xbms.policy.authority import AuthorityState, Surroundings
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.settings import PackSettings, Value, name_of
from dbus_xbms.text import count

Packs = Mapping[str, PackSettings]  # by address

ENDS = (
    "chargers then stop with error 67, until another battery controls them or "
    '"BMS controlled" is reset in their settings'
)
# Settings that can begin or end a pack's control.
DECISIVE = (PackSettings.chemistry.name, PackSettings.control.name, PackSettings.enabled.name)
SAME = 0.005  # fraction by which charge voltages of one bank may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One effect of a change, as a sentence without a full stop."""

    words: str
    ask: bool = False  # the owner has to confirm it: chargers stop, or obey another pack or voltage


def willing(packs: Packs) -> list[str]:
    """Addresses of the packs that may control, first the one that does."""
    able = [
        address for address, pack in packs.items() if pack.enabled and not authority.control_disabled(pack)
    ]
    holder = _holder(packs)
    return sorted(able, key=lambda address: (address != holder, address))


def of_change(before: Packs, after: Packs, *, explicit: bool = False) -> list[Consequence]:
    """Effects on charge control when packs are changed, added or removed.

    ``explicit``: the change itself enables control. Permission that was given earlier and takes effect only
    now has to be confirmed, because it may have been meant for another bank.
    """
    was, will = (next(iter(willing(packs)), "") for packs in (before, after))
    if not was:
        if not will:
            return []
        begins = Consequence(words=_begins(after[will]), ask=not explicit)
        return [begins, *_no_current(_name(will, after), {}, no_current.reasons(after[will]))]
    if not will:
        return [Consequence(words=f"{_name(was, before)} no longer controls chargers; {ENDS}", ask=True)]
    if was != will:
        return [Consequence(words=_handed_over(before, after, was, will), ask=True)]
    name = _name(was, before)
    stops = _no_current(name, no_current.reasons(before[was]), no_current.reasons(after[was]))
    return [*_same_pack(name, before[was], after[was]), *stops]


def in_order(chosen: Mapping[str, Value]) -> list[str]:
    """Sort settings that change together into the order in which to store them.

    Those that end control come first and those that begin it last, so that chargers never obey a pack without
    its limits.
    """

    def rank(name: str) -> int:
        if name not in DECISIVE:
            return 0
        return DECISIVE.index(name) + 1 if chosen[name] else -1

    return sorted(chosen, key=rank)


def full_voltage(pack: PackSettings) -> float:
    """Charge voltage of a pack in V; 0: not known yet."""
    chosen = preset(pack)
    return 0.0 if chosen.refused else chosen.full * pack.cells


def _holder(packs: Packs) -> str:
    claims = [authority.claim(address, pack) for address, pack in packs.items()]
    state, _ = authority.judge(AuthorityState(started=-inf), claims, Surroundings(known=True), 0.0)
    return state.holder


def _name(address: str, packs: Packs) -> str:
    return name_of(packs[address]) or address


def _charged_to(pack: PackSettings) -> str:
    """Charge voltage of a pack, in words."""
    if volts := full_voltage(pack):
        return f"{volts:.2f} V ({count(pack.cells, 'cell')}, {preset(pack).name})"
    return "a voltage not known until the pack is read"


def _begins(pack: PackSettings) -> str:
    high = f", up to {_charged_to(pack)}" if full_voltage(pack) else ""
    return f"Chargers and inverters obey this pack while DVCC is on{high}"


def _handed_over(before: Packs, after: Packs, was: str, will: str) -> str:
    old, new = before[was], after[will]
    name = _name(was, before)
    words = f"{_name(will, after)} will then control chargers instead of {name}, up to {_charged_to(new)}"
    left, right = full_voltage(old), full_voltage(new)
    if not (left and right):
        return f"{words}; its voltage may be another than that of {name}"
    return words if abs(left - right) <= SAME * left else f"{words}; {name} is charged to {left:.2f} V"


def _no_current(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Consequence]:
    """Effects of settings that newly stop charging or discharging."""
    return [
        Consequence(words=f"{name} {what} ({why})", ask=True)
        for what, why in after.items()
        if what not in before
    ]


def _same_pack(name: str, before: PackSettings, after: PackSettings) -> list[Consequence]:
    """Effects on chargers that continue to obey the same pack."""
    left, right = preset(before), preset(after)
    if left.name == right.name and left.full == right.full:
        return []
    if right.refused:
        words = f"{name} is neither charged nor discharged for now: {right.refused}"
    else:
        cells = after.cells or 1
        what = "the pack" if after.cells else "a cell"
        words = (
            f"{name}: {what} is charged to {right.full * cells:.4g} V instead of {left.full * cells:.4g} V"
        )
    return [Consequence(words=words, ask=left.name != right.name or bool(right.refused))]
