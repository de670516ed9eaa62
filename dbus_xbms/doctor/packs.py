"""Checks of the packs. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbus_xbms.contact import Contact, ContactState, advice, argument
from dbus_xbms.doctor.facts import Facts, Finding, Pack, Shown, note, ok, problem
from dbus_xbms.doctor.machine import STARTED, log_line
from dbus_xbms.text import count, duration, listed, printable

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


def watched(facts: Facts) -> Iterator[Finding]:
    """Report packs that are only watched, and those that cannot be read on this machine."""
    packs = [pack for pack in facts.enabled if pack.watch_only]
    for pack in packs:
        if pack.missing and not facts.running:  # otherwise the contact says so
            yield problem(f"pack {name_of(pack)}", f"{printable(pack.make)} {pack.missing}")
    if packs:
        names = listed(f"{name_of(pack)}: {printable(pack.make)}" for pack in packs)
        yield ok("watch only", f"never control and are never switched: {names}")


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
            again = f"set it again: dbus-xbms set {argument_of(pack)} {name} VALUE"
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


def argument_of(pack: Pack) -> str:
    """Return what a pack is called on the command line."""
    return argument(pack.names[0] if pack.names else "", pack.address)


def _of(pack: Pack, facts: Facts) -> Finding:
    topic = f"pack {name_of(pack)}"
    shown = (facts.shown or {}).get(pack.address)
    bluetooth = facts.bluetooth
    adapters = [one.address for one in bluetooth.adapters] if bluetooth and not bluetooth.hangs else None
    if adapters is not None and pack.adapter and pack.adapter.upper() not in adapters:
        words = f"its adapter {pack.adapter} is not there"
        return problem(topic, words, f'plug it in, or: dbus-xbms set {argument_of(pack)} Adapter ""')
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
    helps = contact.advice or advice(ContactState.NOT_HEARD, argument_of(pack))
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
