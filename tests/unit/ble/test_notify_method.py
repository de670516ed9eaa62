"""When the socket of AcquireNotify is used, doubted and given up."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.ble.notify_method import BREAKS, TRIES, NotifyTrial
from dbus_xbms.model import Notify
from dbus_xbms.settings import PackSettings, Value

# What connections that stood can show, as (over a socket, its first polls came through).
SOCKET_WORKS, SOCKET_FAILS = (True, True), (True, False)
SIGNALS_WORK, SIGNALS_FAIL = (False, True), (False, False)
Connection = tuple[bool, bool]


def settings(**chosen: Value) -> PackSettings:
    return PackSettings(chosen)


def after(*connections: Connection, trial: NotifyTrial | None = None) -> NotifyTrial:
    return reduce(lambda t, c: t.record(acquired=c[0], carried=c[1]), connections, trial or NotifyTrial())


def convicted(*connections: Connection) -> bool:
    *before, last = connections
    return after(*before).rules_out_socket(acquired=last[0], carried=last[1])


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, Notify.AUTO),
        ({"NotifyMethod": 1}, Notify.START),
        ({"NotifyMethod": 2}, Notify.ACQUIRE),
        ({"AcquireFailed": 1}, Notify.START),
        ({"NotifyMethod": 2, "AcquireFailed": 1}, Notify.ACQUIRE),
    ],
)
def test_the_first_connection_is_as_the_settings_say(chosen: dict[str, Value], expected: Notify) -> None:
    assert NotifyTrial().choose(settings(**chosen)) is expected


def test_signals_are_tried_after_several_connections_whose_socket_carried_nothing() -> None:
    methods = [after(*[SOCKET_FAILS] * n).choose(settings()) for n in range(TRIES + 1)]
    assert methods == [*[Notify.AUTO] * TRIES, Notify.START]


def broken(times: int, trial: NotifyTrial | None = None) -> NotifyTrial:
    """After connections that broke before their first poll over the socket."""
    return reduce(
        lambda t, _: t.record(acquired=True, carried=False, broke=True), range(times), trial or NotifyTrial()
    )


def test_signals_are_tried_after_connections_that_broke_again_and_again_before_their_first_poll() -> None:
    methods = [broken(n).choose(settings()) for n in range(BREAKS + 1)]
    assert methods == [*[Notify.AUTO] * BREAKS, Notify.START]
    assert broken(BREAKS).rules_out_socket(acquired=False, carried=True)
    assert not broken(BREAKS - 1).rules_out_socket(acquired=False, carried=True)


def test_breaks_and_silence_add_up() -> None:
    assert broken(BREAKS // 2, after(SOCKET_FAILS, SOCKET_FAILS)).choose(settings()) is Notify.START
    assert broken(1, after(SOCKET_FAILS)).choose(settings()) is Notify.AUTO


def test_a_link_that_breaks_with_signals_too_is_not_the_sockets_fault() -> None:
    trial = broken(BREAKS)
    assert not trial.rules_out_socket(acquired=False, carried=False)
    assert trial.record(acquired=False, carried=False, broke=True) == NotifyTrial()


def test_a_socket_that_has_worked_is_not_given_up_for_breaks() -> None:
    assert not broken(BREAKS, after(SOCKET_WORKS)).rules_out_socket(acquired=False, carried=True)


def test_an_owner_who_wants_the_socket_gets_it_however_often_it_fails() -> None:
    assert after(*[SOCKET_FAILS] * 9).choose(settings(NotifyMethod=2)) is Notify.ACQUIRE


def test_the_socket_is_given_up_when_signals_work_right_after_its_failures() -> None:
    assert convicted(*[SOCKET_FAILS] * TRIES, SIGNALS_WORK)


def test_a_link_that_carries_nothing_at_all_is_not_the_sockets_fault() -> None:
    trial = after(*[SOCKET_FAILS] * TRIES, SIGNALS_FAIL)
    assert not convicted(*[SOCKET_FAILS] * TRIES, SIGNALS_FAIL)
    assert trial == NotifyTrial()
    assert trial.choose(settings()) is Notify.AUTO


def test_a_failure_less_than_needed_gives_nothing_up() -> None:
    assert not convicted(*[SOCKET_FAILS] * (TRIES - 1), SOCKET_WORKS, SOCKET_FAILS, SIGNALS_WORK)
    assert not convicted(*[SOCKET_FAILS] * (TRIES - 1), SIGNALS_WORK)


def test_a_socket_that_has_worked_is_left_for_one_connection_only() -> None:
    doubted = after(SOCKET_WORKS, *[SOCKET_FAILS] * TRIES)
    assert doubted.choose(settings()) is Notify.START
    assert not doubted.rules_out_socket(acquired=False, carried=True)
    assert after(SIGNALS_WORK, trial=doubted).choose(settings()) is Notify.AUTO


def test_where_sockets_are_not_safe_nothing_is_ever_held_against_them() -> None:
    assert not convicted(*[SIGNALS_FAIL] * 9, SIGNALS_WORK)
    assert after(*[SIGNALS_FAIL] * 9).choose(settings()) is Notify.AUTO


@given(st.lists(st.booleans()), st.lists(st.booleans()))
def test_no_course_of_events_gives_up_a_socket_that_has_ever_worked(
    first: list[bool], then: list[bool]
) -> None:
    trial = NotifyTrial()
    for carried in (*first, True, *then):
        acquired = trial.choose(settings()) is Notify.AUTO
        trial = after((acquired, carried), trial=trial)
        if trial.carried:
            assert not trial.rules_out_socket(acquired=False, carried=True)
