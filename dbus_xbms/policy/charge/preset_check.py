"""Check the chosen preset against the cells, at one moment and over time, and debounce the verdict. Pure.

A cell voltage is compared with the state of charge. That is worthless once a BMS has lost its count, so the
behaviour of the cells is compared too: how their voltage changes while they charge and rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbus_xbms.model import PackSample
from dbus_xbms.policy import identity, state_of_charge
from dbus_xbms.policy.charge.chemistry import Preset
from dbus_xbms.record import record, replace
from dbus_xbms.settings import PackSettings

REFUSE_AFTER = 10.0  # s that a contradiction must last: voltages of one poll are measured one after the other
ACCEPT_AFTER = 600.0  # s without contradiction until charging may start again
EMPTY, FULL = 0.0, 100.0  # %
SINGLE_CELL = 0.15  # V by which one cell may stand above what is plausible for all
REST_RATE = 0.02  # C; less is rest


@record
class CellBehaviour:
    """Behaviour that rules a chemistry out. Voltages per cell in V; charge as a fraction of the capacity."""

    # All cells stay below ``flat`` while this much is charged: the chemistry has lower voltages.
    flat: float
    flat_charge: float
    flat_other: str
    # At rest or charging, all cells stay below ``low`` for ``low_time`` s at an SoC in this range.
    low: float = 0.0
    low_time: float = 0.0
    low_soc: tuple[float, float] = (0.0, 0.0)
    # A cell rises from ``knee`` to ``risen`` while less than this is charged.
    knee: float = 0.0
    risen: float = 0.0
    knee_charge: float = 0.0
    other: str = ""


# An empty LiFePO4 cell is above 2.6 V after 1 % of charge. An empty NMC cell is above 3.0 V after 2 %, rests
# above 3.45 V from 10 % on, and needs 15 % from there to 3.6 V; LiFePO4 needs 2 % at the end of a charge.
RULED_OUT_BY = {
    "LiFePO4": CellBehaviour(flat=2.6, flat_charge=0.03, flat_other="LTO"),
    "NMC": CellBehaviour(
        flat=3.0,
        flat_charge=0.04,
        flat_other="LTO",
        low=3.45,
        low_time=7200.0,
        low_soc=(10.0, 40.0),
        knee=3.45,
        risen=3.60,
        knee_charge=0.03,
        other="LiFePO4",
    ),
}


@record
class ChemistryEvidence:
    """Observations of the cells that speak against the chosen chemistry."""

    flat: float = 0.0  # Ah charged while all cells stayed below ``flat``
    low: float = 0.0  # s at rest or charging below ``low``
    climbed: float | None = None  # Ah charged since the highest cell was below ``knee``; None: long ago
    current: float = 0.0  # A, when it was
    risen: bool = False  # a cell has risen as no cell of this chemistry does


@record
class PresetVerdict:
    """Whether the preset is refused. The first sample decides at once."""

    refused: str = ""  # why, in words
    other_pack: bool = False  # this is not the stored pack
    opposite_since: float | None = None  # s, since when samples have contradicted this verdict

    @property
    def trusted(self) -> bool:
        """Whether nothing contradicts the preset, not even for a moment."""
        return not self.refused and self.opposite_since is None


def update(
    state: ChemistryEvidence, sample: PackSample, preset: Preset, capacity: float, dt: float
) -> ChemistryEvidence:
    """Add one sample with cells, ``dt`` s after the one before; ``capacity`` in Ah."""
    limits = RULED_OUT_BY.get(preset.name)
    if limits is None:
        return state
    highest, charged = max(sample.cells), max(0.0, sample.current) * dt / 3600
    resting = sample.current >= -REST_RATE * capacity
    flat = state.flat + charged if highest < limits.flat else 0.0
    if flat != state.flat:
        state = replace(state, flat=flat)
    if not limits.other:
        return state
    if highest >= limits.low:
        state = replace(state, low=0.0) if state.low else state
    elif resting and sample.soc is not None and limits.low_soc[0] <= sample.soc <= limits.low_soc[1]:
        state = replace(state, low=state.low + dt)
    return _update_climb(state, sample, limits, capacity, charged)


def _update_climb(
    state: ChemistryEvidence, sample: PackSample, limits: CellBehaviour, capacity: float, charged: float
) -> ChemistryEvidence:
    """Follow the highest cell from below ``knee`` on; only currents like the one at the start are compared.

    The start is the newest sample below ``knee``, but a much weaker current does not replace it: loads and
    clouds do not hide the rise. A discharge is no start: the end of a load lifts any cell.
    """
    highest, least, current = max(sample.cells), REST_RATE * capacity, sample.current
    climbed = None if state.climbed is None else state.climbed + charged
    if climbed is not None and climbed > limits.knee_charge * capacity:
        climbed = None
    start = highest < limits.knee and current >= -least
    if start and (climbed is None or state.current <= _like(current, least)):
        return replace(state, climbed=0.0, current=current)
    if climbed is None:
        return state if state.climbed is None else replace(state, climbed=None)
    risen = highest >= limits.risen and current <= _like(state.current, least)
    return replace(state, climbed=climbed, risen=state.risen or risen)


def _like(current: float, least: float) -> float:
    """Largest charge current that counts as like this one, in A."""
    return 1.5 * max(0.0, current) + least


def behaviour_contradiction(state: ChemistryEvidence, preset: Preset, capacity: float) -> str:
    """Return why the observed cells cannot be of the chosen chemistry, in words; empty if they can."""
    limits = RULED_OUT_BY.get(preset.name)
    if limits is None:
        return ""
    if state.flat > limits.flat_charge * capacity:
        words = f"they take charge and stay below {limits.flat:g} V as {limits.flat_other} does"
    elif state.risen:
        words = (
            f"one has risen from {limits.knee:g} to {limits.risen:g} V as fast as {limits.other} when full"
        )
    elif limits.low_time and state.low >= limits.low_time:
        low, high = limits.low_soc
        words = f"they rest below {limits.low:g} V at {low:g} to {high:g} % charge as {limits.other} does"
    else:
        return ""
    return f"{preset.name} does not fit the cells: {words}"


def voltage_contradiction(preset: Preset, cells: Sequence[float], soc: float | None) -> str:
    """Why cells at these voltages and this SoC in % cannot have the preset's chemistry; empty if they can.

    Uses the lower median of the cells, so that one bad cell does not refuse the preset; but no single cell
    may be far above the chemistry's range either. Single low cells have rules of their own. Without a SoC
    the range is that of an empty to a full pack.
    """
    if preset.refused:
        return preset.refused
    median, highest = sorted(cells)[(len(cells) - 1) // 2], max(cells)
    low, high = preset.lowest_plausible, preset.highest_plausible
    least, most = (EMPTY, FULL) if soc is None else (soc, soc)
    charged = "" if soc is None else f" with {soc:.0f} % charge"
    if (low and median < low.at(least)) or (high and median > high.at(most)):
        return f"{preset.name} does not fit: cells at {median:.2f} V{charged}"
    if high and highest > high.at(most) + SINGLE_CELL:
        return f"{preset.name} does not fit: a cell at {highest:.2f} V{charged}"
    return ""


def check(
    previous: PresetVerdict | None,
    preset: Preset,
    evidence: ChemistryEvidence,
    sample: PackSample,
    now: float,
    settings: PackSettings,
) -> PresetVerdict:
    """Judge the preset by a sample; ``previous`` is the verdict so far."""
    if contradiction := identity.contradiction(sample, settings):
        return PresetVerdict(refused=contradiction, other_pack=True)
    if previous and previous.other_pack:  # the stored pack is back, or the owner has confirmed the new one
        previous = None
    if not sample.cells:  # no evidence; other rules stop the currents
        return previous or PresetVerdict(refused=preset.refused)
    capacity = state_of_charge.assumed(sample.nominal, settings)
    found = voltage_contradiction(preset, sample.cells, sample.soc) or behaviour_contradiction(
        evidence, preset, capacity
    )
    return debounce(previous, found, now)


def debounce(verdict: PresetVerdict | None, contradiction: str, now: float) -> PresetVerdict:
    """Change the verdict once samples have contradicted it for long enough; empty: no contradiction."""
    if verdict is None:
        return PresetVerdict(refused=contradiction)
    if bool(contradiction) == bool(verdict.refused):
        return verdict if verdict.trusted else PresetVerdict(refused=verdict.refused)
    since = now if verdict.opposite_since is None else verdict.opposite_since
    if now - since >= (REFUSE_AFTER if contradiction else ACCEPT_AFTER):
        return PresetVerdict(refused=contradiction)
    return PresetVerdict(refused=verdict.refused, opposite_since=since)
