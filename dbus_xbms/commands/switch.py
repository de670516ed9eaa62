"""Switch charging, discharging or balancing of a pack or a bank on or off, and report the outcome.

This needs permission in the settings of the pack: AllowMosfetControl, for switching discharging off also
AllowDischargeOff, for balancing AllowParameterWrites. On leaves the MOSFET to the BMS. A MOSFET of a pack
in a bank is not switched on while the pack's voltage differs from that of the packs in parallel with it.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.known import added_packs
from dbus_xbms.commands.lookup import find_battery
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.questions import with_pack_name
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.table import COMMAND_NUMBER, COMMAND_STATE, LAST_COMMAND, Battery, Value
from dbus_xbms.model import UNFINISHED, CommandState
from dbus_xbms.settings import WATCH_ONLY
from dbus_xbms.text import LINE, printable

OUTCOME_LIMIT = 40.0  # s; every command ends before that
ASK_EVERY = 1.0  # s, if no signal comes first
SHOWN_LIMIT = 5.0  # s for the poll after a command


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A value and the path to write it to."""

    path: str
    value: int
    turns: str  # on or off
    mosfets: tuple[str, ...] = ()  # paths that show the result


def _writes(path: str, *mosfets: str, on: int, off: int) -> Mapping[str, Write]:
    return {
        turns: Write(path=path, value=value, turns=turns, mosfets=mosfets)
        for turns, value in (("on", on), ("off", off))
    }


CHARGE, DISCHARGE = "/Io/AllowToCharge", "/Io/AllowToDischarge"
COMMANDS = {
    "charge": _writes(CHARGE, CHARGE, on=1, off=0),
    "discharge": _writes(DISCHARGE, DISCHARGE, on=1, off=0),
    "both": _writes("/Settings/MosfetMode", CHARGE, DISCHARGE, on=0, off=3),
    "balancing": _writes("/Settings/TurnBalancingOff", on=0, off=1),
}
FORCED = {CHARGE: 2, DISCHARGE: 2, "/Settings/MosfetMode": 4}  # values that turn on whatever the voltage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms switch``."""
    parser.add_argument("pack", help="address or name of a pack or a bank")
    parser.add_argument(
        "what",
        type=str.lower,
        choices=COMMANDS,
        help="charge, discharge, both of them, or balancing",
    )
    parser.add_argument("state", type=str.lower, choices=("on", "off"))
    parser.add_argument(
        "--force",
        action="store_true",
        help="switch on even if the pack's voltage differs from that of the packs in parallel with it: a "
        "current of hundreds of amperes may flow between them",
    )


def run(args: argparse.Namespace) -> int:
    """Send the command; fail if it was refused or had no effect."""
    command = COMMANDS[args.what][args.state]
    if args.force:
        command = _forced(command)
    outcome, done = complete(_switch(args.pack, command, f"{args.what} {args.state}"))
    if not done:
        raise CommandError(printable(outcome, LINE))
    say(printable(outcome, LINE))
    return 0


def _forced(command: Write) -> Write:
    """Return the command that switches on whatever the voltage.

    Raises:
        CommandError: there is nothing to force.
    """
    if command.turns != "on" or command.path not in FORCED:
        raise CommandError("--force is for switching charge, discharge or both on")
    return replace(command, value=FORCED[command.path])


async def _switch(name: str, command: Write, words: str) -> tuple[str, bool]:
    """Send a command, described by ``words``; return its outcome in words, and whether it was done."""
    async with (
        waiting(f"{printable(name)}: {words}, waiting for the BMS", OUTCOME_LIMIT),
        batteries() as live,
    ):
        pack = await (await find_battery(name, live.all)).on_bus()
        if command.path not in pack.values or not await live.write(pack, command.path, command.value):
            return await _refusal(live, pack), False
        number, state = await live.ask(pack, COMMAND_NUMBER), await _outcome(live, pack)
        if await live.ask(pack, COMMAND_NUMBER) != number:
            raise CommandError("another command followed; the log has the outcome of yours")
        outcome, done = await _last_command(live, pack), state == CommandState.DONE
        if done and not await _followed(live, pack, command):
            outcome = f"{outcome}; the GX shows it after the next poll"
        return outcome, done


async def _refusal(live: Batteries, battery: Battery) -> str:
    """Return why a command was refused, in words."""
    if battery.bank or await live.ask(battery, LAST_COMMAND) is not None:
        return await _last_command(live, battery)
    settings = (await added_packs()).get(battery.address)
    return WATCH_ONLY if settings and settings.watch_only else "this BMS cannot be switched"


async def _last_command(live: Batteries, battery: Battery) -> str:
    """Return the newest command and its outcome in words; a bank's message names its packs."""
    return with_pack_name(str(await live.ask(battery, LAST_COMMAND)), "" if battery.bank else battery.name)


async def _followed(live: Batteries, pack: Battery, command: Write) -> bool:
    """Return whether the bus shows the commanded state, after the next poll.

    A MOSFET that was switched on may stay off because of a protection; the outcome says so.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(SHOWN_LIMIT):
            wanted = int(command.turns == "on")
            while any([await live.ask(pack, path) != wanted for path in command.mosfets]):
                with suppress(TimeoutError):
                    async with asyncio.timeout(ASK_EVERY):
                        await live.next_change()
            return True
    return command.turns == "on"


async def _outcome(live: Batteries, pack: Battery) -> Value:
    """Return the state of the newest command once all have ended, or after :data:`OUTCOME_LIMIT`."""
    state: Value = None
    with suppress(TimeoutError):
        async with asyncio.timeout(OUTCOME_LIMIT):
            while (state := await live.ask(pack, COMMAND_STATE)) in UNFINISHED:
                with suppress(TimeoutError):
                    async with asyncio.timeout(ASK_EVERY):
                        await live.next_change()
    return state
