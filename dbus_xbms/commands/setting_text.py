"""Settings as text: values with unit, meaning and notes; secrets are prompted for and never shown."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import row_of
from dbus_xbms.policy.advice.meaning import meaning
from dbus_xbms.policy.advice.oddities import oddities
from dbus_xbms.process.interrupt import as_exception
from dbus_xbms.settings import AnySetting, PackSettings, Settings, SettingsError, Value
from dbus_xbms.text import LINE, printable

EMPTY = "empty"


def assignment(row: AnySetting, settings: Settings, means: str = "") -> str:
    """Return name, value, unit and meaning: ``CellFull = 0 V (preset, 3.45 V)``."""
    unit = f" {row.unit}" if row.unit else ""
    value = f"{row.name} = {value_text(row, settings[row.name]) or EMPTY}{unit}"
    return f"{value} ({printable(means, LINE)})" if means else value


def setting_lines(row: AnySetting, settings: PackSettings) -> Iterator[str]:
    """Yield the assignment of a pack's setting, then a note for each oddity of the value."""
    yield assignment(row, settings, meaning(row, settings))
    for words in oddities(row, settings):
        yield f"Note: {printable(words, LINE)}."


def ask_secret(name: str) -> str:
    """Prompt for a secret without echo, or read a line if standard input is not a terminal.

    Raises:
        CommandError: the input is empty or has ended.
    """
    try:
        with as_exception():
            given = _read(name)
    except (EOFError, UnicodeDecodeError) as err:
        raise CommandError(f"no {name} was given") from err
    if not given:
        raise CommandError(f'no {name} was given; to erase it, set {name} to ""')
    return given


def _read(name: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    try:
        from getpass import getpass  # may be missing on Venus
    except ImportError:
        return input(f"{name} (shown as you type): ")
    return getpass(f"{name}: ")


def value_text(row: AnySetting, value: Value) -> str:
    """Return a setting's value for the screen; secrets are hidden."""
    if row.secret and value != "":
        return "(hidden)"
    return f"{value:.10g}" if isinstance(value, float) else printable(value, LINE)


def setting_value(name: str) -> Callable[[str], Value]:
    """Return the argparse type of an option that is a setting of a pack."""

    def parse(text: str) -> Value:
        try:
            return row_of(PackSettings.rows, name).parse(text)
        except SettingsError as err:
            raise argparse.ArgumentTypeError(str(err)) from err

    return parse
