"""CCL and DCL of one sample: the least of a table of rules; how they move is in `recovery.py`. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbus_xbms.model import Mosfet, PackSample, Protection
from dbus_xbms.policy.charge.chemistry import Preset
from dbus_xbms.policy.charge.curves import Curve
from dbus_xbms.policy.charge.ramp import Bound
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.settings import PackSettings, Setting

CHARGE_RATE, DISCHARGE_RATE = 0.3, 0.5  # C, until the owner sets currents
UNRATED = 100.0  # A, the most until then for a board whose model text has no rating
UNSET = "no limit set"
DEEP_RATE = 0.05  # C, for cells that have been discharged too deeply

NO_CHARGE = frozenset(
    (
        Protection.CELL_OVERVOLTAGE,
        Protection.PACK_OVERVOLTAGE,
        Protection.CHARGE_OVERTEMPERATURE,
        Protection.CHARGE_UNDERTEMPERATURE,
        Protection.CHARGE_OVERCURRENT,
        Protection.SHORT_CIRCUIT,
        Protection.FRONTEND_ERROR,
        Protection.CHARGE_FAULT,
    )
)
NO_DISCHARGE = frozenset(
    (
        Protection.CELL_UNDERVOLTAGE,
        Protection.PACK_UNDERVOLTAGE,
        Protection.DISCHARGE_OVERTEMPERATURE,
        Protection.DISCHARGE_UNDERTEMPERATURE,
        Protection.DISCHARGE_OVERCURRENT,
        Protection.SHORT_CIRCUIT,
        Protection.FRONTEND_ERROR,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleContext:
    """What the rules judge: one sample and what holds for its pack."""

    sample: PackSample
    temperatures: Temperatures
    preset: Preset
    by_temperature: bool  # the setting TemperatureControl
    refused: str  # why the preset is not believed
    cut_high: bool  # a cell has been at the high cut-off and is not yet back at full
    cut_low: bool  # a cell has been at the low cut-off and has not recovered
    dead: bool  # a cell has been dead and is not back above ``deep``
    capacity: float  # Ah; 0: unknown
    charge_ceiling: float  # A
    discharge_ceiling: float  # A
    charge_origin: str  # where the ceiling comes from, in words
    discharge_origin: str


Rule = Callable[[RuleContext], Bound | None]  # None: the rule does not limit


def _none(words: str) -> Bound:
    return Bound(limit=0.0, words=words)


def _cell(sample: PackSample, voltage: float) -> str:
    return f"cell {sample.cells.index(voltage) + 1} at {voltage:.2f} V"


def _tripped(tripped: frozenset[Protection]) -> str:
    return "BMS protection: " + ", ".join(one.value for one in Protection if one in tripped)


def _preset_is_believed(s: RuleContext) -> Bound | None:
    return _none(s.refused) if s.refused else None


def _cells_are_known(s: RuleContext) -> Bound | None:
    return None if s.sample.cells else _none("cell voltages unknown")


def _charge_protection(s: RuleContext) -> Bound | None:
    tripped = s.sample.protection and s.sample.protection & NO_CHARGE
    return _none(_tripped(tripped)) if tripped else None


def _discharge_protection(s: RuleContext) -> Bound | None:
    tripped = s.sample.protection and s.sample.protection & NO_DISCHARGE
    return _none(_tripped(tripped)) if tripped else None


def _high_cutoff(s: RuleContext) -> Bound | None:
    if not s.cut_high or not s.sample.cells:
        return None
    cell = _cell(s.sample, max(s.sample.cells))
    return _none(f"{cell}: stopped at {s.preset.cutoff_high:.2f} V until back at {s.preset.full:.2f} V")


def _low_cutoff(s: RuleContext) -> Bound | None:
    if not s.cut_low or not s.sample.cells:
        return None
    cell = _cell(s.sample, min(s.sample.cells))
    return _none(f"{cell}: stopped at {s.preset.cutoff_low:.2f} V until back at {recovered(s.preset):.2f} V")


def _dead_cell(s: RuleContext) -> Bound | None:
    if not s.dead or not s.sample.cells:
        return None
    return _none(f"{_cell(s.sample, min(s.sample.cells))}: dead or shorted, have it checked")


def _deep_cell(s: RuleContext) -> Bound | None:
    lowest = min(s.sample.cells, default=s.preset.deep)
    if lowest >= s.preset.deep:
        return None
    limit = min(DEEP_RATE * s.capacity, s.charge_ceiling)
    return Bound(limit=limit, words=f"{_cell(s.sample, lowest)}: at most {DEEP_RATE:g} C")


def _charge_mosfet(s: RuleContext) -> Bound | None:
    return _none("charge MOSFET is off") if s.sample.is_on(Mosfet.CHARGE) is False else None


def _discharge_mosfet(s: RuleContext) -> Bound | None:
    return _none("discharge MOSFET is off") if s.sample.is_on(Mosfet.DISCHARGE) is False else None


def _sensors(s: RuleContext) -> Bound | None:
    if not s.by_temperature or s.temperatures.cells:
        return None
    return _none("no reliable cell temperature sensor")


def _charge_cells(s: RuleContext) -> Bound | None:
    highest = max(s.sample.cells, default=s.preset.cutoff_high)
    if (part := s.preset.charge_cells.at(highest)) >= 1 or not s.sample.cells:
        return None
    return Bound(limit=s.charge_ceiling * part, words=_cell(s.sample, highest))


def _discharge_cells(s: RuleContext) -> Bound | None:
    lowest = min(s.sample.cells, default=s.preset.cutoff_low)
    if (part := s.preset.discharge_cells.at(lowest)) >= 1 or not s.sample.cells:
        return None
    return Bound(limit=s.discharge_ceiling * part, words=_cell(s.sample, lowest))


def _by_temperatures(s: RuleContext, curve: Curve, ceiling: float) -> Bound | None:
    if not s.by_temperature or not s.temperatures.bounding:
        return None
    part, celsius = min((curve.at(t), t) for t in s.temperatures.bounding)
    if part >= 1:
        return None
    return Bound(limit=ceiling * part, words=f"{s.temperatures.named(celsius)} at {celsius:.1f} °C")


def _charge_temperatures(s: RuleContext) -> Bound | None:
    """By the curve, within what the chemistry takes whatever the curve says."""
    low, high = s.preset.charge_range
    for celsius in s.temperatures.bounding if s.by_temperature else ():
        if not low < celsius < high:
            return _none(f"{s.temperatures.named(celsius)} at {celsius:.1f} °C")
    return _by_temperatures(s, s.preset.charge_temperature, s.charge_ceiling)


def _by_mosfets(s: RuleContext, ceiling: float) -> Bound | None:
    hot = s.temperatures.mosfet
    if not s.by_temperature or hot is None:
        return None
    part = s.preset.mosfet_temperature.at(hot)
    return Bound(limit=ceiling * part, words=f"MOSFETs at {hot:.1f} °C") if part < 1 else None


def _by_soc(s: RuleContext, curve: Curve | None, ceiling: float) -> Bound | None:
    part = curve.at(s.sample.soc) if curve else 1.0
    return Bound(limit=ceiling * part, words=f"SoC {s.sample.soc:.0f} %") if part < 1 else None


# Of equal limits the first rule gives the words.
CHARGE_RULES: tuple[Rule, ...] = (
    _preset_is_believed,
    _cells_are_known,
    _charge_protection,
    _high_cutoff,
    _dead_cell,
    _charge_mosfet,
    _sensors,
    _deep_cell,
    _charge_cells,
    _charge_temperatures,
    lambda s: _by_mosfets(s, s.charge_ceiling),
    lambda s: _by_soc(s, s.preset.charge_soc, s.charge_ceiling),
    lambda s: Bound(limit=s.charge_ceiling, words=s.charge_origin, ceiling=True),
)
DISCHARGE_RULES: tuple[Rule, ...] = (
    _preset_is_believed,
    _cells_are_known,
    _discharge_protection,
    _low_cutoff,
    _discharge_mosfet,
    _discharge_cells,
    lambda s: _by_temperatures(s, s.preset.discharge_temperature, s.discharge_ceiling),
    lambda s: _by_mosfets(s, s.discharge_ceiling),
    lambda s: _by_soc(s, s.preset.discharge_soc, s.discharge_ceiling),
    lambda s: Bound(limit=s.discharge_ceiling, words=s.discharge_origin, ceiling=True),
)


def least(rules: tuple[Rule, ...], situation: RuleContext) -> Bound:
    """The bound of the rule that allows least."""
    bounds = [bound for rule in rules if (bound := rule(situation)) is not None]
    return min(bounds, key=lambda bound: bound.limit)


def ceiling(
    setting: Setting[float], rate: float, capacity: float, settings: PackSettings
) -> tuple[float, str]:
    """Highest current in A, and where it comes from in words.

    It is the owner's figure; until there is one, a part of the capacity that the board can bear.
    """
    chosen, rating = settings.value(setting), settings.rating
    if chosen >= 0:
        return chosen, f"{setting} {chosen:g} A"
    if not capacity:
        return 0.0, f"capacity unknown: set Capacity or {setting}"
    if rate * capacity <= (rating or UNRATED):
        return rate * capacity, f"{rate:g} C of {capacity:g} Ah ({UNSET})"
    words = f"BMS rated {rating:g} A" if rating else f"at most {UNRATED:g} A"
    return rating or UNRATED, f"{words} ({UNSET})"


def cut(was: bool, beyond: bool, back: bool) -> bool:
    """Whether a cut-off stands: set by going beyond it, ended only by coming well back."""
    return beyond or (was and not back)


def recovered(preset: Preset) -> float:
    """Voltage in V to which the lowest cell must rise after the low cut-off, beyond what rest alone gives."""
    return preset.low + (preset.low - preset.cutoff_low) / 2
