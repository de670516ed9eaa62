"""The judge of a bank finds what it is there for, and accepts the truth."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.endurance.bank_judge import ABSENT, BankJudge, Member
from tests.endurance.known import CHEMISTRIES, Known
from tests.endurance.look import Look, Sample
from tests.endurance.measured import Basic, Cells
from tests.endurance.truth import Reads

ONE = Known(
    address="A4:C1:37:00:00:01", cells=4, capacity=100.0, chemistry=CHEMISTRIES["lfp"], controls=False
)
TWO = replace(ONE, address="A4:C1:37:00:00:02", capacity=200.0)
GONE = Look(at=0.0, values=None)


def pack(known: Known, at: float, volts: float = 3.3, **true: Any) -> Member:
    """A pack that shows what it has just measured."""
    basic = Basic(
        at=at,
        voltage=4 * volts,
        current=true.get("current", 10.0),
        remaining=60.0,
        protection=true.get("protection", 0),
        soc=60,
        charge=true.get("charge", True),
        discharge=True,
        temperatures=(20.0, 20.0),
    )
    cells = Cells(at=at, volts=(3.3, 3.3, 3.3, true.get("cell", volts)))
    values = {"/Dc/0/Voltage": basic.voltage, **true.get("shown", {})}
    look = Look(at=at, values=values, quiet=true.get("quiet", 60.0))
    reads, since = Reads(basics=[basic], cells=[cells]), true.get("since", at)
    return Member(known, look, Sample(basic, cells), reads, since)


def silent(known: Known, at: float) -> Member:
    return Member(known, Look(at=at, values={"/Dc/0/Voltage": None}), None, Reads(), at)


def bank(at: float, **shown: Any) -> Look:
    values = {
        "/Dc/0/Voltage": 13.2,
        "/Dc/0/Current": 20.0,
        "/System/NrOfModulesOnline": 2,
        "/System/NrOfModulesOffline": 0,
        "/Info/MaxChargeVoltage": 13.8,
        "/Info/MaxChargeCurrent": 90.0,
        "/Info/MaxDischargeCurrent": 150.0,
    }
    names = {path.rpartition("/")[2]: path for path in values}
    return Look(at=at, values=values | {names[name]: value for name, value in shown.items()})


def found(seconds: int, one: Any, two: Any, **shown: Any) -> set[str]:
    """The words of all violations while a bank shows the same for some seconds."""
    judge = BankJudge([ONE, TWO])
    words = set()
    for at in range(seconds):
        members = {ONE.address: one(ONE, float(at)), TWO.address: two(TWO, float(at))}
        look = bank(float(at), **shown) if shown.get("there", True) else replace(GONE, at=float(at))
        words |= {violation.words for violation in judge.judge(look, members)}
    return words


def with_high_cell(known: Known, at: float) -> Member:
    return pack(known, at, cell=3.61)


def test_the_truth_is_no_violation() -> None:
    assert found(60, pack, pack) == set()
    alone = {"NrOfModulesOnline": 1, "NrOfModulesOffline": 1, "Current": 10.0}
    assert found(60, pack, silent, **alone, MaxChargeCurrent=30.0, MaxDischargeCurrent=50.0) == set()
    assert found(60, pack, with_high_cell, MaxChargeCurrent=0.0) == set()


def test_a_pack_whose_mosfet_is_off_stops_no_charge() -> None:
    full = lambda known, at: pack(known, at, cell=3.61, charge=False)  # noqa: E731
    assert found(60, pack, full, MaxChargeCurrent=30.0) == set()


@pytest.mark.parametrize(
    ("one", "two", "shown", "words"),
    [
        (pack, with_high_cell, {}, "MaxChargeCurrent of the bank is 90.0 A, but in 02 a cell is at the high"),
        (pack, silent, {"Current": 10.0}, "A of the bank with 100 Ah in contact"),
        (pack, silent, {}, "2 online of 1 or more, 0 offline of 1 or more"),
        (pack, pack, {"MaxChargeVoltage": 13.9}, "CVL 13.9 V of the bank is above full"),
        (pack, pack, {"MaxChargeCurrent": None}, "a limit of the bank is invalid"),
        (pack, pack, {"MaxDischargeCurrent": 151.0}, "DCL 151.0 A of the bank with 300 Ah in contact"),
        (pack, pack, {"Current": 21.0}, "the bank's current is 21.0 A"),
        (pack, pack, {"Voltage": None}, "not shown, although a pack is"),
        (pack, pack, {"there": False}, "not on the bus for 10 s"),
        (silent, silent, {"Current": None, "Voltage": None, "MaxChargeCurrent": 1.0}, "with 0 Ah in contact"),
        (pack, lambda k, at: pack(k, at, shown={"/Info/MaxChargeVoltage": 13.8}), {}, "['02'] has a charge"),
    ],
)
def test_a_broken_promise_is_found(one: Any, two: Any, shown: dict[str, Any], words: str) -> None:
    assert any(words in violation for violation in found(int(ABSENT) + 5, one, two, **shown))


def test_a_pack_that_has_just_fallen_silent_may_still_count() -> None:
    assert not any("offline" in words for words in found(3, pack, silent, Current=10.0))


def test_a_pack_whose_replies_are_lost_need_not_count_because_they_repeat_what_it_shows() -> None:
    def unheard(known: Known, at: float, quiet: float = 0.0) -> Member:
        return pack(known, at, since=0.0, quiet=quiet)

    alone = {"NrOfModulesOnline": 1, "NrOfModulesOffline": 1}
    assert found(60, pack, unheard, **alone) == set()
    undisturbed = partial(unheard, quiet=60.0)
    assert found(60, pack, undisturbed, **alone) == {"1 online of 2 or more, 1 offline of 0 or more"}


def test_a_pack_may_count_5_s_after_its_voltage_agrees_again() -> None:
    shown = {"NrOfModulesOnline": 1, "NrOfModulesOffline": 1}
    assert found(10, pack, pack, **shown) == set()
    assert found(14, pack, pack, **shown) == {"1 online of 2 or more, 1 offline of 0 or more"}
