"""Lend a pack to the phone app: the service disconnects, and reconnects when the time is up.

The packs of a bank are lent one after the other.
"""

from __future__ import annotations

import argparse

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import whole
from dbus_xbms.commands.batteries import batteries
from dbus_xbms.commands.lookup import find_battery
from dbus_xbms.commands.questions import with_pack_name
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.table import LAST_COMMAND
from dbus_xbms.venus.tables.switches import LEND, LONGEST_LEND, PANE_LEND


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms lend``."""
    parser.add_argument("pack", help="address or name of a pack or a bank")
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


async def _lend(word: str, minutes: int) -> int:
    async with batteries() as live:
        found = await find_battery(word, live.all)
        battery = await found.on_bus()
        if not await live.write(battery, LEND, minutes):
            name = "" if battery.bank else found.name
            raise CommandError(with_pack_name(str(await live.ask(battery, LAST_COMMAND)), name))
    if battery.bank and minutes:
        say(f"The packs of {found.name} are lent one after the other, each for {minutes} min.")
    else:
        say(f"{found.name} is {f'lent for {minutes} min' if minutes else 'no longer lent'}.")
    return 0
