"""Raise the CVL of a bank late and slowly; it falls at once. Pure.

The pack that holds it down may leave, by a MOSFET that turns off or on again every few seconds. Without this
the CVL would jump each time, and chargers with it.
"""

from __future__ import annotations

from math import floor

from dbus_xbms.record import record

RISE_HOLD = 30.0  # s after a fall; chargers obey within 3 to 8 s, and a BMS releases a protection later
RISE_RATE = 0.005  # V/s per cell: from float to full in 15 s
STEP = 0.01  # V; the CVL is rounded down to it on its way


@record
class CvlRise:
    """The CVL in V on its way. Times in s."""

    cvl: float
    at: float  # of the newest step
    fell_at: float


def step(
    before: CvlRise | None, wanted: float, cells: int, *, sampled_at: float, decided_at: float
) -> CvlRise:
    """Advance the CVL towards the ``wanted`` one in V, of a bank with so many ``cells`` in series.

    It falls with the decision, in s, and rises from sample to sample.
    """
    if before is None or wanted < before.cvl:
        return CvlRise(cvl=wanted, at=sampled_at, fell_at=decided_at)
    since = max(before.at, before.fell_at + RISE_HOLD)
    cvl = min(wanted, before.cvl + max(0.0, sampled_at - since) * RISE_RATE * cells)
    return CvlRise(cvl=cvl, at=sampled_at, fell_at=before.fell_at)


def published(rise: CvlRise, wanted: float) -> float:
    """The CVL in V, rounded down until it is the ``wanted`` one."""
    return wanted if rise.cvl >= wanted else round(floor(rise.cvl / STEP + 1e-6) * STEP, 2)
