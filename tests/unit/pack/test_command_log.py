"""What is told of orders: in words and as a state, together while one of them is pending."""

from __future__ import annotations

import pytest

from dbus_xbms.model import CommandState
from dbus_xbms.pack.command_log import CommandLog

WAITING, SENDING, DONE = CommandState.WAITING, CommandState.SENDING, CommandState.DONE
FAILED, REFUSED, NONE = CommandState.FAILED, CommandState.REFUSED, CommandState.NONE


def told(book: CommandLog) -> tuple[int, CommandState, str]:
    return book.number, book.state, book.text


def test_before_the_first_order_there_is_nothing_to_tell() -> None:
    assert told(CommandLog()) == (0, NONE, "")


def test_an_order_is_told_of_from_waiting_to_its_end() -> None:
    book = CommandLog()
    order = book.accept("charge off", ":1.7")
    assert told(book) == (1, WAITING, "charge off: waiting")
    order.set_state(SENDING)
    assert told(book) == (1, SENDING, "charge off: sending")
    order.set_state(DONE, "done")
    assert told(book) == (1, DONE, "charge off: done")


def test_the_next_order_begins_anew_once_all_have_ended() -> None:
    book = CommandLog()
    book.accept("charge off", ":1.7").set_state(DONE, "done")
    book.accept("charge on", ":1.7")
    assert told(book) == (2, WAITING, "charge on: waiting")


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (DONE, WAITING, WAITING),
        (FAILED, SENDING, SENDING),
        (SENDING, WAITING, SENDING),
        (DONE, FAILED, FAILED),
        (FAILED, REFUSED, FAILED),
        (DONE, REFUSED, REFUSED),
        (DONE, DONE, DONE),
    ],
)
def test_orders_that_wait_together_are_done_only_if_each_is(
    first: CommandState, second: CommandState, state: CommandState
) -> None:
    book = CommandLog()
    one, other = book.accept("charge off", ":1.7"), book.accept("balancing off", ":1.8")
    one.set_state(first, "one")
    other.set_state(second, "other")
    assert told(book) == (1, state, "charge off: one; balancing off: other")


def test_a_refusal_is_told_and_is_the_state_if_nothing_else_is_pending() -> None:
    book = CommandLog()
    book.refuse("charge off", ":1.7", "no contact")
    assert told(book) == (1, REFUSED, "charge off: refused: no contact")


def test_a_refusal_beside_a_pending_order_does_not_change_its_state() -> None:
    book = CommandLog()
    order = book.accept("charge off", ":1.7")
    for _ in range(3):
        book.refuse("discharge off", ":1.8", "forbidden")
    assert told(book) == (1, WAITING, "charge off: waiting; discharge off: refused: forbidden")
    order.set_state(DONE, "done")
    assert book.state is DONE


def test_an_order_that_joins_a_waiting_one_goes_out_with_it_and_both_are_named() -> None:
    book = CommandLog()
    order = book.accept("charge off", ":1.7")
    book.merge(order, "charge off, discharge off", ":1.8")
    book.merge(order, "charge off, discharge on", ":1.8")
    assert told(book) == (1, WAITING, "charge off, discharge on: waiting")
    assert order.sender == ":1.7 and :1.8"
