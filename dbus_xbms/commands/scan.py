"""List the packs in range. If the service is not running, this command scans itself."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable

from dbus_xbms.ble.scan_results import LONGEST_SCAN
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import seconds_up_to
from dbus_xbms.commands.progress import Line, waiting
from dbus_xbms.commands.saying import say, wrapped
from dbus_xbms.commands.scanning import HEADER, Found, scan
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.table import columns, terminal
from dbus_xbms.protocols import WATCH_ONLY
from dbus_xbms.text import columns_of, count, padded

SECONDS = 10.0  # s; a module advertises every 1 to 2 s, and a scan may miss some
WIDTHS = (17, 4, 7, 24)  # columns of all cells but the last, in a growing list
NONE_FOUND = "no pack in range; a pack that a phone is connected to cannot be found: close its app"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms scan``."""
    parser.add_argument(
        "--seconds",
        type=seconds_up_to(LONGEST_SCAN),
        default=SECONDS,
        metavar="N",
        help=f"scan for N seconds, up to {LONGEST_SCAN:g} ({SECONDS:g})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON list, strongest signal first")


def run(args: argparse.Namespace) -> int:
    """Print one line per pack: on a terminal as they are found, else sorted by signal strength."""
    view = View(Line(), growing=sys.stdout.isatty() and not args.json)
    found = complete(_scan(args.seconds, view))
    found.sort(key=lambda pack: pack.rssi if pack.rssi is not None else -1000, reverse=True)
    if args.json:
        print(json.dumps([pack.as_json for pack in found]))
    elif view.growing:
        view.add(found)
    elif found:
        print(columns([HEADER, *(pack.row for pack in found)]))
    if not found:
        raise CommandError(NONE_FOUND)
    if not args.json and any(pack.watch_only for pack in found):
        say(f"\nWatch only: {WATCH_ONLY}")
    if not args.json and any(pack.state != "added" for pack in found):
        print("\nTo add one: dbus-xbms add ADDRESS")
    return 0


async def _scan(seconds: float, view: View) -> list[Found]:
    async with waiting(lambda: view.words, seconds, view.line):
        return await scan(seconds, view.add if view.line.shown or view.growing else None)


class View:
    """The packs found so far, as a growing list on a terminal."""

    def __init__(self, line: Line, *, growing: bool) -> None:
        self.line = line
        self.growing = growing
        self._found: set[str] = set()

    @property
    def words(self) -> str:
        """Progress of the scan, in words."""
        return f"Scanning, {count(len(self._found), 'pack') if self._found else 'none yet'}"

    def add(self, packs: Iterable[Found]) -> None:
        """Show packs that are new."""
        for pack in packs:
            if self.growing and pack.address not in self._found:
                rows = [pack.row] if self._found else [HEADER, pack.row]
                self.line.print_above("\n".join(_line(row, terminal().columns) for row in rows))
            self._found.add(pack.address)


def _line(row: tuple[str, ...], width: int) -> str:
    """Return a row of the list; make and name go to a line of their own if they do not fit."""
    *cells, name = row
    whole = "  ".join(
        [*(padded(cell, room) for cell, room in zip(cells, WIDTHS, strict=True)), name]
    ).rstrip()
    if columns_of(whole) <= width:
        return whole
    *cells, make = cells
    start = "  ".join(padded(cell, room) for cell, room in zip(cells, WIDTHS[:-1], strict=True))
    return wrapped(f"{start.rstrip()}\n    {'  '.join(filter(None, (make, name)))}", width)
