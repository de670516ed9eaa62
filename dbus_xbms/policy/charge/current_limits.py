"""CCL and DCL by one sample: the strictest of a table of rules. Pure.

:mod:`dbus_xbms.policy.charge.ramp` makes limits of them over time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from dbus_xbms.model import Mosfet, PackSample, Protection
from dbus_xbms.policy.charge.chemistry import Preset
from dbus_xbms.policy.charge.curves import Curve
from dbus_xbms.policy.charge.ramp import Allowance
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings, Setting

CHARGE_RATE, DISCHARGE_RATE = 0.3, 0.5  # C, until the owner sets currents
UNRATED = 100.0  # A, highest current until then of a board whose model text has no rating
UNSET = "no limit set"
DEEP_RATE = 0.05  # C, for deeply discharged cells

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


@record
class RuleContext:
    """Input of the rules: one sample and the state of its pack."""

    sample: PackSample
    temperatures: Temperatures
    preset: Preset
    by_temperature: bool  # the setting TemperatureControl
    refused: str  # why the preset is refused
    cut_high: bool  # a cell was at the high cut-off and is not yet back at full
    cut_low: bool  # a cell was at the low cut-off and has not recovered
    dead: bool  # a cell was dead and is not back above ``deep``
    capacity: float  # Ah; 0: unknown
    charge_ceiling: float  # A
    discharge_ceiling: float  # A
    charge_origin: str  # where the ceiling comes from, in words
    discharge_origin: str
    watch_only: bool = False  # the owner's currents hold even without cells; beside other packs of a bank
    in_bank: bool = False  # other packs carry the current while a MOSFET is off

    def avoided(self, mosfet: Mosfet) -> bool:
        """Return whether a MOSFET that is off, with its protections, is left to the bank.

        The bank does without the pack in this direction. Once the MOSFET is on again, the pack carries its
        share at once: a limit that then had to rise from 0 would stop the whole bank.
        """
        return self.in_bank and self.sample.is_on(mosfet) is False


Rule = Callable[[RuleContext], Allowance | None]  # None: the rule does not limit


def _nothing(reason: str) -> Allowance:
    return Allowance(current=0.0, reason=reason)


def _cell(sample: PackSample, voltage: float) -> str:
    return f"cell {sample.cells.index(voltage) + 1} at {voltage:.2f} V"


def _tripped(tripped: frozenset[Protection]) -> str:
    return "BMS protection: " + ", ".join(one.value for one in Protection if one in tripped)


def _preset_refused(context: RuleContext) -> Allowance | None:
    return _nothing(context.refused) if context.refused else None


def _cells_unknown(context: RuleContext) -> Allowance | None:
    known = context.sample.cells or context.watch_only
    return None if known else _nothing("cell voltages unknown")


def _charge_protection(context: RuleContext) -> Allowance | None:
    tripped = context.sample.protection and context.sample.protection & NO_CHARGE
    return _nothing(_tripped(tripped)) if tripped and not context.avoided(Mosfet.CHARGE) else None


def _discharge_protection(context: RuleContext) -> Allowance | None:
    tripped = context.sample.protection and context.sample.protection & NO_DISCHARGE
    return _nothing(_tripped(tripped)) if tripped and not context.avoided(Mosfet.DISCHARGE) else None


def _high_cutoff(context: RuleContext) -> Allowance | None:
    if not context.cut_high or not context.sample.cells:
        return None
    cell = _cell(context.sample, max(context.sample.cells))
    return _nothing(
        f"{cell}: stopped at {context.preset.cutoff_high:.2f} V until back at {context.preset.full:.2f} V"
    )


def _low_cutoff(context: RuleContext) -> Allowance | None:
    if not context.cut_low or not context.sample.cells:
        return None
    cell, recovered = _cell(context.sample, min(context.sample.cells)), recovery_voltage(context.preset)
    return _nothing(f"{cell}: stopped at {context.preset.cutoff_low:.2f} V until back at {recovered:.2f} V")


def _dead_cell(context: RuleContext) -> Allowance | None:
    if not context.dead or not context.sample.cells:
        return None
    return _nothing(f"{_cell(context.sample, min(context.sample.cells))}: dead or shorted, have it checked")


def _deep_cell(context: RuleContext) -> Allowance | None:
    lowest = min(context.sample.cells, default=context.preset.deep)
    if lowest >= context.preset.deep:
        return None
    limit = min(DEEP_RATE * context.capacity, context.charge_ceiling)
    return Allowance(
        current=limit,
        reason=f"{_cell(context.sample, lowest)}: at most {100 * DEEP_RATE:g} % of the capacity",
    )


def _charge_mosfet(context: RuleContext) -> Allowance | None:
    off = context.sample.is_on(Mosfet.CHARGE) is False and not context.in_bank
    return _nothing("charge MOSFET is off") if off else None


def _discharge_mosfet(context: RuleContext) -> Allowance | None:
    off = context.sample.is_on(Mosfet.DISCHARGE) is False and not context.in_bank
    return _nothing("discharge MOSFET is off") if off else None


def _sensors(context: RuleContext) -> Allowance | None:
    if not context.by_temperature or context.temperatures.cells:
        return None
    return _nothing("no reliable cell temperature sensor")


def _charge_cells(context: RuleContext) -> Allowance | None:
    highest = max(context.sample.cells, default=context.preset.cutoff_high)
    if (part := context.preset.charge_cells.at(highest)) >= 1 or not context.sample.cells:
        return None
    return Allowance(current=context.charge_ceiling * part, reason=_cell(context.sample, highest))


def _discharge_cells(context: RuleContext) -> Allowance | None:
    lowest = min(context.sample.cells, default=context.preset.cutoff_low)
    if (part := context.preset.discharge_cells.at(lowest)) >= 1 or not context.sample.cells:
        return None
    return Allowance(current=context.discharge_ceiling * part, reason=_cell(context.sample, lowest))


def _by_temperatures(context: RuleContext, curve: Curve, ceiling: float) -> Allowance | None:
    if not context.by_temperature or not context.temperatures.maybe_cells:
        return None
    part, celsius = min((curve.at(t), t) for t in context.temperatures.maybe_cells)
    if part >= 1:
        return None
    return Allowance(
        current=ceiling * part, reason=f"{context.temperatures.describe(celsius)} at {celsius:.1f} °C"
    )


def _charge_temperatures(context: RuleContext) -> Allowance | None:
    """Apply the curve, within the temperatures at which the chemistry may be charged at all."""
    low, high = context.preset.charge_range
    for celsius in context.temperatures.maybe_cells if context.by_temperature else ():
        if not low < celsius < high:
            return _nothing(f"{context.temperatures.describe(celsius)} at {celsius:.1f} °C")
    return _by_temperatures(context, context.preset.charge_temperature, context.charge_ceiling)


def _by_mosfets(context: RuleContext, ceiling: float) -> Allowance | None:
    hot = context.temperatures.mosfet
    if not context.by_temperature or hot is None:
        return None
    part = context.preset.mosfet_temperature.at(hot)
    return Allowance(current=ceiling * part, reason=f"MOSFETs at {hot:.1f} °C") if part < 1 else None


def _by_soc(context: RuleContext, curve: Curve | None, ceiling: float) -> Allowance | None:
    if curve is None:
        return None
    soc = context.sample.soc
    part, words = (curve.lowest, "unknown") if soc is None else (curve.at(soc), f"{soc:.0f} %")
    return Allowance(current=ceiling * part, reason=f"SoC {words}") if part < 1 else None


# Of equal limits the first rule gives the reason.
CHARGE_RULES: tuple[Rule, ...] = (
    _preset_refused,
    _cells_unknown,
    _charge_protection,
    _high_cutoff,
    _dead_cell,
    _charge_mosfet,
    _sensors,
    _deep_cell,
    _charge_cells,
    _charge_temperatures,
    lambda context: _by_mosfets(context, context.charge_ceiling),
    lambda context: _by_soc(context, context.preset.charge_soc, context.charge_ceiling),
    lambda context: Allowance(current=context.charge_ceiling, reason=context.charge_origin, ceiling=True),
)
DISCHARGE_RULES: tuple[Rule, ...] = (
    _preset_refused,
    _cells_unknown,
    _discharge_protection,
    _low_cutoff,
    _discharge_mosfet,
    _discharge_cells,
    lambda context: _by_temperatures(
        context, context.preset.discharge_temperature, context.discharge_ceiling
    ),
    lambda context: _by_mosfets(context, context.discharge_ceiling),
    lambda context: _by_soc(context, context.preset.discharge_soc, context.discharge_ceiling),
    lambda context: Allowance(
        current=context.discharge_ceiling, reason=context.discharge_origin, ceiling=True
    ),
)


def strictest(rules: tuple[Rule, ...], context: RuleContext) -> Allowance:
    """The lowest allowance of all rules."""
    allowances = [allowance for rule in rules if (allowance := rule(context)) is not None]
    return min(allowances, key=lambda allowance: allowance.current)


def ceiling(
    setting: Setting[float], rate: float, capacity: float, settings: PackSettings
) -> tuple[float, str]:
    """Highest current in A, and its origin in words.

    The owner's setting; without one, ``rate`` in C of the capacity, within the rating of the board.
    """
    return _ceiling(setting.name, rate, capacity, settings.value(setting), settings.rating)


@lru_cache(maxsize=64)
def _ceiling(name: str, rate: float, capacity: float, chosen: float, rating: float) -> tuple[float, str]:
    if chosen >= 0:
        return chosen, f"{name} {chosen:g} A"
    if not capacity:
        return 0.0, f"capacity unknown: set Capacity or {name}"
    if rate * capacity <= (rating or UNRATED):
        return rate * capacity, f"{100 * rate:g} % of {capacity:g} Ah ({UNSET})"
    words = f"BMS rated {rating:g} A" if rating else f"at most {UNRATED:g} A"
    return rating or UNRATED, f"{words} ({UNSET})"


def latch(latched: bool, set_by: bool, reset_by: bool) -> bool:
    """A set-reset latch: ``set_by`` takes precedence."""
    return set_by or (latched and not reset_by)


def recovery_voltage(preset: Preset) -> float:
    """Voltage in V to which the lowest cell must rise after the low cut-off, more than rest alone gives."""
    return preset.low + (preset.low - preset.cutoff_low) / 2
