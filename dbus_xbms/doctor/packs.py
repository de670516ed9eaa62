"""Checks of the packs and of charge control. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbus_xbms.contact import Contact, ContactState, advice, argument
from dbus_xbms.doctor.facts import Facts, Finding, Pack, Shown, System, note, ok, problem
from dbus_xbms.doctor.machine import STARTED, log_line
from dbus_xbms.text import count, duration, printable

SEARCH_TIME = 60.0  # s after the start of the service until a pack should have been found
WEAK = -85  # dBm
OFTEN = 4.0  # reconnections per hour; a good link has fewer
MANY = 30  # failed polls per hour, of 720 or more; a good link has fewer

NEARER = "move the adapter nearer, away from metal: a USB adapter on an extension cable helps"
UNDERWAY = (
    ContactState.STARTING,
    ContactState.SEARCHING,
    ContactState.CONNECTING,
    ContactState.CONNECTED,
    ContactState.NOT_HEARD,
    ContactState.UNKNOWN,
)
# Reported even while the last values are still shown.
REPORTED = (
    ContactState.NEEDS_PASSWORD,
    ContactState.NEEDS_PASSKEY,
    ContactState.STOPPED,
    ContactState.NAME_TAKEN,
    ContactState.UNPUBLISHED,
    ContactState.LENT,
)

MENU = "Settings, System setup, Charge control"
AGGREGATOR = "aggregat"  # in the names of all known aggregators
NONE_CHOSEN = -255  # of /Settings/SystemSetup/BmsInstance


def packs(facts: Facts) -> Iterator[Finding]:
    """Check each pack that was added."""
    if facts.packs is None:
        return
    if not facts.enabled:
        yield note(
            "packs",
            "no pack has been added yet",
            "`dbus-xbms scan` lists those in range, `dbus-xbms add ADDRESS` adds one",
        )
    for pack in facts.enabled:
        yield _of(pack, facts)


def trust(facts: Facts) -> Iterator[Finding]:
    """Report that a controlling pack is not authenticated."""
    for pack in facts.enabled:
        shown = (facts.shown or {}).get(pack.address)
        if shown and shown.controls:
            yield ok(
                f"trust {name_of(pack)}",
                "its Bluetooth has no authentication: "
                "a device that advertises this address with a stronger signal would set the limits",
            )


def settings(facts: Facts) -> Iterator[Finding]:
    """Report stored settings that cannot be used."""
    for pack in (facts.packs or {}).values():
        for why in pack.unusable:
            name, _, _ = why.partition(" ")
            words = f"a stored value cannot be used, so the default applies: {why}"
            again = f"set it again: dbus-xbms set {_argument(pack)} {name} VALUE"
            yield problem(f"pack {name_of(pack)}", words, again)


def in_range(facts: Facts) -> Iterator[Finding]:
    """Report packs that a scan found and that were not added."""
    if facts.scan is None:
        return
    added = {pack.address for pack in facts.enabled}
    others = [f"{address}{_dbm(rssi)}" for address, rssi in facts.scan.items() if address not in added]
    if others:
        yield note("scan", f"also in range: {', '.join(others)}", "`dbus-xbms add ADDRESS` adds one")
    elif not facts.scan:
        yield note("scan", "no pack is advertising; a connected pack does not advertise")


def name_of(pack: Pack) -> str:
    """Return a pack's name and address."""
    return f"{printable(pack.name)} ({pack.address})" if pack.name else pack.address


def _argument(pack: Pack) -> str:
    return argument(pack.names[0] if pack.names else "", pack.address)


def _of(pack: Pack, facts: Facts) -> Finding:
    topic = f"pack {name_of(pack)}"
    shown = (facts.shown or {}).get(pack.address)
    bluetooth = facts.bluetooth
    adapters = [one.address for one in bluetooth.adapters] if bluetooth and not bluetooth.hangs else None
    if adapters is not None and pack.adapter and pack.adapter.upper() not in adapters:
        words = f"its adapter {pack.adapter} is not there"
        return problem(topic, words, f'plug it in, or: dbus-xbms set {_argument(pack)} Adapter ""')
    if not facts.running:
        return note(topic, _joined("not being read: the service is stopped", _range(pack, facts)))
    if facts.shown is None:
        return note(topic, _joined("the packs on the bus could not be read", _range(pack, facts)))
    contact = facts.service.contacts.get(pack.address) if facts.service else None
    if shown is None or shown.silent or (contact and contact.state in REPORTED):
        words = f"no contact, {shown.words}" if shown else "not reached"
        return _silent(topic, pack, contact or Contact(state=ContactState.UNKNOWN, reason=words), facts)
    return _shown(topic, shown, facts)


def _silent(topic: str, pack: Pack, contact: Contact, facts: Facts) -> Finding:
    """Report why a pack is not being read, with advice for that reason."""
    early = (_uptime(facts) or SEARCH_TIME) < SEARCH_TIME
    if contact.state is ContactState.LENT:
        return note(topic, contact.reason, contact.advice)
    words = _joined(contact.reason, _range(pack, facts), _trouble(pack, facts))
    if early and contact.state in UNDERWAY:
        return note(topic, f"{words}; the service has just started", contact.advice)
    helps = contact.advice or advice(ContactState.NOT_HEARD, _argument(pack))
    return problem(topic, words, helps)


