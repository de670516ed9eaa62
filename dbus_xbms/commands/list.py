"""List banks and added packs with the state of each, and other packs found by scans of the last day."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import batteries
from dbus_xbms.commands.known import known_packs, title
from dbus_xbms.commands.pack_contact import contact_lines
from dbus_xbms.commands.saying import wrapped
from dbus_xbms.commands.scanning import HEADER as FOUND_HEADER
from dbus_xbms.commands.scanning import Found, recently_found
from dbus_xbms.commands.session import bank_reasons, complete, contacts, is_running, open_bus
from dbus_xbms.commands.table import CHARGE_MODE, Battery, Value, amps, columns, mosfets_off, terminal
from dbus_xbms.contact import UNKNOWN, Contact
from dbus_xbms.dbus import NoAnswer
from dbus_xbms.known.naming import UNCONFIRMED
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.policy.bank.membership import members, named
from dbus_xbms.protocols import WATCH_ONLY
from dbus_xbms.settings import PackSettings, make_of, name_of
from dbus_xbms.text import LINE, columns_of, listed, printable

ANY_WIDTH = 10_000  # columns: a pipe gets the table
RUNNING, STOPPED, SILENT = "running", "stopped", "does not answer"  # the service
REMOVED = "removed, settings kept"
INDENT = "  "  # of the packs of a bank
Row = tuple[str, ...]
HEADER = ("Address", "State", "Instance", "Name")
NO_BANK = "There is no bank; `dbus-xbms bank create` creates one of packs that are wired together."
NO_PACK = "No pack has been added yet; `dbus-xbms scan` lists those in range."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is known about all packs and banks."""

    packs: Mapping[str, PackSettings]  # with settings, by address
    service: str
    no_answer: str = ""  # the error if the service does not answer
    shown: Mapping[str, Battery]  # on the bus, by address
    contacts: Mapping[str, Contact]  # by address
    recent: list[Found]  # found by scans within a day, not added
    banks: Mapping[int, StoredBank] = field(default_factory=dict)  # by number
    shown_banks: Mapping[int, Battery] = field(default_factory=dict)  # on the bus, by number
    reasons: Mapping[int, str] = field(default_factory=dict)  # why banks are not on the bus, by number

    @property
    def configuration(self) -> Configuration:
        """The settings of all packs and banks."""
        return Configuration(packs=self.packs, banks=self.banks)

    @property
    def members(self) -> dict[int, tuple[str, ...]]:
        """Addresses of the packs of each bank, by its number."""
        return {number: members(number, self.banks, self.packs) for number in sorted(self.banks)}

    @property
    def watched(self) -> list[str]:
        """The enabled packs that are only watched, with their makes: "Bow (LiTime)"."""
        return [
            f"{title(address, pack)} ({printable(make_of(pack))})"
            for address in self.addresses
            if (pack := self.packs[address]).enabled and pack.watch_only
        ]

    @property
    def addresses(self) -> list[str]:
        """Addresses of packs; removed packs come last."""
        return sorted(self.packs, key=lambda address: (-self.packs[address].enabled, address))

    def state(self, address: str) -> str:
        """Return the state of a pack in words."""
        shown, contact = self.shown.get(address), self.contacts.get(address)
        if not self.packs[address].enabled:
            return REMOVED
        if self.service != RUNNING:
            return f"service {self.service}"
        if shown is None or (contact and contact.advice):
            return (contact or UNKNOWN).state
        control = "controls" if shown.controls else str(shown.values.get(CHARGE_MODE) or "")
        if self.packs[address].watch_only:
            control = "watch only"
        return ", ".join([shown.text("/Bluetooth/State"), *mosfets_off(shown), *filter(None, [control])])

    def bank_state(self, number: int) -> str:
        """Return the state of a bank in words."""
        shown, formations = self.shown_banks.get(number), self.configuration.formations
        if number not in formations:
            return UNCONFIRMED
        if why := formations[number].refusal:
            return f"not formed: {why}"
        if self.service != RUNNING:
            return f"service {self.service}"
        if shown is None:
            return f"not on the bus: {self.reasons.get(number) or 'it is being formed'}"
        values = [shown.text("/Dc/0/Voltage"), amps(shown), shown.text("/Soc")]
        control = "controls" if shown.controls else str(shown.values.get(CHARGE_MODE) or "")
        online = f"{shown.text('/System/NrOfModulesOnline')} of {shown.text('/System/NrOfBatteries')} packs"
        return ", ".join([*values, online, *mosfets_off(shown), *filter(None, [control])])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms list``."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print one line per pack; fail if the service does not answer."""
    listing = complete(_listing())
    width = terminal().columns if sys.stdout.isatty() else ANY_WIDTH
    print(json.dumps(as_json(listing)) if args.json else "\n".join(described(listing, width)))
    if listing.no_answer:
        raise CommandError(listing.no_answer)
    return 0


