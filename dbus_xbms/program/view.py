"""Where the program's report comes from: the running parts, as functions, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from dbus_xbms.ble.stack import AdapterState
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.known.stored import Stored
from dbus_xbms.policy.bank.formation import BankStatus
from dbus_xbms.program_report import MOST_ADAPTERS, MOST_KNOWN, AdapterUse, KnownBank, KnownPack
from dbus_xbms.record import record
from dbus_xbms.settings import (
    PackSettings,
    SettingsError,
    bank_id,
    device_id,
    instance_of,
    make_of,
    name_of,
)
from dbus_xbms.text import LINE, printable

BATTERY = "com.victronenergy.battery."
OFF, FORMED = "off", "formed"


@record
class Parts:
    """What the running parts of the program know."""

    contacts: Callable[[], Mapping[str, Contact]]  # with each enabled pack, by address
    banks: Callable[[], Iterable[BankStatus]]  # that have settings
    on_bus: Callable[[], Collection[str]]  # names of packs and banks, such as xbms_bank_1
    adapters: Callable[[], Sequence[AdapterState]]  # that are present
    busy: Callable[[], Collection[str]]  # adapters on which another program scans, such as hci0
    slots: Callable[[], int]  # most connections on an adapter
    interference: Callable[[], str]  # in words


def in_rows(before: Sequence[str], addresses: Iterable[str]) -> list[str]:
    """Return addresses row after row; new ones come last, so that no write hits another pack."""
    known = set(addresses)
    return [*(one for one in before if one in known), *sorted(known.difference(before))]


def known_packs(parts: Parts, stored: Stored, rows: Iterable[str]) -> tuple[KnownPack, ...]:
    """Return the packs that have settings, row after row."""
    contacts, on_bus = parts.contacts(), parts.on_bus()
    return tuple(
        KnownPack(
            address=address,
            name=printable(name_of(pack) or address),
            make=printable(make_of(pack)),
            watch_only=pack.watch_only,
            state=_state(pack, contacts.get(address)),
            enabled=bool(pack.enabled),
            service=BATTERY + device_id(address) if device_id(address) in on_bus else "",
            instance=_instance(pack.class_and_vrm_instance),
        )
        for address, pack in [(address, stored.packs[address]) for address in rows][:MOST_KNOWN]
    )


def _state(pack: PackSettings, contact: Contact | None) -> str:
    if not pack.enabled:
        return OFF
    return (contact.state if contact else ContactState.STARTING).value


def known_banks(parts: Parts, stored: Stored) -> tuple[KnownBank, ...]:
    """Return the banks that have settings, by number."""
    return tuple(_banks(parts, stored))


def _banks(parts: Parts, stored: Stored) -> Iterator[KnownBank]:
    on_bus = parts.on_bus()
    for status in parts.banks():
        bank, device = stored.banks.get(status.number), bank_id(status.number)
        if bank is None:  # it was deleted
            continue
        yield KnownBank(
            number=status.number,
            name=printable(status.name),
            state=printable(_bank_state(status), LINE),
            members=status.formation.members,
            topology=bank.topology,
            enabled=status.enabled,
            service=BATTERY + device if device in on_bus else "",
            instance=_instance(bank.class_and_vrm_instance),
        )


def _bank_state(status: BankStatus) -> str:
    if not status.enabled:
        return OFF
    return status.formation.refusal or status.trouble or FORMED


def _instance(text: str) -> int | None:
    try:
        return instance_of(text)
    except SettingsError:
        return None


def adapters(parts: Parts) -> tuple[AdapterUse, ...]:
    """Return the adapters that are present."""
    busy = parts.busy()
    return tuple(
        AdapterUse(
            address=one.address,
            name=one.hci,
            state="off" if not one.powered else "busy" if one.hci in busy else "on",
            slots=parts.slots(),
            used=one.links,
        )
        for one in parts.adapters()[:MOST_ADAPTERS]
    )
