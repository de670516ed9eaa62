"""Remove a pack: it leaves the GX; its settings and device instance are kept in case it comes back."""

from __future__ import annotations

import argparse

from dbus_xbms.commands.batteries import wait_until_gone
from dbus_xbms.commands.consent import confirm_end
from dbus_xbms.commands.known import known_packs, name_of
from dbus_xbms.commands.session import complete, warn_if_hung
from dbus_xbms.settings import pack_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms remove``."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("pack", nargs="?", help="address or name")
    which.add_argument("--all", action="store_true", help="every pack that is known")
    parser.add_argument("--forget", action="store_true", help="erase its settings and instance too")
    parser.add_argument("--yes", action="store_true", help="even if chargers obey it: do not ask")


def run(args: argparse.Namespace) -> int:
    """Disable a pack, or all of them; with all forgotten, nothing of ours is left in localsettings."""
    return complete(_remove(args.pack, args.forget, yes=args.yes))


async def _remove(pack: str | None, forget: bool, *, yes: bool) -> int:
    async with known_packs() as known:
        leaving = sorted(known.packs) if pack is None else [known.address(pack)]
        for address in leaving:
            name = name_of(known.packs[address]) or address
            confirm_end(known.packs[address], name, f"Remove {name}", yes=yes)
        for address in leaving:
            await known.set(pack_path(address, "Enabled"), 0)
            if forget:
                await wait_until_gone(address)  # the service stores a pack's last settings as it lets go
                await known.forget(address)
            print(f"{address} is {'forgotten' if forget else 'removed; its settings are kept'}.")
        if forget and pack is None:
            await known.forget_program()
    await warn_if_hung()
    return 0
