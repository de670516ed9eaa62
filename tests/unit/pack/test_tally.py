"""Counting in all and in the last hour."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.pack.tally import Tally

HOUR, MINUTE = 3600.0, 60.0


def tally(*moments: float) -> Tally:
    counted = Tally()
    for moment in moments:
        counted.count(moment)
    return counted


def test_nothing_has_happened_at_first() -> None:
    assert (Tally().total, Tally().last_hour(1e6)) == (0, 0)


def test_what_happened_more_than_an_hour_ago_counts_in_all_only() -> None:
    counted = tally(10.0, 20.0, 100.0)
    assert (counted.total, counted.last_hour(120.0)) == (3, 3)
    assert counted.last_hour(HOUR - 1) == 3
    assert counted.last_hour(HOUR + 1) == 1
    assert counted.last_hour(2 * HOUR) == 0
    assert counted.total == 3


@given(st.lists(st.floats(0, 300), max_size=200), st.floats(0, 2 * HOUR))
def test_the_last_hour_is_right_to_a_minute(pauses: list[float], wait: float) -> None:
    now, moments = 0.0, []
    for pause in pauses:
        now += pause
        moments.append(now)
    counted, now = tally(*moments), now + wait
    least = sum(now - moment <= HOUR - MINUTE for moment in moments)
    most = sum(now - moment <= HOUR for moment in moments)
    assert least <= counted.last_hour(now) <= most
    assert counted.total == len(moments)


def test_it_stays_small() -> None:
    counted = tally(*(second / 10 for second in range(100_000)))
    assert len(counted._minutes) <= 60
