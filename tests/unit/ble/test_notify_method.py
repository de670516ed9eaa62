"""When the socket of AcquireNotify is used, skipped and abandoned."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.ble.notify_method import BREAKS, TRIES, NotifyTrial
from dbus_xbms.model import Notify
from dbus_xbms.settings import PackSettings, Value

# Possible outcomes of connections, as (over a socket, its first polls succeeded).
SOCKET_WORKS, SOCKET_FAILS = (True, True), (True, False)
SIGNALS_WORK, SIGNALS_FAIL = (False, True), (False, False)
Connection = tuple[bool, bool]


def settings(**chosen: Value) -> PackSettings:
    return PackSettings(chosen)


def after(*connections: Connection, trial: NotifyTrial | None = None) -> NotifyTrial:
    return reduce(lambda t, c: t.record(acquired=c[0], carried=c[1]), connections, trial or NotifyTrial())


def abandoned(*connections: Connection) -> bool:
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
def test_the_first_connection_follows_the_setting(chosen: dict[str, Value], expected: Notify) -> None:
    assert NotifyTrial().choose(settings(**chosen)) is expected


def test_signals_are_tried_after_several_connections_without_data_on_the_socket() -> None:
    methods = [after(*[SOCKET_FAILS] * n).choose(settings()) for n in range(TRIES + 1)]
    assert methods == [*[Notify.AUTO] * TRIES, Notify.START]


def lost(times: int, trial: NotifyTrial | None = None) -> NotifyTrial:
    """Return the state after connections over the socket that were lost before their first poll."""
    return reduce(
        lambda t, _: t.record(acquired=True, carried=False, broke=True), range(times), trial or NotifyTrial()
    )


def test_signals_are_tried_after_several_connections_lost_before_their_first_poll() -> None:
    methods = [lost(n).choose(settings()) for n in range(BREAKS + 1)]
    assert methods == [*[Notify.AUTO] * BREAKS, Notify.START]
    assert lost(BREAKS).rules_out_socket(acquired=False, carried=True)
    assert not lost(BREAKS - 1).rules_out_socket(acquired=False, carried=True)


def test_lost_connections_and_silent_sockets_add_up() -> None:
    assert lost(BREAKS // 2, after(SOCKET_FAILS, SOCKET_FAILS)).choose(settings()) is Notify.START
    assert lost(1, after(SOCKET_FAILS)).choose(settings()) is Notify.AUTO


def test_the_socket_is_not_blamed_for_a_link_that_is_lost_with_signals_too() -> None:
    trial = lost(BREAKS)
    assert not trial.rules_out_socket(acquired=False, carried=False)
    assert trial.record(acquired=False, carried=False, broke=True) == NotifyTrial()


def test_a_socket_that_has_worked_is_not_abandoned_for_lost_connections() -> None:
    assert not lost(BREAKS, after(SOCKET_WORKS)).rules_out_socket(acquired=False, carried=True)


def test_a_socket_chosen_by_setting_is_used_regardless_of_failures() -> None:
    assert after(*[SOCKET_FAILS] * 9).choose(settings(NotifyMethod=2)) is Notify.ACQUIRE


def test_the_socket_is_abandoned_when_signals_work_right_after_its_failures() -> None:
    assert abandoned(*[SOCKET_FAILS] * TRIES, SIGNALS_WORK)


def test_the_socket_is_not_blamed_for_a_link_without_data_on_signals_too() -> None:
    trial = after(*[SOCKET_FAILS] * TRIES, SIGNALS_FAIL)
    assert not abandoned(*[SOCKET_FAILS] * TRIES, SIGNALS_FAIL)
    assert trial == NotifyTrial()
    assert trial.choose(settings()) is Notify.AUTO


def test_fewer_failures_than_the_limit_do_not_abandon_the_socket() -> None:
    assert not abandoned(*[SOCKET_FAILS] * (TRIES - 1), SOCKET_WORKS, SOCKET_FAILS, SIGNALS_WORK)
    assert not abandoned(*[SOCKET_FAILS] * (TRIES - 1), SIGNALS_WORK)


def test_a_socket_that_has_worked_is_skipped_for_one_connection_only() -> None:
    skipped = after(SOCKET_WORKS, *[SOCKET_FAILS] * TRIES)
    assert skipped.choose(settings()) is Notify.START
    assert not skipped.rules_out_socket(acquired=False, carried=True)
    assert after(SIGNALS_WORK, trial=skipped).choose(settings()) is Notify.AUTO


def test_without_safe_sockets_no_failure_is_counted() -> None:
    assert not abandoned(*[SIGNALS_FAIL] * 9, SIGNALS_WORK)
    assert after(*[SIGNALS_FAIL] * 9).choose(settings()) is Notify.AUTO


@given(st.lists(st.booleans()), st.lists(st.booleans()))
def test_in_any_history_a_socket_that_has_worked_is_never_abandoned(
    first: list[bool], then: list[bool]
) -> None:
    trial = NotifyTrial()
    for carried in (*first, True, *then):
        acquired = trial.choose(settings()) is Notify.AUTO
        trial = after((acquired, carried), trial=trial)
        if trial.carried:
            assert not trial.rules_out_socket(acquired=False, carried=True)
