"""The completion script for bash."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from dbus_xbms.commands.bank import ACTIONS
from dbus_xbms.commands.catalogue import COMMANDS
from dbus_xbms.commands.parsers import HELP, command_parser, top_parser
from dbus_xbms.known.naming import PROGRAM
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.settings import PackSettings, ProgramSettings

HERE = Path(__file__).parent
LOG_LEVEL = "log_level"
BANK = "bank"  # the command that has actions
PLAIN = re.compile(r"[\w.=:,+-]+")  # one word without quotes for the shell


def script() -> str:
    """Return the script: the template, filled in from the parsers of the commands."""
    text = (HERE / "completion.bash").read_text(encoding="utf-8")
    names = [row.name for row in COMMANDS]
    values = {
        "COMMANDS": " ".join([*names, HELP]),
        "PACK_SETTINGS": _names(PackSettings.rows),
        "SERVICE_SETTINGS": _names(ProgramSettings.rows),
        "BANK_SETTINGS": _names(StoredBank.rows),
        "PROGRAM": PROGRAM,
        "OPTIONS": "\n".join(_options()),
        "PLACES": "\n".join(_places()),
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _names(table: tuple[object, ...]) -> str:
    return " ".join(row.name for row in table if not row.internal)  # type: ignore[attr-defined]


def _options() -> Iterator[str]:
    """Yield a case for the options of each command."""
    yield f"        '') echo '{_flags(top_parser())}' ;;"
    for row in COMMANDS:
        actions = "*" if row.name == BANK else ""
        yield f"        {row.name}{actions}) echo '{_flags(command_parser(row.name))}' ;;"


def _flags(parser: argparse.ArgumentParser) -> str:
    shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    return " ".join(option for action in shown for option in action.option_strings)


def _places() -> Iterator[str]:
    """Yield a case for each positional argument and for each option with a value."""
    yield from _of_command("", top_parser())
    yield f"        '{HELP} 1') echo words @ ;;".replace("@", " ".join(row.name for row in COMMANDS))
    yield from _of_bank()
    for row in COMMANDS:
        yield from _of_command(row.name, command_parser(row.name))


def _of_bank() -> Iterator[str]:
    """Yield a case for each argument of each action of ``bank``, by the words of its form."""
    yield f"        '{BANK} 1') echo words {' '.join(ACTIONS)} ;;"
    yield f"        '{BANK}'*' --topology') echo words parallel series ;;"
    yield f"        '{BANK}'*' --name') echo nothing ;;"
    for name, action in ACTIONS.items():
        words = re.findall(r"\b[A-Z]+\b(?: \.\.\.)?", re.sub(r"\[--.*", "", action.form))
        for place, word in enumerate(words, 1):
            kind = {"BANK": "banks", "SETTING": "settings", "VALUE": "nothing"}.get(word, "packs")
            pattern = f"'{BANK} {name} '[1-9]*" if word.endswith("...") else f"'{BANK} {name} {place}'"
            yield f"        {pattern}) echo {kind} ;;"


def _of_command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    place = 0
    if name == BANK:
        return
    for action in parser._actions:
        if action.nargs == 0 or action.help == argparse.SUPPRESS or (name and action.dest == LOG_LEVEL):
            continue
        kind = _kind(action)
        command = f"'{name}" if name else "*'"  # options of the program are allowed after each command, too
        for option in action.option_strings:
            yield f"        {command} {option}') echo {kind} ;;"
        if not action.option_strings:
            place += 1
            pattern = f"'{name} '[1-9]*" if action.nargs in ("*", "+") else f"'{name} {place}'"
            yield f"        {pattern}) echo {kind} ;;"


def _kind(action: argparse.Action) -> str:
    """Return the kind of an argument, as the script names it."""
    if action.choices:
        return " ".join(
            ["words", *(str(choice) for choice in action.choices if PLAIN.fullmatch(str(choice)))]
        )
    if action.type is Path:
        return "files"
    return {"pack": "packs", "setting": "settings", "frames": "files"}.get(action.dest, "nothing")
