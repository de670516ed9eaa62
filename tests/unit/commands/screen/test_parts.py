"""Bars, sparklines, trends and styled lines of the full screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.commands.screen.glyphs import ASCII, BLOCKS, Glyphs, bar, sparkline
from dbus_xbms.commands.screen.style import (
    Line,
    Span,
    Style,
    ansi,
    cut,
    flowed,
    labelled,
    line,
    split,
    styled,
    text_of,
    width_of,
)
from dbus_xbms.commands.screen.trend import KEPT, STEP, Trend


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0.0, "░░░░"),
        (0.001, "▏░░░"),  # not empty
        (0.5, "██░░"),
        (0.53, "██▏░"),
        (0.999, "███▉"),  # not full
        (1.0, "████"),
        (-3.0, "░░░░"),
        (7.0, "████"),
    ],
)
def test_a_bar_is_full_or_empty_only_if_the_value_is(part: float, text: str) -> None:
    assert bar(part, 4, BLOCKS) == text


@given(st.floats(-1, 2), st.integers(0, 60), st.sampled_from([BLOCKS, ASCII]))
def test_a_bar_has_the_given_width(part: float, width: int, glyphs: Glyphs) -> None:
    assert len(bar(part, width, glyphs)) == width


def test_a_sparkline_ranges_from_its_lowest_to_its_highest_value_with_gaps() -> None:
    assert sparkline([1.0, None, 4.5, 8.0], BLOCKS) == "▁ ▅█"
    assert sparkline([2.0, 2.0], BLOCKS) == "▁▁"
    assert sparkline([], BLOCKS) == ""


def test_a_trend_keeps_one_value_per_step_and_shows_gaps() -> None:
    trend = Trend()
    for at, value in ((0.0, 1.0), (0.5, 9.0), (STEP, 2.0), (STEP * 4, 3.0)):
        trend.add(value, at)
    assert list(trend.values) == [1.0, 2.0, None, None, 3.0]


def test_a_trend_restarts_when_the_clock_goes_back() -> None:
    trend = Trend()
    trend.add(1.0, 100.0)
    trend.add(2.0, 5.0)
    trend.add(3.0, 5.0 + STEP)
    assert list(trend.values) == [1.0, 2.0, 3.0]


def test_a_trend_with_a_long_gap_is_bounded() -> None:
    trend = Trend()
    trend.add(1.0, 0.0)
    trend.add(2.0, 1e9)
    assert len(trend.values) == KEPT
    assert trend.values[-1] == 2.0


def test_a_narrow_trend_keeps_the_peaks() -> None:
    trend = Trend()
    for step, value in enumerate([1.0, 1.0, -20.0, 1.0, None, None, 2.0, 3.0]):
        trend.add(value, step * STEP)
    assert trend.columns(4) == ([1.0, -20.0, None, 3.0], 8 * STEP)
    assert trend.columns(0) == ([], 0.0)


def texts(lines: list[Line]) -> list[str]:
    return [text_of(one) for one in lines]


def test_chunks_are_placed_in_columns_until_the_line_is_full() -> None:
    chunks = [line("one   "), line("two"), line("three four five")]
    assert texts(flowed(chunks, 12)) == ["one     two", "three four", "five"]
    assert texts(flowed(chunks, 11, indent=2)) == ["  one", "  two", "  three", "  four five"]
    assert texts(labelled("now", [line("a"), line("b")], 20, 6)) == ["now   a  b"]


def test_a_word_that_is_too_long_is_broken_without_loss() -> None:
    assert texts(flowed([line("abcdefghij")], 4)) == ["abcd", "efgh", "ij"]
    first, rest = split(line("長い名前"), 5)
    assert (text_of(first), text_of(rest)) == ("長い", "名前")


@given(st.text(max_size=60), st.integers(1, 20))
def test_a_wrapped_line_keeps_every_character_and_fits_if_a_single_character_does(
    text: str, width: int
) -> None:
    whole = line(text)
    lines = flowed([whole], width)
    assert "".join(texts(lines)).replace(" ", "") == text_of(whole).replace(" ", "")
    assert all(width_of(one) <= max(2, width) for one in lines)
    assert width_of(cut(whole, width)) <= width


def test_styles_survive_wrapping() -> None:
    first, rest = split((Span("red", Style.ALARM), Span(" plain")), 2)
    assert first == (Span("re", Style.ALARM),)
    assert rest == (Span("d", Style.ALARM), Span(" plain"))


def test_colours_are_sent_unless_disabled() -> None:
    alarm = (Span("low ", Style.PLAIN), Span("ALARM", Style.ALARM))
    assert ansi(alarm, colours=True) == "low \x1b[1;31mALARM\x1b[m"
    assert ansi(alarm, colours=False) == "low \x1b[1;7mALARM\x1b[m"  # reversed, no colour
    assert ansi(styled("good", Style.GOOD), colours=False) == "good"
