"""The command line: its commands, logging and error handling. A command is imported when it runs."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from textwrap import fill

from dbus_xbms import __doc__ as description
from dbus_xbms import __version__
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import Parser, Verbatim, help_width
from dbus_xbms.commands.saying import say
from dbus_xbms.known.naming import did_you_mean
from dbus_xbms.process import interrupt
from dbus_xbms.process.output import LossyStream
from dbus_xbms.protocols import LinkError, ProtocolError
from dbus_xbms.record import record
from dbus_xbms.settings import NotStoredError, SettingsError
from dbus_xbms.text import printable

OK, FAILURE, USAGE = 0, 1, 2  # exit status
LAST_STANDARD = 2  # the number of standard error
HELP = "help"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LONGEST_LOG_LINE = 2000  # columns; enough for a frame in hex or BlueZ's properties of a device
# At DEBUG these loggers of bleak show everything that is exchanged with a pack, including logins.
LOGS_WRITES = ("bleak.backends.bluezdbus.client", "bleak.backends.bluezdbus.manager")
NOT_INSTALLED = "{} is not part of this installation; `pip install .` in the source code installs it"
OPENSSL = ("ssl", "_hashlib")  # modules that load it; asyncio and hashlib work without


@record
class Command:
    """One command; the module of that name in ``dbus_xbms.commands`` implements it."""

    name: str
    help: str
    log_level: str = "WARNING"
    on_bus: bool = False  # calls the service or the settings


COMMANDS = (
    Command(name="run", help="run the service: connect to the packs and publish them", log_level="INFO"),
    Command(name="scan", help="list the packs in range", log_level="ERROR", on_bus=True),
    Command(name="add", help="add a pack, so that it appears on the GX", on_bus=True),
    Command(name="remove", help="remove a pack", on_bus=True),
    Command(name="bank", help="show, create and change banks: packs that act as one battery", on_bus=True),
    Command(name="list", help="list banks and added packs with the state of each", on_bus=True),
    Command(name="get", help="show the settings of a pack, a bank or the service", on_bus=True),
    Command(name="set", help="change a setting", on_bus=True),
    Command(name="switch", help="switch charging, discharging or balancing of a pack on or off", on_bus=True),
    Command(name="lend", help="lend a pack to the phone app for some minutes", on_bus=True),
    Command(name="watch", help="show the packs live", on_bus=True),
    Command(
        name="history",
        help="show trips, extremes, energy and the last full charge of a pack",
        on_bus=True,
    ),
    Command(name="wait", help="wait until the service is running, for scripts", on_bus=True),
    Command(name="probe", help="connect to a pack once, read everything and print it", log_level="ERROR"),
    Command(name="doctor", help="check everything and say what to do about problems", log_level="ERROR"),
    Command(name="decode", help="decode frames from hex or from a capture"),
    Command(name="settings", help="store the settings on a machine without Venus OS", log_level="INFO"),
    Command(name="simulate", help="simulate packs, to experiment with", log_level="INFO"),
    Command(name="demo", help="run simulated packs, the service and the live view together"),
    Command(name="completion", help="print the completion script for a shell"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _open_what_is_closed()
    if sys.stdout is None:  # as in `dbus-xbms list >&-`
        return _failed("standard output is closed", FAILURE)
    _replace_what_cannot_be_encoded()
    given = _asked_for_help(sys.argv[1:] if argv is None else [*argv])
    top = top_parser()
    args = top.parse_args(given)
    if args.command is None:
        top.print_help(sys.stderr)
        return USAGE
    command = _row(top, args.command)
    if not _installed(command):
        return _failed(NOT_INSTALLED.format(command.name), FAILURE)
    _spare_openssl()
    module = importlib.import_module(f"dbus_xbms.commands.{command.name}")
    parser = command_parser(command.name)
    args = parser.parse_args(args.arguments, args)
    _start_logging(command, args.log_level)
    try:
        with interrupt.as_exception():
            if command.on_bus:
                importlib.import_module("dbus_xbms.commands.permission").require()
            status: int = module.run(args)
            sys.stdout.flush()
    except SettingsError as err:
        return _failed(err, FAILURE if isinstance(err, NotStoredError) else USAGE)
    except (CommandError, LinkError, ProtocolError) as err:
        return _failed(err, FAILURE)
    except BrokenPipeError:  # the reader has gone, as in `dbus-xbms list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except OSError as err:
        return _failed(f"{err.filename}: {err.strerror}" if err.filename else err, FAILURE)
    except KeyboardInterrupt:
        interrupt.report()
        return interrupt.STATUS
    return status


def _open_what_is_closed() -> None:
    """Open descriptors 0 to 2 if they are closed, so that no socket gets one of these numbers."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= LAST_STANDARD:
        pass
    os.close(opened)
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115 (for as long as the process lives)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115


def _replace_what_cannot_be_encoded() -> None:
    """Print ``?`` for characters that the output's encoding does not have, such as ``°`` in ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _spare_openssl() -> None:
    """Do not load OpenSSL, which is not used: it takes 5 MB, a sixth of all memory."""
    if find_spec("_md5"):  # an interpreter may be built without its own hashes
        for name in OPENSSL:
            sys.modules.setdefault(name, None)  # type: ignore[arg-type]


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


def _installed(command: Command) -> bool:
    """Return whether the module of a command is there: a release for a GX leaves the simulator out."""
    return find_spec(f"dbus_xbms.commands.{command.name}") is not None


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
        if _installed(row)
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


def _start_logging(command: Command, level: str | None) -> None:
    """Log to stdout for the service, where multilog adds the time, and to stderr for all other commands."""
    if command.name == "run":  # must not block if its log is not read
        sys.stdout, sys.stderr = LossyStream(sys.stdout.fileno()), LossyStream(sys.stderr.fileno())
    stream = sys.stdout if command.name == "run" else sys.stderr
    text = "%(levelname)s %(name)s: %(message)s"
    if stream.isatty():
        text = "%(asctime)s " + text
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_PrintableLines(text))
    for name in LOGS_WRITES:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.basicConfig(level=level or command.log_level, handlers=[handler])


class _PrintableLines(logging.Formatter):
    """Formats each message as a single printable line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        record.message = printable(record.message, LONGEST_LOG_LINE)
        return super().formatMessage(record)


def _failed(err: object, status: int) -> int:
    say(f"dbus-xbms: {printable(err, LONGEST_LOG_LINE)}", sys.stderr)
    return status
