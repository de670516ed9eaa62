"""Simulated packs as their services show them: addresses, and conditions for ``Venus.until``."""

from __future__ import annotations

from tests.bus.venus import Seen

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"


def valid(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


def invalid(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is None


def of_a_poll(changes: dict[str, object]) -> bool:
    """Whether a signal contains measurements, not only a change of the link's state."""
    return any(path.startswith(("/Dc/", "/Soc", "/System/", "/Voltages/")) for path in changes)
