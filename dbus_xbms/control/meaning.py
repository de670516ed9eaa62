"""What the value of a setting means now, beside the others and with what is known of the pack. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbus_xbms.control import current_limits, gauge, pace
from dbus_xbms.control.authority import REMOVED, unwilling
from dbus_xbms.control.chemistry import Preset, preset
from dbus_xbms.control.current_limits import CHARGE_RATE, DISCHARGE_RATE
from dbus_xbms.control.curves import Curve
from dbus_xbms.control.freshness import longest_gap, poll_interval
from dbus_xbms.settings import PACK_SETTINGS, Settings
from dbus_xbms.words import count, duration

Meaning = Callable[[Settings], str]

_ROWS = {row.name: row for row in PACK_SETTINGS}


def meaning(name: str, settings: Settings) -> str:
    """What a setting's value means now, in words; empty where the value says it all."""
    rule = MEANINGS.get(name)
    return rule(settings) if rule else ""


def capacity(settings: Settings) -> float:
    """The pack's capacity in Ah as all rules take it; 0: unknown."""
    return gauge.installed(settings.number("Nominal"), settings)


def _is_unset(name: str, settings: Settings) -> bool:
    row = _ROWS[name]
    return settings[name] == (row.default if row.unset is None else row.unset)


def _choice(name: str, *words: str) -> Meaning:
    """Words for 0, 1 and so on."""
    return lambda settings: words[int(settings.number(name))]


def _off_at_zero(name: str, words: str = "off") -> Meaning:
    return lambda settings: "" if settings.number(name) else words


def _time(name: str, zero: str = "") -> Meaning:
    def words(settings: Settings) -> str:
        seconds = settings.number(name)
        spoken = duration(seconds) if seconds >= 120 else ""  # below that the value says it
        return spoken if seconds or not zero else zero

    return words


def _by_preset(name: str, show: Callable[[Preset, Settings], str]) -> Meaning:
    """What the preset makes of a setting."""

    def words(settings: Settings) -> str:
        unset, chosen = _is_unset(name, settings), preset(settings)
        if not settings.text("Chemistry"):
            return "the preset's, once Chemistry is chosen" if unset else "once Chemistry is chosen"
        if chosen.refused:
            return f"not used: {chosen.refused}"
        return f"preset, {show(chosen, settings)}" if unset else show(chosen, settings)

    return words


def _cell(name: str, field: str) -> Meaning:
    """A cell voltage, and what it is for the whole pack; the owner's own is shown by its value."""

    def show(chosen: Preset, settings: Settings) -> str:
        volts, cells = float(getattr(chosen, field)), int(settings.number("Cells"))
        own = "" if not _is_unset(name, settings) else f"{volts:.4g} V"
        whole = f"{volts * cells:.2f} V for {count(cells, 'cell')}" if cells else ""
        return ", ".join(part for part in (own, whole) if part)

    return _by_preset(name, show)


def _celsius(name: str, field: str) -> Meaning:
    def show(chosen: Preset, settings: Settings) -> str:
        return f"{getattr(chosen, field):g} °C" if _is_unset(name, settings) else ""

    return _by_preset(name, show)


def _curve(name: str, field: str) -> Meaning:
    def show(chosen: Preset, settings: Settings) -> str:
        curve: Curve = getattr(chosen, field)
        if not _is_unset(name, settings):
            return ""
        return " ".join(f"{x:.4g}:{y:g}" for x, y in curve.points)

    return _by_preset(name, show)


def _ceiling(name: str, rate: float) -> Meaning:
    def words(settings: Settings) -> str:
        if not _is_unset(name, settings):
            return "" if settings.number(name) else "no current at all"
        amps, origin = current_limits.ceiling(name, rate, capacity(settings), settings)
        return f"not set: {amps:.4g} A, {origin.removesuffix(f' ({current_limits.UNSET})')}"

    return words


def _control(settings: Settings) -> str:
    if not settings.number("Control"):
        return "only shown"
    removed = "" if settings.number("Enabled") else REMOVED
    why = removed or unwilling(settings) or preset(settings).refused
    return f"no effect yet: {why}" if why else "chargers and inverters obey this pack while DVCC is on"


def _chemistry(settings: Settings) -> str:
    if not settings.text("Chemistry"):
        return "not chosen; the pack is only shown"
    chosen, cells = preset(settings), int(settings.number("Cells"))
    if chosen.refused:
        return chosen.refused
    whole = f", {count(cells, 'cell')} up to {chosen.full * cells:.2f} V" if cells else ""
    return f"cells up to {chosen.full:.4g} V{whole}"


def _capacity(settings: Settings) -> str:
    nominal = settings.number("Nominal")
    reported = f"the BMS reports {nominal:g} Ah" if gauge.is_known(nominal) else ""
    if settings.number("Capacity"):
        return reported
    return reported or "unknown until the BMS reports it"


