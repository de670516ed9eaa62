"""Remove a pack: it leaves the GX. Its settings and device instance are kept unless --forget is given.

A bank goes on without the pack if two others remain. Removing a bank is the same as `bank delete`.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bank import delete
from dbus_xbms.commands.batteries import wait_until_gone
from dbus_xbms.commands.known import Known, known_packs, path_of_bank, title
from dbus_xbms.commands.questions import confirm
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete, warn_if_hung
from dbus_xbms.known.naming import find
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.policy.advice.consequences import Consequence, of_change
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.policy.bank.membership import named
from dbus_xbms.settings import BankSettings, PackSettings, Value, device_id, pack_path
from dbus_xbms.text import count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms remove``."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("pack", nargs="?", help="address or name of a pack or a bank")
    which.add_argument("--all", action="store_true", help="remove all packs")
    parser.add_argument("--forget", action="store_true", help="also erase its settings and device instance")
    parser.add_argument("--yes", action="store_true", help="do not ask, even if chargers obey the pack")


def run(args: argparse.Namespace) -> int:
    """Disable a pack or all packs; ``--all --forget`` removes every setting of the program."""
    return complete(_remove(args.pack, args.forget, yes=args.yes))


async def _remove(word: str | None, forget: bool, *, yes: bool) -> int:
    async with known_packs() as known:
        found = None if word is None else find(word, known.named)
    if found and found.bank:
        return await delete(found.address, yes=yes)
    return await _remove_packs(found.address if found else "", forget, yes=yes)


async def _remove_packs(address: str, forget: bool, *, yes: bool) -> int:
    """Remove the pack with this address, or all packs if it is empty."""
    async with known_packs() as known:
        targets = _targets(known, address)

        async def changes() -> list[Consequence]:
            return of_change(known.configuration, _without(known, _targets(known, address)))

        first = next(iter(targets), "")
        name = title(first, targets[first]) if len(targets) == 1 else count(len(targets), "pack")
        await confirm(known, changes, f"Remove {name}", yes=yes)
        targets = _targets(known, address)
        for number, values in _smaller_banks(known, targets).items():
            for setting, value in values.items():
                await known.set(path_of_bank(number, setting), value)
        for other, settings in targets.items():
            say(await _remove_pack(known, other, title(other, settings), forget=forget))
        if forget and not address:
            await known.forget_program()
        if not targets and not forget:
            raise CommandError("no pack was added")
    await warn_if_hung()
    return 0


def _without(known: Known, gone: Collection[str]) -> Configuration:
    """Return all settings as they are once packs are removed."""
    changed = _smaller_banks(known, gone)
    return Configuration(
        packs={address: pack for address, pack in known.packs.items() if address not in gone},
        banks={
            number: StoredBank({**bank, **changed.get(number, {})}) for number, bank in known.banks.items()
        },
    )


def _smaller_banks(known: Known, gone: Collection[str]) -> dict[int, dict[str, Value]]:
    """Return the changes of the banks that name packs which are removed.

    A bank that keeps fewer than two is turned off, and keeps their names: without names it would have all
    packs.
    """
    changes: dict[int, dict[str, Value]] = {}
    for number, bank in known.banks.items():
        staying = [address for address in named(bank) if address not in gone]
        if len(staying) == len(named(bank)):
            continue
        changes[number] = (
            {BankSettings.members.name: " ".join(staying)}
            if len(staying) > 1
            else {BankSettings.enabled.name: 0}
        )
    return changes


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
