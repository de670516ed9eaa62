"""When the voltages of packs in parallel are too far apart to connect them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Mosfets
from dbus_xbms.policy.bank.inrush import danger, voltages_beside
from dbus_xbms.policy.bank.records import Member, MemberState
from dbus_xbms.policy.decision import Decision
from tests.unit.samples import sample

FOUR_CELLS = replace(sample(), voltage=13.2, cells=(3.3,) * 4)


@pytest.mark.parametrize("string", [13.2, 13.49, 12.91])
def test_packs_within_a_third_of_a_volt_per_four_cells_may_be_connected(string: float) -> None:
    assert not danger(FOUR_CELLS, string)


@pytest.mark.parametrize("string", [13.51, 12.89, 0.0, 26.4])
def test_packs_further_apart_are_dangerous_and_the_words_have_both_voltages(string: float) -> None:
    words = danger(FOUR_CELLS, string)
    assert "13.20 V" in words
    assert f"{string:.2f} V" in words
    assert "0.30 V" in words


def test_more_cells_may_differ_by_more() -> None:
    sixteen = replace(sample(), voltage=52.8, cells=(3.3,) * 16)
    assert not danger(sixteen, 53.9)
    assert danger(sixteen, 54.1)


def test_without_packs_beside_it_or_without_a_reading_there_is_nothing_to_compare() -> None:
    assert not danger(FOUR_CELLS, None)
    assert not danger(None, 13.2)


def member(
    number: int, volts: float, *, string: int = 1, state: MemberState = MemberState.ONLINE, on: bool = True
) -> Member:
    reading = replace(sample(), voltage=volts, mosfets=Mosfets(charge=on, discharge=on))
    return Member(
        number=number,
        address=f"A4:C1:37:00:00:0{number}",
        name=str(number),
        string=string,
        state=state,
        decision=Decision(sample=reading),
        sample=reading if state is MemberState.ONLINE else None,
    )


def test_the_voltage_beside_a_pack_is_that_of_the_connected_packs_of_its_string() -> None:
    bank = [
        member(1, 13.8, state=MemberState.APART),
        member(2, 13.2),
        member(3, 13.4),
        member(4, 12.0, on=False),
        member(5, 11.0, string=2),
        member(6, 10.0, state=MemberState.SILENT),
    ]
    assert voltages_beside(bank).get(bank[0].address) == pytest.approx(13.3)
    assert voltages_beside(bank).get(bank[1].address) == pytest.approx(13.4)
    assert voltages_beside(bank).get(bank[4].address) is None
    assert voltages_beside(bank).get("A4:C1:37:00:00:09") is None


def test_a_pack_that_was_just_switched_on_counts_although_it_is_still_called_apart() -> None:
    bank = [member(1, 12.0, on=False), member(2, 13.2, state=MemberState.APART)]
    assert voltages_beside(bank).get(bank[0].address) == 13.2
    bank.append(member(3, 12.1))
    assert voltages_beside(bank).get(bank[0].address) == 12.1


def test_a_pack_that_is_being_switched_on_counts_as_connected() -> None:
    off = [member(1, 13.8, on=False), member(2, 13.2, on=False)]
    assert voltages_beside(off).get(off[0].address) is None
    assert voltages_beside(off, {off[1].address}).get(off[0].address) == 13.2
    assert voltages_beside(off, {off[0].address}).get(off[0].address) is None


@pytest.mark.parametrize("mosfets", [None, Mosfets(charge=True, discharge=False)])
def test_a_pack_with_one_mosfet_on_or_none_known_counts_as_connected(mosfets: Mosfets | None) -> None:
    half = member(2, 13.2)
    half = replace(half, decision=Decision(sample=replace(sample(), voltage=13.2, mosfets=mosfets)))
    assert voltages_beside([member(1, 13.8, on=False), half]).get("A4:C1:37:00:00:01") == 13.2
