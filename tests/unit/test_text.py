"""Durations, counts and lists in plain English."""

from __future__ import annotations

from math import inf, nan

import pytest

from dbus_xbms import text


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, "0 s"),
        (-3.0, "0 s"),
        (0.4, "0 s"),
        (1.0, "1 s"),
        (40.2, "40 s"),
        (119.4, "119 s"),
        (119.6, "2 min"),
        (720.0, "12 min"),
        (3569.0, "59 min"),
        (3599.0, "1 h"),
        (3600.0, "1 h"),
        (3900.0, "1 h 5 min"),
        (86399.0, "1 day"),
        (86400.0, "1 day"),
        (2 * 86400.0 + 3 * 3600.0, "2 days 3 h"),
        (9 * 86400.0 + 23.9 * 3600.0, "10 days"),
        (30 * 86400.0 + 5 * 3600.0, "30 days"),
        (inf, "forever"),
        (nan, "unknown"),
    ],
)
def test_a_duration_has_suitable_units(seconds: float, expected: str) -> None:
    assert text.duration(seconds) == expected


def test_one_is_singular_and_everything_else_is_plural() -> None:
    assert [text.count(n, "reconnect") for n in (0, 1, 2)] == ["0 reconnects", "1 reconnect", "2 reconnects"]
    assert [text.count(n, "battery", "batteries") for n in (1, 2)] == ["1 battery", "2 batteries"]


@pytest.mark.parametrize(
    ("items", "expected"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_a_list_ends_with_and(items: tuple[str, ...], expected: str) -> None:
    assert text.listed(items) == expected


def test_a_choice_ends_with_or() -> None:
    assert text.listed(("on", "off"), "or") == "on or off"
