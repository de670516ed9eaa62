"""Settings with which a pack is never charged, or never discharged, whatever it reports. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbus_xbms.control.chemistry import preset
from dbus_xbms.control.curves import Curve
from dbus_xbms.settings import Settings

CHARGING, DISCHARGING = "is not charged", "is not discharged: inverters switch off"
MAXIMA = {CHARGING: "MaxChargeCurrent", DISCHARGING: "MaxDischargeCurrent"}


def reasons(pack: Settings) -> dict[str, str]:
    """What does not happen with these settings, and the setting that prevents it; empty if all can."""
    chosen = preset(pack)
    if chosen.refused:  # says so itself
        return {}
    curves: dict[str, dict[str, Curve | None]] = {
        CHARGING: {
            "ChargeCellCurve": chosen.charge_cells,
            "ChargeTemperatureCurve": chosen.charge_temperature,
            "MosfetTemperatureCurve": chosen.mosfet_temperature,
            "ChargeSocCurve": chosen.charge_soc,
        },
        DISCHARGING: {
            "DischargeCellCurve": chosen.discharge_cells,
            "DischargeTemperatureCurve": chosen.discharge_temperature,
            "MosfetTemperatureCurve": chosen.mosfet_temperature,
            "DischargeSocCurve": chosen.discharge_soc,
        },
    }
    found = {what: next(_zeros(pack, what, rows), "") for what, rows in curves.items()}
    return {what: why for what, why in found.items() if why}


def _zeros(pack: Settings, what: str, curves: dict[str, Curve | None]) -> Iterator[str]:
    if pack.number(MAXIMA[what]) == 0:
        yield f"{MAXIMA[what]} is 0 A"
    for name, curve in curves.items():
        if curve and not any(part for _, part in curve.points):
            yield f"{name} is 0 everywhere"
    roles = pack.text("TemperatureRoles")
    if what == CHARGING and pack.number("TemperatureControl") and roles and "c" not in roles:
        yield "TemperatureRoles names no sensor on the cells"
