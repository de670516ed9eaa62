"""The library aiobmsble, which reads other makes: imported when the first such pack is enabled."""

from __future__ import annotations

import importlib
import importlib.util
import math
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType


def bms_module(name: str) -> ModuleType:
    """Import the library's module of a make, such as ``daly``, and return it.

    Raises:
        ImportError: the library is not installed, or has no such module.
        SyntaxError: Python is older than 3.12.
    """
    with _statistics():
        return importlib.import_module(f"aiobmsble.bms.{name}_bms")


@contextmanager
def _statistics() -> Iterator[None]:
    """Let the library import ``statistics``, which a stock Venus OS lacks; it only uses ``fmean``."""
    if importlib.util.find_spec("statistics"):
        yield
        return
    stand_in = ModuleType("statistics")
    stand_in.fmean = _fmean  # type: ignore[attr-defined]
    sys.modules["statistics"] = stand_in
    try:
        yield
    finally:
        del sys.modules["statistics"]


def _fmean(values: Iterable[float]) -> float:
    terms = [*values]
    return math.fsum(terms) / len(terms)
