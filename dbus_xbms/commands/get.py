"""Show the settings of a pack, a bank or the service by topic, with what each value means now."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterator, Sequence

from dbus_xbms.commands.known import known_packs, row_of
from dbus_xbms.commands.saying import folded
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.setting_text import EMPTY, value_text
from dbus_xbms.commands.subject import Subject, rows_called, subject_of
from dbus_xbms.commands.table import terminal
from dbus_xbms.known.naming import PROGRAM
from dbus_xbms.settings import AnySetting

INDENT = "    "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms get``."""
    parser.add_argument(
        "pack", help=f"address or name of a pack or a bank; `{PROGRAM}` for the settings of the service"
    )
    parser.add_argument("setting", nargs="?", help="show only this setting, with its range and meaning")
    parser.add_argument(
        "--changed", action="store_true", help="show only settings that differ from their defaults"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


UNCHANGED = {True: "This setting has its default.", False: "All settings have their defaults."}


def run(args: argparse.Namespace) -> int:
    """Print the settings."""
    if args.setting:
        rows_called(args.pack, args.setting)
    subject = complete(_subject(args.pack))
    settings, table = subject.settings, subject.settings.rows
    rows = [row_of(table, args.setting)] if args.setting else [row for row in table if not row.internal]
    if args.changed:
        rows = [row for row in rows if settings[row.name] != row.default]
    if args.json:
        print(json.dumps({row.name: as_json(row, subject) for row in rows}))
    elif args.setting and rows:
        print(_explained(rows[0], subject))
    else:
        print("\n".join(_by_topic(rows, subject)) or folded(UNCHANGED[bool(args.setting)]))
    return 0


async def _subject(word: str) -> Subject:
    async with known_packs() as known:
        return await subject_of(known, word)


def as_json(row: AnySetting, subject: Subject) -> dict[str, object]:
    """Return a setting as an object, as described in docs/command-line.md; secrets are hidden."""
    value = subject.settings[row.name]
    return {
        "value": None if row.secret and value != "" else value,
        "default": row.default,
        "unit": row.unit,
        "meaning": subject.meaning(row),
        "changed": value != row.default,
    }


def _by_topic(rows: Sequence[AnySetting], subject: Subject) -> Iterator[str]:
    """Yield the settings by topic, wrapped for the terminal."""
    width = terminal().columns - 1
    first = True
    for topic, listed in subject.topics:
        shown = [row for row in listed if row in rows]
        if shown:
            yield topic if first else f"\n{topic}"
            first = False
        for row in shown:
            for line in subject.lines(row):
                yield textwrap.fill(line, width, initial_indent="  ", subsequent_indent=INDENT)


def _explained(row: AnySetting, subject: Subject) -> str:
    """Return a setting with its value, default, range and help."""
    choices = "" if not row.choices else f"one of {', '.join(row.choices)}, none"
    span = "" if row.lowest is None or row.highest is None else f"{row.lowest:g} to {row.highest:g}"
    default = f"default {value_text(row, row.default) or EMPTY}"
    limits = "; ".join(part for part in (span, choices, default) if part)
    width = terminal().columns - 1
    return "\n".join(
        [
            *(textwrap.fill(line, width, subsequent_indent=INDENT) for line in subject.lines(row)),
            *(
                textwrap.fill(text, width, initial_indent=INDENT, subsequent_indent=INDENT)
                for text in (limits, row.help)
            ),
        ]
    )
