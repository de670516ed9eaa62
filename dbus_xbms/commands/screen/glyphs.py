"""Bars, sparklines and marks, in block characters or in plain ASCII. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The characters that a terminal can show."""

    steps: str  # of a bar's last column, from nearly empty to full
    empty: str
    levels: str  # of a sparkline, from low to high
    nothing: str  # in a sparkline: no value
    lowest: str
    highest: str
    balancing: str
    selected: str
    alarm: str
    arrows: str


BLOCKS = Glyphs(
    steps="▏▎▍▌▋▊▉█",
    empty="░",
    levels="▁▂▃▄▅▆▇█",
    nothing=" ",
    lowest="▼",
    highest="▲",
    balancing="◆",
    selected="▸",
    alarm="!",
    arrows="↑↓",
)
ASCII = Glyphs(
    steps="#",
    empty=".",
    levels="_.-=+*%#",
    nothing=" ",
    lowest="v",
    highest="^",
    balancing="*",
    selected=">",
    alarm="!",
    arrows="up/down",
)


def bar(part: float, width: int, glyphs: Glyphs) -> str:
    """Return a bar filled to ``part`` (0 to 1) of its width; it looks empty or full only at 0 or 1."""
    part = min(1.0, max(0.0, part))
    most = width * len(glyphs.steps)
    steps = round(part * most)
    if width and 0 < part < 1:
        steps = min(most - 1, max(1, steps))
    whole, more = divmod(steps, len(glyphs.steps))
    text = glyphs.steps[-1] * whole + (glyphs.steps[more - 1] if more else "")
    return text + glyphs.empty * (width - len(text))


def sparkline(values: Sequence[float | None], glyphs: Glyphs) -> str:
    """Return one character per value, scaled between the lowest and the highest value."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    top = len(glyphs.levels) - 1

    def level(value: float) -> int:
        return round((value - low) / (high - low) * top) if high > low else 0

    return "".join(glyphs.nothing if value is None else glyphs.levels[level(value)] for value in values)
