"""Add a pack: the running service connects to it and it appears on the GX."""

from __future__ import annotations

import argparse

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
from dbus_xbms.commands.session import complete, warn_if_not_running
from dbus_xbms.control.chemistry import refusal
from dbus_xbms.settings import SettingsError, Value, normal_address, pack_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms add``."""
    parser.add_argument(
        "pack", help="Bluetooth address, as `dbus-xbms scan` shows it; or the name of a listed pack"
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


async def _add(args: argparse.Namespace) -> int:
    async with known_packs() as known:
        try:
            address = known.address(args.pack)
        except SettingsError:
            address = normal_address(args.pack)  # new to us
        settings = await known.add(address)
        chemistry = chemistry_for(settings, args.chemistry)
        if why := refusal(settings, {"Chemistry": chemistry}):
            raise SettingsError(why)
        control = control_for(known.packs, address, chemistry, args.control)
        chosen: dict[str, Value] = {"Chemistry": chemistry, "Control": int(control), "Enabled": 1}
        if args.name is not None:
            chosen["CustomName"] = args.name
        for name in sorted(chosen, key="Enabled".__eq__):  # last: what it controls is known before it is read
            await known.set(pack_path(address, name), chosen[name])
        other = controlling(known.packs, address)
    name = args.name or settings.text("CustomName") or address
    instance = settings.text("ClassAndVrmInstance").rpartition(":")[2]
    print(f"{name} added (VRM instance {instance}).")
    print(_control_words(name, chemistry, control, other))
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
