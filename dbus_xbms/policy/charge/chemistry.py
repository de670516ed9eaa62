"""Presets: the voltages and curves of a chemistry with the owner's changes. Pure.

:func:`preset` reports what is wrong with a set of settings, and :func:`refusal` whether a change would
make it wrong: a write is refused by the same rules that would stop charging afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import lru_cache
from math import inf
from operator import itemgetter
from typing import Any

from dbus_xbms.policy.charge.chemistry_table import CHEMISTRIES, LIFEPO4, Chemistry
from dbus_xbms.policy.charge.curves import Curve, CurveError, parse_curve
from dbus_xbms.record import record, replace
from dbus_xbms.settings import AnySetting, PackSettings, Settings, Value
from dbus_xbms.settings import PackSettings as P


@record
class Preset:
    """Voltages per cell in V, and curves that give the allowed fraction of a limit."""

    name: str
    full: float
    floating: float
    low: float
    cutoff_high: float
    cutoff_low: float
    top_balance: float
    high_warning: float
    low_warning: float
    hot_warning: float  # °C
    cold_warning: float  # °C
    charge_temperature: Curve  # by °C
    discharge_temperature: Curve  # by °C
    mosfet_temperature: Curve  # by °C
    # Plausible cell voltages by SoC in %, with room for a heavy load, cold, and a drifted SoC.
    lowest_plausible: Curve | None
    highest_plausible: Curve | None
    charge_cells: Curve  # by V of the highest cell
    discharge_cells: Curve  # by V of the lowest cell
    ceiling: float  # highest charge voltage, whatever the settings
    deep: float  # a cell below this is charged with little current ...
    dead: float  # ... and below this not at all
    charge_range: tuple[float, float]  # °C, exclusive; no charging outside, whatever the curve
    charge_soc: Curve | None = None  # by %
    discharge_soc: Curve | None = None  # by %
    refused: str = ""  # why the owner's settings are not valid: then there is no charging


# Cell curves between two voltages, from 0 to 1. The taper of charging begins a little before full, because
# the voltage rises steeply there.
CHARGE_TAPER = ((-0.2, 1.0), (0.0, 0.4), (0.2, 0.1), (1.0, 0.0))  # full to high cut-off
DISCHARGE_TAPER = ((0.0, 1.0), (0.5, 0.3), (1.0, 0.0))  # low to low cut-off
MOSFET_TEMPERATURE = Curve(((75.0, 1.0), (90.0, 0.3), (100.0, 0.0)))
CUTOFF_ABOVE_FULL = 0.05  # V; the preset's high cut-off moves up for a CellFull that comes closer
TOP_BELOW_CUTOFF = 0.01  # V

CUSTOM = "custom"

VOLTAGES = {
    P.cell_full: "full",
    P.cell_float: "floating",
    P.cell_low: "low",
    P.cell_high_cutoff: "cutoff_high",
    P.cell_low_cutoff: "cutoff_low",
}
OPTIONAL = {
    P.top_balance_voltage: "top_balance",
    P.high_temperature_warning: "hot_warning",
    P.low_temperature_warning: "cold_warning",
}
# Setting -> field that limits it, and whether that is the upper limit.
BOUNDS = {
    P.cell_full: ("highest_full", True),
    P.top_balance_voltage: ("highest_full", True),
    P.cell_high_cutoff: ("highest_cutoff", True),
    P.cell_low_cutoff: ("lowest_cutoff", False),
}
# Setting -> range outside which its curve must be 0, by chemistry.
CURVE_RANGES: dict[AnySetting, Callable[[Chemistry], tuple[float, float]]] = {
    P.charge_cell_curve: lambda chemistry: (0.0, chemistry.highest_cutoff),
    P.discharge_cell_curve: lambda chemistry: (chemistry.lowest_cutoff, inf),
    P.charge_temperature_curve: lambda chemistry: chemistry.charge_range,
}
# Setting -> field, and a condition on the curve, e.g. more voltage never allows more charging.
CURVES: dict[AnySetting, tuple[str, Callable[[Curve], bool]]] = {
    P.charge_cell_curve: ("charge_cells", lambda curve: curve.falls),
    P.discharge_cell_curve: ("discharge_cells", lambda curve: curve.rises),
    P.charge_temperature_curve: ("charge_temperature", lambda curve: True),
    P.discharge_temperature_curve: ("discharge_temperature", lambda curve: True),
    P.mosfet_temperature_curve: ("mosfet_temperature", lambda curve: curve.falls),
    P.charge_soc_curve: ("charge_soc", lambda curve: True),
    P.discharge_soc_curve: ("discharge_soc", lambda curve: True),
}
WARNINGS = {P.high_cell_warning: "high_warning", P.low_cell_warning: "low_warning"}
DEAD_BELOW_MEDIAN = 1.0  # V; the median is the higher one of two
CUSTOM_DEAD = 0.6  # fraction of CellLowCutoff, about as for LiFePO4
SAME = 1e-6  # V; rounding error of a pack's voltage divided by its cells
_SHARED = tuple({row.name for row in fields(Chemistry)} & {row.name for row in fields(Preset)})
_READ: tuple[AnySetting, ...] = (P.chemistry, *VOLTAGES, *OPTIONAL, *CURVES, *WARNINGS)
_read = itemgetter(*(setting.name for setting in _READ))


@record(kw_only=False)
class Fault:
    """A fault in a set of settings, in words."""

    words: str
    unfinished: bool = False  # a setting is still missing; the others may be right


def preset(settings: Mapping[str, Value]) -> Preset:
    """The chosen preset with the owner's changes; ``refused`` says what is wrong with it, if anything."""
    return settings.derived(_chosen) if isinstance(settings, Settings) else _chosen(settings)


