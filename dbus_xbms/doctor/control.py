"""What can be wrong between our packs and what Venus does with them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbus_xbms.doctor.facts import Facts, System
from dbus_xbms.doctor.finding import Finding, note, ok, problem
from dbus_xbms.doctor.packs import name_of

MENU = "Settings, System setup, Charge control"
AGGREGATOR = "aggregat"  # in the names of all that are known
NONE_CHOSEN = -255  # of /Settings/SystemSetup/BmsInstance


def charge_control(facts: Facts) -> Iterator[Finding]:
    """Who controls charging, and whether that is what a pack of ours wants."""
    system = facts.system
    if system is None:
        return
    if not system.there:
        if facts.venus is not None:
            yield note("DVCC", "com.victronenergy.system is not there, so nothing obeys a battery")
        return
    if system.dvcc is None:
        yield note("DVCC", "Venus does not say whether it is on")
        return
    ours = [shown.service for shown in (facts.shown or {}).values() if shown.controls]
    yield (
        _ruled(ours, system, facts) if ours else ok("DVCC", f"{_state(system, facts)}; our packs only watch")
    )


def _ruled(ours: list[str], system: System, facts: Facts) -> Finding:
    """What comes of a pack of ours that wants to control."""
    who = called(ours[0], facts)
    if not system.dvcc:
        return problem("DVCC", f"it is off, so nothing obeys {who}", f"switch it on: {MENU}, DVCC")
    if system.bms in ours:
        return ok("DVCC", _state(system, facts))
    if system.bms:
        words = f"{called(system.bms, facts)} is the controlling BMS, so nothing obeys {who}"
        advice = f"choose another: {MENU}, Controlling BMS; or: dbus-xbms set PACK Control 0"
        return note("DVCC", words, advice)
    chosen = "no BMS is to control" if system.bms_chosen == NONE_CHOSEN else "the chosen BMS is not there"
    words = f"it is on, but {chosen}, so nothing obeys {who}"
    return problem("DVCC", words, f"{MENU}, Controlling BMS: automatic, or the pack")


def _state(system: System, facts: Facts) -> str:
    bms = called(system.bms, facts) if system.bms else "none"
    monitor = called(system.battery, facts) if system.battery else "none"
    shared = called(system.voltage, facts) if system.voltage else "none"
    state = f"{'on' if system.dvcc else 'off'}; controlling BMS: {bms}; battery monitor: {monitor}"
    return f"{state}; voltage shared with chargers: {shared}"


def without_effect(facts: Facts) -> Iterator[Finding]:
    """Packs that should control chargers, and do not."""
    for pack in facts.enabled:
        shown = (facts.shown or {}).get(pack.address)
        if pack.wants_control and shown and not shown.controls and shown.no_control:
            words = f"{name_of(pack)} should control chargers, but does not. {shown.no_control}"
            yield note("control", words, f"if that is right: dbus-xbms set {pack.address} Control 0")


def nobody_controls(facts: Facts) -> Iterator[Finding]:
    """Chargers that wait for a BMS, where none has limits."""
    system = facts.system
    if system and system.there and system.expecting and not system.bms:
        chargers = ", ".join(called(name, facts) for name in system.expecting)
        yield problem(
            "error 67",
            f"no BMS controls, but these chargers expect one and stop with error 67: {chargers}",
            "let one battery control (dbus-xbms set PACK Control 1), with DVCC on; or reset "
            '"BMS controlled" in their settings',
        )


def several_limits(facts: Facts) -> Iterator[Finding]:
    """Batteries with limits of their own, of which Venus obeys one."""
    limits = facts.system.limits if facts.system else {}
    if len(limits) > 1:
        who = " and ".join(f"{called(name, facts)} ({volts:.1f} V)" for name, volts in sorted(limits.items()))
        yield problem(
            "limits",
            f"{who} have charge voltage limits; a GX obeys one of them and does not add them up",
            "let one battery control, and choose it: " + f"{MENU}, Controlling BMS",
        )


def shared_voltage(facts: Facts) -> Iterator[Finding]:
    """A pack whose voltage chargers take for their own, over the radio."""
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
    """Programs that add batteries up, to be told what is theirs and what is ours."""
    for name, told in (facts.interference.batteries if facts.interference else {}).items():
        if AGGREGATOR in f"{name} {told}".lower():
            yield note(
                "aggregator",
                f"{called(name, facts)} adds batteries up; while it has limits no pack of ours controls",
                "leave Control of the packs at 0; it decides by rules of its own",
            )


def called(service: str, facts: Facts) -> str:
    """A battery service in the owner's words, if it is a pack of ours."""
    for address, shown in (facts.shown or {}).items():
        pack = (facts.packs or {}).get(address)
        if shown.service == service and pack:
            return name_of(pack)
    return service.removeprefix("com.victronenergy.")


def instances(facts: Facts) -> Iterator[Finding]:
    """Two batteries with one instance hide each other."""
    sharing: dict[int, list[str]] = defaultdict(list)
    for service, instance in (facts.system.instances if facts.system else {}).items():
        sharing[instance].append(called(service, facts))
    for instance, names in sharing.items():
        if len(names) > 1:
            yield problem(
                "instance",
                f"{' and '.join(sorted(names))} both are battery {instance}: a GX sees only one of them",
                "give one another: dbus-xbms set PACK ClassAndVrmInstance battery:NUMBER",
            )
