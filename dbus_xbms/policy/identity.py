"""Compare a BMS with the stored identity, to detect another pack. Pure.

Another number of cells, or a nominal capacity that is far off, stops charging until the owner has confirmed
the change. Smaller differences are a warning, and raise no limit until then.
"""

from __future__ import annotations

from collections.abc import Callable

from dbus_xbms.model import PackIdentity, PackSample
from dbus_xbms.policy.state_of_charge import is_known
from dbus_xbms.record import replace
from dbus_xbms.settings import PackSettings, Value

# Largest change over a silence in V and %: a cell moves by some 30 mV when a charge stops.
SAME_CELL, SAME_SOC = 0.1, 5.0

NOMINAL_TOLERANCE = 0.2  # fraction of the stored nominal capacity
CONFIRM = PackSettings.accept_new_bms.name  # setting by which the owner accepts the reported identity
HOW_TO_CONFIRM = f"if it was changed on purpose, set {CONFIRM} to 1"


def _other_cells(sample: PackSample, settings: PackSettings) -> str:
    stored, count = settings.cells, len(sample.cells)
    return f"{count} cells instead of {stored}" if stored and count and count != stored else ""


def _other_capacity(sample: PackSample, settings: PackSettings) -> str:
    stored = settings.nominal
    if not is_known(stored) or not is_known(sample.nominal):
        return ""
    if abs(sample.nominal - stored) <= NOMINAL_TOLERANCE * stored:
        return ""
    return f"a nominal capacity of {sample.nominal:g} Ah instead of {stored:g} Ah"


def contradiction(sample: PackSample, settings: PackSettings) -> str:
    """Return why this cannot be the stored pack, in words; empty if it can."""
    found = _other_cells(sample, settings) or _other_capacity(sample, settings)
    return f"Another BMS? It reports {found}; {HOW_TO_CONFIRM}" if found else ""


Difference = Callable[[PackIdentity, PackSample, PackSettings], str]
DIFFERENCES: tuple[Difference, ...] = (
    lambda reported, sample, settings: _changed("model", settings.hardware, reported.hardware),
    lambda reported, sample, settings: _changed("production date", settings.produced, reported.produced),
    lambda reported, sample, settings: _fewer_cycles(sample, settings.cycles),
)


def _changed(what: str, stored: str, reported: str) -> str:
    return f"{what} {reported} instead of {stored}" if stored and reported and stored != reported else ""


def _fewer_cycles(sample: PackSample, stored: int) -> str:
    cycles = sample.cycles
    return f"{cycles} cycles after {stored}" if cycles is not None and cycles < stored else ""


def difference(reported: PackIdentity, sample: PackSample, settings: PackSettings) -> str:
    """Smaller differences from the stored pack, in words; empty if there are none."""
    found = [words for rule in DIFFERENCES if (words := rule(reported, sample, settings))]
    return f"Another BMS? It reports {', '.join(found)}; {HOW_TO_CONFIRM}" if found else ""


def is_other_pack(reported: PackIdentity, sample: PackSample, settings: PackSettings) -> bool:
    """Return whether this may be another pack than the stored one."""
    return bool(contradiction(sample, settings) or difference(reported, sample, settings))


def cycles_to_store(
    reported: PackIdentity, sample: PackSample | None, settings: PackSettings
) -> dict[str, Value]:
    """The setting with the cycle count to store; empty if this may be another pack."""
    if sample is None or sample.cycles is None or is_other_pack(reported, sample, settings):
        return {}
    return {PackSettings.cycles.name: min(sample.cycles, int(PackSettings.cycles.highest or 0))}


def limit_nominal(sample: PackSample, settings: PackSettings) -> PackSample:
    """Cap the nominal capacity at the stored one, so that another pack raises no limit."""
    stored = settings.nominal
    if not is_known(stored) or (is_known(sample.nominal) and sample.nominal <= stored):
        return sample
    return replace(sample, nominal=stored)


def merge(stored: PackIdentity, reported: PackIdentity, *, confirmed: bool = False) -> PackIdentity:
    """Merge an accepted identity into the stored one; empty fields do not erase stored ones.

    Only a confirmed nominal capacity replaces the stored one: small differences must not add up.
    """
    new_nominal = is_known(reported.nominal) and (confirmed or not is_known(stored.nominal))
    return replace(
        reported,
        hardware=reported.hardware or stored.hardware,
        rating=reported.rating if reported.hardware else stored.rating,
        firmware=reported.firmware or stored.firmware,
        cell_count=reported.cell_count or stored.cell_count,
        nominal=reported.nominal if new_nominal else stored.nominal,
        produced=reported.produced or stored.produced,
    )


def is_similar(before: PackSample, sample: PackSample) -> bool:
    """Return whether a sample after a silence is close to the last one before it."""
    return (
        len(sample.cells) == len(before.cells)
        and all(abs(now - was) <= SAME_CELL for now, was in zip(sample.cells, before.cells, strict=True))
        and (before.soc is None) == (sample.soc is None)
        and abs((sample.soc or 0.0) - (before.soc or 0.0)) <= SAME_SOC
        and sample.nominal == before.nominal
    )
