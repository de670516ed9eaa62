"""Other programs that read batteries or aggregate them, recognised by their command lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

AGGREGATORS = {  # name -> pattern in a command line
    "dbus-aggregate-batteries": r"dbus-aggregate-batteries|aggregatebatteries\.py",
    "dbus-aggregate-smartshunts": r"dbus-aggregate-smartshunts",
    "BatteryAggregator": r"BatteryAggregator|battery[-_]aggregator",
}
DRIVERS = {
    "dbus-serialbattery": r"dbus-serialbattery",
    "dbus-btbattery": r"dbus-btbattery",
    "bms-ble": r"\bbms[-_]ble\b",
}
_PATTERNS = {name: re.compile(text, re.IGNORECASE) for name, text in {**AGGREGATORS, **DRIVERS}.items()}


def found(command_lines: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the programs that run."""
    lines = [line for line in command_lines if line]
    return tuple(name for name, pattern in _PATTERNS.items() if any(pattern.search(line) for line in lines))
