"""Text for the owner: folded at words on a terminal, whole in a pipe."""

from __future__ import annotations

import sys
import textwrap

from dbus_xbms.commands.table import terminal

NARROWEST = 20  # columns


def say(text: str) -> None:
    """Print a text; nothing of an empty one."""
    if text:
        print(folded(text))


def folded(text: str) -> str:
    """A text with no line wider than the terminal, if there is one."""
    if not sys.stdout.isatty():
        return text
    width = max(NARROWEST, terminal().columns - 1)
    lines = (textwrap.wrap(line, width, break_on_hyphens=False) or [""] for line in text.split("\n"))
    return "\n".join(part for parts in lines for part in parts)
