"""The last minutes of a value, for a sparkline. Pure: time is an argument."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

STEP = 2.0  # s between two kept values
KEPT = 300  # values: 10 min


@dataclass(slots=True)
class Trend:
    """Values at equal steps; ``None`` where there was no value."""

    values: deque[float | None] = field(default_factory=lambda: deque(maxlen=KEPT))
    at: float | None = None  # s, time of the last value

    def add(self, value: float | None, now: float) -> None:
        """Add a value, once per step; missed steps have none."""
        if self.at is None or now < self.at:
            self.values.append(value)
            self.at = now
            return
        passed = int((now - self.at) / STEP)
        if passed < 1:
            return
        self.values.extend([None] * min(passed - 1, KEPT))
        self.values.append(value)
        self.at += passed * STEP

    def columns(self, width: int) -> tuple[list[float | None], float]:
        """Return the newest values in at most ``width`` columns, and their time span in s.

        A column of several values shows the one farthest from zero.
        """
        if width < 1 or not self.values:
            return [], 0.0
        share = -(-len(self.values) // width)  # rounded up
        values = list(self.values)
        first = len(values) % share
        groups = [values[:first]] if first else []
        groups += [values[at : at + share] for at in range(first, len(values), share)]
        shown = [max((v for v in group if v is not None), key=abs, default=None) for group in groups]
        return shown, len(values) * STEP
