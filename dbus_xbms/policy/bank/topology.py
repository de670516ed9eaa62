"""How the packs of a bank are wired, and whether their voltages agree with that. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from dbus_xbms.record import record
from dbus_xbms.settings import SettingsError
from dbus_xbms.settings.bank import MOST_MEMBERS, PARALLEL, SERIES

TOLERANCE = 0.075  # V per cell by which packs in parallel may differ: 0.3 V for 4 cells

T = TypeVar("T")

_MIXED = re.compile(r"([1-9][0-9]?)s([1-9][0-9]?)p")


@record
class Topology:
    """Strings in series, each of packs in parallel."""

    series: int = 1
    parallel: int = 0  # packs in each string; 0: however many there are, in one string

    def strings(self, members: int) -> tuple[int, ...]:
        """Return the number of the string of each member, 1-based, in order, never more than ``series``."""
        each = self.parallel or members
        return tuple(min(n // each + 1, self.series) for n in range(members))

    def split(self, members: Sequence[T]) -> list[list[T]]:
        """Split what belongs to each member, in order, into one list per string."""
        strings: list[list[T]] = [[] for _ in range(self.series)]
        for one, string in zip(members, self.strings(len(members)), strict=True):
            strings[string - 1].append(one)
        return strings

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


@record
class Candidate:
    """What is known of a pack that may be part of a bank."""

    address: str
    name: str  # the owner's, or the address
    chemistry: str = ""
    cells: int = 0  # 0: never read
    voltage: float | None = None  # V, now; None: no contact
    mosfets_on: bool | None = None  # both; None: unknown
    joins: bool = True  # it may be proposed for a bank: JoinBank, and it is not watch only


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
    known = [
        Measured(name=one.name, voltage=one.voltage, cells=one.cells)
        for one in parallel
        if one.voltage is not None and one.mosfets_on
    ]
    if not (differing := farthest(known)):
        return ""
    lowest, highest = differing
    return f"{lowest.name} has {lowest.voltage:.1f} V and {highest.name} {highest.voltage:.1f} V"


@record
class Measured:
    """A pack with a known voltage."""

    name: str
    voltage: float  # V
    cells: int  # 0: unknown


def tolerance(cells: int) -> float:
    """Return the voltage in V by which packs in parallel with so many cells may differ."""
    return TOLERANCE * max(cells, 1)


def farthest(parallel: Sequence[Measured]) -> tuple[Measured, Measured] | None:
    """Return the lowest and the highest of packs in parallel; ``None`` if all are within the tolerance."""
    if len(parallel) < 2:
        return None
    lowest, highest = (pick(parallel, key=lambda one: one.voltage) for pick in (min, max))
    within = highest.voltage - lowest.voltage <= tolerance(lowest.cells)
    return None if within else (lowest, highest)


def refusal(topology: Topology, members: Sequence[Candidate]) -> str:
    """Return why these packs, string after string, cannot be such a bank, in words; "" if they can."""
    if why := topology.refusal(len(members)):
        return why
    if len({one.address for one in members}) < len(members):
        return "a pack is named twice"
    if len(kinds := {one.chemistry for one in members if one.chemistry}) > 1:
        return f"packs of {' and '.join(sorted(kinds))} cannot be one battery"
    for parallel in topology.split(members):
        if len({one.cells for one in parallel if one.cells}) > 1:
            counts = ", ".join(f"{one.name} {one.cells}" for one in parallel)
            return f"packs in parallel have the same number of cells, not {counts}"
        if why := disagreement(parallel):
            return f"they are not in parallel: {why}"
    return ""
