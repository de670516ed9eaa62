"""The command line: its commands, logging and error handling. A command is imported when it runs."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.catalogue import COMMANDS, Command
from dbus_xbms.commands.saying import say
from dbus_xbms.process import interrupt
from dbus_xbms.process.output import LossyStream
from dbus_xbms.protocols import LinkError, ProtocolError
from dbus_xbms.settings import NotStoredError, SettingsError
from dbus_xbms.text import printable

OK, FAILURE, USAGE = 0, 1, 2  # exit status
LAST_STANDARD = 2  # the number of standard error
LONGEST_LOG_LINE = 2000  # columns; enough for a frame in hex or BlueZ's properties of a device
# At DEBUG these loggers of bleak show everything that is exchanged with a pack, including logins.
LOGS_WRITES = ("bleak.backends.bluezdbus.client", "bleak.backends.bluezdbus.manager")
AS_SERVICE = ["run"]  # the arguments with which a GX starts the service


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _open_what_is_closed()
    if sys.stdout is None:  # as in `dbus-xbms list >&-`
        return _failed("standard output is closed", FAILURE)
    _replace_what_cannot_be_encoded()
    try:
        args = arguments_of(sys.argv[1:] if argv is None else [*argv])
    except CommandError as err:
        return _failed(err, FAILURE)
    if args is None:
        return USAGE
    command = next(row for row in COMMANDS if row.name == args.command)
    module = importlib.import_module(f"dbus_xbms.commands.{command.name}")
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
        return _failed(f"{err.filename}: {err.strerror}" if err.filename else err.strerror or err, FAILURE)
    except KeyboardInterrupt:
        interrupt.report()
        return interrupt.STATUS
    return status


def arguments_of(given: Sequence[str]) -> Any:
    """Return the arguments of a command; ``None`` if there is none.

    Raises:
        CommandError: the command is not part of this installation.
    """
    if given == AS_SERVICE:  # which needs no parser: those take 1 MB, for as long as the service runs
        return SimpleNamespace(command="run", log_level=None, capture=None)
    return importlib.import_module("dbus_xbms.commands.parsers").parse(given)


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
