"""Settings of charge control: limits, curves, stages, silence and warnings. Pure.

The value 0 or an empty text selects the preset's value or the one that the BMS reports. Where 0 is a normal
value, a value outside the range does.
"""

from __future__ import annotations

from dbus_xbms.schema import Setting, Settings

_NUMBER = r"[0-9]+(\.[0-9]+)?"
CURVE = rf"-?{_NUMBER}:{_NUMBER}( -?{_NUMBER}:{_NUMBER})*|"


def _cell(words: str) -> Setting[float]:
    return Setting(default=0.0, lowest=0.0, highest=5.0, unit="V", help=f"{words} 0: as in the preset.")


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
        help=f"{words} {NO_TEMPERATURE:g}: as in the preset.",
    )


def _time(default: float, highest: float, words: str) -> Setting[float]:
    return Setting(default=default, lowest=0.0, highest=highest, unit="s", help=words)


def _percent(default: int, words: str) -> Setting[int]:
    return Setting(default=default, lowest=0, highest=100, unit="%", help=words)


def _share(default: float, words: str) -> Setting[float]:
    return Setting(default=default, lowest=0.0, highest=100.0, unit="%", help=words)


def _curve(words: str) -> Setting[str]:
    form = "points like 0:0 10:0.3 20:1, or nothing"
    return Setting(default="", pattern=CURVE, form=form, help=words)


class ChargeSettings(Settings):
    """Settings of one pack's charge control."""

    control = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: chargers and inverters obey this pack's limits; needs Chemistry. 0: the pack is only shown.",
    )
    chemistry = Setting(
        default="",
        choices=("LiFePO4", "NMC", "LTO", "custom"),
        form="LiFePO4, NMC, LTO, custom, or none",
        help="Preset of voltages and curves: LiFePO4, NMC, LTO, or custom, which needs all five cell "
        "voltages. Empty: none chosen; the pack is only shown.",
    )
    capacity = Setting(
        default=0.0,
        lowest=0.0,
        highest=10000.0,
        unit="Ah",
        help="Installed capacity. 0: the nominal capacity reported by the BMS.",
    )
    cell_full = _cell("Highest voltage to charge a cell to.")
    cell_float = _cell("Voltage at which a full cell is held.")
    cell_low = _cell("Discharging is reduced from this voltage of the lowest cell down.")
    cell_high_cutoff = _cell("No charging while a cell is at this voltage or above.")
    cell_low_cutoff = _cell("No discharging while a cell is at this voltage or below.")
    max_charge_current = _current(
        "Highest charge current. -1: 0.3 C, at most the rating of the BMS, or 100 A if that is unknown."
    )
    max_discharge_current = _current(
        "Highest discharge current. -1: 0.5 C, at most the rating of the BMS, or 100 A if that is unknown."
    )
    temperature_control = Setting(
        default=1,
        lowest=0,
        highest=1,
        help="1: temperature limits the currents, and charging needs a plausible cell temperature. 0: off.",
    )
    charge_cell_curve = _curve("Fraction of the charge current by voltage of the highest cell.")
    discharge_cell_curve = _curve("Fraction of the discharge current by voltage of the lowest cell.")
    charge_temperature_curve = _curve("Fraction of the charge current by cell temperature in °C.")
    discharge_temperature_curve = _curve("Fraction of the discharge current by cell temperature in °C.")
    mosfet_temperature_curve = _curve("Fraction of both currents by MOSFET temperature in °C.")
    charge_soc_curve = _curve("Fraction of the charge current by SoC in %. Empty: off.")
    discharge_soc_curve = _curve("Fraction of the discharge current by SoC in %. Empty: off.")
    absorption_time = _time(900.0, 86400.0, "Float begins after this time at full with cells in agreement.")
    max_absorption_time = _time(
        7200.0, 86400.0, "Float begins after this time at the top even if cells differ."
    )
    balancing_time = _time(
        14400.0, 86400.0, "Used instead of MaxAbsorptionTime while the balancer is active, if it is longer."
    )
    cell_agreement = Setting(
        default=0.01,
        lowest=0.001,
        highest=0.1,
        unit="V",
        help="Cells agree when they differ by no more than this.",
    )
    tail_current = _share(5.0, "Full once the charge current is down to this percentage of the capacity.")
    rebulk_soc = _percent(90, "Float returns to bulk below this state of charge.")
    rebulk_drift = Setting(
        default=0.05,
        lowest=0.0,
        highest=0.5,
        unit="V",
        help="Float returns to bulk when cells at rest differ by more than this. 0: off.",
    )
    top_balance_days = Setting(
        default=0,
        lowest=0,
        highest=365,
        unit="d",
        help="Every this many days, charge to TopBalanceVoltage instead of CellFull, to balance. 0: off.",
    )
    top_balance_voltage = _cell("Voltage to charge a cell to for a top balance.")
    derate_discharge = _percent(
        50,
        "Part of the last discharge limit that remains after HoldTime, if the last reading was healthy.",
    )
    stop_after = _time(
        300.0,
        86400.0,
        "After this time without a good poll: alarm, and the currents of a controlling pack are 0.",
    )
    wake_current = Setting(
        default=0.0,
        lowest=0.0,
        highest=100.0,
        unit="A",
        help="Charge current allowed for waking a silent pack, if the last reading was healthy. 0: off.",
    )
    control_remove_after = _time(
        1800.0, 86400.0, "Replaces RemoveAfter while chargers obey the pack or its bank. 0: never."
    )
    high_cell_warning = _cell("Warn when a cell is at or above this voltage.")
    low_cell_warning = _cell("Warn when a cell is at or below this voltage.")
    high_temperature_warning = _temperature(0.0, 100.0, "Warn at or above this cell temperature.")
    low_temperature_warning = _temperature(-40.0, 50.0, "Warn at or below this cell temperature.")
    charge_request_soc = _percent(
        5, "Request charge at or below this state of charge. 0: by cell voltage only."
    )
    discharge_floor = _share(0.0, "State of charge at which the time to go reaches 0.")
