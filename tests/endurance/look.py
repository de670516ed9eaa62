"""A look: the values of a pack on the bus at one moment, and the measurement that they match. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.endurance.measured import Basic, Cells
from tests.endurance.truth import Reads

POLL_LIMIT = 10.0  # s from the first request of a poll to its last reply
EXTREMES_EVERY = 5.0  # s between two publications of the lowest and highest cell
LATE = 6.0  # s: nothing tells an answer to this request from a late one to the last, of the same register
SANE = (-30.0, 120.0)  # °C, exclusive: what a sensor that works can tell

CVL, CCL, DCL = "/Info/MaxChargeVoltage", "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent"
VOLTAGE = "/Dc/0/Voltage"
HIGHEST, LOWEST = "/System/MaxCellVoltage", "/System/MinCellVoltage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Values of a pack on the bus; ``None``: it is not there."""

    at: float  # s, monotonic
    values: Mapping[str, Any] | None
    quiet: float = 0.0  # s since all that could disturb this pack was over

    def __getitem__(self, path: str) -> Any:
        return self.values.get(path) if self.values else None

    @property
    def valid(self) -> bool:
        """Whether the look has measurements."""
        return self[VOLTAGE] is not None


class Sample(NamedTuple):
    """The measured values of a look."""

    basic: Basic
    cells: Cells


class Violation(NamedTuple):
    """A violation."""

    rule: str
    words: str


def sample_of(look: Look, reads: Reads) -> Sample | None:
    """Return the newest measurement that equals the look; ``None`` without one."""
    return next(_samples(look, reversed(reads.basics), reads), None)


def alike(look: Look, reads: Reads, newest: Sample, within: float) -> list[Sample]:
    """Return the measurements that equal the look, back to ``within`` s before the newest; it comes first.

    The look may show any of them: the newest may not be on the bus yet.
    """
    since = newest.basic.at - within
    return list(_samples(look, (one for one in reversed(reads.basics) if one.at >= since), reads))


def shown_since(look: Look, reads: Reads, before: float) -> float:
    """Return the time of the oldest measurement since ``before`` that equals the look.

    A pack at rest measures the same again and again, also while nobody hears it.
    """
    since = (basic for basic in reads.basics if basic.at >= before)
    return next((min(part.at for part in sample) for sample in _samples(look, since, reads)), before)


def _samples(look: Look, basics: Iterable[Basic], reads: Reads) -> Iterator[Sample]:
    for basic in basics if look.valid else ():
        if basic.at <= look.at and _shows(look, basic):
            for cells in reversed(reads.cells):
                together = basic.at - LATE - EXTREMES_EVERY <= cells.at <= min(basic.at + POLL_LIMIT, look.at)
                if together and _shows_cells(look, cells):
                    yield Sample(basic, cells)
                    break


def near(shown: object, true: float, step: float = 1e-6) -> bool:
    return isinstance(shown, (int, float)) and abs(shown - true) <= step


def _shows(look: Look, basic: Basic) -> bool:
    return (
        near(look[VOLTAGE], basic.voltage, 0.0051)  # a JBD measures no finer, other makes do
        and near(look["/Dc/0/Current"], basic.current, 0.051)
        and near(look["/Capacity"], basic.remaining, 0.051)
        and near(look["/Soc"], basic.soc, 2.01)
        and (look["/Io/AllowToCharge"], look["/Io/AllowToDischarge"]) == (basic.charge, basic.discharge)
        and all(_shows_sensor(look, n, celsius) for n, celsius in enumerate(basic.temperatures, 1))
    )


def _shows_sensor(look: Look, number: int, celsius: float) -> bool:
    shown = look[f"/System/Temperature{number}"]
    return near(shown, celsius) if SANE[0] < celsius < SANE[1] else shown is None


def _shows_cells(look: Look, cells: Cells) -> bool:
    if cells.omitted:
        return look[HIGHEST] is None and look[LOWEST] is None
    return near(look[HIGHEST], max(cells.volts)) and near(look[LOWEST], min(cells.volts))


def shown_words(look: Look) -> str:
    """The values in short."""
    paths = (VOLTAGE, "/Dc/0/Current", "/Soc", "/Capacity", HIGHEST, LOWEST, CVL, CCL, DCL)
    return " ".join(f"{path.rpartition('/')[2]}={look[path]}" for path in paths if look[path] is not None)
