"""Rating and series of a board, from its model text. Pure.

Examples: ``JBD-SP04S034-L4S-200A-B-U``, ``DP04S007L4S100A``, ``SP15S001-P13S-30A``, ``JBD-SP04S060-300A-L``.
"""

from __future__ import annotations

import re

# After the number of cells (L4S) or a hyphen. A leading 0 is part of the board's name (SP15S020A).
_RATING = re.compile(r"(?:S|-)([1-9]\d{1,3})A(?![A-Z0-9])")
_SERIES = re.compile(r"[A-Z]{2}[0-9]{2}S[0-9]{3}[A-Z]?")  # e.g. SP04S034 in "JBD-SP04S034-L4S-200A-B-U"


def rating(model: str) -> float:
    """Return the rated current of the board in A, the lowest if there are several; 0: unknown."""
    return min((float(found) for found in _RATING.findall(model.upper())), default=0.0)


def product(model: str) -> str:
    """Return the product name, with the series of its board if the text has one."""
    series = _SERIES.search(model)
    return f"JBD BMS {series[0]}" if series else "JBD BMS"