def _effective(name: str, rule: Callable[[Settings], float]) -> Meaning:
    """A time in s that other settings may change."""

    def words(settings: Settings) -> str:
        seconds = rule(settings)
        return "" if seconds == settings.number(name) else f"{seconds:.3g} s for this pack"

    return words


def _roles(settings: Settings) -> str:
    roles = settings.text("TemperatureRoles")
    if not roles:
        return "every sensor may be a cell's"
    names = {"c": "cell", "m": "MOSFET", "-": "ignored"}
    return ", ".join(f"{number} {names[role]}" for number, role in enumerate(roles, 1))


def _show(name: str) -> Meaning:
    words: Mapping[int, str] = {0: "hidden", 1: "shown", 2: "on the GX only", 4: "in VRM only"}
    return lambda settings: words.get(int(settings.number(name)), "")


MEANINGS: dict[str, Meaning] = {
    "Enabled": _choice("Enabled", "not read; settings kept", "read and shown"),
    "Capacity": _capacity,
    "Control": _control,
    "Chemistry": _chemistry,
    "MaxChargeCurrent": _ceiling("MaxChargeCurrent", CHARGE_RATE),
    "MaxDischargeCurrent": _ceiling("MaxDischargeCurrent", DISCHARGE_RATE),
    "CellFull": _cell("CellFull", "full"),
    "CellFloat": _cell("CellFloat", "floating"),
    "CellLow": _cell("CellLow", "low"),
    "CellHighCutoff": _cell("CellHighCutoff", "cutoff_high"),
    "CellLowCutoff": _cell("CellLowCutoff", "cutoff_low"),
    "TopBalanceVoltage": _cell("TopBalanceVoltage", "top_balance"),
    "HighCellWarning": _cell("HighCellWarning", "high_warning"),
    "LowCellWarning": _cell("LowCellWarning", "low_warning"),
    "HighTemperatureWarning": _celsius("HighTemperatureWarning", "hot_warning"),
    "LowTemperatureWarning": _celsius("LowTemperatureWarning", "cold_warning"),
    "TemperatureControl": _choice("TemperatureControl", "off", "on"),
    "TemperatureRoles": _roles,
    "ChargeTemperatureCurve": _curve("ChargeTemperatureCurve", "charge_temperature"),
    "DischargeTemperatureCurve": _curve("DischargeTemperatureCurve", "discharge_temperature"),
    "MosfetTemperatureCurve": _curve("MosfetTemperatureCurve", "mosfet_temperature"),
    "ChargeCellCurve": _curve("ChargeCellCurve", "charge_cells"),
    "DischargeCellCurve": _curve("DischargeCellCurve", "discharge_cells"),
    "ChargeSocCurve": lambda settings: "" if settings.text("ChargeSocCurve") else "off",
    "DischargeSocCurve": lambda settings: "" if settings.text("DischargeSocCurve") else "off",
    "AbsorptionTime": _time("AbsorptionTime"),
    "MaxAbsorptionTime": _time("MaxAbsorptionTime"),
    "BalancingTime": _time("BalancingTime"),
    "RebulkDrift": _off_at_zero("RebulkDrift"),
    "TopBalanceDays": _off_at_zero("TopBalanceDays"),
    "Hold": _effective("Hold", longest_gap),
    "Withdraw": _time("Withdraw", zero="never"),
    "Stop": _time("Stop"),
    "ControlWithdraw": _time("ControlWithdraw", zero="never"),
    "WakeCurrent": _off_at_zero("WakeCurrent"),
    "LowSocWarning": _off_at_zero("LowSocWarning"),
    "CellImbalanceWarning": _off_at_zero("CellImbalanceWarning"),
    "CellOvervoltageAlarm": lambda settings: ("", "warning", "alarm")[
        int(settings.number("CellOvervoltageAlarm"))
    ],
    "MosfetTemperatureWarning": _off_at_zero("MosfetTemperatureWarning"),
    "ChargeRequestSoc": _off_at_zero("ChargeRequestSoc", "by voltage only"),
    "ConnectionMode": _choice("ConnectionMode", "stays connected", "connects for each poll"),
    "PollInterval": _effective("PollInterval", poll_interval),
    "RestInterval": _effective("RestInterval", lambda settings: pace.interval(settings, resting=True)),
    "Adapter": lambda settings: "" if settings.text("Adapter") else "any",
    "Password": lambda settings: "" if settings.text("Password") else "none",
    "Passkey": lambda settings: "" if settings.text("Passkey") else "none",
    "NotifyMethod": _choice("NotifyMethod", "socket if safe, else signals", "signals", "socket"),
    "InsecureConnection": _choice("InsecureConnection", "shared with chargers", "not shared with chargers"),
    **{name: _choice(name, "not allowed", "allowed") for name in _ROWS if name.startswith("Allow")},
    "CompanionSwitch": _choice("CompanionSwitch", "none", "beside the battery"),
    **{name: _show(name) for name in _ROWS if name.endswith("SwitchShow")},
}
