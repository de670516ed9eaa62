"""Lend a pack to the phone app: the service disconnects, and reconnects when the time is up."""

from __future__ import annotations

import argparse

from dbus_fast import Variant

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import whole
from dbus_xbms.commands.known import known_packs, title
from dbus_xbms.commands.naming import find
from dbus_xbms.commands.pack_contact import why_absent
from dbus_xbms.commands.questions import with_pack_name
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete, open_bus
from dbus_xbms.commands.table import LAST_COMMAND
from dbus_xbms.dbus import has_owner
from dbus_xbms.settings import device_id
from dbus_xbms.venus.bus_item import get_value, set_value
from dbus_xbms.venus.tables.battery import BATTERY
from dbus_xbms.venus.tables.switches import LEND, LONGEST_LEND, PANE_LEND


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms lend``."""
    parser.add_argument("pack", help="address or name")
    parser.add_argument(
        "minutes",
        nargs="?",
        type=whole(0, LONGEST_LEND, "minutes"),
        default=PANE_LEND,
        help=f"at most {LONGEST_LEND} ({PANE_LEND}); 0 takes the pack back at once",
    )


def run(args: argparse.Namespace) -> int:
    """Lend a pack, or take it back."""
    return complete(_lend(args.pack, args.minutes))


async def _lend(pack: str, minutes: int) -> int:
    async with known_packs() as known:
        candidate = find(pack, known.candidates)
        address = candidate.address
        name = title(address, known.packs[address])
    service = f"{BATTERY}.{device_id(address)}"
    async with open_bus() as bus:
        if not await has_owner(bus, service):
            raise CommandError(await why_absent(address, name, removed=candidate.is_removed))
        if not await set_value(bus, service, LEND, Variant("i", minutes)):
            raise CommandError(with_pack_name(str(await get_value(bus, service, LAST_COMMAND)), name))
    say(f"{name} is {f'lent for {minutes} min' if minutes else 'no longer lent'}.")
    return 0
