"""Text for people: durations, counts and lists; foreign text made safe for a terminal and a log. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from math import isfinite

MINUTE, HOUR, DAY = 60, 3600, 86400  # s
IN_SECONDS = 120  # s; shorter than this is told in seconds
ROUND_DAYS = 10  # days from which hours no longer matter


def duration(seconds: float) -> str:
    """How long: ``40 s``, ``12 min``, ``1 h 5 min``, ``2 days 3 h``; a negative time is 0 s."""
    if not isfinite(seconds):
        return "forever" if seconds > 0 else "unknown"
    seconds = max(0.0, seconds)
    if round(seconds) < IN_SECONDS:
        return f"{round(seconds)} s"
    minutes = round(seconds / MINUTE)
    if minutes < HOUR // MINUTE:
        return f"{minutes} min"
    if minutes < DAY // MINUTE:
        return _two(minutes // 60, "h", minutes % 60, "min")
    days, hours = divmod(round(seconds / HOUR), 24)
    return _two(days, "day" if days == 1 else "days", 0 if days >= ROUND_DAYS else hours, "h")


def _two(large: int, unit: str, small: int, part: str) -> str:
    return f"{large} {unit} {small} {part}" if small else f"{large} {unit}"


def count(number: int, noun: str, plural: str = "") -> str:
    """How many: ``1 reconnect``, ``2 reconnects``; ``plural`` if it is not made with an s."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """A list: ``a``, ``a and b``, ``a, b and c``."""
    *most, end = [*words] or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


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
