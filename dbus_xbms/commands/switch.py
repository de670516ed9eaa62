"""Switch charging, discharging or balancing of a pack off or on, and report the result.

This needs permission in the settings of the pack: AllowMosfetControl, for switching discharging off also
AllowDischargeOff, for balancing AllowParameterWrites. On leaves the MOSFET to the BMS.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.lookup import find_pack
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.questions import with_pack_name
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.table import COMMAND_NUMBER, COMMAND_STATE, LAST_COMMAND, Battery, Value
from dbus_xbms.model import UNFINISHED, CommandState
from dbus_xbms.text import LINE, printable

OUTCOME_LIMIT = 40.0  # s; an order is carried out, or given up, before that
ASK_EVERY = 1.0  # s, if no signal comes first
SHOWN_LIMIT = 5.0  # s for the poll after an order


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is written to which path."""

    path: str
    value: int
    turns: str  # on or off
    mosfets: tuple[str, ...] = ()  # the paths that show what became of it


def _orders(path: str, *mosfets: str, on: int, off: int) -> Mapping[str, Order]:
    return {
        turns: Order(path=path, value=value, turns=turns, mosfets=mosfets)
        for turns, value in (("on", on), ("off", off))
    }


CHARGE, DISCHARGE = "/Io/AllowToCharge", "/Io/AllowToDischarge"
ORDERS = {
    "charge": _orders(CHARGE, CHARGE, on=1, off=0),
    "discharge": _orders(DISCHARGE, DISCHARGE, on=1, off=0),
    "both": _orders("/Settings/MosfetMode", CHARGE, DISCHARGE, on=0, off=3),
    "balancing": _orders("/Settings/TurnBalancingOff", on=0, off=1),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms switch``."""
    parser.add_argument("pack", help="address or name")
    parser.add_argument(
        "what",
        type=str.lower,
        choices=ORDERS,
        help="charge, discharge, both of them, or balancing",
    )
    parser.add_argument("state", type=str.lower, choices=("on", "off"))


def run(args: argparse.Namespace) -> int:
    """Give the order; fails if the order was refused or had no effect."""
    order = ORDERS[args.what][args.state]
    outcome, done = complete(_switch(args.pack, order, f"{args.what} {args.state}"))
    if not done:
        raise CommandError(printable(outcome, LINE))
    say(printable(outcome, LINE))
    return 0


async def _switch(name: str, order: Order, words: str) -> tuple[str, bool]:
    """Give an order, which is called so; returns what became of it, in words, and whether it was done."""
    async with (
        waiting(f"{printable(name)}: {words}, waiting for the BMS", OUTCOME_LIMIT),
        batteries() as live,
    ):
        pack = await (await find_pack(name, live.packs)).on_bus()
        if not await live.write(pack, order.path, order.value):
            return with_pack_name(str(await live.ask(pack, LAST_COMMAND)), pack.name), False
        number, state = await live.ask(pack, COMMAND_NUMBER), await _outcome(live, pack)
        if await live.ask(pack, COMMAND_NUMBER) != number:
            raise CommandError("another order came after it; the log says what became of yours")
        outcome, done = str(await live.ask(pack, LAST_COMMAND)), state == CommandState.DONE
        if done and not await _followed(live, pack, order):
            outcome = f"{outcome}; the GX shows it with the next poll"
        return outcome, done


async def _followed(live: Batteries, pack: Battery, order: Order) -> bool:
    """Whether the bus shows what was ordered: the poll after the order brings it.

    A MOSFET that was turned on may stay off by the BMS's own protection, which the outcome tells.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(SHOWN_LIMIT):
            wanted = int(order.turns == "on")
            while any([await live.ask(pack, path) != wanted for path in order.mosfets]):
                with suppress(TimeoutError):
                    async with asyncio.timeout(ASK_EVERY):
                        await live.next_change()
            return True
    return order.turns == "on"


async def _outcome(live: Batteries, pack: Battery) -> Value:
    """The state of the newest orders once all of them have ended, or after the longest time that takes."""
    state: Value = None
    with suppress(TimeoutError):
        async with asyncio.timeout(OUTCOME_LIMIT):
            while (state := await live.ask(pack, COMMAND_STATE)) in UNFINISHED:
                with suppress(TimeoutError):
                    async with asyncio.timeout(ASK_EVERY):
                        await live.next_change()
    return state
