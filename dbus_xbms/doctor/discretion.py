"""Facts for a bug report: without the owner's texts, and with shortened addresses. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from dbus_xbms.doctor.facts import Bank, Facts, Service, Shown, ShownBank

ADDRESS = re.compile(
    r"(?<![0-9A-Za-z])([0-9A-Fa-f]{2})([:_-]?)([0-9A-Fa-f]{2})\2([0-9A-Fa-f]{2})\2"
    r"(?:[0-9A-Fa-f]{2}\2){2}([0-9A-Fa-f]{2})(?![0-9A-Za-z])"
)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def short(text: str) -> str:
    """Shorten each Bluetooth address in a text to its first three bytes and its last: A4:C1:37..03."""
    return ADDRESS.sub(lambda found: f"{found[1]}:{found[3]}:{found[4]}..{found[5]}", text)


def discreet(facts: Facts) -> Facts:
    """Return the facts without the owner's texts: names of packs, and quoted texts in the log."""
    known = (facts.packs or {}).values()
    given = {name for pack in known for name in (pack.name, *pack.names)}
    given |= {bank.name for bank in (facts.banks or {}).values() if bank.name != f"Bank {bank.number}"}
    names = sorted(filter(None, given), key=len, reverse=True)
    packs = {
        pack.address: replace(
            pack, name="", names=(), unusable=tuple(_bare(why, names) for why in pack.unusable)
        )
        for pack in known
    }
    return replace(
        facts,
        service=facts.service and _nameless(facts.service, names),
        packs=None if facts.packs is None else packs,
        banks=facts.banks and {key: _nameless_bank(bank, names) for key, bank in facts.banks.items()},
        shown=facts.shown and {key: _nameless_shown(one, names) for key, one in facts.shown.items()},
        shown_banks=facts.shown_banks
        and {key: _nameless_shown_bank(one, names) for key, one in facts.shown_banks.items()},
        log=None
        if facts.log is None
        else tuple(replace(line, text=_bare(line.text, names)) for line in facts.log),
    )


def _nameless(service: Service, names: list[str]) -> Service:
    """Remove names from the contacts; quotes stay, since the program wrote them."""
    contacts = {
        address: replace(
            contact, reason=_without(contact.reason, names), advice=_without(contact.advice, names)
        )
        for address, contact in service.contacts.items()
    }
    not_shown = {number: _without(why, names) for number, why in service.not_shown.items()}
    return replace(service, contacts=contacts, not_shown=not_shown)


def _nameless_bank(bank: Bank, names: list[str]) -> Bank:
    return replace(
        bank,
        name=f"Bank {bank.number}",
        refusal=_without(bank.refusal, names),
        unusable=tuple(_bare(why, names) for why in bank.unusable),
    )


def _nameless_shown(shown: Shown, names: list[str]) -> Shown:
    return replace(shown, no_control=_without(shown.no_control, names))


def _nameless_shown_bank(shown: ShownBank, names: list[str]) -> ShownBank:
    members = tuple(
        replace(member, name=f"pack {number}", why=_without(member.why, names))
        for number, member in enumerate(shown.members, 1)
    )
    advice = tuple(_without(words, names) for words in shown.advice)
    return replace(shown, members=members, advice=advice, no_control=_without(shown.no_control, names))


def _bare(text: str, names: list[str]) -> str:
    return _without(QUOTED.sub("'...'", text), names)


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, "...")
    return text
