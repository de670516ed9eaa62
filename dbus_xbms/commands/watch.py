"""Show the packs live: cells, temperatures, limits, alarms and link; full-screen on a terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import seconds
from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.csv_log import logging_to
from dbus_xbms.commands.full_screen import Screen, show_screen
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.members import chosen, with_members
from dbus_xbms.commands.pack_contact import contact_lines, nothing_to_show
from dbus_xbms.commands.render import render
from dbus_xbms.commands.screen.reading import aged, known_to
from dbus_xbms.commands.screen.terminal import is_screen
from dbus_xbms.commands.session import complete, end_by_signals
from dbus_xbms.commands.table import Battery, terminal
from dbus_xbms.contact import Contact
from dbus_xbms.dbus import NoAnswer
from dbus_xbms.known.naming import Candidate, find
from dbus_xbms.text import printable
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS

log = logging.getLogger(__name__)

REPEAT = 0.5  # s, minimum between lines of JSON
REPRINT = 5.0  # s, minimum between tables


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms watch``."""
    parser.add_argument("pack", nargs="*", help="show only these packs and banks, by address or name")
    parser.add_argument("--once", action="store_true", help="print one table and exit")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per change, with every path of every pack"
    )
    parser.add_argument(
        "--log", type=Path, metavar="FILE.csv", help="append a line for each poll of each pack"
    )
    parser.add_argument("--seconds", type=seconds, metavar="N", help="stop after N seconds")


def run(args: argparse.Namespace) -> int:
    """Watch until Ctrl-C; with ``--once``, fail if there is no pack."""
    return complete(_watch(args))


async def _watch(args: argparse.Namespace) -> int:
    end_by_signals()
    async with batteries() as live:
        candidates = await _candidates(live)
        wanted = frozenset(find(word, candidates).address for word in args.pack) if args.pack else None
        names = {pack.address: printable(pack.shown) or pack.address for pack in candidates}

        def choose(shown: Iterable[Battery]) -> list[Battery]:
            return chosen(shown, with_members(wanted, live.banks))

        async with logging_to(args.log, live, choose):
            if args.once:
                packs = choose(live.all)
                print(as_json(packs) if args.json else await table(live, wanted, names))
                return 0 if packs else 1
            await show(live, wanted, names, seconds=args.seconds, json_lines=args.json)
        return 0


async def _candidates(live: Batteries) -> list[Candidate]:
    """Return packs and banks on the bus and, if localsettings answers, those that were added."""
    found = {one.label: one.candidate for one in live.all}
    try:
        if await live.is_on_bus(LOCALSETTINGS):
            async with known_packs() as known:
                found |= {pack.address: pack for pack in known.named}
    except* (CommandError, NoAnswer) as group:
        log.debug("cannot read the names of packs that are not on the bus: %s", group.exceptions[0])
    return list(found.values())


async def show(
    live: Batteries,
    wanted: frozenset[str] | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
    *,
    seconds: float | None = None,
    json_lines: bool = False,
    caption: Callable[[], str] = lambda: "",
) -> None:
    """Show the packs for ``seconds`` or until the owner quits: full-screen on a terminal, else as tables.

    Args:
        live: the packs on the bus.
        wanted: addresses of the packs to show, ``bank1`` for a bank with its packs; all if ``None``.
        names: names of packs that are not on the bus, by address.
        seconds: time limit, or ``None``.
        json_lines: print JSON instead.
        caption: returns the text above the packs.
    """
    if not json_lines and is_screen():
        screen = Screen(wanted=wanted, names=names, caption=caption)
        await show_screen(live, screen, seconds=seconds)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                live.changed.clear()
                if json_lines:
                    every = with_members(wanted, live.banks)
                    print(as_json(chosen(live.all, every)), flush=True)
                else:
                    text = await table(live, wanted, names)
                    print(captioned(caption(), text, terminal().columns), end="\n\n", flush=True)
                await asyncio.sleep(REPEAT if json_lines else REPRINT)
                await live.changed.wait()


async def table(live: Batteries, wanted: frozenset[str] | None, names: Mapping[str, str]) -> str:
    """Return the table of the packs, and why some of them are not being read."""
    wanted = with_members(wanted, live.banks)
    packs = chosen(live.all, wanted)
    try:
        known = await live.contacts()
        packs = known_to(known, packs) if live.running else packs
    except NoAnswer as err:
        log.debug("%s", err)
        known = {}
    if not packs and wanted is None:
        return await nothing_to_show(names)
    shown = [render(aged(packs, known), terminal().columns)] if packs else []
    lines = [*shown, *explanations(packs, known, wanted, names)]
    return "\n\n".join(lines) or "Nothing to show: the service does not know these packs."


def explanations(
    packs: Sequence[Battery],
    known: Mapping[str, Contact],
    wanted: frozenset[str] | None,
    names: Mapping[str, str],
) -> list[str]:
    """Return why packs are not on the bus or not being read, and what to do."""
    present = {pack.address for pack in packs if not pack.gone}
    return [
        contact_lines(names.get(address, address), contact)
        for address, contact in sorted(known.items())
        if (address not in present or contact.advice) and (wanted is None or address in wanted)
    ]


def captioned(caption: str, text: str, width: int) -> str:
    """Return a text under its caption, if there is one."""
    return f"{textwrap.fill(caption, width)}\n\n{text}" if caption else text


def as_json(packs: list[Battery]) -> str:
    """Return one line: service -> path -> value, null if invalid; null for a pack that has left the bus."""
    return json.dumps({pack.service: None if pack.gone else dict(pack.values) for pack in packs})