def _shown(topic: str, shown: Shown, facts: Facts) -> Finding:
    words = _joined(
        shown.words or "state unknown", "" if shown.rssi is None else f"{shown.rssi} dBm", _link(shown, facts)
    )
    if shown.alarms:
        return problem(topic, f"alarm {', '.join(shown.alarms)}; {words}", "`dbus-xbms watch` shows why")
    if shown.warnings:
        return note(topic, f"warning {', '.join(shown.warnings)}; {words}", "`dbus-xbms watch` shows why")
    if _breaks_often(shown, facts):
        return note(topic, f"{words}: that is too often", NEARER)
    if shown.rssi is not None and shown.rssi < WEAK:
        return note(topic, f"{words}: that is weak", NEARER)
    return ok(topic, words)


def _uptime(facts: Facts) -> float | None:
    return facts.service.uptime if facts.service else None


def _breaks_often(shown: Shown, facts: Facts) -> bool:
    uptime = _uptime(facts)
    settled = uptime is not None and uptime >= STARTED
    breaks = settled and shown.reconnects * 3600.0 / (uptime or STARTED) > OFTEN
    return breaks or shown.failed_polls > MANY


def _link(shown: Shown, facts: Facts) -> str:
    uptime = _uptime(facts)
    since = f" in {duration(uptime)}" if uptime is not None else ""
    return _joined(
        f"{count(shown.reconnects, 'reconnect')}{since}" if shown.reconnects else "",
        f"{count(shown.failed_polls, 'failed poll')} in the last hour" if shown.failed_polls else "",
    )


def _range(pack: Pack, facts: Facts) -> str:
    """Return whether a pack is in range, or empty if that is unknown."""
    device = facts.bluetooth.devices.get(pack.address) if facts.bluetooth else None
    if facts.scan is not None:
        if pack.address in facts.scan:
            return f"in range{_dbm(facts.scan[pack.address])}"
        return "" if device and device.connected else "not in range"
    if device and device.connected:
        return f"connected on {device.hci}"
    return f"in range{_dbm(device.rssi)}" if device and device.rssi is not None else ""


def _trouble(pack: Pack, facts: Facts) -> str:
    """Return the last warning or error of a pack in the log, or empty."""
    lines = [line for line in facts.log or () if pack.address in line.text.upper()]
    return f"log, {log_line(lines[-1])}" if lines else ""


def _dbm(rssi: int | None) -> str:
    return "" if rssi is None else f" at {rssi} dBm"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def charge_control(facts: Facts) -> Iterator[Finding]:
    """Check that Venus obeys the pack that has limits."""
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
    controlling = [shown.service for shown in (facts.shown or {}).values() if shown.controls]
    if controlling:
        yield _obeyed(controlling, system, facts)
    else:
        yield ok("DVCC", f"{_state(system, facts)}; the packs only report")


def _obeyed(controlling: list[str], system: System, facts: Facts) -> Finding:
    """Check whether Venus obeys the pack that has limits."""
    who = called(controlling[0], facts)
    if not system.dvcc:
        return problem("DVCC", f"it is off, so nothing obeys {who}", f"switch it on: {MENU}, DVCC")
    if system.bms in controlling:
        return ok("DVCC", _state(system, facts))
    if system.bms:
        words = f"{called(system.bms, facts)} is the controlling BMS, so nothing obeys {who}"
        advice = f"choose another: {MENU}, Controlling BMS; or: dbus-xbms set PACK Control 0"
        return note("DVCC", words, advice)
    chosen = "Controlling BMS is none" if system.bms_chosen == NONE_CHOSEN else "the chosen BMS is missing"
    words = f"it is on, but {chosen}, so nothing obeys {who}"
    return problem("DVCC", words, f"{MENU}, Controlling BMS: automatic, or the pack")


def _state(system: System, facts: Facts) -> str:
    bms = called(system.bms, facts) if system.bms else "none"
    monitor = called(system.battery, facts) if system.battery else "none"
    shared = called(system.voltage, facts) if system.voltage else "none"
    state = f"{'on' if system.dvcc else 'off'}; controlling BMS: {bms}; battery monitor: {monitor}"
    return f"{state}; voltage shared with chargers: {shared}"


def not_controlling(facts: Facts) -> Iterator[Finding]:
    """Report packs with Control 1 that do not control."""
    for pack in facts.enabled:
        shown = (facts.shown or {}).get(pack.address)
        if pack.wants_control and shown and not shown.controls and shown.no_control:
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
    if service and service in [shown.service for shown in (facts.shown or {}).values()]:
        yield note(
            "sense",
            f"chargers use the voltage of {called(service, facts)}, read over Bluetooth; "
            "InsecureConnection prevents that only in systemcalc 2.253 and newer",
            f"update Venus OS, or switch off: {MENU}, SVS and SCS",
        )


def aggregator(facts: Facts) -> Iterator[Finding]:
    """Report programs that aggregate batteries."""
    for name, text in (facts.interference.batteries if facts.interference else {}).items():
        if AGGREGATOR in f"{name} {text}".lower():
            yield note(
                "aggregator",
                f"{called(name, facts)} aggregates batteries; while it has limits, no pack controls",
                "leave Control of the packs at 0",
            )


def called(service: str, facts: Facts) -> str:
    """Return the pack's name for a battery service, or the service's short name if it is not a pack."""
    for address, shown in (facts.shown or {}).items():
        pack = (facts.packs or {}).get(address)
        if shown.service == service and pack:
            return name_of(pack)
    return service.removeprefix("com.victronenergy.")


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
