"""The worked example of docs/bank.md, decided by the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from dbus_xbms.model import Limits, Mosfets, PackIdentity
from dbus_xbms.policy import engine, pack_state
from dbus_xbms.policy.bank import engine as bank
from dbus_xbms.policy.bank.engine import BankState
from dbus_xbms.policy.bank.records import BankDecision, MemberView
from dbus_xbms.policy.charge.charge_voltage import CvlState
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.settings import BankSettings, PackSettings
from tests.unit.samples import sample, settings

ON = Mosfets(charge=True, discharge=True)
BOW, STERN = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
CAPACITIES = {BOW: 280.0, STERN: 100.0}
NAMES = {BOW: "Bow", STERN: "Stern"}


@dataclass
class Pair:
    """Two packs in parallel, read every second."""

    packs: dict[str, PackSettings] = field(
        default_factory=lambda: {
            address: settings(Cells=4, Nominal=capacity, Rating=200.0, InBank=1)
            for address, capacity in CAPACITIES.items()
        }
    )
    states: dict[str, PackState] = field(
        default_factory=lambda: {address: PackState(started=0.0) for address in CAPACITIES}
    )
    state: BankState = field(default_factory=lambda: BankState(started=0.0))
    stage: CvlState | None = None
    now: float = 0.0

    def run(
        self,
        seconds: int,
        currents: Mapping[str, float],
        mosfets: Mapping[str, Mosfets] | None = None,
    ) -> Iterator[BankDecision]:
        """Yield the decisions of so many seconds; a pack without a current is silent."""
        for _ in range(seconds):
            self.now += 1.0
            views = [self._read(address, currents.get(address), mosfets or {}) for address in CAPACITIES]
            self.state, decision = bank.decide(
                self.state, views, BankSettings({"Enabled": 1}), self.now, managed=True
            )
            self.stage = decision.charge
            yield decision

    def _read(self, address: str, current: float | None, mosfets: Mapping[str, Mosfets]) -> MemberView:
        state, capacity = self.states[address], CAPACITIES[address]
        if current is None:
            state = pack_state.failed(state)
        else:
            reading = sample(current=current, nominal=capacity, mosfets=mosfets.get(address, ON))
            state = pack_state.sampled(state, reading, self.now)
        self.states[address], decision = engine.decide(
            state, self.now, self.packs[address], managed=True, stage=self.stage
        )
        identity = PackIdentity(cell_count=4, nominal=capacity)
        return MemberView(
            address=address,
            name=NAMES[address],
            settings=self.packs[address],
            identity=identity,
            decision=decision,
            decided_at=self.now,
        )


def limits(decisions: Iterator[BankDecision]) -> Limits:
    """Return the limits of the last decision."""
    *_, last = decisions
    assert last.limits
    return last.limits


def test_at_rest_the_packs_share_by_capacity_and_the_limit_is_the_sum() -> None:
    found = limits(Pair().run(60, {BOW: 0.0, STERN: 0.0}))
    assert (found.cvl, found.ccl, found.dcl) == (13.8, 114.0, 190.0)


def test_a_pack_that_takes_more_than_its_part_lowers_the_limit_of_the_bank() -> None:
    found = limits(Pair().run(120, {BOW: 40.0, STERN: 20.0}))
    assert found.ccl == pytest.approx(90.0)
    assert found.charge_limitation == "Stern: 30 % of 100 Ah (no limit set)"


def test_without_contact_with_one_pack_the_other_goes_on_within_its_own_limit() -> None:
    pair = Pair()
    limits(pair.run(60, {BOW: 40.0, STERN: 20.0}))
    held = limits(pair.run(29, {BOW: 40.0}))
    alone = limits(pair.run(3, {BOW: 40.0}))
    assert (held.cvl, held.ccl) == (13.8, 90.0)
    assert (alone.cvl, alone.ccl, alone.dcl) == (13.5, 84.0, 140.0)


def test_with_its_charge_mosfet_off_a_full_pack_leaves_charging_to_the_other() -> None:
    pair = Pair()
    limits(pair.run(60, {BOW: 40.0, STERN: 20.0}))
    off = Mosfets(charge=False, discharge=True)
    found = limits(pair.run(60, {BOW: 60.0, STERN: 0.0}, {STERN: off}))
    assert (found.cvl, found.ccl, found.dcl) == (13.8, 84.0, 190.0)


def test_a_limit_that_rises_again_says_once_that_it_does() -> None:
    pair = Pair()
    limits(pair.run(60, {BOW: 40.0, STERN: 20.0}))
    pair.packs[STERN].put("MaxChargeCurrent", 0.0)
    limits(pair.run(5, {BOW: 40.0, STERN: 20.0}))
    pair.packs[STERN].put("MaxChargeCurrent", -1.0)
    found = limits(pair.run(20, {BOW: 40.0, STERN: 20.0}))
    assert found.charge_limitation == "Stern: rising to: 30 % of 100 Ah (no limit set)"
