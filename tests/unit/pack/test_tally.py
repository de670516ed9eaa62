"""Counting in total and in the last hour."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.pack.tally import Tally

HOUR, MINUTE = 3600.0, 60.0


def tally(*moments: float) -> Tally:
    counter = Tally()
    for moment in moments:
        counter.count(moment)
    return counter


def test_a_new_tally_is_zero() -> None:
    assert (Tally().total, Tally().last_hour(1e6)) == (0, 0)


def test_events_older_than_an_hour_count_only_in_the_total() -> None:
    counter = tally(10.0, 20.0, 100.0)
    assert (counter.total, counter.last_hour(120.0)) == (3, 3)
    assert counter.last_hour(HOUR - 1) == 3
    assert counter.last_hour(HOUR + 1) == 1
    assert counter.last_hour(2 * HOUR) == 0
    assert counter.total == 3


@given(st.lists(st.floats(0, 300), max_size=200), st.floats(0, 2 * HOUR))
def test_the_last_hour_is_accurate_to_a_minute(pauses: list[float], wait: float) -> None:
    now, moments = 0.0, []
    for pause in pauses:
        now += pause
        moments.append(now)
    counter, now = tally(*moments), now + wait
    least = sum(now - moment <= HOUR - MINUTE for moment in moments)
    most = sum(now - moment <= HOUR for moment in moments)
    assert least <= counter.last_hour(now) <= most
    assert counter.total == len(moments)


def test_a_tally_uses_bounded_memory() -> None:
    counter = tally(*(second / 10 for second in range(100_000)))
    assert len(counter._minutes) <= 60
