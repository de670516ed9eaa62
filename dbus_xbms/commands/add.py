"""Add a pack: the service connects to it, and it appears on the GX."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from pathlib import Path

from dbus_xbms.commands import CommandError, questions
from dbus_xbms.commands.add_list import add_list
from dbus_xbms.commands.bank_offer import ask_to_join, offer_bank
from dbus_xbms.commands.known import Known, known_packs, row_of, title
from dbus_xbms.commands.pack_contact import described, first_contact, has_answered, reason_text
from dbus_xbms.commands.pack_to_add import PackToAdd, confirm_addition, store, to_store
from dbus_xbms.commands.questions import can_ask
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.scanning import Found, found_lately, found_or_scanned
from dbus_xbms.commands.session import complete, contacts, open_bus, warn_if_not_running
from dbus_xbms.commands.setting_text import setting_lines, setting_value
from dbus_xbms.contact import Contact
from dbus_xbms.known.naming import find
from dbus_xbms.policy.advice.controllers import willing
from dbus_xbms.policy.authority import control_disabled
from dbus_xbms.protocols import WATCH_ONLY
from dbus_xbms.settings import PackSettings, Value, as_address, make_of
from dbus_xbms.text import LINE, printable, shell_quoted

log = logging.getLogger(__name__)

# Option -> setting. A setting given as an option is not asked for.
OPTIONS = {
    "name": PackSettings.custom_name.name,
    "chemistry": PackSettings.chemistry.name,
    "control": PackSettings.control.name,
    "charge_current": PackSettings.max_charge_current.name,
    "discharge_current": PackSettings.max_discharge_current.name,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms add``."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "pack",
        nargs="?",
        help="Bluetooth address shown by `dbus-xbms scan`, or the name that the pack advertises",
    )
    what.add_argument(
        "--file",
        type=Path,
        help="add the packs of a file: address, name and chemistry in each line, separated by commas",
    )
    parser.add_argument("--name", metavar="NAME", type=str.strip, help="name shown on the GX")
    parser.add_argument(
        "--chemistry",
        type=setting_value(PackSettings.chemistry.name),
        metavar="CHEMISTRY",
        help=f"chemistry of the cells: {', '.join(questions.CHOICES)}; without it the pack is only shown",
    )
    parser.add_argument(
        "--control",
        type=setting_value(PackSettings.control.name),
        metavar="YES|NO",
        help="whether chargers and inverters obey this pack (no)",
    )
    parser.add_argument(
        "--charge-current",
        type=setting_value(PackSettings.max_charge_current.name),
        metavar="A",
        help="highest charge current",
    )
    parser.add_argument(
        "--discharge-current",
        type=setting_value(PackSettings.max_discharge_current.name),
        metavar="A",
        help="highest discharge current",
    )
    parser.add_argument(
        "--yes", action="store_true", help="do not ask; settings that are not given stay unchanged"
    )
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the first contact")


def run(args: argparse.Namespace) -> int:
    """Add a pack, or change one that was added; or add the packs of a file."""
    if args.file is None:
        return complete(_add(args))
    if any(vars(args)[option] is not None for option in OPTIONS):
        raise CommandError("with --file, name and chemistry are in the file; the rest can be set later")
    return complete(add_list(args.file))


async def _add(args: argparse.Namespace) -> int:
    given = {
        setting: value for option, setting in OPTIONS.items() if (value := vars(args)[option]) is not None
    }
    recent = await found_lately()
    async with known_packs() as known:
        target = _target(args.pack, known, recent)
        if target.address not in known.packs and not target.protocol:
            target = _target(args.pack, known, await found_or_scanned([target.address]))
        if target.is_added and not given:
            say(f"{_name(target, target.before)}; nothing changed.")
            await _report_contact(target, target.before, wait=not args.no_wait)
            return 0
        target.check_make()
        if not (target.is_added or args.yes) and can_ask():
            given |= _ask(target, given)
            await known.read()
        target = await confirm_addition(target, given, yes=args.yes)
        settings = await store(target, to_store(target, given))
    if target.is_added:
        _report_changes(target, settings, given)
        return 0
    say(f"{_name(target, settings)}.")
    say(_control_words(target, settings))
    if await _report_contact(target, settings, wait=not args.no_wait):
        await offer_bank(target.address, ask=not args.yes)
    return 0


def _target(word: str, known: Known, recent: list[Found]) -> PackToAdd:
    """Find a pack by any address, or by the name of a pack that was added or found by a scan.

    Raises:
        SettingsError: the word is not an address, and no pack has this name, or several have.
    """
    others = [pack.candidate for pack in recent if pack.address not in known.packs]
    address = as_address(word) or find(word, [*known.candidates, *others]).address
    found = next((pack for pack in recent if pack.address == address), None)
    return PackToAdd(
        address=address,
        advertised=found.name if found else "",
        protocol=found.protocol if found else "",
        before=known.packs.get(address) or PackSettings(),
        known=known,
    )


def _ask(target: PackToAdd, given: Mapping[str, Value]) -> dict[str, Value]:
    """Ask the owner for settings that are neither given nor known; return the answers."""
    answers: dict[str, Value] = {}
    before, watch_only = target.before, target.family.watch_only
    if PackSettings.custom_name.name not in given and not before.custom_name:
        answers[PackSettings.custom_name.name] = questions.ask_name(target.advertised, target.name_refusal)
    if PackSettings.chemistry.name not in given and not before.chemistry:
        answers[PackSettings.chemistry.name] = questions.ask_chemistry(watch_only=watch_only)
    after = target.after({**given, **answers})
    joins = ask_to_join(target.known.configuration, after)
    if joins is not None:
        answers[PackSettings.join_bank.name] = int(joins)
    alone = not [one for one in willing(target.known.configuration) if one.key != target.address]
    if PackSettings.control.name not in given and after.chemistry and alone and not watch_only:
        answers[PackSettings.control.name] = int(questions.ask_control())
    if {**given, **answers}.get(PackSettings.control.name):
        answers |= questions.ask_currents(
            [name for name in questions.CURRENTS if _is_missing(name, target, given)]
        )
    return answers


def _is_missing(current: str, target: PackToAdd, given: Mapping[str, Value]) -> bool:
    """Return whether a current is neither given nor set."""
    return current not in given and target.before[current] == row_of(PackSettings.rows, current).unset


def _name(target: PackToAdd, settings: PackSettings) -> str:
    """Return a line with the pack's name and instance."""
    name = title(target.address, settings)
    instance = settings.class_and_vrm_instance.rpartition(":")[2]
    return f"{name} {'is already ' if target.is_added else ''}added (VRM instance {instance})"


