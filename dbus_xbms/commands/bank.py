"""Show, create and change banks: several packs that are wired together and act as one battery.

Chargers and inverters obey the limits of the bank instead of those of one pack.

`bank list` shows the banks and their packs.

`bank create [PACK ...]` creates a bank of these packs, string after string; without packs, of all packs.

`bank add BANK PACK ...` and `bank remove BANK PACK ...` change its packs.

`bank set BANK SETTING VALUE` changes a setting, as `dbus-xbms set` does; `dbus-xbms get BANK` shows them.

`bank delete BANK` ends a bank; its packs stay.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Any

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bank_change import (
    BankChange,
    confirm_change,
    refuse_watch_only,
    store_change,
)
from dbus_xbms.commands.bank_contact import report_bank
from dbus_xbms.commands.bank_words import pack_name
from dbus_xbms.commands.known import Known, known_packs, row_of
from dbus_xbms.commands.list import print_banks
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete, warn_if_hung
from dbus_xbms.commands.set import set_value
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.policy.advice.controllers import control_disabled
from dbus_xbms.policy.bank.membership import bank_of, members, named
from dbus_xbms.settings import BankSettings as B
from dbus_xbms.settings import PackSettings, SettingsError, Value, as_address
from dbus_xbms.settings.bank import ALL_PACKS, MOST_BANKS, PARALLEL
from dbus_xbms.text import listed, printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of the command."""

    form: str  # its arguments
    least: int  # number of arguments
    most: int | None = None  # None: any number
    run: Callable[[argparse.Namespace], Coroutine[Any, Any, int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms bank``."""
    parser.add_argument(
        "action", nargs="?", choices=ACTIONS, default="list", metavar="ACTION", help="what to do"
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="name of the bank, packs, setting and value")
    parser.add_argument("--name", metavar="NAME", type=str.strip, help="create: name shown on the GX")
    parser.add_argument(
        "--topology",
        metavar="TOPOLOGY",
        help=f"create: {PARALLEL}, series, or parallel strings in series, such as 2s2p ({PARALLEL})",
    )
    parser.add_argument(
        "--allow-watch-only",
        action="store_true",
        help="create: packs that are watch only may be members, within currents that you have set for them",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Check the number of arguments, and do what is asked."""
    action = ACTIONS[args.action]
    given = len(args.words)
    if given < action.least or (action.most is not None and given > action.most):
        raise SettingsError(f"usage: dbus-xbms bank {args.action} {action.form}".rstrip())
    given_options = (args.name is not None, args.topology is not None, args.allow_watch_only)
    if args.action != "create" and any(given_options):
        raise SettingsError("only `bank create` has options; to change a bank: dbus-xbms bank set")
    return complete(action.run(args))


async def _create(args: argparse.Namespace) -> int:
    async with known_packs() as known:
        change = to_create(
            known, args.words, args.name, args.topology, allow_watch_only=args.allow_watch_only
        )
        if change is None:
            number = _of_all_packs(known)
            say(f"The bank of all packs is already there: {_title(known, number)}; nothing changed.")
            return 0
        await create(known, change, yes=args.yes)
        control = not control_disabled(change.number, known.configuration)
    await report_bank(change.number, control=control)
    return 0


async def create(known: Known, change: BankChange, *, yes: bool, question: str = "") -> None:
    """Have the owner confirm a new bank, and store it; ``question`` without its question mark."""
    name = printable(change.after(known.configuration).title(change.number))
    await confirm_change(known, change, question or f"Create the bank {name}", yes=yes)
    await store_change(known, change)
    await known.read()
    instance = known.banks[change.number].class_and_vrm_instance.rpartition(":")[2]
    say(f"The bank {name} was created (bank{change.number}, VRM instance {instance}).")


def to_create(
    known: Known,
    words: list[str],
    name: str | None = None,
    wiring: str | None = None,
    *,
    allow_watch_only: bool = False,
) -> BankChange | None:
    """Return the change that creates a bank of these packs, or of all; ``None`` if that one is there.

    Raises:
        SettingsError: an unknown pack, a wrong topology, or there are as many banks as possible.
    """
    topology = B.topology.parse((wiring or PARALLEL).strip().lower())
    if not words and topology != PARALLEL:
        raise SettingsError(
            f"--topology {topology} needs the packs, string after string: bank create PACK ..."
        )
    addresses = [known.address(word) for word in words]
    if not words and (number := _of_all_packs(known)) and known.banks[number].enabled:
        return None
    number = _free_number(known)
    values: dict[str, Value] = {
        B.allow_watch_only_members.name: int(allow_watch_only),  # the service checks members by it
        B.members.name: " ".join(addresses) or ALL_PACKS,
        B.topology.name: topology,
        B.control.name: B.control.default,
        B.enabled.name: 1,
    }
    if name is not None:
        values[B.custom_name.name] = B.custom_name.parse(name)
    return BankChange(number=number, bank=values)


def _of_all_packs(known: Known) -> int:
    """Return the number of the bank of all packs, confirmed or not; 0 if there is none."""
    numbers = sorted(known.banks, key=lambda number: (not known.banks[number].enabled, number))
    return next((number for number in numbers if not named(known.banks[number])), 0)


def _free_number(known: Known) -> int:
    """Return the number for a new bank: that of the proposed bank of all packs, or a free one."""
    proposed = _of_all_packs(known)
    free = [number for number in range(1, MOST_BANKS + 1) if number not in known.banks]
    if proposed and not known.banks[proposed].enabled:
        return proposed
    if not free:
        raise SettingsError(f"there are already {MOST_BANKS} banks; `dbus-xbms bank delete BANK` deletes one")
    return free[0]


async def _add(args: argparse.Namespace) -> int:
    bank, *packs = args.words
    async with known_packs() as known:
        number = known.bank(bank)
        addresses = [known.address(word) for word in packs]
        inside = members(number, known.banks, known.packs)
        new = [address for address in addresses if address not in inside]
        if not new:
            say(f"{_packs(known, addresses)} already part of {_title(known, number)}; nothing changed.")
            return 0
        _refuse_other_bank(known, number, new)
        for address in new:
            refuse_watch_only(address, known.configuration, number)
        change = BankChange(
            number=number, packs={address: {PackSettings.join_bank.name: 1} for address in new}
        )
        if named(known.banks[number]):
            change = BankChange(number=number, bank={B.members.name: " ".join([*inside, *new])})
        await _change(
            known, change, f"Add {_names(known, new)} to the bank {_title(known, number)}", args.yes
        )
        say(f"{_packs(known, new)} now part of the bank {_title(known, number)}.")
    await warn_if_hung()
    return 0


def _refuse_other_bank(known: Known, number: int, addresses: list[str]) -> None:
    for address in addresses:
        other = bank_of(address, known.banks, known.packs)
        if other and other != number and named(known.banks[other]):
            raise CommandError(
                f"{_names(known, [address])} is part of the bank {_title(known, other)}; "
                f"to take it out: dbus-xbms bank remove bank{other} {address}"
            )


async def _remove(args: argparse.Namespace) -> int:
    bank, *packs = args.words
    async with known_packs() as known:
        number = known.bank(bank)
        inside = members(number, known.banks, known.packs)
        addresses = [_member(known, word, inside) for word in packs]
        if outside := [address for address in addresses if address not in inside]:
            raise CommandError(f"{_names(known, outside)} is not part of the bank {_title(known, number)}")
        staying = [address for address in inside if address not in addresses]
        if len(staying) < 2:
            raise CommandError(
                f"a bank needs at least two packs; to end it: dbus-xbms bank delete bank{number}"
            )
        change = BankChange(
            number=number, packs={address: {PackSettings.join_bank.name: 0} for address in addresses}
        )
        if named(known.banks[number]):
            change = BankChange(number=number, bank={B.members.name: " ".join(staying)})
        question = f"Take {_names(known, addresses)} out of the bank {_title(known, number)}"
        await _change(known, change, question, args.yes)
        say(f"{_packs(known, addresses)} no longer part of the bank {_title(known, number)}.")
    await warn_if_hung()
    return 0


def _member(known: Known, word: str, inside: Collection[str]) -> str:
    """Return the address of a pack; one that a bank names need not have been added."""
    address = as_address(word)
    return address if address in inside else known.address(word)


async def _set(args: argparse.Namespace) -> int:
    bank, setting, value = args.words
    row = row_of(StoredBank.rows, setting)
    async with known_packs() as known:
        number = known.bank(bank)
    return await set_value(f"bank{number}", row.name, value, yes=args.yes)


async def _delete(args: argparse.Namespace) -> int:
    return await delete(args.words[0], yes=args.yes)


async def delete(bank: str, *, yes: bool) -> int:
    """Delete a bank: it leaves the GX, and its settings are erased."""
    async with known_packs() as known:
        number = known.bank(bank)
        name = _title(known, number)
        await _change(known, BankChange(number=number, deletes=True), f"Delete the bank {name}", yes)
        say(f"The bank {name} was deleted; its packs stay.")
    await warn_if_hung()
    return 0


async def _change(known: Known, change: BankChange, question: str, yes: bool) -> None:
    await confirm_change(known, change, question, yes=yes)
    await store_change(known, change)


async def _list(args: argparse.Namespace) -> int:
    return await print_banks()


def _title(known: Known, number: int) -> str:
    return printable(known.configuration.title(number))


def _names(known: Known, addresses: list[str]) -> str:
    return listed(pack_name(address, known.configuration) for address in addresses)


def _packs(known: Known, addresses: list[str]) -> str:
    """Return the subject and verb of a sentence about packs."""
    return f"{_names(known, addresses)} {'is' if len(addresses) == 1 else 'are'}"


ACTIONS = {
    "list": Action(form="", least=0, most=0, run=_list),
    "create": Action(
        form="[PACK ...] [--name NAME] [--topology TOPOLOGY] [--allow-watch-only]", least=0, run=_create
    ),
    "add": Action(form="BANK PACK ...", least=2, run=_add),
    "remove": Action(form="BANK PACK ...", least=2, run=_remove),
    "set": Action(form="BANK SETTING VALUE", least=3, most=3, run=_set),
    "delete": Action(form="BANK", least=1, most=1, run=_delete),
}
