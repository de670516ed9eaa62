"""The settings of charge control: what a pack may be asked to take and give, and when it stops. Pure.

A value of 0 and an empty text stand for what the chemistry's preset or the pack itself says. Where 0 is a
value like any other, something outside the range stands for it.
"""

from __future__ import annotations

from dbus_xbms.settings.schema import Setting, Settings

_NUMBER = r"[0-9]+(\.[0-9]+)?"
CURVE = rf"-?{_NUMBER}:{_NUMBER}( -?{_NUMBER}:{_NUMBER})*|"


def _cell(words: str) -> Setting[float]:
    return Setting(default=0.0, lowest=0.0, highest=5.0, unit="V", help=f"{words} 0: the preset's.")


NOT_SET = -1.0  # A
NO_TEMPERATURE = -300.0  # °C, below absolute zero


def _current(words: str) -> Setting[float]:
    return Setting(default=NOT_SET, lowest=0.0, highest=2000.0, unset=NOT_SET, unit="A", help=words)


def _temperature(lowest: float, highest: float, words: str) -> Setting[float]:
    return Setting(
        default=NO_TEMPERATURE,
        lowest=lowest,
        highest=highest,
        unset=NO_TEMPERATURE,
        unit="°C",
        help=f"{words} {NO_TEMPERATURE:g}: the preset's.",
    )


def _time(default: float, highest: float, words: str) -> Setting[float]:
    return Setting(default=default, lowest=0.0, highest=highest, unit="s", help=words)


def _percent(default: int, words: str) -> Setting[int]:
    return Setting(default=default, lowest=0, highest=100, unit="%", help=words)


def _curve(words: str) -> Setting[str]:
    form = "points like 0:0 10:0.3 20:1, or nothing"
    return Setting(default="", pattern=CURVE, form=form, help=words)


class ChargeSettings(Settings):
    """Charge control of one pack."""

    control = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: this pack's limits control chargers and inverters; needs Chemistry. 0: it is only shown.",
    )
    chemistry = Setting(
        default="",
        choices=("LiFePO4", "NMC", "LTO", "custom"),
        form="LiFePO4, NMC, LTO, custom, or none",
        help="Preset of voltages and curves: LiFePO4, NMC, LTO, or custom, which needs all five cell "
        "voltages below. Empty: not chosen, the pack is only shown.",
    )
    capacity = Setting(
        default=0.0,
        lowest=0.0,
        highest=10000.0,
        unit="Ah",
        help="Installed capacity; 0: the nominal capacity that the BMS reports.",
    )
    cell_full = _cell("Highest voltage a cell is charged to.")
    cell_float = _cell("Voltage a cell is held at when full.")
    cell_low = _cell("From this voltage of the lowest cell down, discharging is reduced.")
    cell_high_cutoff = _cell("No charging while a cell is at this voltage or above.")
    cell_low_cutoff = _cell("No discharging while a cell is at this voltage or below.")
    max_charge_current = _current(
        "Highest charge current. -1: 0.3 C, at most the board's rating, or 100 A if unknown."
    )
    max_discharge_current = _current(
        "Highest discharge current. -1: 0.5 C, at most the board's rating, or 100 A if unknown."
    )
    temperature_control = Setting(
        default=1,
        lowest=0,
        highest=1,
        help="1: temperature limits the currents, and without a sane sensor there is no charging. 0: off.",
    )
    charge_cell_curve = _curve("Part of the charge current by the highest cell's voltage.")
    discharge_cell_curve = _curve("Part of the discharge current by the lowest cell's voltage.")
    charge_temperature_curve = _curve("Part of the charge current by cell temperature in °C.")
    discharge_temperature_curve = _curve("Part of the discharge current by cell temperature in °C.")
    mosfet_temperature_curve = _curve("Part of both currents by MOSFET temperature in °C.")
    charge_soc_curve = _curve("Part of the charge current by SoC in %; empty: off.")
    discharge_soc_curve = _curve("Part of the discharge current by SoC in %; empty: off.")
    absorption_time = _time(900.0, 86400.0, "Full, with cells in agreement, for this long: then float.")
    max_absorption_time = _time(7200.0, 86400.0, "Float after this long at the top even if cells differ.")
    balancing_time = _time(14400.0, 86400.0, "The same while the balancer works.")
    cell_agreement = Setting(
        default=0.01,
        lowest=0.001,
        highest=0.1,
        unit="V",
        help="Cells agree when they differ by no more than this.",
    )
    tail_current = _percent(5, "Full once the charge current is down to this percentage of the capacity.")
    rebulk_soc = _percent(90, "From float back to bulk below this state of charge.")
    rebulk_drift = Setting(
        default=0.05,
        lowest=0.0,
        highest=0.5,
        unit="V",
        help="From float back to bulk when cells at rest differ by more than this; 0: off.",
    )
    top_balance_days = Setting(
        default=0,
        lowest=0,
        highest=365,
        unit="d",
        help="Every this many days, charge to TopBalanceVoltage instead of CellFull, to balance; 0: off.",
    )
    top_balance_voltage = _cell("Voltage a cell is charged to for a top balance.")
    derate_discharge = _percent(
        50,
        "After HoldTime, this percentage of the last discharge limit stays if the last reading was healthy.",
    )
    stop_after = _time(
        300.0, 86400.0, "Without a good poll for this long: alarm, and a controlling pack's currents are 0."
    )
    wake_current = Setting(
        default=0.0,
        lowest=0.0,
        highest=100.0,
        unit="A",
        help="Allowed while the pack is silent, to wake it, if the last reading was healthy. 0: off.",
    )
    control_remove_after = _time(1800.0, 86400.0, "As RemoveAfter, for a controlling pack; 0: never.")
    high_cell_warning = _cell("Warn at this voltage of a cell and above.")
    low_cell_warning = _cell("Warn at this voltage of a cell and below.")
    high_temperature_warning = _temperature(0.0, 100.0, "Warn at this cell temperature and above.")
    low_temperature_warning = _temperature(-40.0, 50.0, "Warn at this cell temperature and below.")
    charge_request_soc = _percent(5, "Ask for charge at this state of charge and below; 0: by voltage only.")
    discharge_floor = _percent(0, "State of charge down to which the time to go counts.")
