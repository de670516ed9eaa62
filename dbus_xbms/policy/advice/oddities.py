"""Warn of settings that are allowed but unlikely, given the other settings and the pack. Pure.

None of them is refused: only the owner knows the pack. Impossible settings are refused by
:mod:`dbus_xbms.policy.charge.chemistry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.advice.meaning import capacity
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.freshness import LONGEST_CONTROLLED_INTERVAL, longest_gap, may_control
from dbus_xbms.policy.poll_rate import POLLS_PER_HOLD
from dbus_xbms.settings import AnySetting, PackSettings
from dbus_xbms.settings import PackSettings as P
from dbus_xbms.text import count, duration

Oddity = Callable[[PackSettings], str]  # returns a warning, or an empty text

LIKELY_CAPACITY = (0.5, 1.5)  # fraction of the BMS's: cells age, and packs are made of several strings
SMALLEST_PACK = 10.0  # Ah; smaller packs with such a BMS are rare
HARD_CHARGE = 1.0  # C; most data sheets of LiFePO4 cells end at 0.5 or 1 C
GENTLE_WAKE = 0.02  # C, the highest that docs/charge-control.md advises
LONG_UNSEEN = 3600.0  # s of discharging a silent pack
SWITCHING = (P.allow_mosfet_control, P.allow_discharge_off, P.allow_parameter_writes, P.use_fb_command)


def oddities(setting: AnySetting, settings: PackSettings) -> list[str]:
    """Warnings about a setting, each a sentence without a full stop."""
    rules: Iterable[Oddity] = (rule for settings_read, rule in ODDITIES if setting in settings_read)
    return [words for rule in rules if (words := rule(settings))]


def _other_capacity(s: PackSettings) -> str:
    chosen, nominal = s.capacity, s.nominal
    if not chosen:
        return ""
    if not state_of_charge.is_known(nominal):
        return f"{chosen:g} Ah is very little for a pack with such a BMS" if chosen < SMALLEST_PACK else ""
    least, most = LIKELY_CAPACITY
    if least * nominal <= chosen <= most * nominal:
        return ""
    return f"the BMS reports {nominal:g} Ah, and current limits and the time to go count from {chosen:g} Ah"


def _above_rating(setting: AnySetting) -> Oddity:
    def rule(s: PackSettings) -> str:
        chosen, rating = s.value(setting), s.rating
        if not rating or chosen <= rating:
            return ""
        return f"the BMS is rated {rating:g} A: it may switch off before {chosen:g} A are reached"

    return rule


def _hard_charge(s: PackSettings) -> str:
    chosen, known = s.max_charge_current, capacity(s)
    if not known or chosen <= HARD_CHARGE * known:
        return ""
    return f"{chosen:g} A is {_rate(chosen / known)} C of {known:g} Ah: more than most cells are made for"


def _rate(c: float) -> str:
    return f"{c:.1f}".removesuffix(".0") if c < 10 else f"{c:.0f}"


def _strong_wake(s: PackSettings) -> str:
    chosen, known = s.wake_current, capacity(s)
    if not chosen:
        return ""
    if not known:
        return "the cells are not monitored while it flows, and the capacity is unknown"
    advised = GENTLE_WAKE * known
    if chosen <= advised:
        return ""
    most = f"no more than {advised:.2g} A ({GENTLE_WAKE:g} C) is advised"
    return f"the cells are not monitored while it flows: {most}"


def _hold_is_cut(s: PackSettings) -> str:
    hold, gap = s.hold_time, longest_gap(s)
    return f"a pack that controls, alone or in a bank, holds {gap:g} s at most" if gap < hold else ""


def _interval_is_cut(s: PackSettings) -> str:
    longest = LONGEST_CONTROLLED_INTERVAL
    if not may_control(s) or s.poll_interval <= longest:
        return ""
    return f"a pack that controls, alone or in a bank, is polled at least every {longest:g} s"


def _rest_is_cut(s: PackSettings) -> str:
    most = s.hold_time / POLLS_PER_HOLD
    if s.rest_interval <= most:
        return ""
    return f"RestInterval counts for at most a third of HoldTime: {most:.3g} s"


def _temperature_off(s: PackSettings) -> str:
    if s.temperature_control:
        return ""
    return "cells are then charged at any temperature; below 0 °C that damages most lithium cells"


def _roles(s: PackSettings) -> str:
    roles, sensors = s.temperature_roles, s.sensors
    if not roles:
        return ""
    if "c" not in roles:
        return "no sensor is a cell's: with TemperatureControl 1 nothing is charged"
    if sensors and len(roles) != sensors:
        return f"TemperatureRoles has {count(len(roles), 'letter')}, and the BMS {count(sensors, 'sensor')}"
    return ""


def _stop_before_hold(s: PackSettings) -> str:
    return "StopAfter is shorter than HoldTime, which must end first" if s.stop_after < longest_gap(s) else ""


def _late_stop(s: PackSettings) -> str:
    stop = s.stop_after
    if stop <= LONG_UNSEEN:
        return ""
    return f"a silent pack may be discharged for {duration(stop)}"


def _withdraws_first(s: PackSettings) -> str:
    withdraw = s.control_remove_after
    if not withdraw or withdraw >= s.stop_after:
        return ""
    return "ControlRemoveAfter is shorter than StopAfter, which must end first"


def _needs(setting: AnySetting, needed: AnySetting) -> Oddity:
    def rule(s: PackSettings) -> str:
        missing = s.value(setting) and not s.value(needed)
        return f"{setting} has no effect until {needed} is 1" if missing else ""

    return rule


def _never_switched(setting: AnySetting) -> Oddity:
    def rule(s: PackSettings) -> str:
        return (
            f"{setting} has no effect: this pack is watch only" if s.value(setting) and s.watch_only else ""
        )

    return rule


def _black_out(s: PackSettings) -> str:
    if not s.allow_discharge_off or s.watch_only:
        return ""
    return (
        "if only this pack feeds the GX, switching discharging off cuts its power, and only the phone app "
        "can switch it on again"
    )


def _no_top_balance(s: PackSettings) -> str:
    missing = s.top_balance_voltage and not s.top_balance_days
    return "TopBalanceVoltage has no effect until TopBalanceDays is set" if missing else ""


def _absorption(s: PackSettings) -> str:
    short = s.max_absorption_time < s.absorption_time
    return "MaxAbsorptionTime is shorter than AbsorptionTime, and ends it" if short else ""


def _warns_always(s: PackSettings) -> str:
    chosen = preset(s)
    if chosen.refused:
        return ""
    if 0 < s.high_cell_warning <= chosen.floating:
        return f"HighCellWarning warns whenever the pack is full: float is {chosen.floating:.4g} V"
    if s.low_cell_warning >= chosen.floating:
        return f"LowCellWarning warns all the time: float is {chosen.floating:.4g} V"
    return ""


ODDITIES: tuple[tuple[tuple[AnySetting, ...], Oddity], ...] = (
    ((P.capacity,), _other_capacity),
    ((P.max_charge_current,), _above_rating(P.max_charge_current)),
    ((P.max_discharge_current,), _above_rating(P.max_discharge_current)),
    ((P.max_charge_current, P.capacity), _hard_charge),
    ((P.wake_current, P.capacity), _strong_wake),
    ((P.hold_time, P.control), _hold_is_cut),
    ((P.poll_interval, P.control), _interval_is_cut),
    ((P.rest_interval, P.hold_time), _rest_is_cut),
    ((P.temperature_control,), _temperature_off),
    ((P.temperature_roles,), _roles),
    ((P.stop_after, P.hold_time), _stop_before_hold),
    ((P.stop_after,), _late_stop),
    ((P.control_remove_after, P.stop_after), _withdraws_first),
    *(((setting,), _never_switched(setting)) for setting in SWITCHING),
    ((P.allow_discharge_off,), _needs(P.allow_discharge_off, P.allow_mosfet_control)),
    ((P.allow_discharge_off,), _black_out),
    ((P.use_fb_command,), _needs(P.use_fb_command, P.allow_mosfet_control)),
    ((P.top_balance_voltage, P.top_balance_days), _no_top_balance),
    ((P.absorption_time, P.max_absorption_time), _absorption),
    ((P.high_cell_warning, P.low_cell_warning), _warns_always),
)
