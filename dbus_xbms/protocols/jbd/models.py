"""What a JBD board's model text says of it. Pure.

Examples: ``JBD-SP04S034-L4S-200A-B-U``, ``DP04S007L4S100A``, ``SP15S001-P13S-30A``, ``JBD-SP04S060-300A-L``.
"""

from __future__ import annotations

import re

# After the number of cells (L4S) or a hyphen. A leading 0 is part of the board's name (SP15S020A).
_RATING = re.compile(r"(?:S|-)([1-9]\d{1,3})A(?![A-Z0-9])")


def rating(model: str) -> float:
    """Current in A that the board is rated for, the least of several; 0: the text does not say."""
    return min((float(found) for found in _RATING.findall(model.upper())), default=0.0)
