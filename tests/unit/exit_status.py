"""The exit status of the command line, run in this process."""

from __future__ import annotations

from dbus_xbms import cli


def status_of(*arguments: str) -> object:
    """Exit status of the command line, whether it returns or exits."""
    try:
        return cli.main(arguments)
    except SystemExit as end:
        return end.code
