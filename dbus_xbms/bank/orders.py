"""Requests to a bank, carried out by its packs one by one: switching, lending, clearing the history."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dbus_xbms.logs import CountedLog
from dbus_xbms.model import UNFINISHED, CommandState, MosfetTarget, Phase, SwitchStatus
from dbus_xbms.policy.bank import lending, orders
from dbus_xbms.policy.bank.lending import LendingState, Standing, Turn
from dbus_xbms.policy.bank.orders import Outcome
from dbus_xbms.policy.mosfets import in_words
from dbus_xbms.record import record, replace
from dbus_xbms.report import Balance, ChangeSetting, ClearHistory, ForceOn, Lend, Report, Request
from dbus_xbms.text import shell_quoted

log = CountedLog(logging.getLogger(__name__))

NOT_READ = "the pack is not being read"
UNKNOWN = "the log has the reason"
RESTARTED = "failed: the pack's task was restarted; the log has the outcome"
SUPERSEDED = "another command followed; the log has the outcome"
BUSY = "packs are already being lent one after the other; to end that, lend for 0 min"


class MemberPack(Protocol):
    """The part of a :class:`dbus_xbms.pack.monitor.PackMonitor` that orders use."""

    latest: Report | None
    latest_at: float  # s

    @property
    def switching(self) -> SwitchStatus:
        """Its newest commands, as they are now."""
        ...

    def refusal(self, request: Request) -> str:
        """Return why a request would be refused now, or ""."""
        ...

    def request(self, request: Request, sender: str) -> bool:
        """Accept or refuse (False) a request."""
        ...


@record
class BankPack:
    """A member of a bank as orders see it."""

    address: str
    name: str
    string: int = 1  # number of its string in series, 1-based
    watch_only: bool = False  # never switched
    pack: MemberPack | None  # None: its task does not run


@dataclass(slots=True)
class _Part:
    """What one pack does for the newest order."""

    member: BankPack
    number: int  # of the pack's own command; 0: it has none
    outcome: Outcome


class Orders:
    """The newest order to a bank, and the lending of its packs one after the other."""

    def __init__(self, bank: str) -> None:
        """``bank``: its name in the log."""
        self.bank = bank
        self._number = 0
        self._command = ""  # the newest, in words
        self._parts: list[_Part] = []
        self._beside = ""  # a request that was refused since
        self._lending = LendingState()
        self._lends = False  # lending is the newest order
        self._lender = ""  # who requested it
        self._names: dict[str, str] = {}  # of the packs to lend, by address

    # Requests

    def request(self, request: Request, sender: str, members: Sequence[BankPack]) -> bool:
        """Have the members carry out a request; return whether at least one has accepted it.

        All members are asked before any acts; :mod:`dbus_xbms.policy.bank.orders` says who acts then.
        """
        match request:
            case Lend(minutes):
                return self._lend(minutes, sender, members) if minutes else self._take_back(sender, members)
            case MosfetTarget():
                return self._order(request, in_words(request), sender, members)
            case ForceOn(target):
                return self._order(request, f"{in_words(target)}, forced", sender, members)
            case Balance(on):
                return self._order(request, f"balancing {'on' if on else 'off'}", sender, members)
            case ClearHistory():
                return self._change(request, "clearing the history", sender, members)
            case ChangeSetting(name, value):
                return self._change(request, f"{name} {value}", sender, members)

    def _order(self, request: Request, command: str, sender: str, members: Sequence[BankPack]) -> bool:
        all_or_none = isinstance(request, MosfetTarget) and orders.turns_off(request)
        whys = orders.verdicts(_refusals(request, members), all_or_none=all_or_none)
        self._begin(command)
        self._lends = False
        for member, why in zip(members, whys, strict=True):
            self._parts.append(self._ask(request, command, sender, member, why))
        carried_out = all(part.number or part.member.watch_only for part in self._parts)
        level = logging.INFO if carried_out else logging.WARNING
        text = orders.text_of(command, self._outcomes)
        log.log(level, "%s: %s requests %s", self.bank, sender, text)
        return any(part.number for part in self._parts)

    def _begin(self, command: str) -> None:
        self._number += 1
        self._command, self._beside, self._parts = command, "", []

    def _ask(self, request: Request, command: str, sender: str, member: BankPack, why: str) -> _Part:
        """Pass a request on to one member, unless it is refused."""
        pack = member.pack
        if member.watch_only and _switches(request) and not why:
            return _Part(member, 0, Outcome(name=member.name, state=CommandState.NONE, words=orders.SKIPPED))
        if pack and not why and pack.request(request, self._for_bank(sender)):
            outcome = Outcome(name=member.name, state=CommandState.WAITING, words="waiting")
            return _Part(member, pack.switching.number, outcome)
        words = _with_name(f"refused: {why or UNKNOWN}", member.name)
        return _Part(member, 0, Outcome(name=member.name, state=CommandState.REFUSED, words=words))

    def _change(self, request: Request, command: str, sender: str, members: Sequence[BankPack]) -> bool:
        """Have every member that runs do what needs no contact; none if one of them refuses."""
        running = [member.pack for member in members if member.pack]
        whys = [why for pack in running if (why := pack.refusal(request))]
        if whys or not running:
            return self._refuse(command, sender, (whys or [NOT_READ])[0])
        accepted = [pack.request(request, self._for_bank(sender)) for pack in running]  # ask every one
        return all(accepted)

    def _refuse(self, command: str, sender: str, why: str) -> bool:
        self._beside = f"{command}: refused: {why}"
        log.warning("%s: %s requests %s", self.bank, sender, self._beside)
        return False

    def _for_bank(self, sender: str) -> str:
        return f"{sender} for {self.bank}"

    # Lending

    def _lend(self, minutes: int, sender: str, members: Sequence[BankPack]) -> bool:
        command = f"lending for {minutes} min each"
        if self._lending.running:
            return self._refuse(command, sender, BUSY)
        request = Lend(minutes)
        if all(_refusals(request, members)):
            return self._order(request, command, sender, members)  # has each reason
        self._begin(command)
        self._lends, self._lender = True, sender
        self._lending = lending.begin([member.address for member in members], minutes)
        self._names = {member.address: member.name for member in members}
        log.info("%s: %s requests %s, one pack after the other", self.bank, sender, command)
        self._lend_next(members)
        return True

    def _take_back(self, sender: str, members: Sequence[BankPack]) -> bool:
        """Lend no more packs, and take back what is lent."""
        if self._lending.running:
            log.info("%s: lending is ended by %s", self.bank, sender)
            self._lending = lending.end(self._lending, "lending was ended")
        running = [member.pack for member in members if member.pack]
        accepted = [pack.request(Lend(0), self._for_bank(sender)) for pack in running]  # ask every one
        return all(accepted)

    def _lend_next(self, members: Sequence[BankPack]) -> None:
        """Follow the pack that is lent, and lend the next one once it is back."""
        packs = {member.address: member.pack for member in members}
        standings = {address: _standing(pack) for address, pack in packs.items()}
        self._lending = lending.step(self._lending, standings, _now())
        while address := lending.due(self._lending, standings):
            pack, request = packs[address], Lend(self._lending.minutes)
            why = pack.refusal(request) if pack else NOT_READ
            if pack and not why and pack.request(request, self._for_bank(self._lender)):
                self._lending = lending.lent(self._lending, address, _now())
                return
            self._lending = lending.refused(self._lending, address, why or UNKNOWN)

    # State

    def step(self, members: Sequence[BankPack]) -> None:
        """Follow the members, and lend the next one if it is due; before each report of the bank."""
        if self._lending.running:
            self._lend_next(members)
        packs = {member.address: member.pack for member in members}
        for part in self._parts:
            if part.outcome.state in UNFINISHED:
                part.outcome = self._followed(part, packs.get(part.member.address))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What has come of the newest order at each pack, in words."""
        return tuple(map(str, self._outcomes))

    @property
    def lent(self) -> str:
        """Name of the pack that the bank has lent, also until it is back; "" if there is none."""
        return self._names.get(self._lending.current, "")

    def status(self, members: Sequence[BankPack]) -> SwitchStatus:
        """Return what is published of switching and lending."""
        outcomes = self._outcomes
        statuses = [(member, member.pack.switching) for member in members if member.pack]
        together = orders.combined([status for member, status in statuses if not member.watch_only])
        texts = (orders.text_of(self._command, outcomes) if outcomes else "", self._beside)
        refused = CommandState.REFUSED if self._beside else CommandState.NONE
        return replace(
            together,
            lent_for=max((status.lent_for for _, status in statuses), default=0.0),
            text="; ".join(filter(None, texts)),
            state=orders.state_of(outcomes) if outcomes else refused,
            number=self._number,
        )

    @property
    def _outcomes(self) -> list[Outcome]:
        if self._lends:
            return [self._lent(address, turn) for address, turn in self._lending.turns.items()]
        return [part.outcome for part in self._parts]

    def _lent(self, address: str, turn: Turn) -> Outcome:
        why = self._lending.reasons.get(address, "")
        name = self._names[address]
        words = f"{turn.value}: {_with_name(why, name)}" if why else turn.value
        state = CommandState.REFUSED if turn is Turn.REFUSED else CommandState.DONE
        return Outcome(name=name, state=state, words=words)

    def _followed(self, part: _Part, pack: MemberPack | None) -> Outcome:
        """Return what has come of a command that was not finished when last seen."""
        if pack is None or pack is not part.member.pack:
            return replace(part.outcome, state=CommandState.FAILED, words=RESTARTED)
        status = pack.switching
        if status.number != part.number:
            return replace(part.outcome, state=CommandState.FAILED, words=SUPERSEDED)
        words = _with_name(status.text.removeprefix(f"{self._command}: "), part.member.name)
        return replace(part.outcome, state=status.state, words=words)


