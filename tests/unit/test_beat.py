"""Moments that all periodic work shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.beat import next_beat


@given(st.floats(0, 1e7), st.floats(0, 1e7), st.sampled_from([0.2, 0.3, 1.0, 5.0, 30.0]))
def test_packs_with_the_same_interval_are_polled_at_the_same_time(
    one: float, other: float, interval: float
) -> None:
    beats = {round(next_beat(started, interval) / interval, 3) % 1 for started in (one, other)}
    assert beats == {0.0}


@given(st.floats(0, 1e7), st.sampled_from([0.2, 0.3, 1.0, 5.0, 30.0]))
def test_the_first_poll_is_within_one_interval_and_later_ones_exactly_one_apart(
    started: float, interval: float
) -> None:
    first = next_beat(started, interval)
    assert started < first <= started + interval * 1.001
    assert next_beat(first, interval) == pytest.approx(first + interval, abs=1e-6)
