"""Whether it is still the same pack: what it says of itself against what is stored. Pure.

Another number of cells, or a nominal capacity that is far off, contradicts what is stored: nothing is charged
until the owner has confirmed the change. Smaller differences are a warning, and raise no limit until then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dbus_xbms.model import PackIdentity, PackSample
from dbus_xbms.policy.state_of_charge import is_known
from dbus_xbms.settings import PackSettings, Value

# How far a sample after a silence may be from the one before: a charge that stops moves a cell by some 30 mV.
SAME_CELL, SAME_SOC = 0.1, 5.0  # V, %

NOMINAL_TOLERANCE = 0.2  # part of the stored nominal capacity
MOST_CYCLES = 65535  # all that a JBD can tell
CONFIRM = PackSettings.accept_new_bms.name  # setting: the owner confirms what the BMS now says of itself
HOW_TO_CONFIRM = f"if it was changed on purpose, set {CONFIRM} to 1"


def _other_cells(sample: PackSample, settings: PackSettings) -> str:
    known, count = settings.cells, len(sample.cells)
    return f"{count} cells instead of {known}" if known and count and count != known else ""


def _other_capacity(sample: PackSample, settings: PackSettings) -> str:
    known = settings.nominal
    if not is_known(known) or not is_known(sample.nominal):
        return ""
    if abs(sample.nominal - known) <= NOMINAL_TOLERANCE * known:
        return ""
    return f"a nominal capacity of {sample.nominal:g} Ah instead of {known:g} Ah"


def contradiction(sample: PackSample, settings: PackSettings) -> str:
    """Why this cannot be the pack that is stored, in words; empty if it can."""
    found = _other_cells(sample, settings) or _other_capacity(sample, settings)
    return f"Another BMS? It reports {found}; {HOW_TO_CONFIRM}" if found else ""


Difference = Callable[[PackIdentity, PackSample, PackSettings], str]
DIFFERENCES: tuple[Difference, ...] = (
    lambda heard, sample, settings: _changed("model", settings.hardware, heard.hardware),
    lambda heard, sample, settings: _changed("production date", settings.produced, heard.produced),
    lambda heard, sample, settings: _fewer_cycles(sample, settings.cycles),
)


def _changed(what: str, known: str, heard: str) -> str:
    return f"{what} {heard} instead of {known}" if known and heard and known != heard else ""


def _fewer_cycles(sample: PackSample, known: int) -> str:
    return f"{sample.cycles} cycles after {known}" if sample.cycles < known else ""


def difference(heard: PackIdentity, sample: PackSample, settings: PackSettings) -> str:
    """What else is not as it was stored, in words; it may be another pack, and warns."""
    found = [words for rule in DIFFERENCES if (words := rule(heard, sample, settings))]
    return f"Another BMS? It reports {', '.join(found)}; {HOW_TO_CONFIRM}" if found else ""


def is_other_pack(heard: PackIdentity, sample: PackSample, settings: PackSettings) -> bool:
    """Whether this may be another pack than the one that is stored."""
    return bool(contradiction(sample, settings) or difference(heard, sample, settings))


def cycles(heard: PackIdentity, sample: PackSample | None, settings: PackSettings) -> dict[str, Value]:
    """The cycle count to store, if it is that of the pack that is stored."""
    if sample is None or is_other_pack(heard, sample, settings):
        return {}
    return {PackSettings.cycles.name: min(sample.cycles, MOST_CYCLES)}


def bounded(sample: PackSample, settings: PackSettings) -> PackSample:
    """The sample with no more nominal capacity than is stored: a stranger raises no limit."""
    known = settings.nominal
    if not is_known(known) or (is_known(sample.nominal) and sample.nominal <= known):
        return sample
    return replace(sample, nominal=known)


def learnt(known: PackIdentity, heard: PackIdentity) -> PackIdentity:
    """What to store once ``heard`` is accepted; an empty answer does not erase what is known."""
    return replace(
        heard,
        hardware=heard.hardware or known.hardware,
        rating=heard.rating if heard.hardware else known.rating,
        firmware=heard.firmware or known.firmware,
        cell_count=heard.cell_count or known.cell_count,
        nominal=heard.nominal if is_known(heard.nominal) else known.nominal,
        produced=heard.produced or known.produced,
    )


def agrees(before: PackSample, sample: PackSample) -> bool:
    """Whether a sample after a silence is close to the one before it."""
    return (
        len(sample.cells) == len(before.cells)
        and all(abs(now - was) <= SAME_CELL for now, was in zip(sample.cells, before.cells, strict=True))
        and abs(sample.soc - before.soc) <= SAME_SOC
        and sample.nominal == before.nominal
    )
