"""Add a pack: the running service connects to it and it appears on the GX."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.scan import Found, heard_by_service
from dbus_xbms.commands.session import complete, is_running, open_bus, warn_if_not_running
from dbus_xbms.settings import SettingsError, normal_address, pack_path
from dbus_xbms.settings.row import LONGEST_TEXT
from dbus_xbms.venus.peers import NoAnswer

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms add``."""
    parser.add_argument(
        "pack", help="Bluetooth address, as `dbus-xbms scan` shows it; or a name that it advertises"
    )
    parser.add_argument("--name", help="the name shown on the GX")


def run(args: argparse.Namespace) -> int:
    """Enable a pack."""
    return complete(_add(args.pack, args.name))


async def _heard() -> list[Found]:
    """What the scans of the running service have heard; nothing if none runs and answers."""
    async with open_bus() as bus:
        try:
            return await heard_by_service(bus) if await is_running(bus) else []
        except (NoAnswer, CommandError) as err:
            log.debug("%s", err)
            return []


def _of_stranger(pack: str, strangers: Iterable[Found]) -> str:
    """Address of a pack that has no settings yet, by its address or by a name that one alone advertises.

    Raises:
        SettingsError: it is no address, and not the name of one pack that was heard.
    """
    word = pack.strip().lower()
    named = [one.address for one in strangers if word and one.name.strip().lower() == word]
    if len(named) > 1:
        raise SettingsError(f"{' and '.join(named)} both advertise {pack!r}; give the address")
    return named[0] if named else normal_address(pack)


async def _add(pack: str, name: str | None) -> int:
    strangers = await _heard()
    async with known_packs() as known:
        try:
            address = known.address(pack)
        except SettingsError:
            address = _of_stranger(pack, strangers)
        settings = await known.add(address)
        advertised = next((one.name for one in strangers if one.address == address), "")
        if advertised and not settings.text("AdvertisedName"):
            await known.set(pack_path(address, "AdvertisedName"), advertised[:LONGEST_TEXT])
        if name is not None:
            await known.set(pack_path(address, "CustomName"), name)
        others = [pack for other, pack in known.packs.items() if other != address and pack["Enabled"] == 1]
        await known.set(pack_path(address, "Enabled"), 1)
    print(f"{address} is ours now, as {settings.text('ClassAndVrmInstance')}.")
    if others and not any(pack["Control"] == 1 for pack in (settings, *others)):
        print("With more than one pack none controls chargers; `dbus-xbms set PACK Control 1` chooses one.")
    await warn_if_not_running()
    return 0
