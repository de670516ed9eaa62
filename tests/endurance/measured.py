"""Records of what a pack measured. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Basic:
    """One reading of register 0x03."""

    at: float  # s, monotonic
    voltage: float  # V
    current: float  # A
    remaining: float  # Ah
    protection: int
    soc: int  # %
    charge: bool | None  # MOSFETs; None: not reported
    discharge: bool | None
    temperatures: tuple[float, ...]  # °C


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One reading of register 0x04."""

    at: float
    volts: tuple[float, ...]
    omitted: bool = False  # one of 0 V, by the library for other makes; then no cell is shown
