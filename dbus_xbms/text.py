"""Text for people: durations, counts and lists; foreign text made safe for a terminal and a log. Pure."""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Iterable
from math import isfinite

MINUTE, HOUR, DAY = 60, 3600, 86400  # s
IN_SECONDS = 120  # s; shorter durations are given in seconds
ROUND_DAYS = 10  # days; longer durations are given without hours


def duration(seconds: float) -> str:
    """Format a duration: ``40 s``, ``12 min``, ``1 h 5 min``, ``2 days 3 h``; a negative one is ``0 s``."""
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
    """Format a count: ``1 reconnect``, ``2 reconnects``; ``plural`` for an irregular plural."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Join words: ``a``, ``a and b``, ``a, b and c``."""
    *most, end = [*words] or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


LONGEST = 40  # columns of a name
LINE = 500  # columns of a sentence: it is wrapped, not cut
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
CUT = "\N{HORIZONTAL ELLIPSIS}"
_JOINED = ("Mn", "Me")  # categories of combining marks, which take no column
_MOST_MARKS = 2  # on one character; more of them overlap other lines


def printable(text: object, longest: int = LONGEST) -> str:
    """Replace control characters in foreign text, and truncate it to ``longest`` columns.

    Names of devices and texts of other programs could otherwise clear the screen, forge a line of a table, or
    change the direction of writing.
    """
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


def shell_quoted(name: str) -> str:
    """Return a name quoted for the shell."""
    plain = all(character.isalnum() or character in " -_.:" for character in name)
    return f'"{name}"' if plain and " " in name else shlex.quote(name)


def columns_of(text: str) -> int:
    """Width of a printable text in terminal columns."""
    return sum(map(_width, text))


def padded(text: str, width: int) -> str:
    """Pad a printable text with spaces to ``width`` columns."""
    return text + " " * (width - columns_of(text))


def _width(character: str) -> int:
    if unicodedata.category(character) in _JOINED:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
