"""Settings that are allowed and unlikely to be meant, beside the others and what is known of the pack. Pure.

None of them is refused: only the owner knows the pack. What must not be is refused by
:mod:`dbus_xbms.control.chemistry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dbus_xbms.control import gauge
from dbus_xbms.control.chemistry import preset
from dbus_xbms.control.freshness import LONGEST_CONTROLLED_INTERVAL, longest_gap
from dbus_xbms.control.meaning import capacity
from dbus_xbms.control.pace import POLLS_PER_HOLD
from dbus_xbms.settings import Settings
from dbus_xbms.words import count, duration

Oddity = Callable[[Settings], str]  # what is odd, in words; empty if nothing is

LIKELY_CAPACITY = (0.5, 1.5)  # of what the BMS reports: cells age, and packs are made of several strings
SMALLEST_PACK = 10.0  # Ah; a pack with such a BMS and less in it is a rarity
HARD_CHARGE = 1.0  # C; most data sheets of LiFePO4 cells end at 0.5 or 1 C
GENTLE_WAKE = 0.02  # C, the most that docs/charge-control.md advises
LONG_UNSEEN = 3600.0  # s of drawing from a pack that nobody sees


def oddities(name: str, settings: Settings) -> list[str]:
    """What is odd about a setting, each in a sentence without a full stop."""
    rules: Iterable[Oddity] = (rule for names, rule in ODDITIES if name in names)
    return [words for rule in rules if (words := rule(settings))]


def _other_capacity(s: Settings) -> str:
    chosen, nominal = s.number("Capacity"), s.number("Nominal")
    if not chosen:
        return ""
    if not gauge.is_known(nominal):
        return f"{chosen:g} Ah is very little for a pack with such a BMS" if chosen < SMALLEST_PACK else ""
    least, most = LIKELY_CAPACITY
    if least * nominal <= chosen <= most * nominal:
        return ""
    return f"the BMS reports {nominal:g} Ah, and current limits and the time to go count from {chosen:g} Ah"


def _above_rating(name: str) -> Oddity:
    def rule(s: Settings) -> str:
        chosen, rating = s.number(name), s.number("Rating")
        if not rating or chosen <= rating:
            return ""
        return f"the BMS is rated {rating:g} A: it may switch off before {chosen:g} A are reached"

    return rule


def _hard_charge(s: Settings) -> str:
    chosen, known = s.number("MaxChargeCurrent"), capacity(s)
    if not known or chosen <= HARD_CHARGE * known:
        return ""
    return f"{chosen:g} A is {_rate(chosen / known)} C of {known:g} Ah: more than most cells are made for"


def _rate(c: float) -> str:
    return f"{c:.1f}".removesuffix(".0") if c < 10 else f"{c:.0f}"


def _strong_wake(s: Settings) -> str:
    chosen, known = s.number("WakeCurrent"), capacity(s)
    if not chosen:
        return ""
    if not known:
        return "the cells are not monitored while it flows, and the capacity is unknown"
    advised = GENTLE_WAKE * known
    if chosen <= advised:
        return ""
    most = f"no more than {advised:.2g} A ({GENTLE_WAKE:g} C) is advised"
    return f"the cells are not monitored while it flows: {most}"


def _hold_is_cut(s: Settings) -> str:
    hold, gap = s.number("Hold"), longest_gap(s)
    return f"a pack that controls holds {gap:g} s at most" if gap < hold else ""


def _interval_is_cut(s: Settings) -> str:
    longest = LONGEST_CONTROLLED_INTERVAL
    if not s.number("Control") or s.number("PollInterval") <= longest:
        return ""
    return f"a pack that controls is polled at least every {longest:g} s"


def _rest_is_cut(s: Settings) -> str:
    most = s.number("Hold") / POLLS_PER_HOLD
    if s.number("RestInterval") <= most:
        return ""
    return f"RestInterval counts for at most a sixth of Hold: {most:.3g} s"


def _temperature_off(s: Settings) -> str:
    if s.number("TemperatureControl"):
        return ""
    return "cells are then charged at any temperature; below 0 °C that damages most lithium cells"


def _roles(s: Settings) -> str:
    roles, sensors = s.text("TemperatureRoles"), int(s.number("Sensors"))
    if not roles:
        return ""
    if "c" not in roles:
        return "no sensor is a cell's: with TemperatureControl 1 nothing is charged"
    if sensors and len(roles) != sensors:
        return f"TemperatureRoles has {count(len(roles), 'letter')}, and the BMS {count(sensors, 'sensor')}"
    return ""


def _stop_before_hold(s: Settings) -> str:
    return "Stop is shorter than Hold, which is waited for first" if s.number("Stop") < longest_gap(s) else ""


def _late_stop(s: Settings) -> str:
    stop = s.number("Stop")
    if stop <= LONG_UNSEEN:
        return ""
    return f"the pack may be drawn from unseen for {duration(stop)}"


def _withdraws_first(s: Settings) -> str:
    withdraw = s.number("ControlWithdraw")
    if not withdraw or withdraw >= s.number("Stop"):
        return ""
    return "ControlWithdraw is shorter than Stop, which is waited for first"


def _needs(name: str, needed: str) -> Oddity:
    def rule(s: Settings) -> str:
        missing = s.number(name) and not s.number(needed)
        return f"{name} has no effect until {needed} is 1" if missing else ""

    return rule


def _black_out(s: Settings) -> str:
    if not s.number("AllowDischargeOff"):
        return ""
    return (
        "if only this pack feeds the GX, switching discharging off ends its power, and only the phone app "
        "can switch it on again"
    )


def _no_top_balance(s: Settings) -> str:
    missing = s.number("TopBalanceVoltage") and not s.number("TopBalanceDays")
    return "TopBalanceVoltage has no effect until TopBalanceDays is set" if missing else ""


def _absorption(s: Settings) -> str:
    short = s.number("MaxAbsorptionTime") < s.number("AbsorptionTime")
    return "MaxAbsorptionTime is shorter than AbsorptionTime, and ends it" if short else ""


def _warns_always(s: Settings) -> str:
    chosen = preset(s)
    if chosen.refused:
        return ""
    if 0 < s.number("HighCellWarning") <= chosen.floating:
        return f"HighCellWarning warns whenever the pack is full: float is {chosen.floating:.4g} V"
    if s.number("LowCellWarning") >= chosen.floating:
        return f"LowCellWarning warns all the time: float is {chosen.floating:.4g} V"
    return ""


ODDITIES: tuple[tuple[tuple[str, ...], Oddity], ...] = (
    (("Capacity",), _other_capacity),
    (("MaxChargeCurrent",), _above_rating("MaxChargeCurrent")),
    (("MaxDischargeCurrent",), _above_rating("MaxDischargeCurrent")),
    (("MaxChargeCurrent", "Capacity"), _hard_charge),
    (("WakeCurrent", "Capacity"), _strong_wake),
    (("Hold", "Control"), _hold_is_cut),
    (("PollInterval", "Control"), _interval_is_cut),
    (("RestInterval", "Hold"), _rest_is_cut),
    (("TemperatureControl",), _temperature_off),
    (("TemperatureRoles",), _roles),
    (("Stop", "Hold"), _stop_before_hold),
    (("Stop",), _late_stop),
    (("ControlWithdraw", "Stop"), _withdraws_first),
    (("AllowDischargeOff",), _needs("AllowDischargeOff", "AllowMosfetControl")),
    (("AllowDischargeOff",), _black_out),
    (("AllowNewerCommand",), _needs("AllowNewerCommand", "AllowMosfetControl")),
    (("TopBalanceVoltage", "TopBalanceDays"), _no_top_balance),
    (("AbsorptionTime", "MaxAbsorptionTime"), _absorption),
    (("HighCellWarning", "LowCellWarning"), _warns_always),
)
