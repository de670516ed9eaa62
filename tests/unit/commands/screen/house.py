"""The bank House on the screen of `watch`: its totals, and a row for each of its packs."""

from __future__ import annotations

from collections.abc import Mapping

from dbus_xbms.commands.table import Battery, Value
from tests.unit.commands.screen.scenes import named

PORT, STARBOARD, SPARE = named(1, "Port"), named(2, "Starboard"), named(3, "Spare")
TOTALS: Mapping[str, tuple[Value, str]] = {
    "/CustomName": ("House", "House"),
    "/Dc/0/Voltage": (13.31, "13.31V"),
    "/Dc/0/Current": (52.1, "52.1A"),
    "/Dc/0/Power": (693, "693W"),
    "/Soc": (58.3, "58.3%"),
    "/Capacity": (221.5, "221.5Ah"),
    "/InstalledCapacity": (380.0, "380.0Ah"),
    "/State": (9, "9"),
    "/System/MinCellVoltage": (3.301, "3.301V (Starboard, cell 7)"),
    "/System/MaxCellVoltage": (3.331, "3.331V (Port, cell 3)"),
    "/System/MinVoltageCellId": ("2:C07", "2:C07"),
    "/System/MaxVoltageCellId": ("1:C03", "1:C03"),
    "/System/SocSpread": (5.0, "5.0%"),
    "/Diagnostics/Advice": ("switch Port off", "switch Port off"),
    "/System/NrOfModulesOnline": (2, "2"),
    "/System/NrOfModulesBlockingCharge": (1, "1"),
    "/Io/AllowToCharge": (1, "1"),
    "/Io/AllowToDischarge": (1, "1"),
    "/Info/MaxChargeVoltage": (14.2, "14.20V"),
    "/Info/MaxChargeCurrent": (114.0, "114.0A"),
    "/Info/MaxDischargeCurrent": (190.0, "190.0A"),
    "/Info/ChargeMode": ("Bulk", "Bulk"),
    "/Info/ChargeLimitation": ("Port: 0.3 C of 100 Ah", ""),
    "/Info/DischargeLimitation": ("Starboard: cell 7 at 3.010 V", ""),
}


def member(number: int, pack: Battery, **changes: Value) -> dict[str, Value]:
    values: dict[str, Value] = {
        "Address": pack.address,
        "Name": pack.name,
        "State": "online",
        "Soc": 62.0,
        "Voltage": 13.31,
        "Current": 12.4,
        "Share": 24.0,
        "LowestCell": 3.309,
        "HighestCell": 3.331,
        "AllowedCharge": 30.0,
        "AllowedDischarge": 50.0,
        "ChargeLimitation": "0.3 C of 100 Ah",
        "DischargeLimitation": "0.5 C of 100 Ah",
        **changes,
    }
    return {f"/Members/{number}/{name}": value for name, value in values.items()}


def bank(*rows: dict[str, Value], number: int = 1, **changes: Value) -> Battery:
    texts = {"Soc": "{:.1f}%", "Voltage": "{:.2f}V", "LowestCell": "{:.3f}V", "HighestCell": "{:.3f}V"}
    values = {path: value for path, (value, _) in TOTALS.items()}
    shown = {path: text for path, (_, text) in TOTALS.items()}
    for row in rows:
        values |= row
        shown |= {
            path: texts[name].format(value)
            for path, value in row.items()
            if value is not None and (name := path.rpartition("/")[2]) in texts
        }
    values |= {f"/{path.replace('_', '/')}": value for path, value in changes.items()}
    return Battery(service=f"com.victronenergy.battery.xbms_bank_{number}", values=values, texts=shown)


SECOND = {"Soc": 57.0, "Current": 39.7, "Share": 76.0, "LowestCell": 3.301, "AllowedCharge": 84.0}
HOUSE = bank(member(1, PORT), member(2, STARBOARD, **SECOND))
