"""Cell voltage by state of charge, and typical protection limits: one row per chemistry. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Chemistry:
    """Voltages per cell in V; ``curve``: of a resting cell by state of charge (0 to 1, and just beyond)."""

    curve: tuple[tuple[float, float], ...]
    absorption: float  # highest voltage of a charger
    balance_from: float
    overvoltage: float
    overvoltage_release: float
    undervoltage: float
    undervoltage_release: float

    def open_circuit(self, charge: float) -> float:
        """Return the voltage of a resting cell; beyond the curve, that of its nearer end."""
        at = bisect_right(self.curve, (charge, float("inf")))
        if at == 0:
            return self.curve[0][1]
        if at == len(self.curve):
            return self.curve[-1][1]
        (low, v_low), (high, v_high) = self.curve[at - 1], self.curve[at]
        return v_low + (v_high - v_low) * (charge - low) / (high - low)


CHEMISTRIES = {
    "lfp": Chemistry(
        curve=(
            *((-0.02, 2.00), (0.0, 2.60), (0.02, 2.90), (0.05, 3.10), (0.10, 3.20), (0.20, 3.25)),
            *(
                (0.40, 3.29),
                (0.60, 3.31),
                (0.80, 3.33),
                (0.95, 3.35),
                (0.99, 3.40),
                (1.0, 3.45),
                (1.02, 3.80),
            ),
        ),
        absorption=3.52,
        balance_from=3.40,
        overvoltage=3.65,
        overvoltage_release=3.50,
        undervoltage=2.50,
        undervoltage_release=2.80,
    ),
    "nmc": Chemistry(
        curve=(
            *((-0.02, 2.50), (0.0, 3.00), (0.05, 3.35), (0.10, 3.45), (0.30, 3.60), (0.50, 3.68)),
            *((0.70, 3.85), (0.90, 4.05), (1.0, 4.15), (1.02, 4.35)),
        ),
        absorption=4.12,
        balance_from=4.00,
        overvoltage=4.25,
        overvoltage_release=4.10,
        undervoltage=2.70,
        undervoltage_release=3.00,
    ),
}
