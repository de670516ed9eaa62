"""Checks of banks: packs that are wired together and act as one battery. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbus_xbms.doctor.facts import Bank, Facts, Finding, Pack, ShownBank, note, ok, problem
from dbus_xbms.doctor.packs import argument_of, name_of
from dbus_xbms.policy.bank import topology
from dbus_xbms.policy.bank.records import MemberState
from dbus_xbms.policy.bank.totals import SOC_SPREAD
from dbus_xbms.text import LINE, count, listed, printable

ANY = "?"  # in place of a chemistry that is not chosen
HELP = {  # state of a member that does not count -> advice
    MemberState.APART.value: "bring the packs to one voltage before they are connected: charge the lower one "
    "alone, or let the bank reach its voltage",
    MemberState.LENT.value: "it returns by itself; `dbus-xbms lend PACK 0` ends the loan",
    MemberState.SILENT.value: "the entry of this pack says what to do",
    MemberState.UNKNOWN.value: "the entry of this pack says what to do",
}


def unconfirmed(facts: Facts) -> Iterator[Finding]:
    """Report packs that could act as one battery, which their owner has not confirmed."""
    confirmed = {address for bank in (facts.banks or {}).values() if bank.enabled for address in bank.members}
    single = [pack for pack in facts.enabled if pack.address not in confirmed]
    found = topology.proposed(_candidate(pack, facts, pack.chemistry or ANY) for pack in single)
    chosen = {pack.chemistry for pack in single if pack.joins and pack.chemistry}
    if not found and len(chosen) == 1:  # a chemistry that is missing may be that of the others
        (chemistry,) = chosen
        found = topology.proposed(_candidate(pack, facts, pack.chemistry or chemistry) for pack in single)
    if not found:
        return
    packs = [(facts.packs or {})[one.address] for one in found]
    words = (
        f"{listed([name_of(pack) for pack in packs])} have {found[0].cells} cells each and agree in voltage; "
        f"if they are wired in parallel, they can act as one battery, whose limits a GX obeys"
    )
    missing = listed([argument_of(pack) for pack in packs if not pack.chemistry])
    first = f"choose Chemistry of {missing} (dbus-xbms set PACK Chemistry LiFePO4), then: " if missing else ""
    apart = f"dbus-xbms set {argument_of(packs[0])} JoinBank 0"
    yield note("bank", words, f"{first}dbus-xbms bank create; if they are not in parallel: {apart}")


def _candidate(pack: Pack, facts: Facts, chemistry: str) -> topology.Candidate:
    shown = (facts.shown or {}).get(pack.address)
    current = shown if shown and not shown.silent else None
    return topology.Candidate(
        address=pack.address,
        name=name_of(pack),
        chemistry=chemistry,
        cells=pack.cells,
        voltage=current.voltage if current else None,
        mosfets_on=current.mosfets_on if current else None,
        joins=pack.joins,
    )


def banks(facts: Facts) -> Iterator[Finding]:
    """Check each bank that its owner has confirmed."""
    for bank in (facts.banks or {}).values():
        yield from _settings(bank)
        if bank.enabled:
            shown = (facts.shown_banks or {}).get(bank.number)
            yield _of(bank, shown, facts)
            yield from _control(bank, shown, facts)
            if shown:
                yield from _members(bank, shown)
                yield from _trust(bank, shown)


def title(bank: Bank) -> str:
    """Return the topic of the findings about a bank."""
    return f"bank {printable(bank.name)}"


def _settings(bank: Bank) -> Iterator[Finding]:
    for why in bank.unusable:
        name, _, _ = why.partition(" ")
        words = f"a stored value cannot be used, so the default applies: {why}"
        yield problem(title(bank), words, f"set it again: dbus-xbms bank set {bank.label} {name} VALUE")


def _of(bank: Bank, shown: ShownBank | None, facts: Facts) -> Finding:
    """Return whether a bank is formed and on the bus."""
    topic = title(bank)
    if bank.unknown:
        words = f"its settings name {listed(list(bank.unknown))}, which was not added"
        one = bank.unknown[0]
        return problem(topic, words, f"dbus-xbms add {one}; or dbus-xbms bank remove {bank.label} {one}")
    if bank.refusal:
        advice = f"`dbus-xbms bank list` shows its packs; dbus-xbms bank set {bank.label} SETTING VALUE"
        return problem(topic, f"it is not formed: {bank.refusal}", advice)
    if not facts.running:
        return note(topic, "it is not on the bus: the service is stopped")
    if facts.shown_banks is None:
        return note(topic, "the banks on the bus could not be read")
    if shown is None:
        why = facts.service.not_shown.get(bank.number, "") if facts.service else ""
        words = why or "none of its packs has been read yet"
        return problem(topic, f"it is not on the bus: {words}", "the entries of its packs say what to do")
    online = sum(member.state == MemberState.ONLINE.value for member in shown.members)
    words = f"{online} of {count(len(shown.members), 'pack')} online"
    if shown.alarms:
        return problem(topic, f"alarm {', '.join(shown.alarms)}; {words}", "`dbus-xbms watch` shows why")
    if shown.warnings:
        return note(topic, f"warning {', '.join(shown.warnings)}; {words}", "`dbus-xbms watch` shows why")
    return ok(topic, f"{words}; it {'controls chargers' if shown.controls else 'is only shown'}")


def _control(bank: Bank, shown: ShownBank | None, facts: Facts) -> Iterator[Finding]:
    """Report a bank with Control 1 that does not control."""
    if not bank.wants_control or bank.refusal or bank.unknown:
        return
    packs = [pack for address in bank.no_chemistry if (pack := (facts.packs or {}).get(address))]
    if packs:
        names = listed([name_of(one) for one in packs])
        words = f"it does not control chargers: no chemistry is chosen for {names}"
        advice = f"dbus-xbms set {argument_of(packs[0])} Chemistry LiFePO4, or another one"
        yield problem(title(bank), words, f"{advice}; or dbus-xbms bank set {bank.label} Control 0")
    elif bank.watch_only:
        words = f"it does not control chargers: {printable(bank.watch_only, LINE)}"
        advice = f"dbus-xbms bank remove {bank.label} PACK; docs/bank.md says how to keep it within currents"
        yield problem(title(bank), words, advice)
    elif shown and not shown.controls and shown.no_control:
        words = f"it should control chargers, but does not. {shown.no_control}"
        yield note(title(bank), words, f"if it should not: dbus-xbms bank set {bank.label} Control 0")


def _members(bank: Bank, shown: ShownBank) -> Iterator[Finding]:
    """Report packs that do not count or disagree, and what only the owner can fix."""
    topic = title(bank)
    for member in shown.members:
        if member.state != MemberState.ONLINE.value:
            words = member.state if not member.why or member.why == member.state else member.why
            yield note(topic, f"{printable(member.name)} does not count: {words}", HELP.get(member.state, ""))
    if (shown.soc_spread or 0.0) >= SOC_SPREAD:
        yield note(
            topic,
            f"the state of charge of its packs differs by {shown.soc_spread:.0f} %",
            "charge it fully: absorption lasts until all packs are full, and each BMS then shows 100 %",
        )
    for words in shown.advice:
        yield note(topic, words)


def _trust(bank: Bank, shown: ShownBank) -> Iterator[Finding]:
    """Report that the packs of a controlling bank are not authenticated, and which are watch only."""
    if shown.controls and bank.watched:
        names = printable(listed(bank.watched), LINE)
        them = "them" if bank.watched[1:] else "it"
        words = (
            f"{names}: watch only; the bank gets from {them} at most the currents that you set, "
            f"and only these protect {them}"
        )
        yield note(f"trust {title(bank)}", words)
    if shown.controls:
        yield ok(
            f"trust {title(bank)}",
            "the Bluetooth of its packs has no authentication: a device that advertises the address of one "
            "with a stronger signal would help to set the limits",
        )