def _report_changes(target: PackToAdd, settings: PackSettings, given: Mapping[str, Value]) -> None:
    say(f"{_name(target, settings)}; changed:")
    for name in given:
        for line in setting_lines(row_of(PackSettings.rows, name), settings):
            say(line)


def _control_words(target: PackToAdd, settings: PackSettings) -> str:
    """Return what to do to let the pack control, or why it never does; empty if it already does."""
    change = f"dbus-xbms set {shell_quoted(title(target.address, settings))}"
    if settings.watch_only:
        return f"{printable(make_of(settings))}, watch only. {WATCH_ONLY}"
    if not settings.chemistry:
        return f"{questions.ABOUT_CHEMISTRY}\nTo choose it: {change} Chemistry {questions.EXAMPLE}"
    if not control_disabled(settings):
        return ""  # the confirmation has already said so
    if others := willing(target.with_it(settings)):
        return f"It does not control chargers; {printable(others[0].name)} still does."
    return f"It does not control chargers. To let it: {change} Control 1"


async def _report_contact(target: PackToAdd, settings: PackSettings, *, wait: bool) -> bool:
    """Wait for the first contact; print what was found, or why there is no contact yet.

    Returns whether there was contact.
    """
    if not await warn_if_not_running() or not wait:
        return False
    name = title(target.address, settings)
    control = not control_disabled(settings)
    pack = await first_contact(target.address, name, control=control)
    if pack and has_answered(pack):
        say("\n".join(described(pack, control=control)))
        return True
    async with open_bus() as bus:
        contact = (await contacts(bus)).get(target.address, Contact(reason="it has not answered"))
    say(f"No contact yet: {reason_text(contact)}. The service keeps trying.")
    if contact.advice:
        say(f"  -> {printable(contact.advice, LINE)}")
    return False
