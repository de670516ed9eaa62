"""Settings that pages of the touch screen can edit. Pure.

A battery's stock settings page shows each row whose path is valid, within what GetMin and GetMax answer.
The switch pane keeps there how its outputs appear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from operator import attrgetter
from typing import Literal

from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.alarms import SOC_HYSTERESIS, TEMPERATURE_HYSTERESIS
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.report import AnyReport, ChangeSetting, Report
from dbus_xbms.settings import AnySetting, SettingsError, Value
from dbus_xbms.settings import PackSettings as P
from dbus_xbms.venus.item import Item, Source, rows

KELVIN = 273.15  # K at 0 °C; the GX takes thresholds of temperature in kelvin
LOWEST_FULL, HIGHEST_FULL = 2.0, 4.5  # V of a full cell of any chemistry

Effective = Callable[[Report], float | None]


@dataclass(frozen=True, slots=True)
class Edited:
    """A writable path and its setting."""

    path: str
    setting: AnySetting
    text: str
    _: KW_ONLY
    effective: Effective | None = None  # what holds while the setting is not set; ``None``: nothing
    per_cell: bool = False  # the page shows the value per pack, the setting per cell
    kelvin: bool = False  # the page shows kelvin, the setting °C
    bounds: tuple[float, float] | None = None  # of the setting, if narrower than its own
    clears: float | None = None  # from the threshold to where its alarm ends; the GX shows both or neither

    def shown(self, value: float, cells: int) -> float:
        """Return what the page shows of a value of the setting."""
        return value * cells if self.per_cell else round(value + KELVIN, 2) if self.kelvin else value

    def stored(self, shown: float, cells: int) -> float:
        """Return the value of the setting for one on the page."""
        if self.per_cell:
            return round(shown / cells, 4)
        return round(shown - KELVIN, 2) if self.kelvin else shown


def _capacity(report: Report) -> float:
    return state_of_charge.installed(report.identity.nominal)


def _of_preset(field: str, *, watching: bool = False) -> Effective:
    """Read a preset's value, which is in effect if the pack controls; ``watching``: show it in any case."""

    def read(report: Report) -> float | None:
        chosen = preset(report.settings)
        if chosen.refused or not (watching or report.controls or report.bank):
            return None
        value: float = getattr(chosen, field)
        return value

    return read


EDITED = (
    Edited("/Settings/Battery/Capacity", P.capacity, "{:.0f}Ah", effective=_capacity),
    Edited(
        "/Settings/Battery/ChargedVoltage",
        P.cell_full,
        "{:.2f}V",
        effective=_of_preset("full", watching=True),
        per_cell=True,
        bounds=(LOWEST_FULL, HIGHEST_FULL),
    ),
    Edited("/Settings/Battery/TailCurrent", P.tail_current, "{:.1f}%"),
    Edited("/Settings/Battery/DischargeFloor", P.discharge_floor, "{:.1f}%"),
    Edited("/Settings/Alarm/LowSoc", P.low_soc_warning, "{:.1f}%", clears=SOC_HYSTERESIS),
    Edited(
        "/Settings/Alarm/HighBatteryTemperature",
        P.high_temperature_warning,
        "{:.2f}K",
        effective=_of_preset("hot_warning"),
        kelvin=True,
        clears=-TEMPERATURE_HYSTERESIS,
    ),
    Edited(
        "/Settings/Alarm/LowBatteryTemperature",
        P.low_temperature_warning,
        "{:.2f}K",
        effective=_of_preset("cold_warning"),
        kelvin=True,
        clears=TEMPERATURE_HYSTERESIS,
    ),
)
_APPEARANCE: dict[str, tuple[AnySetting, AnySetting, AnySetting]] = {  # name, group, visibility
    "charge": (P.charge_switch_name, P.charge_switch_group, P.charge_switch_show),
    "discharge": (P.discharge_switch_name, P.discharge_switch_group, P.discharge_switch_show),
    "lend": (P.lend_switch_name, P.lend_switch_group, P.lend_switch_show),
}
PANE = tuple(
    Edited(f"/SwitchableOutput/{switch}/Settings/{leaf}", setting, "{}")
    for switch, appearance in _APPEARANCE.items()
    for leaf, setting in zip(("CustomName", "Group", "ShowUIControl"), appearance, strict=True)
)
_KINDS: dict[type, Literal["i", "d", "s"]] = {int: "i", float: "d", str: "s"}


def _text_item(edited: Edited) -> Item[AnyReport]:
    """Return the row of a setting whose values the page shows as they are."""
    row = edited.setting

    def read(report: AnyReport) -> Value:
        value: Value = report.settings.value(row)
        return value

    def request(value: Value, report: AnyReport) -> ChangeSetting:
        return ChangeSetting(row.name, row.checked(value))

    return Item(
        edited.path,
        _KINDS[type(row.default)],
        edited.text,
        read,
        writable=True,
        lowest=row.lowest,
        highest=row.highest,
        default=row.default if isinstance(row.default, int) else None,
        request=request,
    )


def _shown(edited: Edited, cells: int) -> Callable[[Report], float | None]:
    """Read what the page shows: the setting, or what holds while it is not set."""

    def read(report: Report) -> float | None:
        value: float | None = report.settings.value(edited.setting)
        if edited.effective and value == edited.setting.default:
            value = edited.effective(report)
        if value is None or (edited.per_cell and not cells):
            return None
        return edited.shown(value, cells)

    return read


def _number_items(edited: Edited, cells: int) -> tuple[Item[Report], ...]:
    """Return the row of a number, and of where its alarm ends."""
    row, read = edited.setting, _shown(edited, cells)

    def request(value: float, report: Report) -> ChangeSetting:
        if edited.per_cell and not cells:
            raise SettingsError(f"{edited.path} cannot be set to {value!r} before the pack is known")
        stored = row.checked(edited.stored(value, cells))
        if edited.bounds and not edited.bounds[0] <= float(stored) <= edited.bounds[1]:
            low, high = edited.bounds
            raise SettingsError(f"{row} must be from {low:g} to {high:g} {row.unit}, not {stored}")
        return ChangeSetting(row.name, stored)

    lowest, highest = edited.bounds or (row.lowest, row.highest)
    item = Item(
        edited.path,
        "d",
        edited.text,
        read,
        writable=True,
        lowest=None if lowest is None else edited.shown(lowest, cells),
        highest=None if highest is None else edited.shown(highest, cells),
        default=None if edited.effective else row.default,
        request=request,
    )
    if (back := edited.clears) is None:
        return (item,)

    def clear(report: Report) -> float | None:
        return None if (shown := read(report)) is None else shown + back

    return item, Item(f"{edited.path}Clear", "d", edited.text, clear)


def setting_items(cells: int) -> tuple[Item[Report], ...]:
    """Return the rows of the settings page for a pack of so many cells."""
    return rows(SETTINGS, HAS_SETTINGS, *(item for one in EDITED for item in _number_items(one, cells)))


def appearance_items(*switches: str) -> tuple[Item[AnyReport], ...]:
    """Return the rows that set how the switch pane shows some outputs."""
    chosen = (edited for edited in PANE if edited.path.split("/")[2] in switches)
    return rows(APPEARANCE, *map(_text_item, chosen))


APPEARANCE: Source[AnyReport] = Source(attrgetter("settings"))
SETTINGS: Source[Report] = Source(attrgetter("settings", "controls", "bank", "identity.nominal"))
HAS_SETTINGS: Item[Report] = Item("/Settings/HasSettings", "i", "{}", lambda r: 1)
