"""What `add` says and asks about banks: whether the added pack and others act as one battery."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bank import create, to_create
from dbus_xbms.commands.bank_change import live_packs, wired
from dbus_xbms.commands.bank_contact import report_bank
from dbus_xbms.commands.known import Known, known_packs
from dbus_xbms.commands.questions import can_ask, confirmed
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.table import Battery
from dbus_xbms.policy.advice.controllers import Configuration, control_disabled
from dbus_xbms.policy.bank.membership import members, named
from dbus_xbms.policy.bank.topology import Candidate, proposed, tolerance
from dbus_xbms.settings import PackSettings
from dbus_xbms.text import listed, printable

STORED_LIMIT = 3.0  # s for the service to store the identity of a pack after the first contact
READ_EVERY = 0.3  # s
COMMAND = "dbus-xbms bank create"


def ask_to_join(configuration: Configuration, after: PackSettings) -> bool | None:
    """Ask whether a pack is in parallel with the bank of all packs; ``None`` if there is no such bank.

    ``after``: settings of the pack once it is added.
    """
    for number, formation in configuration.formations.items():
        chemistries = {configuration.packs[address].chemistry for address in formation.members}
        if named(configuration.banks[number]) or not formation.formed or after.chemistry not in chemistries:
            continue
        if after.watch_only:
            return False
        bank = printable(configuration.title(number))
        say(
            f"The bank {bank} has all packs that are wired in parallel. A pack that joins must have nearly "
            "the same voltage before it is connected, or a current of hundreds of amperes flows."
        )
        return confirmed(f"Is this pack wired in parallel with the bank {bank}? yes or no [no]: ")
    return None


async def offer_bank(address: str, *, ask: bool) -> None:
    """Say that a pack has joined a bank, or ask whether it and others act as one battery.

    Without a terminal or with ``ask`` false, print the command that makes one battery of them.

    Raises:
        NoAnswer: localsettings or the service does not answer.
    """
    live = await live_packs()
    async with known_packs() as known:
        await _until_read(known, address)
        configuration = known.configuration
        if number := configuration.member_of.get(address):
            say("\n".join(_joined(number, address, configuration, live)))
            return
        packs = _possible(configuration, live)
        change = to_create(known, []) if address in (pack.address for pack in packs) else None
        if change is None:
            return
        names = listed(pack.name for pack in packs)
        if not (ask and can_ask()):
            say(f"If {names} are wired in parallel, they can act as one battery: {COMMAND}")
            return
        try:
            await create(
                known, change, yes=False, question=f"{names} are wired in parallel and act as one battery"
            )
        except CommandError as err:
            say(f"No bank: {err}. To create it later: {COMMAND}")
            return
        control = not control_disabled(change.number, known.configuration)
    await report_bank(change.number, control=control)


async def _until_read(known: Known, address: str) -> None:
    """Wait until the identity of a pack is stored: cells, capacity, and whatever else its limits depend on.

    The service stores one setting after the other. A BMS may report no capacity.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(STORED_LIMIT):
            before = None
            while (pack := known.packs.get(address)) and not (pack.cells and pack.nominal and pack == before):
                before = pack
                await asyncio.sleep(READ_EVERY)
                await known.read()


def _possible(configuration: Configuration, live: Mapping[str, Battery]) -> tuple[Candidate, ...]:
    """Return the packs that could form the bank of all packs."""
    members_of_others = configuration.member_of
    free = [address for address in sorted(configuration.enabled) if address not in members_of_others]
    return proposed(wired(address, configuration, live) for address in free)


def _joined(
    number: int, address: str, configuration: Configuration, live: Mapping[str, Battery]
) -> list[str]:
    """Return lines about a pack that is part of a bank, with its voltage and that of the others."""
    bank = printable(configuration.title(number))
    pack = wired(address, configuration, live)
    lines = [f"It is part of the bank {bank}."]
    if named(configuration.banks[number]) or pack.voltage is None:
        return lines
    inside = members(number, configuration.banks, configuration.packs)
    others = [wired(other, configuration, live) for other in inside if other != address]
    known = [other.voltage for other in others if other.voltage is not None]
    if not known:
        return lines
    nearest = min(known, key=lambda volts: abs(volts - (pack.voltage or 0.0)))
    lines = [f"It is part of the bank {bank}: it has {pack.voltage:.2f} V, the others {nearest:.2f} V."]
    if abs(pack.voltage - nearest) > tolerance(pack.cells):
        lines.append(
            "These differ too much: a large current would flow when the pack is connected. It does not count "
            f"until they agree. If it is wired elsewhere: dbus-xbms bank remove bank{number} {address}"
        )
    return lines
