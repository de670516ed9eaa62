"""Propose the bank of all packs to its owner, who has to confirm it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from dbus_xbms.beat import SLOW, next_beat
from dbus_xbms.logs import CountedLog
from dbus_xbms.model import Mosfet
from dbus_xbms.pack.packs import Packs
from dbus_xbms.policy.bank import formation, topology
from dbus_xbms.policy.bank.membership import named
from dbus_xbms.policy.bank.topology import Candidate
from dbus_xbms.record import replace
from dbus_xbms.settings import BankSettings
from dbus_xbms.settings.bank import MOST_BANKS
from dbus_xbms.text import listed

log = CountedLog(logging.getLogger(__name__))

LOOK_EVERY = SLOW  # s between looks for packs that could form a bank


async def propose(
    banks: Mapping[int, BankSettings], packs: Packs, add: Callable[[int], Awaitable[None]]
) -> None:
    """Add the settings of the bank of all packs, not enabled, once packs are seen that could form it.

    Args:
        banks: the settings of all banks, by number.
        packs: all packs of the program.
        add: adds the settings of a bank with this number.
    """
    while True:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(next_beat(now, LOOK_EVERY) - now)
        if any(not named(settings) for settings in banks.values()):
            continue
        number = next((n for n in range(1, MOST_BANKS + 1) if n not in banks), None)
        found = topology.proposed(_connected(banks, packs))
        if number is None or not found:
            continue
        await add(number)
        log.info(
            "%s can act as one battery; if they are wired in parallel, run dbus-xbms bank create",
            listed([one.name for one in found]),
        )


def _connected(banks: Mapping[int, BankSettings], packs: Packs) -> list[Candidate]:
    """Return the packs in contact that no bank names."""
    taken = {address for settings in banks.values() for address in named(settings)}
    samples = {
        monitor.address: monitor.latest.decision.sample
        for monitor in packs.monitors()
        if monitor.latest and monitor.address not in taken
    }
    return [
        replace(
            formation.candidate(address, packs.settings.get(address)),
            voltage=sample.voltage,
            mosfets_on=all(sample.is_on(mosfet) for mosfet in Mosfet) if sample.mosfets else None,
        )
        for address, sample in samples.items()
        if sample
    ]
