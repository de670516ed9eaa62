"""Presets: the voltages and curves of each chemistry, as data; and whether one fits the pack. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any

from dbus_xbms.control.curves import Curve, CurveError, parsed
from dbus_xbms.model import PackSample
from dbus_xbms.settings import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What one chemistry bears. Voltages are per cell in V; curves give the part of a limit that stands."""

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
    # Where a cell can be: from SoC in % to the lowest and the highest voltage, with room for a heavy load,
    # cold, and an SoC that has drifted.
    lowest_plausible: Curve | None
    highest_plausible: Curve | None
    charge_cells: Curve  # by V of the highest cell
    discharge_cells: Curve  # by V of the lowest cell
    charge_soc: Curve | None = None  # by %
    discharge_soc: Curve | None = None  # by %
    refused: str = ""  # why the owner's settings make no preset: then there is no charging


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chemistry:
    """The raw numbers of a preset, before the owner's."""

    full: float
    floating: float
    low: float
    cutoff_high: float
    cutoff_low: float
    top_balance: float
    hot_warning: float
    cold_warning: float
    charge_temperature: Curve
    discharge_temperature: Curve
    lowest_plausible: Curve | None = None
    highest_plausible: Curve | None = None


# Cell curves between two voltages: 0 is where the taper counts from, 1 where nothing is left. The taper of
# charging begins a little before full, because the last steps up to full are steep.
CHARGE_TAPER = ((-0.2, 1.0), (0.0, 0.4), (0.2, 0.1), (1.0, 0.0))  # full to high cut-off
DISCHARGE_TAPER = ((0.0, 1.0), (0.5, 0.3), (1.0, 0.0))  # low to low cut-off
MOSFET_TEMPERATURE = Curve(((75.0, 1.0), (90.0, 0.3), (100.0, 0.0)))

LIFEPO4 = _Chemistry(
    full=3.45,
    floating=3.375,
    low=2.90,
    cutoff_high=3.60,
    cutoff_low=2.60,
    top_balance=3.50,
    hot_warning=50.0,
    cold_warning=-10.0,
    charge_temperature=Curve(
        ((0.0, 0.0), (5.0, 0.1), (10.0, 0.4), (20.0, 1.0), (45.0, 1.0), (50.0, 0.4), (55.0, 0.0))
    ),
    discharge_temperature=Curve(((-20.0, 0.0), (-10.0, 0.4), (0.0, 1.0), (50.0, 1.0), (60.0, 0.0))),
    lowest_plausible=Curve(((20.0, 0.0), (40.0, 2.5), (70.0, 2.8), (100.0, 2.9))),
    highest_plausible=Curve(((0.0, 3.55), (70.0, 3.55), (90.0, 3.7), (100.0, 3.8))),
)
NMC = _Chemistry(
    full=4.15,
    floating=4.05,
    low=3.30,
    cutoff_high=4.20,
    cutoff_low=3.00,
    top_balance=4.17,
    hot_warning=45.0,
    cold_warning=-10.0,
    charge_temperature=Curve(
        ((0.0, 0.0), (5.0, 0.1), (10.0, 0.4), (20.0, 1.0), (40.0, 1.0), (45.0, 0.4), (50.0, 0.0))
    ),
    discharge_temperature=Curve(((-20.0, 0.0), (-10.0, 0.4), (0.0, 1.0), (50.0, 1.0), (60.0, 0.0))),
    lowest_plausible=Curve(((5.0, 0.0), (10.0, 2.8), (30.0, 3.35), (60.0, 3.45), (90.0, 3.7))),
    highest_plausible=Curve(((0.0, 4.3),)),
)
LTO = _Chemistry(
    full=2.70,
    floating=2.50,
    low=2.00,
    cutoff_high=2.80,
    cutoff_low=1.80,
    top_balance=2.74,
    hot_warning=50.0,
    cold_warning=-25.0,
    charge_temperature=Curve(((-28.0, 0.0), (-20.0, 0.2), (0.0, 1.0), (45.0, 1.0), (50.0, 0.5), (58.0, 0.0))),
    discharge_temperature=Curve(((-29.0, 0.0), (-20.0, 0.5), (-5.0, 1.0), (50.0, 1.0), (60.0, 0.0))),
    lowest_plausible=Curve(((10.0, 0.0), (30.0, 1.7), (100.0, 1.9))),
    highest_plausible=Curve(((0.0, 2.9),)),
)
CHEMISTRIES = {"LiFePO4": LIFEPO4, "NMC": NMC, "LTO": LTO}
CUSTOM = "custom"

