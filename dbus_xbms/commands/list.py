"""List the packs that were added, and those that the last scans have heard."""

from __future__ import annotations

import argparse

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import batteries
from dbus_xbms.commands.explain import explained
from dbus_xbms.commands.known import known_packs, name_of
from dbus_xbms.commands.scanning import heard_by_service
from dbus_xbms.commands.session import complete, contacts, is_running, open_bus
from dbus_xbms.commands.table import CHARGE_MODE, Battery, columns, mosfets_off
from dbus_xbms.contact import Contact
from dbus_xbms.printable import printable
from dbus_xbms.settings import Settings
from dbus_xbms.venus.peers import NoAnswer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``dbus-xbms list`` has none."""


def run(args: argparse.Namespace) -> int:
    """Print one line per pack."""
    return complete(_list())


async def _list() -> int:
    async with known_packs() as known:
        packs = known.packs
    shown: dict[str, Battery] = {}
    silent: list[str] = []  # why the service shows nothing
    try:
        async with batteries() as live:
            shown = {pack.address: pack for pack in live.packs}
    except* NoAnswer as group:
        silent.append(str(group.exceptions[0]))
    async with open_bus() as bus:
        running = await is_running(bus)
        told = await contacts(bus) if running and not silent else {}
        heard = await heard_by_service(bus) if running and not silent else []
    strangers = [pack for pack in heard if pack.address not in packs]
    if packs:
        rows = [
            (
                address,
                _state(pack, shown.get(address), told.get(address), running=running, silent=bool(silent)),
                pack.text("ClassAndVrmInstance"),
                printable(name_of(pack)),
            )
            for address, pack in sorted(packs.items(), key=_enabled_first)
        ]
        print(columns([("Address", "State", "Instance", "Name"), *rows]))
    else:
        print("No pack was added yet; `dbus-xbms scan` shows those in range.")
    for address, contact in sorted(told.items()):
        if contact.advice and address in packs:
            print(f"\n{explained(printable(name_of(packs[address])) or address, contact)}")
    if strangers:
        print("\nHeard within a day, not added:")
        print(columns([("Address", "RSSI", "Pack is", "Name"), *(pack.row for pack in strangers)]))
    if silent:
        raise CommandError(silent[0])
    return 0


def _enabled_first(entry: tuple[str, Settings]) -> tuple[float, str]:
    address, pack = entry
    return -pack.number("Enabled"), address


def _state(
    pack: Settings, shown: Battery | None, contact: Contact | None, *, running: bool, silent: bool
) -> str:
    if not pack.number("Enabled"):
        return "removed, settings kept"
    if not running:
        return "service stopped"
    if silent:
        return "service does not answer"
    if shown is None or (contact and contact.advice):
        return (contact or Contact()).state
    control = "controls" if shown.controls else str(shown.values.get(CHARGE_MODE) or "")
    return ", ".join([shown.text("/Bluetooth/State"), *mosfets_off(shown), *filter(None, [control])])
