"""Delays between attempts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.ble.backoff import LONGEST, Backoff


def test_delays_double_up_to_the_cap() -> None:
    delays = Backoff(chance=lambda: 0.0)
    assert [delays.next() for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_after_a_success_delays_start_again_from_the_shortest() -> None:
    delays = Backoff(chance=lambda: 0.0)
    for _ in range(5):
        delays.next()
    delays.reset()
    assert delays.next() == 1


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=30))
def test_jitter_only_shortens_a_delay_and_keeps_a_minimum(chances: list[float]) -> None:
    draws = iter(chances)
    delays = Backoff(chance=lambda: next(draws))
    assert all(0.75 <= delays.next() <= LONGEST for _ in chances)
