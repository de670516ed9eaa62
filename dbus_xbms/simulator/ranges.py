"""Valid values in a scenario file: a range for each number, a form for each text. Pure."""

from __future__ import annotations

import re
from math import isfinite

FOREVER = 1e9  # s
LONGEST_STEP = 3600.0  # s, duration of an operation of BlueZ
LONGEST_NAME = 248  # bytes, the limit of Bluetooth
STEPS = ("connect", "connect_timeout", "resolve", "disconnect", "forget", "supervision", "write")
MOST_CELLS, MOST_SENSORS = 32, 8  # that a JBD frame is known to hold
NUMBERS: dict[str, tuple[float, float]] = {
    "cells": (1, MOST_CELLS),
    "capacity": (0.1, 10_000),  # Ah
    "soc": (0, 100),  # %
    "spread": (0, 1),
    "resistance": (0, 10),  # ohm
    "sensors": (0, MOST_SENSORS),
    "ambient": (-60, 120),  # °C
    "rate": (0, 10),  # C
    "period": (0.1, FOREVER),  # s
    "noise": (0, 1),  # V
    "cycles": (0, 0xFFFF),
    "mask": (0, 3),
    "weak": (0, MOST_CELLS),
    "series": (1, 16),
    "wiring": (0, 1),  # ohm
    "software": (0, 0xFF),
    "functions": (0, 0xFFFF),
    "mtu": (23, 517),  # bytes, the limits of ATT
    "quickest": (0, LONGEST_STEP),
    "slowest": (0, LONGEST_STEP),
    "rssi": (-127, 20),  # dBm
    "seed": (0, 2**63),
    "at": (0, FOREVER),
    "every": (0, FOREVER),
    "advertise": (0.001, LONGEST_STEP),
    **dict.fromkeys(STEPS, (0, LONGEST_STEP)),
}
FORMS = {
    "passkey": (re.compile(r"[0-9]{6}"), "six digits"),
    "adapter name": (re.compile(r"[A-Za-z0-9_]{1,20}"), "letters and digits, such as hci0"),
    "adapter address": (
        re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}", re.IGNORECASE),
        "such as 00:1A:7D:DA:71:01",
    ),
}


def invalid(name: str, value: object) -> str:
    """Return what is wrong with a value of the right type; empty if it is valid."""
    if isinstance(value, str):
        return _invalid_text(name, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    lowest, highest = NUMBERS.get(name, (-FOREVER, FOREVER))
    if lowest <= value <= highest and isfinite(value):
        return ""
    return f"{name} must be from {lowest:g} to {highest:g}, not {value!r:.60}"


def _invalid_text(name: str, text: str) -> str:
    pattern, form = FORMS.get(name, (None, ""))
    if pattern and not pattern.fullmatch(text):
        return f"{name} must be {form}, not {text!r:.60}"
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        return f"{name} is not valid text: {text!r:.60}"
    if length > LONGEST_NAME or "\0" in text:
        return f"{name} is limited to {LONGEST_NAME} bytes, none of them 0"
    return ""
