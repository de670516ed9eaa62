"""Show every pack on the bus, live: cells, temperatures, limits, alarms and the radio link."""

from __future__ import annotations

import argparse
import asyncio
import json
import textwrap
from collections.abc import Callable
from contextlib import suppress

from dbus_xbms.commands.arguments import seconds
from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.explain import nothing_to_show
from dbus_xbms.commands.full_screen import Screen, show_screen
from dbus_xbms.commands.screen.terminal import is_screen
from dbus_xbms.commands.session import complete, end_by_signals
from dbus_xbms.commands.table import Battery, render, terminal
from dbus_xbms.settings import as_address

REPEAT = 0.5  # s between two lines of JSON at least ...
REPRINT = 5.0  # s ... and between two tables


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms watch``."""
    parser.add_argument("pack", nargs="*", help="only these, by address or name")
    parser.add_argument("--once", action="store_true", help="print once and exit")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object per change: every path of every pack"
    )
    parser.add_argument("--seconds", type=seconds, metavar="N", help="stop after N seconds")


def run(args: argparse.Namespace) -> int:
    """Watch until Ctrl-C; with ``--once`` fail if there is no pack."""
    return complete(_watch(args))


async def _watch(args: argparse.Namespace) -> int:
    end_by_signals()
    wanted = frozenset(pack.lower() for pack in args.pack)
    async with batteries() as live:
        if args.once:
            packs = chosen(live.packs, wanted)
            if not packs and not args.json:
                print(await nothing_to_show())
                return 1
            print(as_json(packs) if args.json else render(packs, terminal().columns))
            return 0 if packs else 1
        await show(live, wanted, seconds=args.seconds, json_lines=args.json)
        return 0


def chosen(packs: list[Battery], wanted: frozenset[str]) -> list[Battery]:
    """The packs whose name or address, in lower case, is wanted; all when nothing is.

    A name that is an address is none: it may be another pack's.
    """

    def called(pack: Battery) -> set[str]:
        name = "" if as_address(pack.name) else pack.name
        return {name.lower(), pack.address.lower(), pack.address.replace(":", "").lower()}

    return [pack for pack in packs if not wanted or wanted & called(pack)]


async def show(
    live: Batteries,
    wanted: frozenset[str] = frozenset(),
    *,
    seconds: float | None = None,
    json_lines: bool = False,
    caption: Callable[[], str] = lambda: "",
) -> None:
    """Show the packs for so many seconds or until the owner quits: a full screen on a terminal, else tables.

    ``caption``: what is to be said above them at that moment.
    """
    if not json_lines and is_screen():
        screen = Screen(caption=caption)
        await show_screen(live, lambda packs: chosen(packs, wanted), screen, seconds=seconds)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                live.changed.clear()
                packs = chosen(live.packs, wanted)
                width = terminal().columns
                text = as_json(packs) if json_lines else captioned(caption(), render(packs, width), width)
                print(text, end="\n" if json_lines else "\n\n", flush=True)
                await asyncio.sleep(REPEAT if json_lines else REPRINT)
                await live.changed.wait()


def captioned(caption: str, text: str, width: int) -> str:
    """A text under its caption, if there is one."""
    return f"{textwrap.fill(caption, width)}\n\n{text}" if caption else text


def as_json(packs: list[Battery]) -> str:
    """One line: service -> path -> value, null when invalid; a pack that has left is null."""
    return json.dumps({pack.service: None if pack.gone else dict(pack.values) for pack in packs})
