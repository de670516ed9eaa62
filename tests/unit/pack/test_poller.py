"""When a pack is polled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.pack.poller import next_beat


@given(st.floats(0, 1e7), st.floats(0, 1e7), st.sampled_from([0.2, 0.3, 1.0, 5.0, 30.0]))
def test_packs_of_one_interval_are_polled_in_the_same_moment(
    one: float, other: float, interval: float
) -> None:
    beats = {round(next_beat(begun, interval) / interval, 3) % 1 for begun in (one, other)}
    assert beats == {0.0}


@given(st.floats(0, 1e7), st.sampled_from([0.2, 0.3, 1.0, 5.0, 30.0]))
def test_the_next_poll_is_one_interval_away_at_most_and_from_then_on_exactly(
    begun: float, interval: float
) -> None:
    first = next_beat(begun, interval)
    assert begun < first <= begun + interval * 1.001
    assert next_beat(first, interval) == pytest.approx(first + interval, abs=1e-6)
