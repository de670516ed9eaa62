"""Remove a pack: it leaves the GX. Its settings and device instance are kept unless --forget is given."""

from __future__ import annotations

import argparse

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import wait_until_gone
from dbus_xbms.commands.known import Known, known_packs, title
from dbus_xbms.commands.questions import confirm
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete, warn_if_hung
from dbus_xbms.policy.advice.consequences import Consequence, of_change
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.settings import PackSettings, device_id, pack_path
from dbus_xbms.text import count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms remove``."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("pack", nargs="?", help="address or name")
    which.add_argument("--all", action="store_true", help="remove all packs")
    parser.add_argument("--forget", action="store_true", help="also erase its settings and device instance")
    parser.add_argument("--yes", action="store_true", help="do not ask, even if chargers obey the pack")


def run(args: argparse.Namespace) -> int:
    """Disable a pack or all packs; ``--all --forget`` removes every setting of the program."""
    return complete(_remove(args.pack, args.forget, yes=args.yes))


async def _remove(pack: str | None, forget: bool, *, yes: bool) -> int:
    async with known_packs() as known:
        address = "" if pack is None else known.address(pack)
        targets = _targets(known, address)

        async def changes() -> list[Consequence]:
            gone = _targets(known, address)
            staying = {other: settings for other, settings in known.packs.items() if other not in gone}
            return of_change(known.configuration, Configuration(packs=staying, banks=known.banks))

        first = next(iter(targets), "")
        name = title(first, targets[first]) if len(targets) == 1 else count(len(targets), "pack")
        await confirm(known, changes, f"Remove {name}", yes=yes)
        targets = _targets(known, address)
        for other, settings in targets.items():
            say(await _remove_pack(known, other, title(other, settings), forget=forget))
        if forget and pack is None:
            await known.forget_program()
        if not targets and not forget:
            raise CommandError("no pack was added")
    await warn_if_hung()
    return 0


def _targets(known: Known, address: str) -> dict[str, PackSettings]:
    """Return the current settings of the pack with this address, or of all packs."""
    targets = [known.address(address)] if address else sorted(known.packs)
    return {one: known.packs[one] for one in targets}


async def _remove_pack(known: Known, address: str, name: str, *, forget: bool) -> str:
    """Remove a pack; return a message."""
    enabled = bool(known.packs[address].enabled)
    if not enabled and not forget:
        return f"{name} was already removed; its settings are kept."
    await known.set(pack_path(address, PackSettings.enabled.name), 0)
    if not forget:
        return f"{name} removed; its settings are kept."
    await wait_until_gone(device_id(address))  # the service stores settings of a pack until then
    await known.forget(address)
    return f"{name} removed, and its settings erased."
