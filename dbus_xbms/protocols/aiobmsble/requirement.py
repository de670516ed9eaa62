"""What the library needs of the machine, found out without importing it. Pure."""

from __future__ import annotations

import sys
from importlib.util import find_spec

LIBRARY = "aiobmsble"
OLDEST_PYTHON = (3, 12)  # of the library, which uses the syntax of its type aliases


def missing() -> str:
    """Return why the library cannot be used and what to do, or empty if it can."""
    if sys.version_info < OLDEST_PYTHON:
        return "needs Python 3.12: run dbus-xbms with that"
    if find_spec(LIBRARY) is None:
        return (
            f"needs the library {LIBRARY}, which is not installed: install dbus-xbms again, with other-makes"
        )
    return ""