def _chosen(settings: Mapping[str, Value]) -> Preset:
    return _built(_read(settings))[0]


def refusal(settings: Mapping[str, Value], changes: Mapping[str, Value]) -> str:
    """Return why these changes are not allowed, in words; empty if they are.

    Existing faults do not count, and may be reset: settings are corrected one after the other.
    """
    if not any(setting.name in changes for setting in _READ):
        return ""
    _, before = _built(_read(settings))
    if before and not any(_is_set(PackSettings.named(name), value) for name, value in changes.items()):
        return ""
    _, after = _built(_read({**settings, **changes}))
    return next((fault.words for fault in after if not fault.unfinished and fault not in before), "")


def judges(setting: AnySetting) -> bool:
    """Return whether a setting is part of the preset."""
    return setting in _READ or setting is P.control


@lru_cache(maxsize=64)
def _built(values: tuple[Value, ...]) -> tuple[Preset, tuple[Fault, ...]]:
    chosen = zip(_READ, values, strict=True)
    owner = {setting: value for setting, value in chosen if _is_set(setting, value)}
    name = str(owner.get(P.chemistry, ""))
    base = CHEMISTRIES.get(name, LIFEPO4)
    numbers = _numbers(name, base, owner)
    curves, faults = _curves(owner)
    faults = (*_faults(name, base, numbers, owner), *faults)
    if faults:
        return replace(_preset(name, base), refused=faults[0].words), faults
    changes: dict[str, Any] = {
        field: owner[setting] for setting, field in WARNINGS.items() if setting in owner
    }
    return replace(_preset(name, numbers), **(changes | curves)), ()


def _is_set(setting: AnySetting, value: Value) -> bool:
    return bool(value) if setting.unset is None else value != setting.unset


def _numbers(name: str, base: Chemistry, owner: Mapping[AnySetting, Any]) -> Chemistry:
    """Apply the owner's voltages to a chemistry, and move the others that would contradict them."""
    chosen = {field: owner[setting] for setting, field in (VOLTAGES | OPTIONAL).items() if setting in owner}
    numbers = replace(base, **chosen)
    if name == CUSTOM:  # without a known chemistry nothing contradicts the owner
        numbers = _unbounded(numbers)
    moved: dict[str, Any] = {}
    if "cutoff_high" not in chosen:
        above_full = round(numbers.full + CUTOFF_ABOVE_FULL, 4)
        moved["cutoff_high"] = max(numbers.cutoff_high, min(above_full, base.highest_cutoff))
    if "floating" not in chosen:
        moved["floating"] = min(numbers.floating, numbers.full)
    numbers = replace(numbers, **moved)
    if "top_balance" in chosen:
        return numbers
    top = numbers.full if name == CUSTOM else max(numbers.full, numbers.top_balance)
    return replace(numbers, top_balance=min(top, numbers.cutoff_high - TOP_BELOW_CUTOFF))


