"""Questions to the owner: confirmation of a change, and what `add` asks about a pack."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Collection, Sequence

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import Known, row_of, title
from dbus_xbms.commands.saying import folded, say
from dbus_xbms.policy.advice.consequences import Consequence
from dbus_xbms.policy.advice.controllers import Configuration, willing
from dbus_xbms.policy.charge.chemistry import CUSTOM
from dbus_xbms.policy.charge.chemistry_table import CHEMISTRIES
from dbus_xbms.process.interrupt import as_exception
from dbus_xbms.schema import NONE
from dbus_xbms.settings import PackSettings, SettingsError, Value
from dbus_xbms.text import LINE, printable, shell_quoted

ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}

Judge = Callable[[], Awaitable[list[Consequence]]]


def can_ask() -> bool:
    """Return whether standard input is a terminal."""
    return sys.stdin.isatty()


async def confirm(known: Known, judge: Judge, question: str, *, yes: bool) -> None:
    """Ask the owner to confirm a change; check again if the settings changed meanwhile.

    Args:
        known: the packs and banks.
        judge: returns the consequences for the packs at that time; raises if the change is refused.
        question: as for :func:`confirm_once`.
        yes: as for :func:`confirm_once`.

    Raises:
        CommandError: the owner does not confirm, or standard input is not a terminal.
    """
    found = await judge()
    while confirm_once(found, question, yes=yes):
        shown, configuration = found, known.configuration
        await known.read()
        if known.configuration == configuration or (found := await judge()) == shown:
            return
        say("Meanwhile another program changed the settings:")


def confirm_once(found: Sequence[Consequence], question: str, *, yes: bool) -> bool:
    """Print the consequences of a change, and ask for confirmation if one of them requires it.

    Returns whether the owner was asked.

    Args:
        found: the consequences.
        question: without its question mark, such as "Remove House bank".
        yes: do not ask; the owner passed ``--yes``.

    Raises:
        CommandError: the owner does not confirm, or standard input is not a terminal.
    """
    must_ask = any(one.ask for one in found) and not yes
    if must_ask and not can_ask():
        words = ". ".join(printable(one.words, LINE) for one in found)
        raise CommandError(f"{words}; if that is what you want, add --yes")
    for one in found:
        say(f"{printable(one.words, LINE)}.")
    if must_ask and not confirmed(f"{printable(question, LINE)}? yes or no [no]: "):
        raise CommandError("nothing was changed")
    return must_ask


def refuse_second_controller(before: Configuration, after: Configuration, key: str) -> None:
    """Check that a change does not let a second pack or bank control.

    Args:
        before: all settings.
        after: all settings after the change.
        key: address of the pack that changes, or name on the bus of the bank.

    Raises:
        CommandError: it does.
    """
    able = willing(after)
    others = [one for one in able if one.key != key]
    if key in (one.key for one in willing(before)) or key not in (one.key for one in able) or not others:
        return
    name = printable(others[0].name)
    raise CommandError(
        f"{name} already controls chargers, and only one battery can; "
        f"to change that: dbus-xbms set {shell_quoted(name)} Control 0"
    )


def refuse_control_of_member(configuration: Configuration, address: str) -> None:
    """Check that a pack which is to control is not part of a bank that does.

    Raises:
        CommandError: it is.
    """
    number = configuration.member_of.get(address)
    if number and number in (one.bank for one in willing(configuration)):
        pack = title(address, configuration.packs[address])
        bank = printable(configuration.title(number))
        raise CommandError(
            f"{pack} is part of the bank {bank}, which controls chargers for all its packs; "
            f"to take it out: dbus-xbms bank remove {shell_quoted(bank)} {shell_quoted(pack)}"
        )


def with_pack_name(words: str, name: str) -> str:
    """Return a message of the service with the pack's name in the command that it suggests.

    ``name`` is empty for a message of a bank, which names its packs.
    """
    for command in ("set", "switch"):
        if not name:
            words = words.replace(f": {command} ", f": dbus-xbms {command} ")
        words = words.replace(f": {command} PACK", f": dbus-xbms {command} {shell_quoted(name)}")
    return words


def confirmed(question: str) -> bool:
    """Ask until the answer is yes or no; Enter means no."""
    while (given := ask_line(question).lower()) not in ANSWERS:
        say("Please answer yes or no.")
    return ANSWERS[given]


def ask_line(question: str) -> str:
    """Return the line that the owner types.

    Raises:
        CommandError: the input has ended or is not text.
    """
    try:
        with as_exception():
            *above, last = folded(question.rstrip()).split("\n")
            say("\n".join(above))
            return input(f"{last} ").strip()
    except (EOFError, UnicodeDecodeError) as err:
        print()
        raise CommandError("no answer was given; nothing was changed") from err


EXAMPLE = "LiFePO4"  # of a chemistry, for messages
CHOICES = (*CHEMISTRIES, CUSTOM)
ABOUT_CHEMISTRY = (
    "The chemistry sets how high cells are charged: "
    + ", ".join(f"{name} to {numbers.full:.2f} V" for name, numbers in CHEMISTRIES.items())
    + ".\nIt is on the pack's label or data sheet. A wrong one can destroy the pack or set it on fire.\n"
    "Without a chemistry the pack is shown but cannot control."
)
ABOUT_CHEMISTRY_WATCHED = (
    "With a chemistry, the GX warns about voltages of cells that are too high or too low for it. "
    "It is on the pack's label or data sheet."
)
ABOUT_CONTROL = (
    "With DVCC on, chargers and inverters obey the limits of a pack that controls. "
    "From then on they depend on it: without it they stop with error 67. Only one battery can control."
)
ABOUT_CURRENTS = (
    "Use the lowest rating of cells, BMS, cables and fuse. Not set: 0.3 of the capacity for charging and "
    "0.5 for discharging, at most what the BMS is rated for."
)


CURRENTS = {
    PackSettings.max_charge_current.name: "Highest charge current",
    PackSettings.max_discharge_current.name: "Highest discharge current",
}


def ask_name(proposed: str, refusal: Callable[[str], str]) -> str:
    """Ask for the name on the GX; ``refusal`` returns why a name is not allowed, or empty."""
    proposed = "" if refusal(proposed) else proposed
    while True:
        given = ask_line(f"Name on the GX [{proposed or NONE}]: ") or proposed
        if not (why := refusal(given)):
            return given
        say(f"{printable(why, LINE)}.")


def ask_chemistry(*, watch_only: bool = False) -> str:
    """Ask for the chemistry, also of a pack that never controls; empty if none is chosen."""
    say(ABOUT_CHEMISTRY_WATCHED if watch_only else ABOUT_CHEMISTRY)
    row = row_of(PackSettings.rows, PackSettings.chemistry.name)
    while True:
        given = ask_line(f"Chemistry: {', '.join(CHOICES)} or {NONE} [{NONE}]: ")
        try:
            return str(row.parse(given or NONE))
        except SettingsError as err:
            say(f"{err}.")


def ask_control() -> bool:
    """Ask whether the pack should control."""
    say(ABOUT_CONTROL)
    return confirmed("Should this pack control chargers? yes or no [no]: ")


def ask_currents(missing: Collection[str]) -> dict[str, Value]:
    """Ask for the highest currents that are missing; return the answers by setting."""
    asked = {setting: words for setting, words in CURRENTS.items() if setting in missing}
    if asked:
        say(ABOUT_CURRENTS)
    given = {setting: _current(setting, words) for setting, words in asked.items()}
    return {setting: value for setting, value in given.items() if value is not None}


def _current(setting: str, words: str) -> Value | None:
    row = row_of(PackSettings.rows, setting)
    while given := ask_line(f"{words} in A [not set]: "):
        try:
            return row.parse(given.removesuffix("A").strip())
        except SettingsError as err:
            say(f"{err}.")
    return None
