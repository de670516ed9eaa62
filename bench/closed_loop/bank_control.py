"""What controls the chargers of a simulated bank: the real policy, or one of two common substitutes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import inf

from dbus_xbms.model import Limits, PackIdentity, PackSample
from dbus_xbms.policy import engine, pack_state
from dbus_xbms.policy.bank import engine as bank_engine
from dbus_xbms.policy.bank.engine import BankState
from dbus_xbms.policy.bank.records import BankDecision, MemberView
from dbus_xbms.policy.charge import silent_limits
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.bank import BankSettings


class Scheme(Enum):
    """Whose limits chargers obey; the value says it in words."""

    BANK = "the bank"
    ONE = "one pack"
    SUM = "the sum of limits"


@dataclass(slots=True)
class Watched:
    """A pack as the program knows it."""

    name: str
    cells: int
    capacity: float  # Ah
    settings: PackSettings
    state: PackState
    decision: Decision | None = None
    decided_at: float = 0.0

    def step(self, sample: PackSample | None, now: float, bank: BankDecision | None) -> None:
        """Take one poll, as a member of a bank if there is a decision about it."""
        polled = pack_state.sampled(self.state, sample, now) if sample else pack_state.failed(self.state)
        stage = bank.charge if bank else None
        self.state, self.decision = engine.decide(polled, now, self.settings, managed=True, stage=stage)
        self.decided_at = now

    def lend(self, until: float) -> None:
        """Lend the link until ``until``, in s."""
        self.state = pack_state.lent(self.state, until)

    @property
    def read_again(self) -> Watched:
        """A copy whose link was never lent."""
        return replace(self, state=replace(self.state, lent_until=-inf))

    def restarted(self, started: float) -> Watched:
        """Return it as the program knows it after a restart at ``started``, in s."""
        stored = {**self.settings, "Cells": self.cells, "Nominal": self.capacity}
        again = Watched(
            self.name, self.cells, self.capacity, PackSettings(stored), PackState(started=started)
        )
        if control := self.state.control:
            kept = silent_limits.to_snapshot(control)
            passed = started - self.decided_at
            again.state = pack_state.restored(again.state, kept, passed, again.settings)
        return again

    @property
    def limits(self) -> Limits | None:
        """Its own limits; ``None`` before the first sample."""
        return self.decision.limits if self.decision else None

    @property
    def view(self) -> MemberView:
        """It as a member of a bank."""
        return MemberView(
            address=self.name,
            name=self.name,
            settings=self.settings,
            identity=PackIdentity(cell_count=self.cells, nominal=self.capacity),
            decision=self.decision,
            decided_at=self.decided_at,
        )


class Service:
    """The program: the policy of each pack, and the limits that it publishes."""

    def __init__(
        self, packs: Sequence[Watched], bank: BankSettings, scheme: Scheme, started: float = 0.0
    ) -> None:
        self.packs = packs
        self.bank: BankDecision | None = None  # its newest decision, with :attr:`Scheme.BANK`
        self._settings = bank
        self._scheme = scheme
        self._state = BankState(started=started)
        self._publish = {Scheme.BANK: self._bank, Scheme.ONE: self._one, Scheme.SUM: self._sum}[scheme]

    def restarted(self, started: float) -> Service:
        """Return the program after a restart at ``started``, in s."""
        packs = [pack.restarted(started) for pack in self.packs]
        return Service(packs, self._settings, self._scheme, started)

    def step(self, samples: Sequence[PackSample | None], now: float) -> Limits | None:
        """Take one poll of each pack, and return the limits that are published."""
        for pack, sample in zip(self.packs, samples, strict=True):
            pack.step(sample, now, self.bank)
        return self._publish(now)

    def _bank(self, now: float) -> Limits | None:
        views = [pack.view for pack in self.packs]
        self._state, self.bank = bank_engine.decide(self._state, views, self._settings, now, managed=True)
        return self.bank.limits

    def _one(self, now: float) -> Limits | None:
        return self.packs[0].limits

    def _sum(self, now: float) -> Limits | None:
        """Add up the currents of the packs that answer, with their least charge voltage."""
        answering = [
            pack.limits for pack in self.packs if pack.limits and pack.decision and pack.decision.sample
        ]
        if not answering:
            return self.packs[0].limits
        return replace(
            answering[0],
            cvl=min(limits.cvl for limits in answering),
            ccl=sum(limits.ccl for limits in answering),
            dcl=sum(limits.dcl for limits in answering),
        )
