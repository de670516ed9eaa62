"""Explain a bank: the values of its settings, its wiring, and its currents. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dbus_xbms.policy.advice.controllers import Configuration, control_disabled
from dbus_xbms.policy.advice.meaning import capacity
from dbus_xbms.policy.advice.meaning import meaning as pack_meaning
from dbus_xbms.policy.bank import topology
from dbus_xbms.policy.bank.formation import form
from dbus_xbms.policy.bank.membership import members, named
from dbus_xbms.policy.charge import current_limits
from dbus_xbms.policy.charge.current_limits import CHARGE_RATE, DISCHARGE_RATE
from dbus_xbms.settings import AnySetting, PackSettings, SettingsError, name_of
from dbus_xbms.settings import BankSettings as B
from dbus_xbms.settings.bank import PARALLEL
from dbus_xbms.settings.switching import PaneSettings
from dbus_xbms.text import listed

Meaning = Callable[[int, Configuration], str]  # of a bank, by its number


def meaning(setting: AnySetting, number: int, configuration: Configuration) -> str:
    """Explain the value of a bank's setting in words; empty if it needs no explanation."""
    if setting in PaneSettings.rows:  # packs have these, too
        return pack_meaning(setting, PackSettings({setting.name: configuration.banks[number][setting.name]}))
    rule = MEANINGS.get(setting.name)
    return rule(number, configuration) if rule else ""


def wiring(names: Sequence[str], text: str) -> str:
    """Say how packs are wired, given their names string after string and the setting Topology.

    Raises:
        SettingsError: the setting names no topology of so many packs.
    """
    wired = topology.parse(text, len(names))
    if wired.refusal(len(names)):
        raise SettingsError(wired.refusal(len(names)))
    if wired.series == 1:
        return f"{listed(names)}, wired in parallel"
    if wired.parallel == 1:
        return f"{listed(names)}, wired in series"
    return ", in series with ".join(f"{listed(string)} in parallel" for string in wired.split(names))


def strings_of(number: int, configuration: Configuration) -> list[list[PackSettings]]:
    """Return the enabled packs of each string in series; empty if they cannot be wired so."""
    addresses = members(number, configuration.banks, configuration.packs)
    try:
        wired = topology.parse(configuration.banks[number].topology, len(addresses))
    except SettingsError:
        return []
    if wired.refusal(len(addresses)):
        return []
    enabled = configuration.enabled
    return [
        [enabled[address] for address in string if address in enabled] for string in wired.split(addresses)
    ]


def charge(strings: Sequence[Sequence[PackSettings]]) -> float:
    """Return the capacity in Ah; 0: unknown."""
    known = [[capacity(pack) for pack in string] for string in strings]
    return min((sum(string) for string in known), default=0.0) if all(map(all, known)) else 0.0


def currents(strings: Sequence[Sequence[PackSettings]]) -> tuple[float, float]:
    """Return the charge and the discharge current in A that the settings of the packs allow together."""
    rows = ((P_CHARGE, CHARGE_RATE), (P_DISCHARGE, DISCHARGE_RATE))
    charging, discharging = (
        min((sum(_ceiling(pack, *row) for pack in string) for string in strings), default=0.0) for row in rows
    )
    return charging, discharging


P_CHARGE, P_DISCHARGE = PackSettings.max_charge_current, PackSettings.max_discharge_current


def _ceiling(pack: PackSettings, setting: AnySetting, rate: float) -> float:
    return current_limits.ceiling(setting, rate, capacity(pack), pack)[0]


def _name(number: int, configuration: Configuration) -> str:
    return "" if configuration.banks[number].custom_name else configuration.title(number)


def _enabled(number: int, configuration: Configuration) -> str:
    if not configuration.banks[number].enabled:
        return "not confirmed, or turned off"
    why = form(configuration.banks, configuration.enabled)[number].refusal
    return f"not formed: {why}" if why else "acts as one battery"


def _names(number: int, configuration: Configuration) -> list[str]:
    packs = configuration.packs
    return [
        (name_of(packs[address]) if address in packs else "") or address
        for address in members(number, configuration.banks, packs)
    ]


def _members(number: int, configuration: Configuration) -> str:
    names = listed(_names(number, configuration)) or "none yet"
    return names if named(configuration.banks[number]) else f"all packs: {names}"


def _topology(number: int, configuration: Configuration) -> str:
    text = configuration.banks[number].topology
    try:
        return wiring(_names(number, configuration), text) if text != PARALLEL else ""
    except SettingsError as err:
        return str(err)


def _control(number: int, configuration: Configuration) -> str:
    bank = configuration.banks[number]
    if not bank.control:
        return "only shown"
    why = control_disabled(number, configuration) if bank.enabled else "not confirmed, or turned off"
    return f"no effect yet: {why}" if why else "chargers and inverters obey this bank while DVCC is on"


def _current(setting: AnySetting, which: int) -> Meaning:
    def words(number: int, configuration: Configuration) -> str:
        if configuration.banks[number].value(setting) != setting.unset:
            return ""
        strings = strings_of(number, configuration)
        return f"not set: {currents(strings)[which]:.4g} A, by its packs" if strings else "not set"

    return words


def _empty(setting: AnySetting, words: str) -> Meaning:
    return lambda number, configuration: "" if configuration.banks[number].value(setting) else words


def _choice(setting: AnySetting, *words: str) -> Meaning:
    return lambda number, configuration: words[int(configuration.banks[number].value(setting))]


MEANINGS: dict[str, Meaning] = {
    B.enabled.name: _enabled,
    B.custom_name.name: _name,
    B.members.name: _members,
    B.topology.name: _topology,
    B.control.name: _control,
    B.max_charge_current.name: _current(B.max_charge_current, 0),
    B.max_discharge_current.name: _current(B.max_discharge_current, 1),
    B.allow_watch_only_members.name: _choice(
        B.allow_watch_only_members, "no pack that is watch only", "within the currents set for each pack"
    ),
    B.count_charge.name: _choice(B.count_charge, "that of its packs", "counted"),
    B.shunt.name: _empty(B.shunt, "the sum of its packs' currents"),
    B.insecure_connection.name: _choice(
        B.insecure_connection, "shared with chargers", "not shared with chargers"
    ),
}
