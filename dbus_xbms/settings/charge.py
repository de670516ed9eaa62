"""The settings of charge control: what a pack may be asked to take and give, and when it stops. Pure.

A value of 0 and an empty text stand for what the chemistry's preset or the pack itself says. Where 0 is a
value like any other, something outside the range stands for it.
"""

from __future__ import annotations

from dbus_xbms.settings.row import Setting

_NUMBER = r"[0-9]+(\.[0-9]+)?"
CURVE = rf"-?{_NUMBER}:{_NUMBER}( -?{_NUMBER}:{_NUMBER})*|"


def _cell(name: str, words: str) -> Setting:
    return Setting(
        name=name, default=0.0, lowest=0.0, highest=5.0, unit="V", help=f"{words} 0: the preset's."
    )


NOT_SET = -1.0  # A
NO_TEMPERATURE = -300.0  # °C, below absolute zero


def _current(name: str, words: str) -> Setting:
    return Setting(
        name=name, default=NOT_SET, lowest=0.0, highest=2000.0, unset=NOT_SET, unit="A", help=words
    )


def _temperature(name: str, lowest: float, highest: float, words: str) -> Setting:
    return Setting(
        name=name,
        default=NO_TEMPERATURE,
        lowest=lowest,
        highest=highest,
        unset=NO_TEMPERATURE,
        unit="°C",
        help=f"{words} {NO_TEMPERATURE:g}: the preset's.",
    )


def _time(name: str, default: float, highest: float, words: str) -> Setting:
    return Setting(name=name, default=default, lowest=0.0, highest=highest, unit="s", help=words)


def _percent(name: str, default: int, words: str) -> Setting:
    return Setting(name=name, default=default, lowest=0, highest=100, unit="%", help=words)


def _curve(name: str, words: str) -> Setting:
    form = "points like 0:0 10:0.3 20:1, or nothing"
    return Setting(name=name, default="", pattern=CURVE, form=form, help=words)


CHARGE_SETTINGS = (
    Setting(
        name="Control",
        default=0,
        lowest=0,
        highest=1,
        help="1: this pack's limits control chargers and inverters; needs Chemistry. 0: it is only shown.",
    ),
    Setting(
        name="Chemistry",
        default="",
        choices=("LiFePO4", "NMC", "LTO", "custom"),
        form="LiFePO4, NMC, LTO, custom, or none",
        help="Preset of voltages and curves: LiFePO4, NMC, LTO, or custom, which needs all five cell "
        "voltages below. Empty: not chosen, the pack is only shown.",
    ),
    Setting(
        name="Capacity",
        default=0.0,
        lowest=0.0,
        highest=10000.0,
        unit="Ah",
        help="Installed capacity; 0: the nominal capacity that the BMS reports.",
    ),
    _cell("CellFull", "Highest voltage a cell is charged to."),
    _cell("CellFloat", "Voltage a cell is held at when full."),
    _cell("CellLow", "From this voltage of the lowest cell down, discharging is reduced."),
    _cell("CellHighCutoff", "No charging while a cell is at this voltage or above."),
    _cell("CellLowCutoff", "No discharging while a cell is at this voltage or below."),
    _current(
        "MaxChargeCurrent",
        "Highest charge current. -1: 0.3 C, at most the board's rating, or 100 A if unknown.",
    ),
    _current(
        "MaxDischargeCurrent",
        "Highest discharge current. -1: 0.5 C, at most the board's rating, or 100 A if unknown.",
    ),
    Setting(
        name="TemperatureControl",
        default=1,
        lowest=0,
        highest=1,
        help="1: temperature limits the currents, and without a sane sensor there is no charging. 0: off.",
    ),
    _curve("ChargeCellCurve", "Part of the charge current by the highest cell's voltage."),
    _curve("DischargeCellCurve", "Part of the discharge current by the lowest cell's voltage."),
    _curve("ChargeTemperatureCurve", "Part of the charge current by cell temperature in °C."),
    _curve("DischargeTemperatureCurve", "Part of the discharge current by cell temperature in °C."),
    _curve("MosfetTemperatureCurve", "Part of both currents by MOSFET temperature in °C."),
    _curve("ChargeSocCurve", "Part of the charge current by SoC in %; empty: off."),
    _curve("DischargeSocCurve", "Part of the discharge current by SoC in %; empty: off."),
    _time("AbsorptionTime", 900.0, 86400.0, "Full, with cells in agreement, for this long: then float."),
    _time("MaxAbsorptionTime", 7200.0, 86400.0, "Float after this long at the top even if cells differ."),
    _time("BalancingTime", 14400.0, 86400.0, "The same while the balancer works."),
    Setting(
        name="CellAgreement",
        default=0.01,
        lowest=0.001,
        highest=0.1,
        unit="V",
        help="Cells agree when they differ by no more than this.",
    ),
    _percent("TailCurrent", 5, "Full once the charge current is down to this percentage of the capacity."),
    _percent("RebulkSoc", 90, "From float back to bulk below this state of charge."),
    Setting(
        name="RebulkDrift",
        default=0.05,
        lowest=0.0,
        highest=0.5,
        unit="V",
        help="From float back to bulk when cells at rest differ by more than this; 0: off.",
    ),
    Setting(
        name="TopBalanceDays",
        default=0,
        lowest=0,
        highest=365,
        unit="d",
        help="Every this many days, charge to TopBalanceVoltage instead of CellFull, to balance; 0: off.",
    ),
    _cell("TopBalanceVoltage", "Voltage a cell is charged to for a top balance."),
    _percent(
        "DerateDischarge",
        50,
        "After Hold, this percentage of the last discharge limit stays if the last reading was healthy.",
    ),
    _time(
        "Stop",
        300.0,
        86400.0,
        "Without a good poll for this long: alarm, and a controlling pack's currents are 0.",
    ),
    Setting(
        name="WakeCurrent",
        default=0.0,
        lowest=0.0,
        highest=100.0,
        unit="A",
        help="Allowed while the pack is silent, to wake it, if the last reading was healthy. 0: off.",
    ),
    _time("ControlWithdraw", 1800.0, 86400.0, "As Withdraw, for a controlling pack; 0: never."),
    _cell("HighCellWarning", "Warn at this voltage of a cell and above."),
    _cell("LowCellWarning", "Warn at this voltage of a cell and below."),
    _temperature("HighTemperatureWarning", 0.0, 100.0, "Warn at this cell temperature and above."),
    _temperature("LowTemperatureWarning", -40.0, 50.0, "Warn at this cell temperature and below."),
    _percent("ChargeRequestSoc", 5, "Ask for charge at this state of charge and below; 0: by voltage only."),
    _percent("DischargeFloor", 0, "State of charge down to which the time to go counts."),
)
