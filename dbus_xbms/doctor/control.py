"""Checks of who is the battery monitor and who controls chargers. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from dbus_xbms.doctor.facts import Bank, Facts, Finding, Shown, ShownBank, System, note, ok, problem
from dbus_xbms.doctor.others import AGGREGATORS, DRIVERS
from dbus_xbms.doctor.packs import name_of
from dbus_xbms.text import printable

MENU = "Settings, System setup, Charge control"
AGGREGATOR = "aggregat"  # in the names of all known aggregators
NONE_CHOSEN = -255  # of /Settings/SystemSetup/BmsInstance
MONITOR = "Settings, System setup, Battery monitor"
BATTERY_SERVICE = "/Settings/SystemSetup/BatteryService"
SHUNT = re.compile(r"shunt|\bBMV", re.IGNORECASE)  # in the name of a product


def charge_control(facts: Facts) -> Iterator[Finding]:
    """Check that Venus obeys the pack or bank that has limits."""
    system = facts.system
    if system is None:
        return
    if not system.present:
        if facts.venus is not None:
            yield note("DVCC", "com.victronenergy.system is not on the bus, so nothing obeys a battery")
        return
    if system.dvcc is None:
        yield note("DVCC", "Venus does not report whether it is on")
        return
    controlling = [shown.service for shown in _ours(facts) if shown.controls]
    if controlling:
        yield _obeyed(controlling, system, facts)
    else:
        yield ok("DVCC", f"{_state(system, facts)}; the packs only report")


def _ours(facts: Facts) -> list[Shown | ShownBank]:
    """Return the packs and banks on the bus."""
    return [*(facts.shown_banks or {}).values(), *(facts.shown or {}).values()]


def _obeyed(controlling: list[str], system: System, facts: Facts) -> Finding:
    """Check whether Venus obeys the pack or bank that has limits."""
    who = called(controlling[0], facts)
    if not system.dvcc:
        return problem("DVCC", f"it is off, so nothing obeys {who}", f"switch it on: {MENU}, DVCC")
    if system.bms in controlling:
        return ok("DVCC", _state(system, facts))
    if system.bms:
        words = f"{called(system.bms, facts)} is the controlling BMS, so nothing obeys {who}"
        off = f"dbus-xbms set {_word(controlling[0], facts)} Control 0"
        advice = f"choose another: {MENU}, Controlling BMS; or: {off}"
        return note("DVCC", words, advice)
    chosen = "Controlling BMS is none" if system.bms_chosen == NONE_CHOSEN else "the chosen BMS is missing"
    words = f"it is on, but {chosen}, so nothing obeys {who}"
    return problem("DVCC", words, f"{MENU}, Controlling BMS: automatic, or {who}")


def _state(system: System, facts: Facts) -> str:
    bms = called(system.bms, facts) if system.bms else "none"
    monitor = called(system.battery, facts) if system.battery else "none"
    shared = called(system.voltage, facts) if system.voltage else "none"
    state = f"{'on' if system.dvcc else 'off'}; controlling BMS: {bms}; battery monitor: {monitor}"
    return f"{state}; voltage shared with chargers: {shared}"


def not_controlling(facts: Facts) -> Iterator[Finding]:
    """Report packs with Control 1 that do not control; those of a confirmed bank never do."""
    members = {address for bank in (facts.banks or {}).values() if bank.enabled for address in bank.members}
    for pack in facts.enabled:
        shown = (facts.shown or {}).get(pack.address)
        silent = pack.address in members or not pack.wants_control
        if shown and not silent and not shown.controls and shown.no_control:
            words = f"{name_of(pack)} should control chargers, but does not. {shown.no_control}"
            yield note("control", words, f"if it should not: dbus-xbms set {pack.address} Control 0")


def no_bms(facts: Facts) -> Iterator[Finding]:
    """Report chargers that require a BMS when none controls."""
    system = facts.system
    if system and system.present and system.expecting and not system.bms:
        chargers = ", ".join(called(name, facts) for name in system.expecting)
        yield problem(
            "error 67",
            f"no BMS controls, but these chargers expect one and stop with error 67: {chargers}",
            "let one battery control (dbus-xbms set PACK Control 1), with DVCC on; or reset "
            '"BMS controlled" in their settings',
        )


def several_limits(facts: Facts) -> Iterator[Finding]:
    """Report that several batteries have limits; Venus obeys only one."""
    limits = facts.system.limits if facts.system else {}
    if len(limits) > 1:
        who = " and ".join(f"{called(name, facts)} ({volts:.1f} V)" for name, volts in sorted(limits.items()))
        yield problem(
            "limits",
            f"{who} have charge voltage limits; a GX obeys one of them and does not add them up",
            "let one battery control, and choose it: " + f"{MENU}, Controlling BMS",
        )


def shared_voltage(facts: Facts) -> Iterator[Finding]:
    """Report that chargers use the voltage of a pack, which arrives over Bluetooth."""
    system = facts.system
    service = system.voltage if system else None
    if service and service in [shown.service for shown in _ours(facts)]:
        yield note(
            "sense",
            f"chargers use the voltage of {called(service, facts)}, read over Bluetooth; "
            "InsecureConnection prevents that only in systemcalc 2.253 and newer",
            f"update Venus OS, or switch off: {MENU}, SVS and SCS",
        )


def monitor(facts: Facts) -> Iterator[Finding]:
    """Report a monitor that is only a part of a bank, and a shunt that could be the monitor."""
    system = facts.system
    if system is None or not system.battery:
        return
    for number, bank in (facts.banks or {}).items():
        shown = (facts.shown_banks or {}).get(number)
        if shown and system.battery in _services_of(bank, facts):
            words = (
                f"{called(system.battery, facts)} is the battery monitor, but only a part of "
                f"{called(shown.service, facts)}: Venus shows the charge and the current of this pack"
            )
            yield note("monitor", words, f"{MONITOR}: automatic, or {printable(bank.name)}")
    for shunt in (name for name, product in system.products.items() if SHUNT.search(product)):
        if system.battery == shunt:
            yield ok("monitor", f"{called(shunt, facts)} is the battery monitor; limits come from the BMS")
        elif system.battery in [one.service for one in _ours(facts)]:
            yield _shunt(shunt, system, facts)


def _services_of(bank: Bank, facts: Facts) -> list[str]:
    """Return the services of the packs of a bank."""
    members = (shown for address in bank.members if (shown := (facts.shown or {}).get(address)))
    return [shown.service for shown in members if bank.enabled]


def _shunt(shunt: str, system: System, facts: Facts) -> Finding:
    """Return how a shunt that measures the whole battery becomes the monitor."""
    chosen = f"{BATTERY_SERVICE} = com.victronenergy.battery/{system.instances.get(shunt, 'INSTANCE')}"
    advice = f"if it measures the whole battery and should be the monitor: {MONITOR} ({chosen})"
    bank = next((one for one in (facts.banks or {}).values() if one.enabled), None)
    if bank and bank.number in (facts.shown_banks or {}):
        advice += f"; to take its current for that of the bank: dbus-xbms bank set {bank.label} Shunt {shunt}"
    words = f"{called(str(system.battery), facts)} is the battery monitor, not {called(shunt, facts)}"
    return note("monitor", words, advice)


def aggregator(facts: Facts) -> Iterator[Finding]:
    """Report programs that aggregate batteries."""
    services = facts.interference.batteries if facts.interference else {}
    named = [called(name, facts) for name, text in services.items() if AGGREGATOR in f"{name} {text}".lower()]
    running = [name for name in facts.others or () if name in AGGREGATORS]
    bank = next((bank for bank in (facts.banks or {}).values() if bank.enabled), None)
    for who in named or running:
        words = f"{who} aggregates batteries; while it has limits, no pack and no bank controls"
        if bank:
            off = f"dbus-xbms bank set {bank.label} Control 0"
            advice = f"remove it, since {printable(bank.name)} does the same; or: {off}"
        else:
            advice = "leave Control of the packs at 0; or remove it, and `dbus-xbms bank create`"
        yield note("aggregator", words, advice)


def drivers(facts: Facts) -> Iterator[Finding]:
    """Report other programs that read batteries; one that reads the same pack is an interference."""
    for name in facts.others or ():
        if name in DRIVERS:
            yield ok("driver", f"{name} runs, too; a pack accepts only one connection, so let one read it")


def called(service: str, facts: Facts) -> str:
    """Return the name of a pack or bank for a battery service; of others the short service and product."""
    for number, bank in (facts.shown_banks or {}).items():
        known = (facts.banks or {}).get(number)
        if bank.service == service and known:
            return f"{printable(known.name)} ({known.label})"
    for address, shown in (facts.shown or {}).items():
        pack = (facts.packs or {}).get(address)
        if shown.service == service and pack:
            return name_of(pack)
    short = service.removeprefix("com.victronenergy.")
    product = printable(facts.system.products.get(service, "")) if facts.system else ""
    return f"{short} ({product})" if product else short


def _word(service: str, facts: Facts) -> str:
    """Return what a pack or a bank is called on the command line."""
    banks, packs = facts.shown_banks or {}, facts.shown or {}
    labels = {shown.service: f"bank{number}" for number, shown in banks.items()}
    return labels.get(service) or next(
        (address for address, shown in packs.items() if shown.service == service), "PACK"
    )


def instances(facts: Facts) -> Iterator[Finding]:
    """Report batteries that share a device instance, of which a GX shows only one."""
    sharing: dict[int, list[str]] = defaultdict(list)
    for service, instance in (facts.system.instances if facts.system else {}).items():
        sharing[instance].append(called(service, facts))
    for instance, names in sharing.items():
        if len(names) > 1:
            yield problem(
                "instance",
                f"{' and '.join(sorted(names))} are both battery {instance}: a GX sees only one of them",
                "change one: dbus-xbms set PACK ClassAndVrmInstance battery:NUMBER",
            )
