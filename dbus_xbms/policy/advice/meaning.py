"""Explain the value of a setting, given the other settings and the pack. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbus_xbms.policy import poll_rate, state_of_charge
from dbus_xbms.policy.authority import REMOVED, control_disabled
from dbus_xbms.policy.charge import current_limits
from dbus_xbms.policy.charge.chemistry import Preset, preset
from dbus_xbms.policy.charge.current_limits import CHARGE_RATE, DISCHARGE_RATE
from dbus_xbms.policy.charge.curves import Curve
from dbus_xbms.policy.freshness import longest_gap, poll_interval
from dbus_xbms.settings import WATCH_ONLY, AnySetting, PackSettings, described_make
from dbus_xbms.settings import PackSettings as P
from dbus_xbms.text import count, duration

Meaning = Callable[[PackSettings], str]


def meaning(setting: AnySetting, settings: PackSettings) -> str:
    """Explain a setting's value in words; empty if it needs no explanation."""
    rule = MEANINGS.get(setting)
    return rule(settings) if rule else ""


def capacity(settings: PackSettings) -> float:
    """The pack's capacity in Ah, as all rules use it; 0: unknown."""
    return state_of_charge.installed(settings.nominal, settings)


def _is_unset(setting: AnySetting, settings: PackSettings) -> bool:
    unset = setting.default if setting.unset is None else setting.unset
    return bool(settings.value(setting) == unset)


def _choice(setting: AnySetting, *words: str) -> Meaning:
    """Words for 0, 1 and so on."""
    return lambda settings: words[int(settings.value(setting))]


def _off_at_zero(setting: AnySetting, words: str = "off") -> Meaning:
    return lambda settings: "" if settings.value(setting) else words


def _time(setting: AnySetting, zero: str = "") -> Meaning:
    def words(settings: PackSettings) -> str:
        seconds = settings.value(setting)
        spoken = duration(seconds) if seconds >= 120 else ""  # below that the value says it
        return spoken if seconds or not zero else zero

    return words


def _by_preset(setting: AnySetting, show: Callable[[Preset, PackSettings], str]) -> Meaning:
    """The value that the preset gives to a setting."""

    def words(settings: PackSettings) -> str:
        unset, chosen = _is_unset(setting, settings), preset(settings)
        if not settings.chemistry:
            return "the preset's, once Chemistry is chosen" if unset else "once Chemistry is chosen"
        if chosen.refused:
            return f"not used: {chosen.refused}"
        return f"preset, {show(chosen, settings)}" if unset else show(chosen, settings)

    return words


def _cell(setting: AnySetting, field: str) -> Meaning:
    """A preset's cell voltage, and the same for the whole pack."""

    def show(chosen: Preset, settings: PackSettings) -> str:
        volts, cells = float(getattr(chosen, field)), settings.cells
        own = "" if not _is_unset(setting, settings) else f"{volts:.4g} V"
        whole = f"{volts * cells:.2f} V for {count(cells, 'cell')}" if cells else ""
        return ", ".join(part for part in (own, whole) if part)

    return _by_preset(setting, show)


def _celsius(setting: AnySetting, field: str) -> Meaning:
    def show(chosen: Preset, settings: PackSettings) -> str:
        return f"{getattr(chosen, field):g} °C" if _is_unset(setting, settings) else ""

    return _by_preset(setting, show)


def _curve(setting: AnySetting, field: str) -> Meaning:
    def show(chosen: Preset, settings: PackSettings) -> str:
        curve: Curve = getattr(chosen, field)
        if not _is_unset(setting, settings):
            return ""
        return " ".join(f"{x:.4g}:{y:g}" for x, y in curve.points)

    return _by_preset(setting, show)


def _ceiling(setting: AnySetting, rate: float) -> Meaning:
    def words(settings: PackSettings) -> str:
        if not _is_unset(setting, settings):
            return "" if settings.value(setting) else "no current at all"
        if settings.watch_only:
            return "not set: not allowed in a bank"
        amps, origin = current_limits.ceiling(setting, rate, capacity(settings), settings)
        return f"not set: {amps:.4g} A, {origin.removesuffix(f' ({current_limits.UNSET})')}"

    return words


def _control(settings: PackSettings) -> str:
    if settings.watch_only:
        return f"only shown: {WATCH_ONLY}"
    if not settings.control:
        return "only shown"
    removed = "" if settings.enabled else REMOVED
    why = removed or control_disabled(settings) or preset(settings).refused
    return f"no effect yet: {why}" if why else "chargers and inverters obey this pack while DVCC is on"


def _chemistry(settings: PackSettings) -> str:
    if not settings.chemistry:
        return "not chosen; the pack is only shown"
    chosen, cells = preset(settings), settings.cells
    if chosen.refused:
        return chosen.refused
    whole = f", {count(cells, 'cell')} up to {chosen.full * cells:.2f} V" if cells else ""
    return f"cells up to {chosen.full:.4g} V{whole}"


def _protocol(settings: PackSettings) -> str:
    return described_make(settings) if settings.watch_only else ""


