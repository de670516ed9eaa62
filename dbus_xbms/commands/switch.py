"""Switch charging, discharging or balancing of a pack off or on, and tell what became of that.

Off needs the owner's permission in the settings of the pack: AllowMosfetControl, for discharging
AllowDischargeOff too, for balancing AllowParameterWrites. On leaves the gate to the BMS.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from contextlib import suppress

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.table import LAST_ORDER, Battery
from dbus_xbms.commands.watch import chosen
from dbus_xbms.model import ON_ITS_WAY
from dbus_xbms.settings import SettingsError

OUTCOME_LIMIT = 40.0  # s; an order is carried out, or given up, before that
ASK_EVERY = 1.0  # s, if no signal comes first
DONE = (": done", ": so it is")
# A path of the pack, and what it takes for on and off; what each of them means is in docs/dbus-paths.md.
PATHS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "charge": ("/Io/AllowToCharge", {"on": 1, "off": 0}),
    "discharge": ("/Io/AllowToDischarge", {"on": 1, "off": 0}),
    "both": ("/Settings/MosfetMode", {"on": 0, "off": 3}),
    "balancing": ("/Settings/TurnBalancingOff", {"on": 0, "off": 1}),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms switch``."""
    parser.add_argument("pack", help="address or name")
    parser.add_argument("what", choices=PATHS, help="both: charge and discharge, in one order")
    parser.add_argument("state", choices=("on", "off"))


def run(args: argparse.Namespace) -> int:
    """Give the order; fails if it was refused or came to nothing."""
    path, values = PATHS[args.what]
    outcome = complete(_switch(args.pack, path, values[args.state]))
    print(outcome)
    return 0 if any(words in outcome for words in DONE) else 1


async def _switch(name: str, path: str, value: int) -> str:
    async with batteries() as live:
        pack = _one(live, name)
        await live.write(pack, path, value)
        return await _outcome(live, pack)


def _one(live: Batteries, name: str) -> Battery:
    """The pack of that name or address.

    Raises:
        CommandError: it is not on the bus.
        SettingsError: several are called so.
    """
    packs = [pack for pack in chosen(live.packs, frozenset({name.lower()})) if not pack.gone]
    if not packs:
        raise CommandError(f"{name} is not on the bus; `dbus-xbms list` says why")
    if len(packs) > 1:
        raise SettingsError(f"{' and '.join(pack.address for pack in packs)} are both named {name!r}")
    return packs[0]


async def _outcome(live: Batteries, pack: Battery) -> str:
    """What the service tells of the order, once it has ended."""
    words = ""
    with suppress(TimeoutError):
        async with asyncio.timeout(OUTCOME_LIMIT):
            while (words := str(await live.ask(pack, LAST_ORDER))).endswith(ON_ITS_WAY):
                live.changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(ASK_EVERY):
                        await live.changed.wait()
    return words
