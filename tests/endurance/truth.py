"""Measurements of a simulated pack, decoded without any code of the program. Pure."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.endurance.measured import Basic, Cells
from tests.endurance.other_truth import DECODERS, MEASURED

BASIC, CELLS = 0x03, 0x04
JBD = "jbd"
KEPT = 150.0  # s; longer than any value may stand


def basic(at: float, payload: bytes) -> Basic:
    """Read a payload of register 0x03."""
    volts, amperes, remaining = struct.unpack_from(">HhH", payload)
    protection, soc, mosfets, sensors = struct.unpack_from(">HxBBxB", payload, 16)
    unit = 10 if mosfets & 0x80 else 100
    raw = struct.unpack_from(f">{sensors}H", payload, 23)
    return Basic(
        at=at,
        voltage=volts / 100,
        current=amperes / unit,
        remaining=remaining / unit,
        protection=protection,
        soc=soc,
        charge=bool(mosfets & 1),
        discharge=bool(mosfets & 2),
        temperatures=tuple((one - 2731) / 10 for one in raw),
    )


def cells(at: float, payload: bytes) -> Cells:
    """Read a payload of register 0x04."""
    raw = struct.unpack(f">{len(payload) // 2}H", payload)
    return Cells(at=at, volts=tuple(one / 1000 for one in raw))


@dataclass(slots=True)
class Reads:
    """Recent measurements of one pack, oldest first."""

    make: str = JBD
    basics: list[Basic] = field(default_factory=list)
    cells: list[Cells] = field(default_factory=list)
    count: int = 0  # of register 0x03, ever
    newest: float = float("-inf")
    heard: float = float("-inf")  # when the newest whole sample can have ended

    def add(self, told: Iterable[tuple[float, int | str, str]]) -> None:
        """Record the measurements from the simulator; known ones are skipped."""
        for at, register, payload in told:
            if at <= self.newest:
                continue
            self.newest = at
            if self.make != JBD:
                self._add_other(at, bytes.fromhex(payload))
            elif register == BASIC:
                self.basics.append(basic(at, bytes.fromhex(payload)))
                self.count += 1
            else:
                self.cells.append(cells(at, bytes.fromhex(payload)))
                self.heard = at
        since = self.newest - KEPT
        del self.basics[: bisect_left(self.basics, since, key=lambda one: one.at)]
        del self.cells[: bisect_left(self.cells, since, key=lambda one: one.at)]

    def _add_other(self, at: float, frame: bytes) -> None:
        """Record a reply of another make, if it has measurements."""
        if len(frame) == MEASURED[self.make]:
            measured, volts = DECODERS[self.make](at, frame)
            self.basics.append(measured)
            self.cells.append(volts)
            self.heard = at
            self.count += 1