def _unbounded(numbers: Chemistry) -> Chemistry:
    """A chemistry of which only the owner's voltages are known."""
    return replace(
        numbers,
        deep=numbers.cutoff_low,
        dead=numbers.cutoff_low * CUSTOM_DEAD,
        highest_full=numbers.cutoff_high,
        lowest_plausible=None,
        highest_plausible=None,
        charge_range=(-inf, inf),
    )


def _faults(
    name: str, base: Chemistry, numbers: Chemistry, owner: Mapping[AnySetting, Any]
) -> tuple[Fault, ...]:
    """Faults of the voltages, and of curves outside their range."""
    if not name:
        return (Fault("Chemistry is not chosen", unfinished=True),)
    if name == CUSTOM:
        missing = [setting for setting in VOLTAGES if setting not in owner]
        if missing:
            return (Fault(f"Chemistry custom needs {', '.join(map(str, missing))}", unfinished=True),)
        return _disorder(numbers)
    return (*_excesses(name, base, owner), *_disorder(numbers))


def _disorder(numbers: Chemistry) -> tuple[Fault, ...]:
    if not 0 < numbers.cutoff_low < numbers.low < numbers.floating <= numbers.full < numbers.cutoff_high:
        order = "CellLowCutoff < CellLow < CellFloat < CellFull < CellHighCutoff"
        return (Fault(f"Cell voltages must rise: {order}"),)
    if not numbers.full <= numbers.top_balance < numbers.cutoff_high:
        return (Fault("TopBalanceVoltage must lie between CellFull and CellHighCutoff"),)
    return ()


def _excesses(name: str, base: Chemistry, owner: Mapping[AnySetting, Any]) -> tuple[Fault, ...]:
    """The owner's settings that exceed the data sheets of a named chemistry."""
    found = []
    for setting, (field, from_above) in BOUNDS.items():
        wanted, bound = owner.get(setting), getattr(base, field)
        if wanted is not None and (wanted > bound + SAME if from_above else wanted < bound - SAME):
            side = "most" if from_above else "least"
            found.append(Fault(f"{setting} {wanted:g} V: {name} cells take at {side} {bound:g} V"))
    for setting, bounds in CURVE_RANGES.items():
        low, high = bounds(base)
        beyond = [f"{x:g}" for x, y in _points(owner.get(setting, "")) if y and not low <= x <= high]
        if beyond:
            found.append(Fault(f"{setting} allows current at {', '.join(beyond)}, where {name} takes none"))
    return tuple(found)


def _points(text: str) -> tuple[tuple[float, float], ...]:
    try:
        return parse_curve(text).points if text else ()
    except CurveError:  # reported by _curves
        return ()


def _preset(name: str, numbers: Chemistry) -> Preset:
    shared = {field: getattr(numbers, field) for field in _SHARED}
    rise, fall = numbers.cutoff_high - numbers.full, numbers.low - numbers.cutoff_low
    charge = tuple((numbers.full + part * rise, left) for part, left in CHARGE_TAPER)
    discharge = tuple((numbers.low - part * fall, left) for part, left in reversed(DISCHARGE_TAPER))
    return Preset(
        name=name,
        ceiling=numbers.highest_full,
        high_warning=(numbers.full + numbers.cutoff_high) / 2,
        low_warning=numbers.low,
        mosfet_temperature=MOSFET_TEMPERATURE,
        charge_cells=Curve(charge),
        discharge_cells=Curve(discharge),
        **shared,
    )


def _curves(owner: Mapping[AnySetting, Any]) -> tuple[dict[str, Curve], tuple[Fault, ...]]:
    """The owner's curves by field, and their faults."""
    curves, faults = {}, []
    for setting, (field, holds) in CURVES.items():
        if setting not in owner:
            continue
        try:
            curves[field] = curve = parse_curve(owner[setting])
        except CurveError as err:
            faults.append(Fault(f"{setting}: {err}"))
            continue
        if not holds(curve):
            faults.append(Fault(f"{setting} runs the wrong way"))
    return curves, tuple(faults)


def dead_cells(chosen: Preset, cells: tuple[float, ...]) -> int:
    """Number of dead or shorted cells: too low to be charged, or far below the others."""
    if not cells or (min(cells) >= chosen.dead and max(cells) - min(cells) < DEAD_BELOW_MEDIAN):
        return 0  # nearly always
    threshold = max(chosen.dead, sorted(cells)[len(cells) // 2] - DEAD_BELOW_MEDIAN)
    return sum([cell < threshold for cell in cells]) if min(cells) < threshold else 0
