"""Switch charging, discharging or balancing of a pack off or on, and tell what became of that.

Off needs the owner's permission in the settings of the pack: AllowMosfetControl, for discharging
AllowDischargeOff too, for balancing AllowParameterWrites. On leaves the MOSFET to the BMS.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.table import LAST_ORDER, Battery
from dbus_xbms.commands.watch import chosen
from dbus_xbms.model import ON_ITS_WAY
from dbus_xbms.printable import LINE, printable
from dbus_xbms.settings import SettingsError

OUTCOME_LIMIT = 40.0  # s; an order is carried out, or given up, before that
ASK_EVERY = 1.0  # s, if no signal comes first
DONE = (": done", ": so it is")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is written to which path, and how the service calls that."""

    path: str
    value: int
    words: str


def _orders(path: str, words: str, *, on: int, off: int) -> Mapping[str, Order]:
    values = {"on": on, "off": off}
    return {
        state: Order(path=path, value=value, words=words.format(state)) for state, value in values.items()
    }


ORDERS = {
    "charge": _orders("/Io/AllowToCharge", "charge {0}", on=1, off=0),
    "discharge": _orders("/Io/AllowToDischarge", "discharge {0}", on=1, off=0),
    "both": _orders("/Settings/MosfetMode", "charge {0}, discharge {0}", on=0, off=3),
    "balancing": _orders("/Settings/TurnBalancingOff", "balancing {0}", on=0, off=1),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms switch``."""
    parser.add_argument("pack", help="address or name")
    parser.add_argument("what", choices=ORDERS, help="both: charge and discharge, in one order")
    parser.add_argument("state", choices=("on", "off"))


def run(args: argparse.Namespace) -> int:
    """Give the order; fails if it was refused or came to nothing."""
    outcome = complete(_switch(args.pack, ORDERS[args.what][args.state]))
    print(printable(outcome, LINE))
    return 0 if any(words in outcome for words in DONE) else 1


async def _switch(name: str, order: Order) -> str:
    async with batteries() as live:
        pack = _one(live, name)
        refused = not await live.write(pack, order.path, order.value)
        return await _outcome(live, pack, order, refused=refused)


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


async def _outcome(live: Batteries, pack: Battery, order: Order, *, refused: bool) -> str:
    """What the service tells of the order, once it has ended; others may order meanwhile."""
    words = ""
    with suppress(TimeoutError):
        async with asyncio.timeout(OUTCOME_LIMIT):
            while not _ends(words := str(await live.ask(pack, LAST_ORDER)), order, refused=refused):
                with suppress(TimeoutError):
                    async with asyncio.timeout(ASK_EVERY):
                        await live.next_change()
    return words


def _ends(told: str, order: Order, *, refused: bool) -> bool:
    """Whether what is told is the end of our order, perhaps together with that of somebody else."""
    words, _, outcome = told.partition(": ")
    ours = set(order.words.split(", ")) <= set(words.split(", "))
    return ours and outcome != ON_ITS_WAY and outcome.startswith("refused: ") is refused