def _refusals(request: Request, members: Sequence[BankPack]) -> list[str]:
    """Return why each member would refuse a request; "" for those that would accept it or are skipped."""
    whys = [_refusal(request, member) for member in members]
    if not isinstance(request, MosfetTarget) or not orders.turns_on(request):
        return whys
    apart = orders.apart([_to_turn_on(member, why) for member, why in zip(members, whys, strict=True)])
    return [why or apart.get(member.string, "") for member, why in zip(members, whys, strict=True)]


def _refusal(request: Request, member: BankPack) -> str:
    if member.watch_only and _switches(request):
        return orders.STAYS_ON if isinstance(request, MosfetTarget) and orders.turns_off(request) else ""
    return member.pack.refusal(request) if member.pack else NOT_READ


def _switches(request: Request) -> bool:
    """Return whether a request switches something in the BMS."""
    return isinstance(request, MosfetTarget | ForceOn | Balance)


def _to_turn_on(member: BankPack, why: str) -> orders.TurnedOn:
    sample = member.pack.latest.decision.sample if member.pack and member.pack.latest else None
    mosfets = sample.mosfets if sample else None
    return orders.TurnedOn(
        name=member.name,
        string=member.string,
        sample=None if why or member.watch_only else sample,
        connected=bool(mosfets and (mosfets.charge or mosfets.discharge)),
    )


def _with_name(words: str, name: str) -> str:
    """Return a pack's words with its name in the command that they suggest."""
    return words.replace(" PACK ", f" {shell_quoted(name)} ")


def _standing(pack: MemberPack | None) -> Standing | None:
    if pack is None:
        return None
    phase = pack.latest.decision.phase if pack.latest else Phase.WAITING
    return Standing(lent_for=pack.switching.lent_for, phase=phase, decided_at=pack.latest_at)


def _now() -> float:
    return asyncio.get_running_loop().time()
