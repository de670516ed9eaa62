"""One module per command: ``add_arguments(parser)`` and ``run(args) -> exit status``."""

from __future__ import annotations

import argparse

LONGEST = 365 * 86400  # s


class CommandError(Exception):
    """What stops a command and what the owner can do about it, in one line."""


def duration(text: str) -> float:
    """A duration in s on the command line, which NaN is none of.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= LONGEST:
        raise argparse.ArgumentTypeError(f"takes seconds, not {text!r:.60}")
    return value
