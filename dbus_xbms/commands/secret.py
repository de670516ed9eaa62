"""Passwords: asked for without being shown, and never printed."""

from __future__ import annotations

import sys

from dbus_xbms.commands import CommandError
from dbus_xbms.process.interrupt import asking
from dbus_xbms.settings import AnySetting, Value
from dbus_xbms.text import LINE, printable


def ask_secret(name: str) -> str:
    """Ask for a password, which is then neither on the screen nor in the list of processes; or read a line.

    Raises:
        CommandError: none is given.
    """
    try:
        with asking():
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
        from getpass import getpass  # an image may lack it
    except ImportError:
        return input(f"{name} (shown as you type): ")
    return getpass(f"{name}: ")


def shown(row: AnySetting, value: Value) -> str:
    """A setting's value for the screen."""
    if row.secret and value != "":
        return "(hidden)"
    return f"{value:.10g}" if isinstance(value, float) else printable(value, LINE)
