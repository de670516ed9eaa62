"""Durations, counts and lists as people write them. Pure."""

from __future__ import annotations

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
