"""How the packs of a bank are wired, and whether their voltages agree with that. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dbus_xbms.settings import SettingsError
from dbus_xbms.settings.bank import MOST_MEMBERS, PARALLEL, SERIES

TOLERANCE = 0.075  # V per cell by which packs in parallel may differ: 0.3 V for 4 cells

_MIXED = re.compile(r"([1-9][0-9]?)s([1-9][0-9]?)p")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """Strings in series, each of packs in parallel."""

    series: int = 1
    parallel: int = 0  # packs in each string; 0: however many there are, in one string

    def strings(self, members: int) -> tuple[int, ...]:
        """Return the number of the string of each member, 1-based, in order, never more than ``series``."""
        each = self.parallel or members
        return tuple(min(n // each + 1, self.series) for n in range(members))

    def refusal(self, members: int) -> str:
        """Return why so many members cannot be wired so, in words; "" if they can."""
        if members > MOST_MEMBERS:
            return f"a bank has at most {MOST_MEMBERS} packs"
        if members < 2:
            return "a bank needs at least two packs"
        wanted = self.series * self.parallel
        if wanted and members != wanted:
            return f"{self} needs {wanted} packs, not {members}"
        return ""

    def __str__(self) -> str:
        if not self.parallel:
            return PARALLEL
        return SERIES if self.parallel == 1 else f"{self.series}s{self.parallel}p"


def parse(text: str, members: int) -> Topology:
    """Return the topology that a setting names, for so many members.

    Raises:
        SettingsError: it names none.
    """
    if text == PARALLEL:
        return Topology()
    if text == SERIES:
        return Topology(series=max(members, 1), parallel=1)
    if match := _MIXED.fullmatch(text):
        series, parallel = int(match[1]), int(match[2])
        return (
            Topology() if series == 1 and parallel == members else Topology(series=series, parallel=parallel)
        )
    raise SettingsError(f"Topology is parallel, series, or like 2s2p, not {text!r:.40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is known of a pack that may be part of a bank."""

    address: str
    name: str  # the owner's, or the address
    chemistry: str = ""
    cells: int = 0  # 0: never read
    voltage: float | None = None  # V, now; None: no contact
    mosfets_on: bool | None = None  # both; None: unknown
    joins: bool = True  # JoinBank


def proposed(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the packs that can form the bank of all packs, at least two; empty if there is none.

    They are of one chemistry and one cell count. If there are several such groups, none is proposed: which
    packs are wired together cannot be known. Packs that differ in voltage are not in parallel.
    """
    joining = [one for one in candidates if one.joins and one.cells and one.chemistry]
    kinds = {(one.chemistry, one.cells) for one in joining}
    if len(kinds) != 1 or not 2 <= len(joining) <= MOST_MEMBERS:
        return ()
    return () if disagreement(joining) else tuple(joining)


def disagreement(parallel: Sequence[Candidate]) -> str:
    """Return which packs cannot be in parallel by their voltages, in words; "" if all may be.

    A pack with a MOSFET that is off shows its own voltage, and may still be connected.
    """
    known = [(one.voltage, one) for one in parallel if one.voltage is not None and one.mosfets_on]
    if len(known) < 2:
        return ""
    (low, lowest), (high, highest) = min(known, key=_voltage), max(known, key=_voltage)
    if high - low <= TOLERANCE * max(lowest.cells, 1):
        return ""
    return f"{lowest.name} has {low:.1f} V and {highest.name} {high:.1f} V"


def _voltage(known: tuple[float, Candidate]) -> float:
    return known[0]


def refusal(topology: Topology, members: Sequence[Candidate]) -> str:
    """Return why these packs, string after string, cannot be such a bank, in words; "" if they can."""
    if why := topology.refusal(len(members)):
        return why
    if len({one.address for one in members}) < len(members):
        return "a pack is named twice"
    if len(kinds := {one.chemistry for one in members if one.chemistry}) > 1:
        return f"packs of {' and '.join(sorted(kinds))} cannot be one battery"
    numbers = topology.strings(len(members))
    for string in sorted(set(numbers)):
        parallel = [one for one, number in zip(members, numbers, strict=True) if number == string]
        if len({one.cells for one in parallel if one.cells}) > 1:
            counts = ", ".join(f"{one.name} {one.cells}" for one in parallel)
            return f"packs in parallel have the same number of cells, not {counts}"
        if why := disagreement(parallel):
            return f"they are not in parallel: {why}"
    return ""
