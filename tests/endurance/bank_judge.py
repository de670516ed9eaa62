"""Judge the values of a bank by what its packs measured. Pure but for what it remembers.

Knows nothing of the program's own decisions: only the packs, which are wired in parallel, and the promises of
docs/bank.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.endurance import limits
from tests.endurance.judge import SLACK
from tests.endurance.known import Known
from tests.endurance.look import CCL, CVL, DCL, Look, Sample, Violation
from tests.endurance.truth import Reads

ABSENT = 10.0  # s without a bank on the bus, although a pack is read
JOINED = 3.0 + SLACK  # s from what a pack shows to what the bank shows
COUNTED = 5.0 + JOINED  # s until a pack counts: its voltage must agree for 5 s if it was apart
# V; a pack that differs from the others by more than 0.3 V is not counted. Between the two it may be.
TOGETHER, APART = 0.2, 0.3
ONLINE, OFFLINE = "/System/NrOfModulesOnline", "/System/NrOfModulesOffline"
CURRENT, VOLTAGE = "/Dc/0/Current", "/Dc/0/Voltage"
FRESH = 6.0  # s; longer than a poll at rest
NOT_ROUNDED = 0.06  # A for each pack


class Member(NamedTuple):
    """A pack at the moment of a look at its bank."""

    known: Known
    look: Look
    sample: Sample | None  # what of its measurements the look shows
    reads: Reads
    since: float  # s, when the look can have been measured at the earliest

    @property
    def fresh(self) -> bool:
        """Whether the pack shows what it measured a moment ago.

        While it is disturbed, an equal measurement after that may not have reached the program.
        """
        if self.sample is None:
            return False
        measured = self.sample.basic.at if self.look.quiet > FRESH else self.since
        return self.look.at - measured < FRESH


@dataclass(slots=True)
class _Since:
    """Since when something has held, in s."""

    at: dict[object, float] = field(default_factory=dict)

    def long(self, key: object, holds: object, now: float, seconds: float) -> bool:
        """Return whether a condition has held for so long, with each look until now."""
        if not holds:
            self.at.pop(key, None)
            return False
        return now - self.at.setdefault(key, now) > seconds


class BankJudge:
    """The judge of one bank of packs in parallel."""

    def __init__(self, members: Sequence[Known]) -> None:
        self.addresses = [known.address for known in members]
        self._lasts = _Since()

    def forget(self) -> None:
        """Begin anew: the program was stopped."""
        self._lasts = _Since()

    def judge(self, bank: Look, members: Mapping[str, Member]) -> Iterator[Violation]:
        """Return all violations in a look at the bank, with its members at the same moment."""
        packs = [members[address] for address in self.addresses]
        shown = [pack for pack in packs if pack.look.valid]
        if self._lasts.long("absent", shown and bank.values is None, bank.at, ABSENT):
            yield Violation("bank", f"not on the bus for {ABSENT:g} s, although a pack is read")
        controlling = [pack.known.address[-2:] for pack in members.values() if pack.look[CVL] is not None]
        if controlling:
            yield Violation("bank", f"pack {controlling} has a charge voltage beside the bank")
        if bank.values is None:
            return
        yield from self._counted(bank, packs)
        yield from self._limits(bank, packs)
        yield from self._stopped(bank, packs)
        yield from self._current(bank, packs)

    def _counted(self, bank: Look, packs: Sequence[Member]) -> Iterator[Violation]:
        """Judge the numbers of packs with and without contact, and whether the bank is shown at all."""
        online, offline = bank[ONLINE], bank[OFFLINE]
        heard = silent = 0
        for pack in packs:
            address = pack.known.address
            joined = pack.fresh and _beside(pack, bank, TOGETHER)
            heard += self._lasts.long(("heard", address), joined, bank.at, COUNTED)
            silent += self._lasts.long(("silent", address), not pack.look.valid, bank.at, JOINED)
        if None in (online, offline) or online + offline != len(packs):
            yield Violation("bank", f"{online} packs online, {offline} offline of {len(packs)}")
        elif online < heard or offline < silent:
            yield Violation(
                "bank", f"{online} online of {heard} or more, {offline} offline of {silent} or more"
            )
        fresh = any(pack.fresh for pack in packs)
        if self._lasts.long("not shown", fresh and not bank.valid, bank.at, JOINED):
            yield Violation("bank", "not shown, although a pack is")

    def _limits(self, bank: Look, packs: Sequence[Member]) -> Iterator[Violation]:
        """Judge limits against the settings of the packs that are heard; a fall takes no time."""
        found = (bank[CVL], bank[CCL], bank[DCL])
        if found == (None, None, None) and not bank.valid:
            return  # never heard since the start
        if None in found:
            yield Violation("limits", f"a limit of the bank is invalid: {found}")
            return
        cvl, ccl, dcl = found
        if cvl > min(pack.known.cells * pack.known.chemistry.full for pack in packs) + 0.005:
            yield Violation("limits", f"CVL {cvl} V of the bank is above full")
        lost = {
            pack.known.address
            for pack in packs
            if self._lasts.long(("lost", pack.known.address), not pack.look.valid, bank.at, SLACK)
        }
        left = [pack for pack in packs if pack.known.address not in lost]
        capacity = sum(pack.known.capacity for pack in left)
        if ccl > capacity * limits.CHARGE_RATE + 0.05 or (
            left and dcl > capacity * limits.DISCHARGE_RATE + 0.05
        ):
            yield Violation("limits", f"CCL {ccl} A, DCL {dcl} A of the bank with {capacity:g} Ah in contact")
        stop = max(pack.known.stop + pack.known.gap for pack in packs)
        if self._lasts.long("all silent", len(lost) == len(packs), bank.at, stop + SLACK) and (ccl or dcl):
            yield Violation(
                "limits", f"CCL {ccl} A, DCL {dcl} A of the bank {stop:g} s after the last sample"
            )

    def _stopped(self, bank: Look, packs: Sequence[Member]) -> Iterator[Violation]:
        """Judge what a pack that is connected forbids: no charger can keep its current from it."""
        for path, rules, protections, closed in (
            (CCL, limits.NO_CHARGING, limits.NO_CHARGE, "charge"),
            (DCL, limits.NO_DISCHARGING, limits.NO_DISCHARGE, "discharge"),
        ):
            for pack in packs:
                why = self._forbids(pack, rules, protections, closed, bank)
                key = (path, pack.known.address)
                if self._lasts.long(key, why, bank.at, JOINED) and bank[path]:
                    name = path.rpartition("/")[2]
                    yield Violation(
                        "limits",
                        f"{name} of the bank is {bank[path]} A, but in {pack.known.address[-2:]} {why}",
                    )

    @staticmethod
    def _forbids(
        pack: Member, rules: Sequence[tuple[str, limits.Why]], protections: int, closed: str, bank: Look
    ) -> str:
        """Return why a pack must not be charged, or discharged; "" if it may, or is not connected."""
        sample = pack.sample
        if sample is None or not getattr(sample.basic, closed) or sample.basic.protection & protections:
            return ""  # what a MOSFET that is off keeps from the pack, the others may have
        if not _beside(pack, bank, APART):
            return ""
        return next((words for words, forbids in rules if forbids(sample, pack.known)), "")

    @staticmethod
    def _current(bank: Look, packs: Sequence[Member]) -> Iterator[Violation]:
        """Judge the bank's current: the sum of what its packs measured lately; silent ones add nothing."""
        if (shown := bank[CURRENT]) is None:
            return
        lowest = highest = 0.0
        for pack in packs:
            since = bank.at - pack.known.gap - JOINED
            lately = [basic.current for basic in pack.reads.basics if basic.at >= since]
            lowest += min([0.0, *lately]) - NOT_ROUNDED
            highest += max([0.0, *lately]) + NOT_ROUNDED
        if not lowest <= shown <= highest:
            yield Violation("true", f"the bank's current is {shown} A, not {lowest:.1f} to {highest:.1f} A")


def _beside(pack: Member, bank: Look, most: float) -> bool:
    """Return whether a pack's voltage differs from the bank's by ``most`` V at most."""
    if pack.sample is None or bank[VOLTAGE] is None:
        return False
    return bool(abs(pack.sample.basic.voltage - bank[VOLTAGE]) <= most)
