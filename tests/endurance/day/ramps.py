"""How fast a current limit may rise, and how long absorption may last: by docs/charge-control.md. Pure."""

from __future__ import annotations

from collections.abc import Iterator

RISES_AFTER = 30.0  # s after the last fall
RISES_WITHIN = 60.0  # s from nothing to everything
LATE = 1.0  # s from a sample, from which a fall counts, to the limits that are made of it
ROUNDED = 0.11  # A
AT_TOP = 3.435  # V of the highest cell
MEASURED = 60.0  # s by which the measured time at the top may differ
BELOW_TOP = 1800.0  # s after which absorption ends


class Ramp:
    """A current limit since its last fall."""

    def __init__(self, top: float, amperes: float, at: float) -> None:
        self._top = top  # A, the highest limit
        self._base = self._last = amperes
        self._fell_at = at

    def step(self, amperes: float, at: float) -> Iterator[str]:
        """Check a limit as it is at ``at``, in s."""
        if amperes < self._last:
            self._base, self._fell_at = amperes, at
        climb = max(0.0, at - self._fell_at + LATE - RISES_AFTER) * self._top / RISES_WITHIN
        if amperes > self._base + climb + ROUNDED:
            since = at - self._fell_at
            yield f"rose from {self._last} A to {amperes} A, {since:.1f} s after it fell to {self._base} A"
            self._base, self._fell_at = amperes, at  # one finding is enough
        self._last = amperes


class Absorption:
    """The time at the top in one absorption."""

    def __init__(self, longest: float) -> None:
        self._longest = longest  # s
        self._at_top = self._below = 0.0  # s
        self._at: float | None = None

    def step(self, mode: str, highest: float, at: float) -> Iterator[str]:
        """Check the charge mode; ``highest``: V of the highest cell of all."""
        passed = 0.0 if self._at is None else at - self._at
        self._at = at
        if not mode.startswith("Absorption"):
            self._at_top = self._below = 0.0
        elif highest >= AT_TOP:
            self._at_top, self._below = self._at_top + passed, 0.0
        else:
            self._below += passed
        if self._at_top > self._longest + MEASURED or self._below > BELOW_TOP + MEASURED:
            yield f"absorption for {self._at_top:.0f} s at the top, and for {self._below:.0f} s below it"
            self._at_top = self._below = 0.0
