"""Judges what the bus shows of a pack by what the pack really measured. Pure.

Knows nothing of the program's own decisions: only the packs, the owner's settings, and the promises of the
documents. A *look* is what a consumer sees at one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

from tests.endurance.truth import Basic, Cells, Reads

SLACK = 3.0  # s of a loaded machine, and of the bus
POLL_LIMIT = 10.0  # s from the first request of a poll to its last reply
ALARM_LIMIT = 5.0  # s from a protection that the pack has told to its alarm
GENEROUS = 90.0  # s in which all must be well until loads must be fed again
RETRIES = 4.0  # s from a poll's beginning, from which the hold counts, until its last try
RECOVERY = 30.0  # s from a fault's end until all is as before
LIVELY = 5.0  # s and one poll: how old values of an undisturbed pack may be
RESTING = 5.0  # s between polls of a pack at rest at the most; its cells are read every second time
CONNECTING = 5.0  # s more, for one that is connected to anew for each poll, in turn with others
LATE = 6.0  # s: nothing tells an answer to this request from a late one to the last, of the same register
SLOW = 5.0  # s between changes of what nobody reads faster
CHARGE_RATE, DISCHARGE_RATE, DERATED = 0.3, 0.5, 0.5  # of the capacity; of the last discharge limit

CVL, CCL, DCL = "/Info/MaxChargeVoltage", "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent"
VOLTAGE = "/Dc/0/Voltage"
HIGHEST, LOWEST = "/System/MaxCellVoltage", "/System/MinCellVoltage"
CABLE, STATE = "/Alarms/BmsCable", "/State"

# Bits that forbid a direction, and the alarms of each, by docs/dbus-paths.md.
NO_CHARGE = 0b0010_1101_0011_0101
NO_DISCHARGE = 0b0000_1110_1100_1010
ALARMS = (
    "/Alarms/HighCellVoltage",
    "/Alarms/LowCellVoltage",
    "/Alarms/HighVoltage",
    "/Alarms/LowVoltage",
    "/Alarms/HighChargeTemperature",
    "/Alarms/LowChargeTemperature",
    "/Alarms/HighTemperature",
    "/Alarms/LowTemperature",
    "/Alarms/HighChargeCurrent",
    "/Alarms/HighDischargeCurrent",
    "/Alarms/HighDischargeCurrent",
    "/Alarms/InternalFailure",
    None,  # a state that somebody asked for
    "/Alarms/InternalFailure",
    "/Alarms/InternalFailure",
    "/Alarms/HighInternalTemperature",
)
SANE = (-30.0, 120.0)  # °C, exclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Chemistry:
    """What cells of a kind bear, in V and °C."""

    full: float
    floating: float
    high: float
    low: float
    hottest: float  # while charging
    rested: float  # from here up a cell has recovered from the low cut-off


CHEMISTRIES = {
    "lfp": Chemistry(full=3.45, floating=3.375, high=3.60, low=2.60, hottest=55.0, rested=3.06),
    "nmc": Chemistry(full=4.15, floating=4.05, high=4.20, low=3.00, hottest=50.0, rested=3.46),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A pack as it is, and as its owner has set it up."""

    address: str
    cells: int
    capacity: float  # Ah
    chemistry: Chemistry
    controls: bool
    interval: float = 1.0  # s between polls
    hold: float = 30.0  # s, and so on
    stop: float = 300.0
    withdraw: float = 900.0

    @property
    def gap(self) -> float:
        """How long a sample stands, in s; slow polls count from when the next one was due."""
        return self.hold + (self.interval if self.interval > 1 else 0.0)

    @property
    def resting(self) -> float:
        """Seconds between polls while the pack rests; packs that are polled slowly do not."""
        return 0.0 if self.interval > 1 else min(RESTING, self.hold / 6)

    def pace(self, basic: Basic) -> float:
        """Seconds between polls of a pack in this state; at rest every second one leaves the cells out."""
        may_rest = abs(basic.current) <= max(0.2, 0.005 * self.capacity)
        return max(self.interval, self.resting if may_rest else 0.0)

    def lively(self, basic: Basic) -> float:
        """How old values may be while all is well, in s."""
        return LIVELY + self.pace(basic) + (CONNECTING if self.interval > 1 else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the bus shows of a pack; ``None``: it is not there."""

    at: float  # s, monotonic
    values: Mapping[str, Any] | None
    quiet: float = 0.0  # s since all that could disturb this pack was over

    def __getitem__(self, path: str) -> Any:
        return self.values.get(path) if self.values else None

    @property
    def valid(self) -> bool:
        """Whether measurements are shown."""
        return self[VOLTAGE] is not None


class Sample(NamedTuple):
    """What a look shows, as the pack measured it."""

    basic: Basic
    cells: Cells


class Violation(NamedTuple):
    """A promise that was broken."""

    rule: str
    words: str


def sample_of(look: Look, known: Known, reads: Reads) -> Sample | None:
    """The newest measurement that is just what the look shows; ``None`` if it shows none, or never was."""
    return next(_samples(look, reversed(reads.basics), reads, known.resting), None)


def shown_since(look: Look, known: Known, reads: Reads, before: float) -> float:
    """When the oldest measurement was made, not before ``before``, that is just what the look shows.

    A pack at rest measures the same again and again, also while nobody hears it.
    """
    since = (basic for basic in reads.basics if basic.at >= before)
    return next(
        (min(part.at for part in sample) for sample in _samples(look, since, reads, known.resting)), before
    )


def _samples(look: Look, basics: Iterable[Basic], reads: Reads, resting: float) -> Iterator[Sample]:
    for basic in basics if look.valid else ():
        if basic.at <= look.at and _shows(look, basic):
            for cells in reversed(reads.cells):
                together = basic.at - LATE - resting <= cells.at <= min(basic.at + POLL_LIMIT, look.at)
                if together and _shows_cells(look, cells):
                    yield Sample(basic, cells)
                    break


def _near(shown: object, true: float, step: float = 1e-6) -> bool:
    return isinstance(shown, (int, float)) and abs(shown - true) <= step


def _shows(look: Look, basic: Basic) -> bool:
    return (
        _near(look[VOLTAGE], basic.voltage)
        and _near(look["/Dc/0/Current"], basic.current, 0.051)
        and _near(look["/Capacity"], basic.remaining, 0.051)
        and _near(look["/Soc"], basic.soc, 2.01)
        and (look["/Io/AllowToCharge"], look["/Io/AllowToDischarge"]) == (basic.charge, basic.discharge)
        and all(_shows_sensor(look, n, celsius) for n, celsius in enumerate(basic.temperatures, 1))
    )


def _shows_sensor(look: Look, number: int, celsius: float) -> bool:
    shown = look[f"/System/Temperature{number}"]
    return _near(shown, celsius) if SANE[0] < celsius < SANE[1] else shown is None


def _shows_cells(look: Look, cells: Cells) -> bool:
    return _near(look[HIGHEST], max(cells.volts)) and _near(look[LOWEST], min(cells.volts))


def judge(
    look: Look, known: Known, reads: Reads, sample: Sample | None, shown: float = -inf
) -> Iterator[Violation]:
    """Everything that is wrong with a look.

    Args:
        look: what is shown now.
        known: the pack.
        reads: what it measured.
        sample: what of that the look shows, as :func:`sample_of` found it.
        shown: s, monotonic: when the newest sample that an earlier look showed was measured, or before.
    """
    if not look.valid and look.at - shown < known.gap - RETRIES - SLACK:
        yield Violation("held", f"not shown {look.at - shown:.0f} s after it was measured")
    if look.quiet > RECOVERY and not look.valid:
        yield Violation("lively", f"not shown although nothing has disturbed it for {look.quiet:.0f} s")
    if look.values is None:
        return
    yield from _in_silence(look, known, look.at - reads.heard)
    if look.quiet > RECOVERY:
        yield from _alarmed_in_time(look, reads)
    if known.controls:
        yield from _always(look, known)
    if not look.valid:
        return
    if sample is None:
        yield Violation("true", f"never measured: {shown_words(look)}")
        return
    yield from _young(look, known, sample)
    yield from _slow_cells(look, known, reads)
    yield from _alarmed(look, sample)
    if known.controls:
        yield from _limited(look, known, sample)
        if look.quiet > GENEROUS and not look[DCL] and _well(known, reads, look.at - GENEROUS):
            yield Violation("generous", "DCL is 0 although all has been well for long")


def shown_words(look: Look) -> str:
    """What is shown, in short."""
    paths = (VOLTAGE, "/Dc/0/Current", "/Soc", "/Capacity", HIGHEST, LOWEST, CVL, CCL, DCL)
    return " ".join(f"{path.rpartition('/')[2]}={look[path]}" for path in paths if look[path] is not None)


def _young(look: Look, known: Known, sample: Sample) -> Iterator[Violation]:
    pace = known.pace(sample.basic)
    ages = {"": (look.at - sample.basic.at, 0.0), "cells ": (look.at - sample.cells.at, pace)}
    for what, (age, more) in ages.items():
        if age > known.gap + SLACK:
            yield Violation("young", f"{what}{age:.0f} s old, with a hold of {known.gap:g} s")
        elif look.quiet > RECOVERY and age > known.lively(sample.basic) + more:
            yield Violation("lively", f"{what}{age:.1f} s old, undisturbed for {look.quiet:.0f} s")
        else:
            continue
        return


def _slow_cells(look: Look, known: Known, reads: Reads) -> Iterator[Violation]:
    """What is shown at most every few seconds need not be of one sample, but the pack must have had it."""
    since = look.at - known.gap - SLOW - SLACK
    lately = [cells for cells in reads.cells if cells.at >= since]
    for number in range(1, known.cells + 1):
        shown = look[f"/Voltages/Cell{number}"]
        if not any(_near(shown, cells.volts[number - 1]) for cells in lately):
            yield Violation("true", f"cell {number} never had {shown} V lately")


def _alarmed(look: Look, sample: Sample) -> Iterator[Violation]:
    for bit, path in enumerate(ALARMS):
        if path and sample.basic.protection >> bit & 1 and not look[path]:
            yield Violation("alarms", f"{path} is {look[path]} with protection bit {bit}")


def _alarmed_in_time(look: Look, reads: Reads) -> Iterator[Violation]:
    """Nothing that a pack has told for long enough is without its alarm, whatever else is shown."""
    told = [basic.protection for basic in reads.basics if look.at - basic.at > ALARM_LIMIT]
    since = [basic.protection for basic in reads.basics if 0 <= look.at - basic.at <= ALARM_LIMIT]
    for bit, path in enumerate(ALARMS):
        stands = told and since and all(one >> bit & 1 for one in (told[-1], *since))
        if path and stands and not look[path]:
            yield Violation("alarms", f"{path} is {look[path]} {ALARM_LIMIT:g} s after protection bit {bit}")


def _in_silence(look: Look, known: Known, silence: float) -> Iterator[Violation]:
    """What each phase of silence demands; the pack cannot have been heard later than it was read."""
    late = silence - SLACK
    if late > known.gap:
        if look.valid:
            yield Violation("silence", f"values {silence:.0f} s after the last sample")
        if not look[CABLE]:
            yield Violation("silence", f"no alarm {silence:.0f} s after the last sample")
        if known.controls and look[CCL]:
            yield Violation("limits", f"CCL {look[CCL]} A {silence:.0f} s after the last sample")
    if late > (known.stop if known.controls else known.gap):
        if look[STATE] != 10 or look[CABLE] != 2:
            yield Violation("silence", f"state {look[STATE]}, cable {look[CABLE]} after {silence:.0f} s")
        if look[DCL]:
            yield Violation("limits", f"DCL {look[DCL]} A {silence:.0f} s after the last sample")
    if late > max(known.withdraw, known.stop if known.controls else 0.0):
        yield Violation("silence", f"still on the bus {silence:.0f} s after the last sample")


def _always(look: Look, known: Known) -> Iterator[Violation]:
    """What holds of limits whatever is known."""
    limits = (look[CVL], look[CCL], look[DCL])
    if limits == (None, None, None) and not look.valid:
        return  # never heard since the start
    if None in limits:
        yield Violation("limits", f"a limit is invalid: {limits}")
        return
    cvl, ccl, dcl = limits
    if cvl > known.cells * known.chemistry.full + 0.005:
        yield Violation("limits", f"CVL {cvl} V is above full")
    if not 0 <= ccl <= known.capacity * CHARGE_RATE or not 0 <= dcl <= known.capacity * DISCHARGE_RATE:
        yield Violation("limits", f"CCL {ccl} A or DCL {dcl} A is above what the owner allows")
    if not look.valid and (ccl or dcl > known.capacity * DISCHARGE_RATE * DERATED):
        yield Violation("limits", f"CCL {ccl} A, DCL {dcl} A without a valid sample")


def _cell_sensors(basic: Basic) -> list[float]:
    """Sensors that sit on cells and can be believed: of two or more the first is on the MOSFETs."""
    on_cells = basic.temperatures[1:] if len(basic.temperatures) > 1 else basic.temperatures
    return [celsius for celsius in on_cells if SANE[0] < celsius < SANE[1]]


Why = Callable[[Sample, Known], bool]
NO_CHARGING: tuple[tuple[str, Why], ...] = (
    ("a cell is at the high cut-off", lambda s, k: max(s.cells.volts) >= k.chemistry.high),
    ("a protection has tripped", lambda s, k: bool(s.basic.protection & NO_CHARGE)),
    ("the charge MOSFET is off", lambda s, k: not s.basic.charge),
    ("no sensor can be believed", lambda s, k: not _cell_sensors(s.basic)),
    ("it freezes", lambda s, k: min(_cell_sensors(s.basic), default=20.0) <= 0),
    ("it is too hot", lambda s, k: max(_cell_sensors(s.basic), default=20.0) >= k.chemistry.hottest),
)
NO_DISCHARGING: tuple[tuple[str, Why], ...] = (
    ("a cell is at the low cut-off", lambda s, k: min(s.cells.volts) <= k.chemistry.low),
    ("a protection has tripped", lambda s, k: bool(s.basic.protection & NO_DISCHARGE)),
    ("the discharge MOSFET is off", lambda s, k: not s.basic.discharge),
    ("it is too cold", lambda s, k: min(_cell_sensors(s.basic), default=20.0) <= -20),
    ("it is too hot", lambda s, k: max(_cell_sensors(s.basic), default=20.0) >= 60),
)


def _well(known: Known, reads: Reads, since: float) -> bool:
    """Whether nothing has spoken against discharging since a moment."""
    basics = [basic for basic in reads.basics if basic.at >= since]
    return all(
        basic.discharge
        and not basic.protection & NO_DISCHARGE
        and all(0 < t < 50 for t in basic.temperatures)
        for basic in basics
    ) and all(min(one.volts) >= known.chemistry.rested for one in reads.cells if one.at >= since)


def _limited(look: Look, known: Known, sample: Sample) -> Iterator[Violation]:
    for path, rules in ((CCL, NO_CHARGING), (DCL, NO_DISCHARGING)):
        if look[path]:
            for words, forbids in rules:
                if forbids(sample, known):
                    yield Violation("limits", f"{path.rpartition('/')[2]} is {look[path]} A, but {words}")
    floating = known.cells * known.chemistry.floating
    if look[CCL] == 0 and (look[CVL] or 0) > max(floating, sample.basic.voltage) + 0.005:
        yield Violation("limits", f"CCL is 0, but CVL {look[CVL]} V is above the pack's voltage")
