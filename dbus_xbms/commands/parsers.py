"""The argument parsers of all commands. A command is imported when it is parsed."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from textwrap import fill

from dbus_xbms import __doc__ as description
from dbus_xbms import __version__
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import Parser, Verbatim, help_width
from dbus_xbms.commands.catalogue import COMMANDS, Command, installed
from dbus_xbms.known.naming import did_you_mean

HELP = "help"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NOT_INSTALLED = "{} is not part of this installation; `pip install .` in the source code installs it"


def parse(given: Sequence[str]) -> argparse.Namespace | None:
    """Parse a command and its arguments; without a command, print help and return ``None``.

    Raises:
        SystemExit: they are wrong, or help was asked for; it is printed.
        CommandError: the command is not part of this installation.
    """
    top = top_parser()
    args: argparse.Namespace = top.parse_args(_asked_for_help(given))
    if args.command is None:
        top.print_help(sys.stderr)
        return None
    if not installed(_row(top, args.command)):
        raise CommandError(NOT_INSTALLED.format(args.command))
    command_parser(args.command).parse_args(args.arguments, args)
    return args


def _asked_for_help(given: Sequence[str]) -> Sequence[str]:
    """Translate ``help COMMAND`` to ``COMMAND --help``."""
    if given[:1] != [HELP]:
        return given
    return [*(word for word in given[1:2] if word != HELP), "--help"]


def _row(top: Parser, name: str) -> Command:
    """Find a command by name; exits if there is none."""
    rows = {row.name: row for row in COMMANDS}
    if name not in rows:
        similar = did_you_mean(name, rows)
        top.error(f"there is no command {name!r:.60}{similar or '; `dbus-xbms help` lists them'}")
    return rows[name]


def command_parser(name: str) -> Parser:
    """Build the parser of one command."""
    module = importlib.import_module(f"dbus_xbms.commands.{name}")
    parser = Parser(prog=f"dbus-xbms {name}", description=module.__doc__)
    _add_log_level(parser, argparse.SUPPRESS)
    module.add_arguments(parser)
    return parser


def top_parser() -> Parser:
    """Build the parser of the options before a command."""
    parser = Parser(
        prog="dbus-xbms",
        usage="dbus-xbms COMMAND ...",
        description=fill(str(description), help_width()),
        epilog=_commands(help_width()),
        formatter_class=Verbatim,
    )
    parser.add_argument(
        "-V", "--version", action="version", version=f"dbus-xbms {__version__}", help="show the version"
    )
    _add_log_level(parser, None)
    parser.add_argument("command", nargs="?", metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _commands(width: int) -> str:
    """Format the list of commands."""
    indent = 2 + 2 + max(len(row.name) for row in COMMANDS)
    rows = [
        fill(row.help, width, initial_indent=f"  {row.name}".ljust(indent), subsequent_indent=" " * indent)
        for row in COMMANDS
        if installed(row)
    ]
    more = fill("To describe a command: dbus-xbms help COMMAND", width)
    return "\n".join(["commands:", *rows, "", more])


def _add_log_level(parser: Parser, default: str | None) -> None:
    parser.add_argument(
        "--log-level",
        metavar="LEVEL",
        type=str.upper,
        choices=LOG_LEVELS,
        default=default,
        help="DEBUG, INFO, WARNING or ERROR",
    )
