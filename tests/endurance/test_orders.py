"""The judge of commands: it finds every violation, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.endurance.measured import Basic
from tests.endurance.orders import DONE, FAILED, SENDING, WAITING, Allowed, Book, Wish, judge_orders

Write = tuple[float, int, str]


def basic(at: float, *, charge: bool = True, discharge: bool = True, protection: int = 0) -> Basic:
    """Status reported by a pack."""
    return Basic(
        at=at,
        voltage=13.0,
        current=0.0,
        remaining=50.0,
        protection=protection,
        soc=50,
        charge=charge,
        discharge=discharge,
        temperatures=(),
    )


def book(*wishes: Wish, at: float = 10.0) -> Book:
    """A record of accepted commands."""
    one = Book(Allowed(control=True, discharge_off=True))
    for wish in wishes:
        assert list(one.answered(one.given(at, wish), True, at)) == []
    return one


def rules(one: Book, writes: Sequence[Write], *basics: Basic, mask: int = 0, now: float = 11.5) -> list[str]:
    """Findings of the judge."""
    return [violation.rule for violation in judge_orders(one, basics, writes, mask, now)]


def test_a_requested_mask_is_right_also_when_repeated() -> None:
    assert rules(book({"charge": False}), [(10.5, 0xE1, "0001"), (11.0, 0xE1, "0001")], mask=1) == []


@pytest.mark.parametrize(
    "write",
    [
        (10.5, 0xE1, "0003"),
        (10.5, 0xE1, "0007"),
        (10.5, 0xE1, "0101"),
        (10.5, 0x2D, "0002"),
        (99.0, 0xE1, "0001"),
    ],
    ids=["a bit too many", "an illegal bit", "no zero", "another register", "too late"],
)
def test_a_write_that_nobody_requested_is_found(write: Write) -> None:
    assert "writes" in rules(book({"charge": False}), [write], now=write[0] + 0.5)


def test_a_refused_command_explains_no_write() -> None:
    one = Book(Allowed())
    assert list(one.answered(one.given(10.0, {"charge": False}), False, 10.0)) == []
    assert set(rules(one, [(10.5, 0xE1, "0001")])) == {"writes"}


def test_a_mosfet_that_a_protection_turned_off_must_not_be_copied_into_the_mask() -> None:
    tripped = basic(9.0, charge=False, protection=1)
    assert rules(book({"discharge": False}), [(10.5, 0xE1, "0003")], tripped) == ["writes"]


def test_a_mosfet_that_is_off_without_a_reason_counts_as_switched_off() -> None:
    assert rules(book({"discharge": False}), [(10.5, 0xE1, "0003")], basic(9.0, charge=False)) == []


def test_a_mosfet_that_was_off_stays_off_when_the_other_is_switched() -> None:
    one = book({"discharge": False})
    one.masks = frozenset({1})
    assert rules(one, [(10.5, 0xE1, "0003")], mask=3) == []
    assert rules(one, [(10.5, 0xE1, "0003"), (11.2, 0xE1, "0002")], mask=2) == ["writes"]


def test_a_command_that_the_settings_forbid_must_not_be_accepted() -> None:
    one = Book(Allowed(control=True))
    accepted = [one.answered(one.given(1.0, wish), True, 1.0) for wish in ({"discharge": False}, {})]
    assert [len(list(found)) for found in accepted] == [1, 1]


def test_a_command_must_end_in_time() -> None:
    one = book({"charge": False})
    one.told((1, WAITING), 10.0)
    one.told((1, SENDING), 11.0)
    assert rules(one, [], now=41.0) == []
    assert rules(one, [], now=43.0) == ["orders"]
    one.awake(43.0)
    assert rules(one, [], now=44.0) == []
    one.told((1, FAILED), 45.0)
    assert rules(one, [], now=99.0) == []
    assert one.outcomes == {"accepted": 1, "failed": 1}


def test_a_command_that_has_ended_explains_no_later_write_and_is_not_reported_again() -> None:
    one = book({"discharge": False})
    one.told((1, FAILED), 10.4)
    assert rules(one, [(10.5, 0xE1, "0002")]) == ["writes", "writes"]
    one = book({"discharge": False})
    one.told((1, FAILED), 10.4)
    list(one.answered(one.given(12.0, {"charge": True}), True, 12.0))
    one.told((2, DONE), 12.5)
    assert rules(one, [], basic(13.0), now=14.0) == []


def test_loads_may_get_nothing_while_a_mosfet_turns_off_and_shortly_after() -> None:
    one = book({"discharge": False})
    assert [one.turning_off(at) for at in (9.0, 11.0, 100.0, 200.0)] == [False, True, True, False]
    assert not book({"discharge": True}).turning_off(11.0)


def test_a_command_reported_as_done_must_be_done() -> None:
    one = book({"charge": False})
    one.told((1, WAITING), 10.0)
    one.told((1, DONE), 11.0)
    assert rules(one, [], basic(11.2), mask=0) == ["orders"]
    one = book({"charge": False})
    one.told((1, DONE), 11.0)
    assert rules(one, [], basic(11.2, charge=False), mask=1) == []
