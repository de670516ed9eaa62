"""Judge the values on the bus by what the pack measured. Pure.

Knows nothing of the program's own decisions: only the packs, the owner's settings, and the promises of the
documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from tests.endurance import limits
from tests.endurance.known import Known
from tests.endurance.look import CCL, DCL, EXTREMES_EVERY, Look, Sample, Violation, alike, near, shown_words
from tests.endurance.measured import Basic, Cells
from tests.endurance.truth import Reads

SLACK = 3.0  # s of a loaded machine, and of the bus
ALARM_LIMIT = 5.0  # s from a protection that the pack has told to its alarm
RETRIES = 4.0  # s from a poll's beginning, from which the hold counts, until its last try
RECOVERY = 30.0  # s from a fault's end until all is as before
# By docs/charge-control.md, "Implausible readings":
CELL_JUMP, TEMPERATURE_JUMP, SOC_JUMP = 0.2, 15.0, 10.0  # V, K, %
SUM_TOLERANCE, SUM_TOLERANCE_PER_CELL = 0.05, 0.01  # V
SLOW = 5.0  # s between changes of what nobody reads faster

CABLE, STATE = "/Alarms/BmsCable", "/State"
# The alarm of each bit of protection, by docs/dbus-paths.md.
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


def judge(
    look: Look, known: Known, reads: Reads, sample: Sample | None, shown: float = -inf
) -> Iterator[Violation]:
    """Return all violations in a look.

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
        yield from limits.always(look, known)
    if not look.valid:
        return
    if sample is None:
        yield Violation("true", f"never measured: {shown_words(look)}")
        return
    yield from _young(look, known, sample, reads)
    yield from _slow_cells(look, known, reads)
    samples = alike(look, reads, sample, known.pace(sample.basic) + RETRIES + SLACK)
    yield from _alarmed(look, samples)
    if known.controls:
        yield from limits.limited(look, known, samples)
        yield from limits.generous(look, known, reads)


def _young(look: Look, known: Known, sample: Sample, reads: Reads) -> Iterator[Violation]:
    ages = {"": (look.at - sample.basic.at, 0.0), "cells ": (look.at - sample.cells.at, EXTREMES_EVERY)}
    lively = known.lively(sample.basic)
    if _rejected_since(sample, reads):
        lively += known.pace(sample.basic)
    for what, (age, more) in ages.items():
        if age > known.gap + more + SLACK:
            yield Violation("young", f"{what}{age:.0f} s old, with a hold of {known.gap:g} s")
        elif look.quiet > RECOVERY and age > lively + more:
            yield Violation("lively", f"{what}{age:.1f} s old, undisturbed for {look.quiet:.0f} s")
        else:
            continue
        return


def _rejected_since(sample: Sample, reads: Reads) -> bool:
    """Return whether a newer reading is implausible: far from the sample, or it contradicts itself."""
    now, volts = sample.basic, sample.cells.volts
    basics = [one for one in reads.basics if one.at > now.at]
    jumped = any(
        abs(one.soc - now.soc) > SOC_JUMP or _apart(one.temperatures, now.temperatures, TEMPERATURE_JUMP)
        for one in basics
    ) or any(_apart(one.volts, volts, CELL_JUMP) for one in reads.cells if one.at > sample.cells.at)
    return jumped or any(_contradicts(one, reads.cells) for one in basics)


def _contradicts(basic: Basic, cells: Sequence[Cells]) -> bool:
    """Return whether the cells read after a basic info add up to another voltage: they changed in between."""
    volts = next((one.volts for one in cells if one.at >= basic.at), ())
    tolerance = SUM_TOLERANCE + SUM_TOLERANCE_PER_CELL * len(volts)
    return bool(volts) and abs(sum(volts) - basic.voltage) > tolerance


def _apart(some: Sequence[float], others: Sequence[float], most: float) -> bool:
    return any(abs(one - other) > most for one, other in zip(some, others, strict=False))


def _slow_cells(look: Look, known: Known, reads: Reads) -> Iterator[Violation]:
    """Judge values that are updated every few seconds: of several samples, but each was measured."""
    since = look.at - known.gap - SLOW - SLACK
    lately = [cells for cells in reads.cells if cells.at >= since]
    for number in range(1, known.cells + 1):
        shown = look[f"/Voltages/Cell{number}"]
        if not any(_shows_cell(shown, cells, number) for cells in lately):
            yield Violation("true", f"cell {number} never had {shown} V lately")


def _shows_cell(shown: object, cells: Cells, number: int) -> bool:
    return shown is None if cells.omitted else near(shown, cells.volts[number - 1])


def _alarmed(look: Look, samples: Sequence[Sample]) -> Iterator[Violation]:
    for bit, path in enumerate(ALARMS):
        if path and all(one.basic.protection >> bit & 1 for one in samples) and not look[path]:
            yield Violation("alarms", f"{path} is {look[path]} with protection bit {bit}")


def _alarmed_in_time(look: Look, reads: Reads) -> Iterator[Violation]:
    """Judge alarms: a condition that has lasted long enough must have its alarm."""
    told = [basic.protection for basic in reads.basics if look.at - basic.at > ALARM_LIMIT]
    since = [basic.protection for basic in reads.basics if 0 <= look.at - basic.at <= ALARM_LIMIT]
    for bit, path in enumerate(ALARMS):
        stands = told and since and all(one >> bit & 1 for one in (told[-1], *since))
        if path and stands and not look[path]:
            yield Violation("alarms", f"{path} is {look[path]} {ALARM_LIMIT:g} s after protection bit {bit}")


def _in_silence(look: Look, known: Known, silence: float) -> Iterator[Violation]:
    """Judge the phase of silence; the last contact cannot be later than the last reading."""
    late = silence - SLACK
    if late > known.gap:
        if look.valid:
            yield Violation("silence", f"values {silence:.0f} s after the last sample")
        if not look[CABLE]:
            yield Violation("silence", f"no alarm {silence:.0f} s after the last sample")
        if known.controls and look[CCL]:
            yield Violation("limits", f"CCL {look[CCL]} A {silence:.0f} s after the last sample")
    if late > (known.stop if known.controls else known.gap):
        if look[STATE] != 18 or (late > known.stop and look[CABLE] != 2):
            yield Violation("silence", f"state {look[STATE]}, cable {look[CABLE]} after {silence:.0f} s")
        if look[DCL]:
            yield Violation("limits", f"DCL {look[DCL]} A {silence:.0f} s after the last sample")
    if late > max(known.withdraw, known.stop if known.controls else 0.0):
        yield Violation("silence", f"still on the bus {silence:.0f} s after the last sample")
