"""Leave a pack to the phone app for a while; the service comes back to it by itself."""

from __future__ import annotations

import argparse

from dbus_fast import Variant, unpack_variants

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import whole
from dbus_xbms.commands.consent import to_paste
from dbus_xbms.commands.explain import absence
from dbus_xbms.commands.known import known_packs, title
from dbus_xbms.commands.naming import find
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import call, complete, is_on_bus, open_bus
from dbus_xbms.commands.table import LAST_COMMAND
from dbus_xbms.settings import device_id
from dbus_xbms.venus.objects import ACCEPTED, BUS_ITEM
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
        help=f"up to {LONGEST_LEND}, {PANE_LEND} if not given; 0 takes it back at once",
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
        if not await is_on_bus(bus, service):
            raise CommandError(await absence(address, name, removed=candidate.is_removed))
        wanted = [Variant("i", minutes)]
        (answer,) = await call(bus, service, "SetValue", "v", wanted, path=LEND, interface=BUS_ITEM)
        if answer != ACCEPTED:
            (why,) = await call(bus, service, "GetValue", path=LAST_COMMAND, interface=BUS_ITEM)
            raise CommandError(to_paste(str(unpack_variants(why)), name))
    say(f"{name} is {f'lent for {minutes} min' if minutes else 'taken back'}.")
    return 0
