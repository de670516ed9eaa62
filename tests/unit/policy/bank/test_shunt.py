"""The current of a shunt counts only while it fits that of the packs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dbus_xbms.policy.bank import engine
from dbus_xbms.policy.bank.engine import BankState
from dbus_xbms.policy.bank.records import BankDecision
from dbus_xbms.policy.bank.shunt import DOUBT, LASTING
from tests.unit.policy.bank.packs import LATER, START, bank, member, reading

HOUSE = bank(Shunt="com.victronenergy.battery.ttyUSB0")


class Measured:
    """A bank of two packs, decided once a second with its shunt."""

    def __init__(self) -> None:
        self.state, self.now = BankState(started=START), LATER

    def run(
        self, seconds: float, shunt: float | None, *packs: float | None, shunted: bool = True
    ) -> BankDecision:
        """Decide each second; a pack whose current is ``None`` is not read."""
        for _ in range(round(seconds)):
            self.now += 1
            views = [
                member(n, read=reading(current=current), decided_at=self.now)
                if current is not None
                else member(n, sample=None, decided_at=self.now - 100)
                for n, current in enumerate(packs, 1)
            ]
            settings = HOUSE if shunted else bank()
            self.state, decision = engine.decide(
                self.state, views, settings, self.now, managed=True, shunt=shunt
            )
        return decision


@pytest.mark.parametrize("shunt", [-40.0, -44.0, -37.0])
def test_a_shunt_that_fits_the_packs_is_the_current_of_the_bank(shunt: float) -> None:
    decision = Measured().run(120, shunt, -20.0, -20.0)
    assert decision.values.current == shunt
    assert DOUBT not in decision.for_owner


def test_a_shunt_that_differs_for_long_is_not_believed_and_the_owner_is_told() -> None:
    bank = Measured()
    assert bank.run(LASTING - 2, 10.0, -20.0, -20.0).values.current == 10.0
    decision = bank.run(5, 10.0, -20.0, -20.0)
    assert decision.values.current == -40.0
    assert DOUBT in decision.for_owner


def test_a_shunt_that_repeats_a_value_for_ever_is_found_out_by_the_next_load() -> None:
    bank = Measured()
    bank.run(600, 0.0, 0.0, 0.0)
    assert bank.run(60, 0.0, 30.0, 40.0).values.current == 70.0


def test_a_moment_of_difference_does_not_count_and_agreement_restores_belief() -> None:
    bank = Measured()
    bank.run(20, 10.0, -20.0, -20.0)
    bank.run(2, -40.0, -20.0, -20.0)
    assert bank.run(20, 10.0, -20.0, -20.0).values.current == 10.0
    assert bank.run(60, 10.0, -20.0, -20.0).values.current == -40.0
    assert bank.run(LASTING + 5, -41.0, -20.0, -20.0).values.current == -41.0


def test_with_a_pack_missing_the_shunt_cannot_be_compared_and_the_last_judgement_stands() -> None:
    bank = Measured()
    bank.run(60, -40.0, -20.0, -20.0)
    assert bank.run(120, -40.0, -20.0, None).values.current == -40.0
    doubted = Measured()
    doubted.run(60, 40.0, -20.0, -20.0)
    assert doubted.run(120, 40.0, -20.0, None).values.current == -20.0


def test_a_shunt_that_is_no_longer_chosen_is_forgotten() -> None:
    bank = Measured()
    bank.run(60, 10.0, -20.0, -20.0)
    decision = bank.run(1, None, -20.0, -20.0, shunted=False)
    assert (decision.values.current, DOUBT in decision.for_owner) == (-40.0, False)


@hypothesis_settings(max_examples=30)
@given(shunt=st.floats(-5000, 5000), packs=st.lists(st.floats(-300, 300), min_size=2, max_size=2))
def test_whatever_a_shunt_shows_for_long_the_current_is_near_that_of_the_packs(
    shunt: float, packs: list[float]
) -> None:
    found = Measured().run(LASTING + 5, shunt, *packs).values.current
    assert found is not None
    assert abs(found - sum(packs)) <= max(4.0, 0.15 * abs(found), 0.15 * abs(sum(packs))) + 1e-6
