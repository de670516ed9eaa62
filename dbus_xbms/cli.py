"""The command line: which commands there are, how they log and fail; each is imported when it runs."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from dbus_xbms import __doc__ as description
from dbus_xbms import __version__, interrupt
from dbus_xbms.commands import CommandError
from dbus_xbms.outlet import Outlet
from dbus_xbms.printable import printable
from dbus_xbms.protocols.base import LinkError, ProtocolError
from dbus_xbms.settings import SettingsError

OK, FAILURE, USAGE = 0, 1, 2  # exit status
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LONGEST_LOG_LINE = 2000  # columns; a frame in hex, and what BlueZ tells of a device
# At DEBUG bleak shows all that is written to a pack and comes back, logins too; our own lines hide those.
TELLS_WHAT_IS_WRITTEN = ("bleak.backends.bluezdbus.client", "bleak.backends.bluezdbus.manager")
OPENSSL = ("ssl", "_hashlib")  # what loads it; asyncio and hashlib try them and do without


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One row of the help; the module of that name in ``dbus_xbms.commands`` does the work."""

    name: str
    help: str
    log_level: str = "WARNING"


COMMANDS = (
    Command(name="run", help="the service: hold the links, publish the packs", log_level="INFO"),
    Command(name="scan", help="which packs are in range"),
    Command(name="add", help="make a pack ours; it appears on the GX"),
    Command(name="remove", help="let a pack go"),
    Command(name="list", help="the packs we know"),
    Command(name="get", help="show settings of a pack, or of the service"),
    Command(name="set", help="change a setting"),
    Command(name="switch", help="charging, discharging or balancing of a pack off or on"),
    Command(name="lend", help="leave a pack to the phone app for a while"),
    Command(name="watch", help="live table of the packs on the bus"),
    Command(name="wait", help="until the service runs: for scripts"),
    Command(name="probe", help="connect once, read everything, print it"),
    Command(name="doctor", help="what is wrong, and what to do", log_level="ERROR"),
    Command(name="decode", help="decode frames from hex or from a capture"),
    Command(name="simulate", help="simulated packs to try things on", log_level="INFO"),
    Command(name="demo", help="simulated packs, the service and watch, all in one"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    top = _parser()
    args = top.parse_args(argv)
    if args.command is None:
        top.print_help(sys.stderr)
        return USAGE
    command = next(row for row in COMMANDS if row.name == args.command)
    _spare_openssl()
    module = importlib.import_module(f"dbus_xbms.commands.{command.name}")
    parser = argparse.ArgumentParser(prog=f"dbus-xbms {command.name}", description=module.__doc__)
    _add_log_level(parser, argparse.SUPPRESS)
    module.add_arguments(parser)
    args = parser.parse_args(args.arguments, args)
    _start_logging(command, args.log_level)
    try:
        with interrupt.asking():
            status: int = module.run(args)
            sys.stdout.flush()
    except SettingsError as err:
        return _failed(err, USAGE)
    except (CommandError, LinkError, ProtocolError) as err:
        return _failed(err, FAILURE)
    except BrokenPipeError:  # the reader has gone, as in `dbus-xbms list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except OSError as err:
        return _failed(f"{err.filename}: {err.strerror}" if err.filename else err, FAILURE)
    except KeyboardInterrupt:
        interrupt.tell()
        return interrupt.STATUS
    return status


def _spare_openssl() -> None:
    """Keep what we have no use for out of memory: 5 MB, a sixth of all."""
    if find_spec("_md5"):  # an interpreter may be built without hashes of its own
        for name in OPENSSL:
            sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def _parser() -> argparse.ArgumentParser:
    rows = "\n".join(f"  {row.name:<10}{row.help}" for row in COMMANDS)
    parser = argparse.ArgumentParser(
        prog="dbus-xbms",
        usage="dbus-xbms [--log-level LEVEL] COMMAND ...",
        description=description,
        epilog=f"commands:\n{rows}\n\nMore on one of them: dbus-xbms COMMAND --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"dbus-xbms {__version__}")
    _add_log_level(parser, None)
    names = [row.name for row in COMMANDS]
    parser.add_argument("command", choices=names, nargs="?", metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _add_log_level(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--log-level",
        metavar="LEVEL",
        type=str.upper,
        choices=LOG_LEVELS,
        default=default,
        help="DEBUG, INFO, WARNING or ERROR",
    )


def _start_logging(command: Command, level: str | None) -> None:
    """The service logs to stdout, where multilog adds the time; all others to stderr."""
    if command.name == "run":  # a reader that does not read must not stop it
        sys.stdout, sys.stderr = Outlet(sys.stdout.fileno()), Outlet(sys.stderr.fileno())
    stream = sys.stdout if command.name == "run" else sys.stderr
    text = "%(levelname)s %(name)s: %(message)s"
    if stream.isatty():
        text = "%(asctime)s " + text
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_PrintableLines(text))
    for name in TELLS_WHAT_IS_WRITTEN:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.basicConfig(level=level or command.log_level, handlers=[handler])


class _PrintableLines(logging.Formatter):
    """One line for each message, whatever a name or somebody else's error in it holds."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        record.message = printable(record.message, LONGEST_LOG_LINE)
        return super().formatMessage(record)


def _failed(err: object, status: int) -> int:
    print(f"dbus-xbms: {printable(err, LONGEST_LOG_LINE)}", file=sys.stderr)
    return status
