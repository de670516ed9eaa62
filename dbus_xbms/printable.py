"""Foreign text made fit for a terminal and a log: one line, no control, no hidden direction. Pure.

Names in advertisements, names that owners of other devices chose, texts of other programs: whoever sends them
could clear the screen, forge a line of a table, or write from right to left.
"""

from __future__ import annotations

import unicodedata

LONGEST = 40  # columns of a name
LINE = 500  # columns of a sentence: it is wrapped, not cut
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
CUT = "\N{HORIZONTAL ELLIPSIS}"
_JOINED = ("Mn", "Me")  # marks that stand on the character before them: no column of their own
_MOST_MARKS = 2  # on one character; more of them smear over other lines


def printable(text: object, longest: int = LONGEST) -> str:
    """A text without anything that a terminal would obey, at most so many columns wide."""
    text = str(text)
    if text.isascii() and text.isprintable() and len(text) <= longest:
        return text
    shown: list[str] = []
    used = marks = 0
    for character in text:
        width = _width(character)
        marks = 0 if width else marks + 1
        if marks > _MOST_MARKS or (marks and not shown):
            continue
        if used + width > longest:
            while shown and used + 1 > longest:
                used -= _width(shown.pop())
            return "".join([*shown, CUT])
        shown.append(character if width == 0 or character.isprintable() else REPLACEMENT)
        used += width
    return "".join(shown)


def columns_of(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    return sum(map(_width, text))


def padded(text: str, width: int) -> str:
    """A printable text with spaces after it, so that it takes so many columns."""
    return text + " " * (width - columns_of(text))


def _width(character: str) -> int:
    if unicodedata.category(character) in _JOINED:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
