"""Stands beside the program and watches: every signal, every pack's truth, and what the process takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from typing import Any

from dbus_xbms.settings import bank_id
from tests.bus.venus import BATTERY, Seen, Venus
from tests.endurance.bank_judge import BankJudge, Member
from tests.endurance.judge import RECOVERY, judge
from tests.endurance.known import Known
from tests.endurance.look import Look, Sample, Violation, sample_of, shown_since
from tests.endurance.orders import Allowed, Book, judge_orders
from tests.endurance.process import Usage, counted, usage
from tests.endurance.storm import Disturbance, quiet_since
from tests.endurance.truth import Reads
from tests.endurance.world import World

BANK = BATTERY + bank_id(1)
EVERY = 1.0  # s between looks without a signal, and between questions for the truth
USAGE_EVERY = 3.7  # s; no multiple of the time between polls, with which links come and go
AWAKE_AFTER = 3.0  # s after SIGCONT until everything must be right again
ROUNDING = 0.001  # s, between two computations of one moment
STALLED = 1.0  # s late: the machine itself hung
REMEMBERED = 900.0  # s that disturbances are kept
ORDER_NUMBER, ORDER_STATE = "/Io/LastCommandNumber", "/Io/LastCommandState"
MOST_FINDINGS = 100  # kinds; the rest is counted


def _measured(path: str) -> bool:
    """Whether a path shows what is measured at each poll."""
    return path.startswith(("/Dc/", "/Soc", "/System/", "/Capacity"))


def _values(seen: Seen | None) -> dict[str, Any] | None:
    return {path: seen[path] for path in seen.items} if seen else None


@dataclass(slots=True)
class Finding:
    """One kind of violation of one pack."""

    violation: Violation
    address: str
    first: float  # s since the begin
    last: float
    weather: str  # what raged when it was first seen
    count: int = 1

    @property
    def of(self) -> str:
        """The bank, or the pack."""
        return "bank" if self.address == BANK else f"pack {self.address[-2:]}"

    def __str__(self) -> str:
        times = f" {self.count} times" if self.count > 1 else ""
        return (
            f"{self.violation.rule}, {self.of}, at {self.first:.0f} s{times}: "
            f"{self.violation.words} [{self.weather}]"
        )


@dataclass(slots=True)
class Pack:
    """What is watched of one pack."""

    known: Known
    reads: Reads
    looks: list[Look] = field(default_factory=list)  # not judged yet
    disturbances: list[Disturbance] = field(default_factory=list)
    shown: float = -inf  # when the newest sample that was shown was measured, or before
    recovered: float = -inf  # the end of the disturbance that was recovered from last
    signals: int = 0  # with measurements
    heard: float = -inf  # when the last basic info was read that was judged with the orders


class Watch:
    """Judges all packs; :meth:`run` until cancelled."""

    def __init__(
        self,
        world: World,
        knowns: Sequence[Known],
        allowed: Sequence[Allowed],
        tell: Callable[[Finding], object] = lambda _: None,
        members: Sequence[Known] = (),
    ) -> None:
        self.packs = {known.address: Pack(known, Reads(known.make)) for known in knowns}
        self.books = {known.address: Book(allows) for known, allows in zip(knowns, allowed, strict=True)}
        self.members = {known.address for known in members}  # of the bank
        self.findings: dict[tuple[str, str, str], Finding] = {}
        self.recoveries: list[float] = []  # s from the end of a disturbance to the first new value
        self.usages: list[Usage] = []
        self.judged = 0  # looks
        self.strict = 0  # of them, those of packs that nothing disturbed lately
        self.stalls = 0
        self.begun = self._now()
        self.weather: dict[str, float] = {}  # what rages, until when
        self.pid: int | None = None
        self._world = world
        self._tell = tell
        self._blind_until = -inf
        self._awake_after = AWAKE_AFTER * max(known.slow for known in knowns)
        self._bank = BankJudge(members) if members else None

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def blind(self, until: float = inf) -> None:
        """Judge nothing for now: the program is stopped."""
        self._blind_until = until

    def awake(self) -> None:
        """The program runs again."""
        self.blind(self._now() + self._awake_after)
        for book in self.books.values():
            book.awake(self._now())

    def disturbed(self, addresses: Sequence[str], disturbance: Disturbance) -> None:
        """Record what may keep packs from being heard."""
        for address in addresses:
            pack = self.packs[address]
            pack.disturbances = [
                one for one in pack.disturbances if one.end > disturbance.begin - REMEMBERED
            ] + [disturbance]

    def told(self, seen: Seen) -> None:
        """A service has appeared or sent a signal."""
        pack = next(
            (p for a, p in self.packs.items() if seen.name.endswith(a.replace(":", "").lower())), None
        )
        if pack is None:
            return
        pack.signals += any(any(map(_measured, change)) for _, change in seen.signals)
        seen.signals.clear()
        self._look(pack, seen)

    def _look(self, pack: Pack, seen: Seen | None) -> None:
        now = self._now()
        last = (seen[ORDER_NUMBER], seen[ORDER_STATE]) if seen and ORDER_STATE in seen.items else None
        self.books[pack.known.address].told(last, now)
        if now < self._blind_until:
            return
        over = quiet_since(pack.disturbances, now, RECOVERY)
        pack.looks.append(Look(at=now, values=_values(seen), quiet=now - over))

    async def run(self, venus: Venus) -> None:
        """Look at everything again and again."""
        due = self._now()
        while True:
            due += EVERY
            await asyncio.sleep(max(0.0, due - self._now()))
            if (late := self._now() - due) > STALLED:
                self._stalled(late)
                due = self._now()
            for pack in self.packs.values():
                seen = venus.services.get(BATTERY + "xbms_" + pack.known.address.replace(":", "").lower())
                self._look(pack, seen if seen and seen.joined else None)
            bank = venus.services.get(BANK)
            await self._judge_all(
                Look(at=self._now(), values=_values(bank if bank and bank.joined else None))
            )

    async def weigh(self, venus: Venus) -> None:
        """Sample the resources of the process repeatedly."""
        while True:
            # It has ended, or is stopped.
            with suppress(FileNotFoundError, AssertionError, TimeoutError):
                counts = await counted(venus)
                if self.pid:
                    self.usages.append(usage(self.pid, self._now(), counts))
            await asyncio.sleep(USAGE_EVERY)

    def _stalled(self, late: float) -> None:
        """Record that the machine hung: late values are not the fault of the program."""
        now = self._now()
        self.stalls += 1
        self.blind(max(self._blind_until, now + self._awake_after))
        self.disturbed(list(self.packs), Disturbance(begin=now - late, end=now))

    async def _judge_all(self, bank: Look) -> None:
        members: dict[str, Member] = {}  # all packs, at the last look of each
        for pack in self.packs.values():
            looks, pack.looks = pack.looks, []
            truth = await self._world.truth(pack.known.address)
            pack.reads.add(truth["pack"]["reads"])
            self._judge_orders(pack, truth)
            for look in looks:
                self.judged += 1
                self.strict += look.quiet > RECOVERY
                sample = sample_of(look, pack.reads)
                for violation in judge(look, pack.known, pack.reads, sample, pack.shown):
                    # Before a MOSFET turns off, nothing may flow through it.
                    if violation.rule != "generous" or not self.books[pack.known.address].turning_off(
                        look.at
                    ):
                        self._found(pack.known.address, look.at, violation)
                if sample:
                    pack.shown = shown_since(look, pack.reads, pack.shown)
                    self._recovered(pack, look, sample)
                members[pack.known.address] = Member(pack.known, look, sample, pack.reads, pack.shown)
        self._judge_bank(bank, members)

    def _judge_bank(self, bank: Look, members: Mapping[str, Member]) -> None:
        if self._bank is None:
            return
        if len(members) < len(self.packs):  # the program was stopped
            self._bank.forget()
            return
        for violation in self._bank.judge(bank, members):
            self._found(BANK, bank.at, violation)

    def _judge_orders(self, pack: Pack, truth: Mapping[str, Any]) -> None:
        now = self._now()
        basics = [basic for basic in pack.reads.basics if basic.at > pack.heard]
        pack.heard = basics[-1].at if basics else pack.heard
        book = self.books[pack.known.address]
        blind = now < self._blind_until
        mask = truth["pack"]["mask"]
        for violation in judge_orders(book, basics, truth["writes"], mask, -inf if blind else now):
            self._found(pack.known.address, now, violation)

    def ordered(self, address: str, violations: Iterable[Violation]) -> None:
        """Record what was wrong with the reply to a command."""
        for violation in violations:
            self._found(address, self._now(), violation)

    def _recovered(self, pack: Pack, look: Look, sample: Sample) -> None:
        """Record the time from the end of a disturbance to the first new value."""
        over = look.at - look.quiet
        if max(self.begun, pack.recovered + ROUNDING) < over < sample.basic.at:
            pack.recovered = over
            self.recoveries.append(look.at - over)

    def _found(self, address: str, moment: float, violation: Violation) -> None:
        kind = violation.words.translate(str.maketrans("", "", "0123456789.-"))[:60]
        key = (violation.rule, address, kind)
        at = moment - self.begun
        if key in self.findings:
            finding = self.findings[key]
            finding.count, finding.last = finding.count + 1, at
        elif len(self.findings) < MOST_FINDINGS:
            weather = ", ".join(self._raging(moment))
            self.findings[key] = finding = Finding(violation, address, at, at, weather)
            self._tell(finding)

    def _raging(self, now: float) -> Iterator[str]:
        """Return the faults that are active or ended within a minute."""
        self.weather = {words: until for words, until in self.weather.items() if until > now - 60}
        for words, until in self.weather.items():
            yield f"{words} until {until - self.begun:.0f}"
