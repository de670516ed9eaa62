"""Banks for tests: packs that decide for themselves, and members with any limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import inf
from typing import Any

from dbus_xbms.model import Limits, Mosfets, PackIdentity, PackSample
from dbus_xbms.policy import engine as pack_engine
from dbus_xbms.policy import pack_state
from dbus_xbms.policy.bank import engine
from dbus_xbms.policy.bank.currents import Combined
from dbus_xbms.policy.bank.engine import BankState
from dbus_xbms.policy.bank.records import BankDecision, MemberView
from dbus_xbms.policy.charge import ramp
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.charge.ramp import Allowance, RampedLimit
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.bank import BankSettings
from tests.unit.samples import sample, settings

MIDDLE = (3.32, 3.32, 3.32, 3.32)  # V, cells of a pack that is neither full nor empty
START = 1000.0  # s
LATER = START + 100.0  # s, when packs are no longer gathered


def bank(**changes: Any) -> BankSettings:
    """Return the settings of a bank: the defaults with changes."""
    return BankSettings({"Enabled": 1} | changes)


def reading(cell: float = 3.32, **changes: Any) -> PackSample:
    """Return a sample of a pack at rest whose cells all have a voltage; with changes."""
    return sample(**({"cells": (cell,) * 4, "current": 0.0} | changes))


OFF = Mosfets(charge=False, discharge=False)
CHARGE_OFF = Mosfets(charge=False, discharge=True)
DISCHARGE_OFF = Mosfets(charge=True, discharge=False)


def address(number: int) -> str:
    """Return the address of a member."""
    return f"A4:C1:38:00:00:{number:02X}"


@dataclass
class Pack:
    """A pack and its task: it decides by its own polls and the stage of its bank."""

    number: int
    settings: PackSettings = field(default_factory=settings)
    state: PackState = field(default_factory=lambda: PackState(started=START))
    decision: Decision | None = None
    decided_at: float = -inf
    hung: bool = False  # its task decides nothing any more
    crashed: bool = False  # its task has ended

    def poll(self, read: PackSample | None, now: float, stage: Any) -> None:
        """Take one poll, or a failed one, and decide."""
        polled = pack_state.sampled(self.state, read, now) if read else pack_state.failed(self.state)
        if not self.hung and not self.crashed:
            self.state, self.decision = pack_engine.decide(
                polled, now, self.settings, managed=True, stage=stage
            )
            self.decided_at = now

    @property
    def view(self) -> MemberView:
        """It as its bank sees it."""
        last = self.state.sample
        return MemberView(
            address=address(self.number),
            name=f"Pack {self.number}",
            settings=self.settings,
            identity=PackIdentity(
                cell_count=len(last.cells) if last else self.settings.cells,
                nominal=last.nominal or 0.0 if last else self.settings.nominal,
            ),
            decision=None if self.crashed else self.decision,
            decided_at=self.decided_at,
        )


class Bank:
    """A bank of packs that decide for themselves."""

    def __init__(self, packs: int | Sequence[PackSettings], started: float = START, **chosen: Any) -> None:
        each = [settings()] * packs if isinstance(packs, int) else packs
        self.packs = [Pack(n, one, PackState(started=started)) for n, one in enumerate(each, 1)]
        self.settings = bank(**chosen)
        self.state, self.now = BankState(started=started), started
        self.decision = BankDecision()

    def step(self, *readings: PackSample | None, after: float = 1.0) -> BankDecision:
        """Poll each pack ``after`` s later, and decide; one reading counts for all."""
        self.now += after
        each = readings * len(self.packs) if len(readings) == 1 else readings
        for pack, read in zip(self.packs, each, strict=True):
            pack.poll(read, self.now, self.decision.charge)
        return self.decide()

    def settle(self, *readings: PackSample | None) -> BankDecision:
        """Poll a few times until nothing is gathered or rising any more."""
        for _ in range(3):
            self.step(*readings, after=20.0)
        return self.decision

    def run(self, seconds: float, *readings: PackSample | None, every: float = 1.0) -> BankDecision:
        """Repeat the same polls for some time."""
        for _ in range(round(seconds / every)):
            self.step(*readings, after=every)
        return self.decision

    def decide(self, after: float = 0.0, *, managed: bool = True) -> BankDecision:
        """Decide by what the packs last decided."""
        self.now += after
        self.state, self.decision = engine.decide(
            self.state, [pack.view for pack in self.packs], self.settings, self.now, managed=managed
        )
        return self.decision

    @property
    def limits(self) -> Limits:
        """The limits of the last decision."""
        assert self.decision.limits
        return self.decision.limits


BASE = pack_engine.step(PackState(started=START), reading(), LATER, settings(), managed=True)[1]
assert BASE.control
CONTROL: LimitsState = BASE.control


@cache
def _owner(capacity: float) -> PackSettings:
    return settings(Capacity=capacity)


def _limit(current: float) -> RampedLimit:
    return ramp.hold_at(Allowance(current=current, reason="a rule"), LATER)


def member(
    number: int,
    *,
    ccl: float = 30.0,
    dcl: float = 50.0,
    cvl: float = 13.8,
    read: PackSample | None = None,
    capacity: float = 100.0,
    decided_at: float = LATER,
    **changes: Any,
) -> MemberView:
    """Return a member with any limits; ``changes``: to its decision."""
    read = read or reading()
    charge, discharge = _limit(ccl), _limit(dcl)
    limits = replace(CONTROL.limits, ccl=charge.published, dcl=discharge.published, cvl=cvl)
    control = replace(
        CONTROL,
        limits=limits,
        charge=charge,
        discharge=discharge,
        charge_ceiling=max(30.0, ccl),
        discharge_ceiling=max(50.0, dcl),
        last_sample=read,
    )
    decided: dict[str, Any] = {"limits": limits, "control": control, "sample": read} | changes
    return MemberView(
        address=address(number),
        name=f"Pack {number}",
        settings=_owner(capacity),
        identity=PackIdentity(cell_count=len(read.cells), nominal=capacity),
        decision=replace(BASE, **decided),
        decided_at=decided_at,
    )


def decide(
    *views: MemberView, now: float = LATER, state: BankState | None = None, **chosen: Any
) -> tuple[BankState, BankDecision]:
    """Decide about a bank that controls, without the limits of any earlier decision unless given."""
    return engine.decide(state or BankState(started=START), views, bank(**chosen), now, managed=True)


def combined_of(state: BankState, *, charging: bool) -> Combined:
    """Return what the limits of one direction are made of."""
    found = state.limits.charging if charging else state.limits.discharging
    assert found
    return found


def limits(*views: MemberView, **how: Any) -> Limits:
    """Return the limits of a bank that has just begun to control."""
    found = decide(*views, **how)[1].limits
    assert found
    return found
