"""Make a pack ours: the running service connects to it and it appears on the GX."""

from __future__ import annotations

import argparse

from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.session import complete, warn_if_not_running
from dbus_xbms.settings import SettingsError, normal_address, pack_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms add``."""
    parser.add_argument(
        "pack", help="Bluetooth address, as `dbus-xbms scan` shows it; or the name of a listed pack"
    )
    parser.add_argument("--name", help="the name shown on the GX")


def run(args: argparse.Namespace) -> int:
    """Enable a pack."""
    return complete(_add(args.pack, args.name))


async def _add(pack: str, name: str | None) -> int:
    async with known_packs() as known:
        try:
            address = known.address(pack)
        except SettingsError:
            address = normal_address(pack)  # new to us
        settings = await known.add(address)
        if name is not None:
            await known.set(pack_path(address, "CustomName"), name)
        others = [pack for other, pack in known.packs.items() if other != address and pack["Enabled"] == 1]
        await known.set(pack_path(address, "Enabled"), 1)
    print(f"{address} is ours now, as {settings.text('ClassAndVrmInstance')}.")
    if others and not any(pack["Control"] == 1 for pack in (settings, *others)):
        print("With more than one pack none controls chargers; `dbus-xbms set PACK Control 1` chooses one.")
    await warn_if_not_running()
    return 0