def _capacity(settings: PackSettings) -> str:
    nominal = settings.nominal
    reported = f"the BMS reports {nominal:g} Ah" if state_of_charge.is_known(nominal) else ""
    if settings.capacity:
        return reported
    return reported or "unknown until the BMS reports it"


def _effective(setting: AnySetting, rule: Callable[[PackSettings], float]) -> Meaning:
    """A time in s that other settings may limit."""

    def words(settings: PackSettings) -> str:
        seconds = rule(settings)
        return "" if seconds == settings.value(setting) else f"{seconds:.3g} s for this pack"

    return words


def _roles(settings: PackSettings) -> str:
    roles = settings.temperature_roles
    if not roles:
        return "every sensor may be a cell's"
    names = {"c": "cell", "m": "MOSFET", "-": "ignored"}
    return ", ".join(f"{number} {names[role]}" for number, role in enumerate(roles, 1))


def _show(setting: AnySetting) -> Meaning:
    words: Mapping[int, str] = {0: "hidden", 1: "shown", 2: "on the GX only", 4: "in VRM only"}
    return lambda settings: words.get(int(settings.value(setting)), "")


MEANINGS: dict[AnySetting, Meaning] = {
    P.enabled: _choice(P.enabled, "not read; settings kept", "read and shown"),
    P.capacity: _capacity,
    P.protocol: _protocol,
    P.control: _control,
    P.chemistry: _chemistry,
    P.max_charge_current: _ceiling(P.max_charge_current, CHARGE_RATE),
    P.max_discharge_current: _ceiling(P.max_discharge_current, DISCHARGE_RATE),
    P.cell_full: _cell(P.cell_full, "full"),
    P.cell_float: _cell(P.cell_float, "floating"),
    P.cell_low: _cell(P.cell_low, "low"),
    P.cell_high_cutoff: _cell(P.cell_high_cutoff, "cutoff_high"),
    P.cell_low_cutoff: _cell(P.cell_low_cutoff, "cutoff_low"),
    P.top_balance_voltage: _cell(P.top_balance_voltage, "top_balance"),
    P.high_cell_warning: _cell(P.high_cell_warning, "high_warning"),
    P.low_cell_warning: _cell(P.low_cell_warning, "low_warning"),
    P.high_temperature_warning: _celsius(P.high_temperature_warning, "hot_warning"),
    P.low_temperature_warning: _celsius(P.low_temperature_warning, "cold_warning"),
    P.temperature_control: _choice(P.temperature_control, "off", "on"),
    P.temperature_roles: _roles,
    P.charge_temperature_curve: _curve(P.charge_temperature_curve, "charge_temperature"),
    P.discharge_temperature_curve: _curve(P.discharge_temperature_curve, "discharge_temperature"),
    P.mosfet_temperature_curve: _curve(P.mosfet_temperature_curve, "mosfet_temperature"),
    P.charge_cell_curve: _curve(P.charge_cell_curve, "charge_cells"),
    P.discharge_cell_curve: _curve(P.discharge_cell_curve, "discharge_cells"),
    P.charge_soc_curve: lambda settings: "" if settings.charge_soc_curve else "off",
    P.discharge_soc_curve: lambda settings: "" if settings.discharge_soc_curve else "off",
    P.absorption_time: _time(P.absorption_time),
    P.max_absorption_time: _time(P.max_absorption_time),
    P.balancing_time: _time(P.balancing_time),
    P.rebulk_drift: _off_at_zero(P.rebulk_drift),
    P.top_balance_days: _off_at_zero(P.top_balance_days),
    P.hold_time: _effective(P.hold_time, longest_gap),
    P.remove_after: _time(P.remove_after, zero="never"),
    P.stop_after: _time(P.stop_after),
    P.control_remove_after: _time(P.control_remove_after, zero="never"),
    P.wake_current: _off_at_zero(P.wake_current),
    P.low_soc_warning: _off_at_zero(P.low_soc_warning),
    P.cell_imbalance_warning: _off_at_zero(P.cell_imbalance_warning),
    P.cell_overvoltage_alarm: lambda settings: ("", "warning", "alarm")[settings.cell_overvoltage_alarm],
    P.mosfet_temperature_warning: _off_at_zero(P.mosfet_temperature_warning),
    P.charge_request_soc: _off_at_zero(P.charge_request_soc, "by voltage only"),
    P.connection_mode: _choice(P.connection_mode, "stays connected", "connects for each poll"),
    P.poll_interval: _effective(P.poll_interval, poll_interval),
    P.rest_interval: _effective(P.rest_interval, lambda settings: poll_rate.interval(settings, resting=True)),
    P.adapter: lambda settings: "" if settings.adapter else "any",
    P.password: lambda settings: "" if settings.password else "none",
    P.passkey: lambda settings: "" if settings.passkey else "none",
    P.notify_method: _choice(P.notify_method, "socket if safe, else signals", "signals", "socket"),
    P.insecure_connection: _choice(P.insecure_connection, "shared with chargers", "not shared with chargers"),
    **{row: _choice(row, "not allowed", "allowed") for row in P.rows if row.name.startswith("Allow")},
    P.separate_switch_device: _choice(P.separate_switch_device, "none", "beside the battery"),
    **{row: _show(row) for row in P.rows if row.name.endswith("SwitchShow")},
}