VOLTAGES = {
    "CellFull": "full",
    "CellFloat": "floating",
    "CellLow": "low",
    "CellHighCutoff": "cutoff_high",
    "CellLowCutoff": "cutoff_low",
}
OPTIONAL = {
    "TopBalanceVoltage": "top_balance",
    "HighTemperatureWarning": "hot_warning",
    "LowTemperatureWarning": "cold_warning",
}
# Setting -> field, and what must hold for the curve: more voltage never allows more charging, and so on.
CURVES: dict[str, tuple[str, Callable[[Curve], bool]]] = {
    "ChargeCellCurve": ("charge_cells", lambda curve: curve.falls),
    "DischargeCellCurve": ("discharge_cells", lambda curve: curve.rises),
    "ChargeTemperatureCurve": ("charge_temperature", lambda curve: True),
    "DischargeTemperatureCurve": ("discharge_temperature", lambda curve: True),
    "MosfetTemperatureCurve": ("mosfet_temperature", lambda curve: curve.falls),
    "ChargeSocCurve": ("charge_soc", lambda curve: True),
    "DischargeSocCurve": ("discharge_soc", lambda curve: True),
}
WARNINGS = {"HighCellWarning": "high_warning", "LowCellWarning": "low_warning"}
_READ = ("Chemistry", *VOLTAGES, *OPTIONAL, *CURVES, *WARNINGS)
_read = itemgetter(*_READ)


def preset(settings: Mapping[str, Value]) -> Preset:
    """The preset as the owner chose and changed it; ``refused`` says what is wrong with it, if anything."""
    return _built(_read(settings))


@lru_cache(maxsize=64)
def _built(values: tuple[Value, ...]) -> Preset:
    owner: dict[str, Any] = {name: value for name, value in zip(_READ, values, strict=True) if value}
    name = owner.get("Chemistry", "")
    plain = _preset(name, CHEMISTRIES.get(name, LIFEPO4))
    if not name:
        return replace(plain, refused="Chemistry is not chosen")
    missing = [setting for setting in VOLTAGES if setting not in owner]
    if name == CUSTOM and missing:
        return replace(plain, refused=f"Chemistry custom needs {', '.join(missing)}")
    chosen = {field: owner[s] for s, field in (VOLTAGES | OPTIONAL).items() if s in owner}
    if name == CUSTOM:  # where no chemistry is known, nothing contradicts it
        chosen |= {"lowest_plausible": None, "highest_plausible": None}
    numbers = replace(CHEMISTRIES.get(name, LIFEPO4), **chosen)
    if "top_balance" not in chosen:
        top = numbers.full if name == CUSTOM else max(numbers.full, numbers.top_balance)
        numbers = replace(numbers, top_balance=min(top, numbers.cutoff_high - 0.01))
    if not 0 < numbers.cutoff_low < numbers.low < numbers.floating <= numbers.full < numbers.cutoff_high:
        order = " < ".join(("CellLowCutoff", "CellLow", "CellFloat", "CellFull", "CellHighCutoff"))
        return replace(plain, refused=f"Cell voltages must rise: {order}")
    if not numbers.full <= numbers.top_balance < numbers.cutoff_high:
        return replace(plain, refused="TopBalanceVoltage must lie between CellFull and CellHighCutoff")
    return _with_curves(_preset(name, numbers), owner)


def _preset(name: str, numbers: _Chemistry) -> Preset:
    fields = {field: getattr(numbers, field) for field in _Chemistry.__slots__}
    rise, fall = numbers.cutoff_high - numbers.full, numbers.low - numbers.cutoff_low
    charge = tuple((numbers.full + part * rise, left) for part, left in CHARGE_TAPER)
    discharge = tuple((numbers.low - part * fall, left) for part, left in reversed(DISCHARGE_TAPER))
    return Preset(
        name=name,
        high_warning=(numbers.full + numbers.cutoff_high) / 2,
        low_warning=numbers.low,
        mosfet_temperature=MOSFET_TEMPERATURE,
        charge_cells=Curve(charge),
        discharge_cells=Curve(discharge),
        **fields,
    )


def _with_curves(built: Preset, owner: dict[str, Any]) -> Preset:
    changes: dict[str, Any] = {field: owner[name] for name, field in WARNINGS.items() if name in owner}
    for name, (field, holds) in CURVES.items():
        if name not in owner:
            continue
        try:
            curve = parsed(owner[name])
        except CurveError as err:
            return replace(built, refused=f"{name}: {err}")
        if not holds(curve):
            return replace(built, refused=f"{name} runs the wrong way")
        changes[field] = curve
    return replace(built, **changes)


def contradiction(chosen: Preset, sample: PackSample, known_cells: int) -> str:
    """Why the preset cannot be this pack's, in words; empty if nothing speaks against it.

    Judged by the lower median of the cells, so that one bad cell does not condemn the preset.
    """
    if chosen.refused:
        return chosen.refused
    count = len(sample.cells)
    if known_cells and count != known_cells:
        return f"{count} cell voltages, but the BMS is set to {known_cells} cells"
    middle, total = sorted(sample.cells)[(count - 1) // 2], sum(sample.cells)
    if abs(sample.voltage - total) > middle / 2:
        return f"{count} cells make {total:.2f} V, but the pack has {sample.voltage:.2f} V"
    low, high = chosen.lowest_plausible, chosen.highest_plausible
    if (low and middle < low.at(sample.soc)) or (high and middle > high.at(sample.soc)):
        return f"{chosen.name} does not fit: cells at {middle:.2f} V with {sample.soc:.0f} % charge"
    return ""
