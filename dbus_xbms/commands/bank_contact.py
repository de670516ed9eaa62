"""What the bus shows of a bank after it was created or changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.pack_contact import has_answered, limits_or_why
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import bank_reasons, open_bus, warn_if_not_running
from dbus_xbms.commands.table import Battery, amps
from dbus_xbms.text import LINE, printable

SHOWN_LIMIT = 15.0  # s for the bank to be formed, and for the decision on control


async def report_bank(number: int, *, control: bool, limit: float = SHOWN_LIMIT) -> None:
    """Wait up to ``limit`` s until the service shows a bank and, with ``control``, limits; print them."""
    if not await warn_if_not_running():
        return
    async with batteries() as live, waiting("Waiting for the service to show the bank", limit):
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                while not _is_complete(bank_of(live, number), control=control):
                    await live.next_change()
        bank = bank_of(live, number)
    if bank:
        say("\n".join(described(bank)))
        return
    async with open_bus() as bus:
        reason = (await bank_reasons(bus)).get(number, "")
    say(f"It is not on the bus yet{f': {printable(reason, LINE)}' if reason else ''}.")


def bank_of(live: Batteries, number: int) -> Battery | None:
    """Return what the bus shows of a bank."""
    return next((bank for bank in live.banks if bank.bank == number and not bank.gone), None)


def described(bank: Battery) -> Iterator[str]:
    """Yield the values of a bank and its limits, or why it has none."""
    packs = f"{bank.text('/System/NrOfModulesOnline')} of {bank.text('/System/NrOfBatteries')} packs"
    yield f"Now: {bank.text('/Dc/0/Voltage')}, {amps(bank)}, SoC {bank.text('/Soc')}, {packs} online."
    yield from limits_or_why(bank)


def _is_complete(bank: Battery | None, *, control: bool) -> bool:
    return bank is not None and has_answered(bank) and (bank.controls or not control)
