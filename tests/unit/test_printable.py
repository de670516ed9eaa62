"""Text of other devices cannot move the cursor, add a line or change the writing direction."""

from __future__ import annotations

import sys

import pytest

from dbus_xbms.text import CUT, LONGEST, REPLACEMENT, columns_of, padded, printable

UNPRINTABLE = {
    "\x1b[2J": f"{REPLACEMENT}[2J",
    "\x1b]0;title\x07": f"{REPLACEMENT}]0;title{REPLACEMENT}",
    "House\nA4:C1:37:00:00:09  -50  new": f"House{REPLACEMENT}A4:C1:37:00:00:09  -50  new",
    "a\rb\tc": f"a{REPLACEMENT}b{REPLACEMENT}c",
    "abc\u202edef": f"abc{REPLACEMENT}def",
    "\u2066x\u2069": f"{REPLACEMENT}x{REPLACEMENT}",
    "\u200f\u200b\ufeff": REPLACEMENT * 3,
    "\x9b31m\x85": f"{REPLACEMENT}31m{REPLACEMENT}",
    "\x00\x7f": REPLACEMENT * 2,
    "\u2028\u2029": REPLACEMENT * 2,
    "\udcff": REPLACEMENT,
    "\U000e0041": REPLACEMENT,
}


@pytest.mark.parametrize("text", UNPRINTABLE, ids=ascii)
def test_control_sequences_are_replaced(text: str) -> None:
    assert printable(text) == UNPRINTABLE[text]


@pytest.mark.parametrize("text", ["", "House bank", "Küche ☃", "電池", "a" * LONGEST, "电" * (LONGEST // 2)])
def test_a_printable_name_is_unchanged(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("text", ["a" * 41, "电" * 21, "a" + "电" * 20, "x" * 100_000, "e\u0301" * 90])
def test_a_long_text_is_cut_at_forty_columns(text: str) -> None:
    shown = printable(text)
    assert columns_of(shown) <= LONGEST
    assert shown.endswith(CUT)


def test_wide_characters_count_two_columns() -> None:
    assert columns_of(printable("电池")) == 4
    assert padded("电池", 6) == "电池  "


def test_combining_marks_are_limited_and_never_come_first() -> None:
    assert printable("a" + "\u0301" * 500) == "a\u0301\u0301"
    assert printable("\u0301" * 500) == ""


def test_every_character_of_unicode_becomes_printable() -> None:
    everything = "a".join(map(chr, range(sys.maxunicode + 1)))
    shown = printable(everything, longest=10 * len(everything))
    assert not [c for c in set(shown) if not c.isprintable() and columns_of(c)]
    assert {"電", "ü", REPLACEMENT} <= set(shown)
