"""A setting's value as a line of text: with its unit, what it means now, and what is odd about it."""

from __future__ import annotations

from collections.abc import Iterator

from dbus_xbms.commands.secret import shown
from dbus_xbms.policy.advice.meaning import meaning
from dbus_xbms.policy.advice.oddities import oddities
from dbus_xbms.settings import AnySetting, PackSettings, Settings
from dbus_xbms.text import LINE, printable

EMPTY = "empty"


def assignment(row: AnySetting, settings: Settings) -> str:
    """``CellFull = 0 V (preset, 3.45 V)``."""
    unit = f" {row.unit}" if row.unit else ""
    means = meaning(row, settings) if isinstance(settings, PackSettings) else ""
    value = f"{row.name} = {shown(row, settings[row.name]) or EMPTY}{unit}"
    return f"{value} ({printable(means, LINE)})" if means else value


def told(row: AnySetting, settings: Settings) -> Iterator[str]:
    """The assignment, and a line for each thing that is odd about it."""
    yield assignment(row, settings)
    if not isinstance(settings, PackSettings):
        return
    for words in oddities(row, settings):
        yield f"Note: {printable(words, LINE)}."
