"""Add a pack: the running service connects to it and it appears on the GX."""

from __future__ import annotations

import argparse
import logging

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.consent import (
    ABOUT_CHEMISTRY,
    CHOICES,
    PROPOSED,
    chemistry_for,
    control_for,
    controlling,
    quoted,
)
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.naming import Candidate, find
from dbus_xbms.commands.scanning import Found, heard_by_service
from dbus_xbms.commands.session import complete, is_running, open_bus, warn_if_not_running
from dbus_xbms.control.chemistry import refusal
from dbus_xbms.printable import printable
from dbus_xbms.settings import SettingsError, Value, as_address, pack_path
from dbus_xbms.settings.row import LONGEST_TEXT
from dbus_xbms.venus.peers import NoAnswer

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms add``."""
    parser.add_argument(
        "pack", help="Bluetooth address, as `dbus-xbms scan` shows it; or a name that it advertises"
    )
    parser.add_argument("--name", help="the name shown on the GX")
    parser.add_argument(
        "--chemistry", choices=CHOICES, help="of its cells; without it the pack is only shown"
    )
    parser.add_argument(
        "--control", choices=("yes", "no"), help="whether chargers and inverters obey this pack (no)"
    )


def run(args: argparse.Namespace) -> int:
    """Enable a pack."""
    return complete(_add(args))


async def _heard() -> list[Found]:
    """What the scans of the running service have heard; nothing if none runs and answers."""
    async with open_bus() as bus:
        try:
            return await heard_by_service(bus) if await is_running(bus) else []
        except (NoAnswer, CommandError) as err:
            log.debug("%s", err)
            return []


def _stranger(one: Found) -> Candidate:
    return Candidate(address=one.address, others=(one.name,), note="not added")


async def _add(args: argparse.Namespace) -> int:
    strangers = await _heard()
    async with known_packs() as known:
        others = [_stranger(one) for one in strangers if one.address not in known.packs]
        address = as_address(args.pack) or find(args.pack, [*known.candidates, *others]).address
        settings = await known.add(address)
        chemistry = chemistry_for(settings, args.chemistry)
        if why := refusal(settings, {"Chemistry": chemistry}):
            raise SettingsError(why)
        control = control_for(known.packs, address, chemistry, args.control)
        chosen: dict[str, Value] = {"Chemistry": chemistry, "Control": int(control), "Enabled": 1}
        if args.name is not None:
            chosen["CustomName"] = args.name
        if advertised := next((one.name for one in strangers if one.address == address), ""):
            chosen["AdvertisedName"] = advertised[:LONGEST_TEXT]
        for name in sorted(chosen, key="Enabled".__eq__):  # last: what it controls is known before it is read
            await known.set(pack_path(address, name), chosen[name])
        other = controlling(known.packs, address)
    name = printable(args.name or settings.text("CustomName") or address)
    instance = settings.text("ClassAndVrmInstance").rpartition(":")[2]
    print(f"{name} added (VRM instance {instance}).")
    print(_control_words(name, chemistry, control, printable(other)))
    await warn_if_not_running()
    return 0


def _control_words(name: str, chemistry: str, control: bool, other: str) -> str:
    """What becomes of charge control."""
    if not chemistry:
        return f"{ABOUT_CHEMISTRY}\nTo choose it: dbus-xbms set {quoted(name)} Chemistry {PROPOSED}"
    if control:
        return f"Chargers and inverters obey this pack while DVCC is on ({chemistry})."
    if other:
        return f"It is only shown; {other} controls chargers, as before."
    return f"It is only shown. To let it control chargers: dbus-xbms set {quoted(name)} Control 1"
