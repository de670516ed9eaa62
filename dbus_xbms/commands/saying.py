"""Print text: wrapped at words on a terminal, unchanged otherwise.

Has few imports, so that it can print any error.
"""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TextIO

NARROWEST = 20  # columns
USUAL = 80  # columns of a terminal that does not report its width


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a text to standard output or another stream; an empty text prints nothing."""
    if text:
        print(folded(text, stream), file=stream)


def folded(text: str, stream: TextIO | None = None) -> str:
    """Return a text wrapped for a stream if that is a terminal, else unchanged."""
    stream = stream or sys.stdout
    return wrapped(text, _columns(stream) - 1) if stream.isatty() else text


def wrapped(text: str, width: int) -> str:
    """Return a text wrapped at ``width`` columns; continuation lines keep the indent."""
    return "\n".join(part for line in text.split("\n") for part in _parts(line, max(NARROWEST, width)))


def _parts(line: str, width: int) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _columns(stream: TextIO) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL
    except (OSError, ValueError):
        return USUAL
