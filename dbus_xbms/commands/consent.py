"""What an owner is asked before chargers obey a pack, or stop obeying it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import name_of
from dbus_xbms.control.authority import unwilling
from dbus_xbms.control.chemistry import CUSTOM
from dbus_xbms.control.chemistry_table import CHEMISTRIES
from dbus_xbms.interrupt import asking
from dbus_xbms.printable import printable
from dbus_xbms.settings import Settings

PROPOSED = "LiFePO4"  # what nearly all packs with these BMSs are, and the least harmful where they are not
NONE = "none"
CHOICES = (*CHEMISTRIES, CUSTOM)
ABOUT_CHEMISTRY = (
    "The chemistry says how high cells are charged: "
    + ", ".join(f"{name} to {numbers.full:.2f} V" for name, numbers in CHEMISTRIES.items())
    + ".\nIt is on the pack's label or data sheet. A wrong one can destroy the pack, or set it on fire.\n"
    "Until it is chosen the pack is only shown."
)
ABOUT_CONTROL = (
    "A pack that controls tells chargers and inverters, with DVCC on, how much to charge and discharge.\n"
    "They depend on it from then on: without it they stop, with error 67. Only one battery can control."
)
ENDS = (
    "chargers then stop with error 67, until another battery controls them or "
    '"BMS controlled" is reset in their settings'
)


def wants_control(pack: Settings) -> bool:
    """Whether its owner lets this pack control chargers."""
    return bool(pack.number("Enabled")) and not unwilling(pack)


def controlling(packs: Mapping[str, Settings], but: str) -> str:
    """Another pack that controls, or would: its name or address; empty if there is none."""
    names = (
        name_of(p) or address for address, p in sorted(packs.items()) if address != but and wants_control(p)
    )
    return next(names, "")


def refuse_second(packs: Mapping[str, Settings], address: str) -> None:
    """Let no second pack control.

    Raises:
        CommandError: another one does.
    """
    if other := controlling(packs, address):
        raise CommandError(
            f"{other} controls chargers already, and only one pack can; "
            f"to change that: dbus-xbms set {quoted(other)} Control 0"
        )


def quoted(name: str) -> str:
    """A name as one word of a command line."""
    plain = all(character.isalnum() or character in " -_.:" for character in name)
    return f'"{name}"' if plain and " " in name else shlex.quote(name)


def confirm_end(pack: Settings, name: str, action: str, *, yes: bool) -> None:
    """Ask before a pack that controls is let go.

    Raises:
        CommandError: the owner does not want that, or cannot be asked.
    """
    if not wants_control(pack) or yes:
        return
    words = f"{printable(name)} controls chargers; {ENDS}"
    if not sys.stdin.isatty():
        raise CommandError(f"{words}; if that is what you want, `dbus-xbms remove` takes --yes")
    if not _yes(f"{words}.\n{action}? yes or no [no]: "):
        raise CommandError("nothing was changed")


def chemistry_for(pack: Settings, given: str | None) -> str:
    """The chemistry: as given, as it is already, or as the owner answers; empty: not chosen.

    Raises:
        CommandError: they do not answer.
    """
    if given is not None:
        return given
    if pack.text("Chemistry") or not sys.stdin.isatty():
        return pack.text("Chemistry")
    print(ABOUT_CHEMISTRY)
    known = {name.lower(): name for name in CHOICES} | {"": PROPOSED, NONE: ""}
    while True:
        answer = _answer(f"Chemistry: {', '.join(CHOICES)} or {NONE} [{PROPOSED}]: ")
        if answer in known:
            return known[answer]


def control_for(packs: Mapping[str, Settings], address: str, chemistry: str, given: str | None) -> bool:
    """Whether the pack should control: as given, as it is already, or as the owner answers.

    Raises:
        CommandError: another pack controls, or they do not answer.
    """
    if given == "yes" or (given is None and packs[address].number("Control")):
        refuse_second(packs, address)
        return True
    if given == "no" or not chemistry or controlling(packs, address) or not sys.stdin.isatty():
        return False
    print(ABOUT_CONTROL)
    return _yes("Should this pack control chargers? yes or no [no]: ")


def _yes(question: str) -> bool:
    return _answer(question) in ("y", "yes")


def _answer(question: str) -> str:
    """What the owner types, in lower case.

    Raises:
        CommandError: they end the input instead, or type what is no text.
    """
    try:
        with asking():
            return input(question).strip().lower()
    except (EOFError, UnicodeDecodeError) as err:
        print()
        raise CommandError("no answer was given; nothing was changed") from err
