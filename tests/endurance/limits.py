"""Rules for limits: what chargers and loads must not be allowed, and what they must be allowed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tests.endurance.known import Known
from tests.endurance.look import CCL, CVL, DCL, SANE, Look, Sample, Violation
from tests.endurance.measured import Basic
from tests.endurance.truth import Reads

GENEROUS = 90.0  # s in which all must be well until loads must be fed again
CHARGE_RATE, DISCHARGE_RATE, DERATED = 0.3, 0.5, 0.5  # of the capacity; of the last discharge limit

# Bits of protection that forbid a direction.
NO_CHARGE = 0b0010_1101_0011_0101
NO_DISCHARGE = 0b0000_1110_1100_1010


def always(look: Look, known: Known) -> Iterator[Violation]:
    """Check what holds for limits in any state."""
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
    """Return the plausible cell sensors: of two or more, the first is on the MOSFETs."""
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
    """Return whether nothing has prevented discharging since a moment."""
    basics = [basic for basic in reads.basics if basic.at >= since]
    return all(
        basic.discharge
        and not basic.protection & NO_DISCHARGE
        and all(0 < t < 50 for t in basic.temperatures)
        for basic in basics
    ) and all(min(one.volts) >= known.chemistry.rested for one in reads.cells if one.at >= since)


def limited(look: Look, known: Known, samples: Sequence[Sample]) -> Iterator[Violation]:
    """Check limits against the samples that the look may show: all of them must forbid what is allowed."""
    for path, rules in ((CCL, NO_CHARGING), (DCL, NO_DISCHARGING)):
        if look[path]:
            for words, forbids in rules:
                if all(forbids(sample, known) for sample in samples):
                    yield Violation("limits", f"{path.rpartition('/')[2]} is {look[path]} A, but {words}")
    floating = known.cells * known.chemistry.floating
    highest = max(floating, *(sample.basic.voltage for sample in samples))
    if look[CCL] == 0 and (look[CVL] or 0) > highest + 0.005:
        yield Violation("limits", f"CCL is 0, but CVL {look[CVL]} V is above the pack's voltage")


def generous(look: Look, known: Known, reads: Reads) -> Iterator[Violation]:
    """Check that loads are not cut off without a reason."""
    if look.quiet > GENEROUS and not look[DCL] and _well(known, reads, look.at - GENEROUS):
        yield Violation("generous", "DCL is 0 although all has been well for long")
