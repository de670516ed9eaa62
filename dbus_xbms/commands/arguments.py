"""What arguments of the command line may be: the types that argparse checks them with."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

YEAR = 365 * 86400  # s
DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{0,6})?|\.[0-9]{1,6}")  # no sign, no exponent, no nan
WHOLE = re.compile(r"[0-9]{1,12}")
SHOWN = 60  # characters of a wrong argument


def positive(highest: float, what: str) -> Callable[[str], float]:
    """Return the type of a number above 0 and at most ``highest``; ``what``: its unit."""

    def parse(text: str) -> float:
        value = float(text) if DECIMAL.fullmatch(text) else 0.0
        if not 0 < value <= highest:
            raise argparse.ArgumentTypeError(
                f"must be more than 0 and at most {highest:.0f} {what}, not {_cut(text)}"
            )
        return value

    return parse


def seconds_up_to(longest: float) -> Callable[[str], float]:
    """Return the type of a time in s, above 0 and at most ``longest``."""
    return positive(longest, "seconds")


seconds = seconds_up_to(YEAR)


def whole(lowest: int, highest: int, what: str = "") -> Callable[[str], int]:
    """Return the type of a whole number within a range; ``what``: its unit, or what it counts."""

    def parse(text: str) -> int:
        value = int(text) if WHOLE.fullmatch(text) else lowest - 1
        if not lowest <= value <= highest:
            of_what = f" {what}" if what else ""
            raise argparse.ArgumentTypeError(f"takes {lowest} to {highest}{of_what}, not {_cut(text)}")
        return value

    return parse


def _cut(text: str) -> str:
    return f"{text!r:.{SHOWN}}"
