"""Settings that pages of the touch screen can edit. Pure.

A battery's stock settings page shows each row whose path is valid, within what GetMin and GetMax answer.
The switch pane keeps there how its outputs appear.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.report import AnyReport, ChangeSetting, Report
from dbus_xbms.settings import AnySetting, SettingsError, Value
from dbus_xbms.settings import PackSettings as P
from dbus_xbms.venus.item import Item, Read, Source, T, rows


@dataclass(frozen=True, slots=True)
class Edited:
    """A writable path and its setting."""

    path: str
    setting: AnySetting
    text: str
    preset: str = ""  # the preset's field that a controlling pack shows for a setting of 0
    per_cell: bool = False  # the page shows the value per pack, the setting per cell

    def scale(self, cells: int) -> int:
        """Return the factor from the setting to the page."""
        return cells if self.per_cell else 1


EDITED = (
    Edited("/Settings/Battery/Capacity", P.capacity, "{:.0f}Ah"),
    Edited("/Settings/Battery/ChargedVoltage", P.cell_full, "{:.2f}V", "full", per_cell=True),
    Edited("/Settings/Battery/TailCurrent", P.tail_current, "{}%"),
    Edited("/Settings/Battery/DischargeFloor", P.discharge_floor, "{}%"),
    Edited("/Settings/Alarm/LowSoc", P.low_soc_warning, "{}%"),
    Edited("/Settings/Alarm/HighBatteryTemperature", P.high_temperature_warning, "{:.0f}°C", "hot_warning"),
    Edited("/Settings/Alarm/LowBatteryTemperature", P.low_temperature_warning, "{:.0f}°C", "cold_warning"),
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


def _usual(edited: Edited, report: Report) -> Value | None:
    """Return what the page shows for an unset setting; editing starts from there."""
    if report.controls and not (chosen := preset(report.settings)).refused:
        value: float = getattr(chosen, edited.preset)
        return value
    return edited.setting.default if edited.setting.unset is None else None


def _stored(setting: AnySetting) -> Read[AnyReport]:
    def read(report: AnyReport) -> Value:
        value: Value = report.settings.value(setting)
        return value

    return read


def _shown(edited: Edited) -> Read[Report]:
    """Read a setting; what the page shows while it is not set, if there is such a value."""

    def read(report: Report) -> Value | None:
        value: Value = report.settings.value(edited.setting)
        return _usual(edited, report) if edited.preset and value == edited.setting.default else value

    return read


def _item(edited: Edited, stored: Read[T], cells: int = 1) -> Item[T]:
    row, scale = edited.setting, edited.scale(cells)

    def scaled(value: Value | None) -> int | float | None:
        return None if value is None or isinstance(value, str) else value * scale

    def read(report: T) -> Value | None:
        value = stored(report)
        return value if isinstance(value, str) else scaled(value)

    def request(value: Value, report: T) -> ChangeSetting:
        if not scale:
            raise SettingsError(f"{edited.path} cannot be set to {value!r} before the pack is known")
        unscaled = value if scale == 1 or isinstance(value, str) else round(value / scale, 4)
        return ChangeSetting(row.name, row.checked(unscaled))

    return Item(
        edited.path,
        _KINDS[type(row.default)],
        edited.text,
        read,
        writable=True,
        lowest=scaled(row.lowest),
        highest=scaled(row.highest),
        default=scaled(row.default),
        request=request,
    )


def setting_items(cells: int) -> tuple[Item[Report], ...]:
    """Return the rows of the settings page for a pack of so many cells."""
    return rows(SETTINGS, HAS_SETTINGS, *(_item(edited, _shown(edited), cells) for edited in EDITED))


def appearance_items(*switches: str) -> tuple[Item[AnyReport], ...]:
    """Return the rows that set how the switch pane shows some outputs."""
    chosen = (edited for edited in PANE if edited.path.split("/")[2] in switches)
    return rows(APPEARANCE, *(_item(edited, _stored(edited.setting)) for edited in chosen))


APPEARANCE: Source[AnyReport] = Source(attrgetter("settings"))
SETTINGS: Source[Report] = Source(attrgetter("settings", "controls"))
HAS_SETTINGS: Item[Report] = Item("/Settings/HasSettings", "i", "{}", lambda r: 1)
