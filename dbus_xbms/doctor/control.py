"""What can be wrong between our packs and what Venus does with them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbus_xbms.doctor.facts import Facts, System
from dbus_xbms.doctor.finding import Finding, note, ok, problem
from dbus_xbms.doctor.packs import name_of

MENU = "Settings, System setup, Charge control"
NONE_CHOSEN = -255  # of /Settings/SystemSetup/BmsInstance


def charge_control(facts: Facts) -> Iterator[Finding]:
    """Who controls charging, and whether that is what a pack of ours wants."""
    system = facts.system
    if system is None:
        return
    if not system.there:
        if facts.venus is not None:
            yield note("DVCC", "com.victronenergy.system is not there, so that nobody obeys a battery")
        return
    if system.dvcc is None:
        yield note("DVCC", "Venus does not say whether it is on")
        return
    ours = [shown.service for shown in (facts.shown or {}).values() if shown.controls]
    yield (
        _ruled(ours, system, facts) if ours else ok("DVCC", f"{_state(system, facts)}; our packs only watch")
    )
    if len(ours) > 1:
        yield note(
            "DVCC",
            f"{len(ours)} packs want to control; a GX obeys one and adds nothing up",
            "choose one: `dbus-xbms set PACK Control 0` for the others",
        )


def _ruled(ours: list[str], system: System, facts: Facts) -> Finding:
    """What comes of a pack of ours that wants to control."""
    who = called(ours[0], facts)
    if not system.dvcc:
        return problem("DVCC", f"it is off, so that nobody obeys {who}", f"switch it on: {MENU}, DVCC")
    if system.bms in ours:
        return ok("DVCC", _state(system, facts))
    if system.bms:
        words = f"{called(system.bms, facts)} is the controlling BMS, so that nobody obeys {who}"
        advice = f"choose another: {MENU}, Controlling BMS; or: dbus-xbms set PACK Control 0"
        return note("DVCC", words, advice)
    chosen = "no BMS is to control" if system.bms_chosen == NONE_CHOSEN else "the chosen BMS is not there"
    words = f"it is on, but {chosen}, so that nobody obeys {who}"
    return problem("DVCC", words, f"{MENU}, Controlling BMS: automatic, or the pack")


def _state(system: System, facts: Facts) -> str:
    bms = called(system.bms, facts) if system.bms else "none"
    monitor = called(system.battery, facts) if system.battery else "none"
    return f"{'on' if system.dvcc else 'off'}; controlling BMS: {bms}; battery monitor: {monitor}"


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