async def _listing() -> Listing:
    async with known_packs() as known:
        packs, banks = known.packs, known.banks
    shown: dict[str, Battery] = {}
    shown_banks: dict[int, Battery] = {}
    reported: Mapping[str, Contact] = {}
    reasons: Mapping[int, str] = {}
    recent: list[Found] = []
    no_answer = ""
    async with open_bus() as bus:
        running = await is_running(bus)
        try:
            async with batteries() as live:
                shown = {pack.address: pack for pack in live.packs}
                shown_banks = {bank.bank: bank for bank in live.banks if not bank.gone}
            if running:
                reported = await contacts(bus)
                reasons = await bank_reasons(bus)
                recent = await recently_found(bus)
        except* NoAnswer as group:
            no_answer = str(group.exceptions[0])
    return Listing(
        packs=packs,
        service=SILENT if running and no_answer else RUNNING if running else STOPPED,
        no_answer=no_answer,
        shown=shown,
        contacts=reported,
        recent=[pack for pack in recent if pack.address not in packs],
        banks=banks,
        shown_banks=shown_banks,
        reasons=reasons,
    )


async def print_banks() -> int:
    """Print the banks and their packs."""
    listing = await _listing()
    width = terminal().columns if sys.stdout.isatty() else ANY_WIDTH
    rows = [*_bank_rows(listing)]
    print(_table([HEADER, *rows], width) if rows else wrapped(NO_BANK, width))
    for note in _bank_notes(listing):
        print(wrapped(f"\n{note}", width))
    if listing.no_answer:
        raise CommandError(listing.no_answer)
    return 0


def described(listing: Listing, width: int) -> Iterator[str]:
    """Yield the lines of the list, wrapped at ``width`` columns."""
    inside = {address for addresses in listing.members.values() for address in addresses}
    others = [address for address in listing.addresses if address not in inside]
    rows = [*_bank_rows(listing), *(_pack_row(listing, address) for address in others)]
    yield _table([HEADER, *rows], width) if rows else wrapped(NO_PACK, width)
    for note in _bank_notes(listing):
        yield wrapped(f"\n{note}", width)
    for address, contact in sorted(listing.contacts.items()):
        if contact.advice and address in listing.packs:
            name = printable(name_of(listing.packs[address])) or address
            yield wrapped(f"\n{contact_lines(name, contact)}", width)
    if listing.watched:
        yield wrapped(f"\nWatch only: {listed(listing.watched)}. {WATCH_ONLY}", width)
    if listing.recent:
        yield "\nFound within a day, not added:"
        yield _table([FOUND_HEADER, *(pack.row for pack in listing.recent)], width)


