"""Show every pack on the bus, live: cells, temperatures, limits, alarms and the radio link."""

from __future__ import annotations

import argparse
import asyncio
import json
import textwrap
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from dbus_xbms.commands.arguments import seconds
from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.csv_log import logging_to
from dbus_xbms.commands.full_screen import Screen, show_screen
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.naming import Candidate, find
from dbus_xbms.commands.screen.terminal import is_screen
from dbus_xbms.commands.session import complete, end_by_signals
from dbus_xbms.commands.table import Battery, render, terminal
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS

REPEAT = 0.5  # s between two lines of JSON at least ...
REPRINT = 5.0  # s ... and between two tables


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms watch``."""
    parser.add_argument("pack", nargs="*", help="only these, by address or name")
    parser.add_argument("--once", action="store_true", help="print once and exit")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object per change: every path of every pack"
    )
    parser.add_argument(
        "--log", type=Path, metavar="FILE.csv", help="append a line for each poll that changed something"
    )
    parser.add_argument("--seconds", type=seconds, metavar="N", help="stop after N seconds")


def run(args: argparse.Namespace) -> int:
    """Watch until Ctrl-C; with ``--once`` fail if there is no pack."""
    return complete(_watch(args))


async def _watch(args: argparse.Namespace) -> int:
    end_by_signals()
    async with batteries() as live:
        wanted = await _addresses(args.pack, live) if args.pack else None
        async with logging_to(args.log, live, lambda packs: chosen(packs, wanted)):
            if args.once:
                packs = chosen(live.packs, wanted)
                print(as_json(packs) if args.json else render(packs, terminal().columns))
                return 0 if packs else 1
            await show(live, wanted, seconds=args.seconds, json_lines=args.json)
        return 0


async def _addresses(words: Sequence[str], live: Batteries) -> frozenset[str]:
    """The addresses of the packs that are meant, whether they are on the bus or only known.

    Raises:
        SettingsError: no such pack, or several.
    """
    candidates = {pack.address: candidate_of(pack) for pack in live.packs}
    if await live.is_on_bus(LOCALSETTINGS):
        async with known_packs() as known:
            candidates |= {pack.address: pack for pack in known.candidates}
    return frozenset(find(word, candidates.values()).address for word in words)


def candidate_of(pack: Battery) -> Candidate:
    """A pack on the bus as the owner may name it."""
    others = (str(pack.values.get(path) or "") for path in ("/ProductName", "/HardwareVersion"))
    return Candidate(
        address=pack.address, given=str(pack.values.get("/CustomName") or ""), others=tuple(others)
    )


def chosen(packs: list[Battery], wanted: frozenset[str] | None) -> list[Battery]:
    """The packs with these addresses; all if nothing is wanted in particular."""
    return [pack for pack in packs if wanted is None or pack.address in wanted]


async def show(
    live: Batteries,
    wanted: frozenset[str] | None = None,
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
