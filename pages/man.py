"""The man page."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator

from dbus_xbms import __doc__ as description
from dbus_xbms.cli import COMMANDS, command_parser, top_parser
from dbus_xbms.commands.arguments import Folded, Parser, placeholder

EXIT_STATUS = (
    ("0", "done"),
    ("1", "failed; standard error says why and what to do"),
    ("2", "wrong arguments, or a setting that does not exist or does not take the value"),
    ("130", "ended by Ctrl-C"),
)
ENVIRONMENT = (
    ("DBUS_SESSION_BUS_ADDRESS", "the bus to use instead of the system bus, on which a GX has its services"),
)


def page() -> str:
    """The whole page, in roff."""
    return "\n".join([*_lines(), ""])


def _lines() -> Iterator[str]:
    yield '.\\" Made by script/pages from the parsers of the command line.'
    yield '.TH DBUS\\-XBMS 1 "" "dbus\\-xbms" "User Commands"'
    yield from (".SH NAME", f"dbus\\-xbms \\- {_plain(description or '')}".rstrip("."))
    yield from (".SH SYNOPSIS", ".B dbus\\-xbms", "[options] COMMAND ...")
    yield from (".SH OPTIONS", *_arguments(top_parser()))
    yield ".SH COMMANDS"
    for row in COMMANDS:
        yield from _command(command_parser(row.name))
    yield from (".SH EXIT STATUS", *_terms(EXIT_STATUS))
    yield from (".SH ENVIRONMENT", *_terms(ENVIRONMENT))


def _command(parser: Parser) -> Iterator[str]:
    yield f'.SS "{_plain(parser.synopsis().removeprefix("dbus-xbms "))}"'
    for number, paragraph in enumerate((parser.description or "").strip().split("\n\n")):
        if number:
            yield ".PP"
        yield _plain(paragraph)
    yield from _arguments(parser)


def _arguments(parser: Parser) -> Iterator[str]:
    for action in parser._actions:
        if action.help == argparse.SUPPRESS or "--help" in action.option_strings:
            continue
        text = Folded(parser.prog)._expand_help(action) if action.help else ""
        yield from (".TP", _title(action), _plain(text) if text else "\\&")


def _title(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else f"\\fI{_plain(placeholder(action))}\\fR"
    if not action.option_strings:
        return value
    value = f"[{value}]" if action.nargs == "?" else value
    names = ", ".join(f"\\fB{_plain(name)}\\fR" for name in action.option_strings)
    return f"{names} {value}".rstrip()


def _terms(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in rows:
        yield from (".TP", f"\\fB{_plain(term)}\\fR", _plain(text))


def _plain(text: str) -> str:
    """A text on one line, with nothing in it that roff would obey."""
    line = re.sub(r"\s+", " ", text).strip().replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{line}" if line.startswith((".", "'")) else line
