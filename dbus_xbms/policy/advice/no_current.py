"""Find settings that never let a pack charge, or discharge. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.charge.curves import Curve
from dbus_xbms.settings import AnySetting, PackSettings
from dbus_xbms.settings import PackSettings as P

CHARGING, DISCHARGING = "is not charged", "is not discharged: inverters switch off"
MAXIMA = {CHARGING: P.max_charge_current, DISCHARGING: P.max_discharge_current}


def reasons(pack: PackSettings) -> dict[str, str]:
    """What these settings prevent, and the setting that does; empty if the pack can charge and discharge."""
    chosen = preset(pack)
    if chosen.refused:  # reported elsewhere
        return {}
    curves: dict[str, dict[AnySetting, Curve | None]] = {
        CHARGING: {
            P.charge_cell_curve: chosen.charge_cells,
            P.charge_temperature_curve: chosen.charge_temperature,
            P.mosfet_temperature_curve: chosen.mosfet_temperature,
            P.charge_soc_curve: chosen.charge_soc,
        },
        DISCHARGING: {
            P.discharge_cell_curve: chosen.discharge_cells,
            P.discharge_temperature_curve: chosen.discharge_temperature,
            P.mosfet_temperature_curve: chosen.mosfet_temperature,
            P.discharge_soc_curve: chosen.discharge_soc,
        },
    }
    found = {what: next(_zeros(pack, what, rows), "") for what, rows in curves.items()}
    return {what: why for what, why in found.items() if why}


def _zeros(pack: PackSettings, what: str, curves: dict[AnySetting, Curve | None]) -> Iterator[str]:
    if pack.value(MAXIMA[what]) == 0:
        yield f"{MAXIMA[what]} is 0 A"
    for setting, curve in curves.items():
        if curve and not any(part for _, part in curve.points):
            yield f"{setting} is 0 everywhere"
    roles = pack.temperature_roles
    if what == CHARGING and pack.temperature_control and roles and "c" not in roles:
        yield "TemperatureRoles names no sensor on the cells"