def _bank_notes(listing: Listing) -> Iterator[str]:
    """Yield what the owner can do about banks, and packs that are not in the bank of all packs."""
    formations = listing.configuration.formations
    for number, addresses in listing.members.items():
        if number in formations and formations[number].formed and formations[number].outside:
            bank = listing.configuration.title(number)
            yield printable(f"Not part of {bank}: {'; '.join(formations[number].outside)}.", LINE)
        elif number not in formations and len(addresses) > 1 and not named(listing.banks[number]):
            names = listed(title(address, listing.packs[address]) for address in addresses)
            yield f"If {names} are wired in parallel: `dbus-xbms bank create` makes one battery of them."


def _bank_rows(listing: Listing) -> Iterator[Row]:
    """Yield a row for each bank, and below it one for each of its packs."""
    for number, addresses in listing.members.items():
        name = printable(listing.configuration.title(number))
        bank = listing.banks[number]
        yield f"bank{number}", listing.bank_state(number), bank.class_and_vrm_instance, name
        for address in addresses:
            yield _pack_row(listing, address, INDENT)


def _pack_row(listing: Listing, address: str, indent: str = "") -> Row:
    shown = f"{indent}{address}"
    if address not in listing.packs:
        return shown, "not added", "", ""
    pack = listing.packs[address]
    return shown, listing.state(address), pack.class_and_vrm_instance, printable(name_of(pack))


def _table(rows: list[Row], width: int) -> str:
    """Return a table; if it is too wide, a few lines for each row, the name first."""
    table = columns(rows)
    if max(map(columns_of, table.splitlines())) <= width:
        return table
    return "\n".join(wrapped(_block(row), width) for row in rows[1:])


def _block(row: Row) -> str:
    """Return a row as a few lines, the name first; those of a pack of a bank are indented."""
    address, *others, name = row
    indent = address[: len(address) - len(address.lstrip())]
    first, *below = [name or address.lstrip(), *([address.lstrip()] if name else []), *filter(None, others)]
    return "\n".join([f"{indent}{first}", *(f"{indent}  {line}" for line in below)])


def as_json(listing: Listing) -> dict[str, object]:
    """Return the list as an object, as described in docs/command-line.md."""
    return {
        "service": listing.service,
        "banks": [_bank_as_json(listing, number) for number in listing.members],
        "packs": [_pack_as_json(listing, address) for address in listing.addresses],
        "heard": [pack.as_json for pack in listing.recent],
    }


def _bank_as_json(listing: Listing, number: int) -> dict[str, object]:
    bank, shown = listing.banks[number], listing.shown_banks.get(number)
    formation = listing.configuration.formations.get(number)

    def value(path: str) -> Value:
        return shown.values.get(path) if shown else None

    return {
        "number": number,
        "name": listing.configuration.title(number),
        "confirmed": bool(bank.enabled),
        "reason": formation.refusal if formation else UNCONFIRMED,
        "instance": _instance(bank.class_and_vrm_instance),
        "controls": shown.controls if shown else None,
        "topology": bank.topology,
        "members": [*listing.members[number]],
        "online": value("/System/NrOfModulesOnline"),
        "voltage": value("/Dc/0/Voltage"),
        "current": value("/Dc/0/Current"),
        "soc": value("/Soc"),
    }


def _instance(class_and_instance: str) -> int | None:
    number = class_and_instance.rpartition(":")[2]
    return int(number) if number.isdecimal() else None


def _pack_as_json(listing: Listing, address: str) -> dict[str, object]:
    settings, shown = listing.packs[address], listing.shown.get(address)
    contact = listing.contacts.get(address)
    return {
        "address": address,
        "name": name_of(settings),
        "enabled": bool(settings.enabled),
        "make": make_of(settings),
        "watch_only": settings.watch_only,
        "bank": listing.configuration.member_of.get(address),
        "instance": _instance(settings.class_and_vrm_instance),
        "controls": shown.controls if shown else None,
        "state": str(contact.state) if contact else None,
        "reason": contact.reason if contact else None,
        "advice": contact.advice if contact else None,
        "seconds": contact.seconds if contact else None,
        "silence": contact.silence if contact else None,
    }
