"""Settings of ours that the stock settings page of a battery can edit on the touch screen. Pure.

The page shows each row whose path is valid, within what GetMin and GetMax answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dbus_xbms.model import Report
from dbus_xbms.settings import PACK_SETTINGS, Setting, SettingsError, Value
from dbus_xbms.venus.item import Item

_ROWS = {row.name: row for row in PACK_SETTINGS}


@dataclass(frozen=True, slots=True)
class Edited:
    """One row: the page's path and the setting behind it."""

    path: str
    name: str
    text: str
    per_cell: bool = False  # the page shows the pack, the setting a cell

    @property
    def row(self) -> Setting:
        """The setting's row."""
        return _ROWS[self.name]

    def scale(self, report: Report) -> int:
        """How many times the setting the page shows."""
        return report.identity.cell_count if self.per_cell else 1


EDITED = (
    Edited("/Settings/Battery/Capacity", "Capacity", "{:.0f}Ah"),
    Edited("/Settings/Battery/ChargedVoltage", "CellFull", "{:.2f}V", per_cell=True),
    Edited("/Settings/Battery/TailCurrent", "TailCurrent", "{}%"),
    Edited("/Settings/Battery/DischargeFloor", "DischargeFloor", "{}%"),
    Edited("/Settings/Alarm/LowSoc", "LowSocWarning", "{}%"),
    Edited("/Settings/Alarm/HighBatteryTemperature", "HighTemperatureWarning", "{:.0f}°C"),
    Edited("/Settings/Alarm/LowBatteryTemperature", "LowTemperatureWarning", "{:.0f}°C"),
)


def _item(edited: Edited) -> Item:
    row = edited.row
    kind: Literal["i", "d"] = "i" if isinstance(row.default, int) else "d"
    # The range of a row that counts per cell depends on the pack; such a write is judged per cell.
    ranged = not edited.per_cell

    def read(report: Report) -> Value | None:
        value = report.settings.get(edited.name)
        return None if value is None or isinstance(value, str) else value * edited.scale(report)

    return Item(
        edited.path,
        kind,
        edited.text,
        read,
        writable=True,
        lowest=row.lowest if ranged else None,
        highest=row.highest if ranged else None,
        default=row.default if ranged else None,
    )


SETTING_ITEMS = (Item("/Settings/HasSettings", "i", "{}", lambda r: 1), *(_item(edited) for edited in EDITED))
_BY_PATH = {edited.path: edited for edited in EDITED}


def setting_written(path: str, value: Value, report: Report) -> tuple[str, Value] | None:
    """The setting that a write to ``path`` changes, and its value; ``None`` if it is no such path.

    Raises:
        SettingsError: out of the setting's range.
    """
    edited = _BY_PATH.get(path)
    if edited is None:
        return None
    scale = edited.scale(report)
    if isinstance(value, str) or not scale:
        raise SettingsError(f"{path} takes a number once the pack is known, not {value!r}")
    return edited.name, edited.row.checked(round(value / scale, 4) if scale > 1 else value)
