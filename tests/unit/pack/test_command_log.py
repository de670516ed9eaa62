"""Text and state of commands, shown together while one of them is pending."""

from __future__ import annotations

import pytest

from dbus_xbms.model import CommandState
from dbus_xbms.pack.command_log import CommandLog

WAITING, SENDING, DONE = CommandState.WAITING, CommandState.SENDING, CommandState.DONE
FAILED, REFUSED, NONE = CommandState.FAILED, CommandState.REFUSED, CommandState.NONE


def status(log: CommandLog) -> tuple[int, CommandState, str]:
    return log.number, log.state, log.text


def test_the_log_is_empty_before_the_first_command() -> None:
    assert status(CommandLog()) == (0, NONE, "")


def test_a_command_is_shown_from_waiting_to_its_end() -> None:
    log = CommandLog()
    command = log.accept("charge off", ":1.7")
    assert status(log) == (1, WAITING, "charge off: waiting")
    command.set_state(SENDING)
    assert status(log) == (1, SENDING, "charge off: sending")
    command.set_state(DONE, "done")
    assert status(log) == (1, DONE, "charge off: done")


def test_the_next_command_starts_a_new_text_once_all_have_ended() -> None:
    log = CommandLog()
    log.accept("charge off", ":1.7").set_state(DONE, "done")
    log.accept("charge on", ":1.7")
    assert status(log) == (2, WAITING, "charge on: waiting")


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
def test_commands_pending_together_are_done_only_if_each_is(
    first: CommandState, second: CommandState, state: CommandState
) -> None:
    log = CommandLog()
    one, other = log.accept("charge off", ":1.7"), log.accept("balancing off", ":1.8")
    one.set_state(first, "one")
    other.set_state(second, "other")
    assert status(log) == (1, state, "charge off: one; balancing off: other")


def test_a_refusal_is_shown_and_is_the_state_if_nothing_else_is_pending() -> None:
    log = CommandLog()
    log.refuse("charge off", ":1.7", "no contact")
    assert status(log) == (1, REFUSED, "charge off: refused: no contact")


def test_a_refusal_does_not_change_the_state_of_a_pending_command() -> None:
    log = CommandLog()
    command = log.accept("charge off", ":1.7")
    for _ in range(3):
        log.refuse("discharge off", ":1.8", "forbidden")
    assert status(log) == (1, WAITING, "charge off: waiting; discharge off: refused: forbidden")
    command.set_state(DONE, "done")
    assert log.state is DONE


def test_a_command_merged_into_a_waiting_one_names_both_senders() -> None:
    log = CommandLog()
    command = log.accept("charge off", ":1.7")
    log.merge(command, "charge off, discharge off", ":1.8")
    log.merge(command, "charge off, discharge on", ":1.8")
    assert status(log) == (1, WAITING, "charge off, discharge on: waiting")
    assert command.sender == ":1.7 and :1.8"


def test_commands_that_never_cease_leave_only_the_newest() -> None:
    log = CommandLog()
    waiting = log.accept("first", "MQTT")
    for number in range(1000):
        log.accept(f"command {number}", "MQTT").set_state(CommandState.DONE, "done")
    assert log.text.startswith("first: waiting; command 993: done")
    assert log.text.count(";") == 7
    waiting.set_state(CommandState.DONE, "done")
    log.accept("next", "MQTT")
    assert log.text == "next: waiting"


def test_of_many_who_request_the_same_a_few_are_named() -> None:
    log = CommandLog()
    command = log.accept("charge off", "A for Bow and Stern")
    for sender in ["A for Bow and Stern", *"BCDEF"] * 100:
        log.merge(command, "charge off", sender)
    assert command.sender == "A for Bow and Stern and B and C and others"


def test_a_command_that_reverses_a_waiting_one_has_a_number_of_its_own() -> None:
    log = CommandLog()
    waiting = log.accept("charge off", ":1.7")
    log.merge(waiting, "charge on", ":1.8", reverses=True)
    assert status(log) == (2, WAITING, "charge on: waiting")


def test_a_refusal_is_dropped_once_the_same_is_accepted() -> None:
    log = CommandLog()
    log.refuse("lending for 5 min", ":1.7", "lending is off")
    log.drop_refusal()
    assert status(log) == (1, NONE, "")
