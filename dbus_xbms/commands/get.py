"""Show the settings of a pack, or of the service: value, default, range and what it is for."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence

from dbus_xbms.commands.known import PROGRAM, is_program, known_packs, row_of
from dbus_xbms.commands.secret import shown
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.table import terminal
from dbus_xbms.settings import PACK_SETTINGS, SERVICE_SETTINGS, Setting, Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms get``."""
    parser.add_argument("pack", help=f"address or name; `{PROGRAM}` for the program's own settings")
    parser.add_argument("setting", nargs="?", help="only this one")


def run(args: argparse.Namespace) -> int:
    """Print the settings."""
    table = SERVICE_SETTINGS if is_program(args.pack) else PACK_SETTINGS
    rows = [row_of(table, args.setting)] if args.setting else [row for row in table if not row.internal]
    return complete(_get(args.pack, rows))


async def _get(pack: str, rows: Sequence[Setting]) -> int:
    async with known_packs() as known:
        settings = await known.program() if is_program(pack) else known.packs[known.address(pack)]
    print("\n".join(_described(row, settings) for row in rows))
    return 0


def _described(row: Setting, settings: Settings) -> str:
    unit = f" {row.unit}" if row.unit else ""
    span = "" if row.lowest is None or row.highest is None else f", {row.lowest:g} to {row.highest:g}"
    default = f"default {row.default if row.default != '' else 'empty'}{span}"
    help_text = textwrap.fill(
        row.help, terminal().columns - 1, initial_indent="    ", subsequent_indent="    "
    )
    return f"{row.name} = {shown(row, settings[row.name])}{unit}  ({default})\n{help_text}"
