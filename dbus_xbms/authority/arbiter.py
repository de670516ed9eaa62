"""Lets at most one pack control chargers, and says in the log who does and who may not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from math import inf
from typing import Protocol

from dbus_xbms.authority.surroundings import SurroundingsWatcher
from dbus_xbms.policy import authority
from dbus_xbms.policy.authority import AuthorityState, Reason, Ruling, Surroundings
from dbus_xbms.settings import PackSettings, device_id

log = logging.getLogger(__name__)

STALE = 30.0  # s after which what was seen of others counts no more; they are asked every 5 s
WAIT_LIMIT = 8.0  # s that packs wait at the start for the first look around
TOLD = (
    Reason.VOLTAGE_MISMATCH,
    Reason.OTHER_BMS,
    Reason.OTHER_PACK,
)  # what an owner who has said yes is warned of


class ControlCandidate(Protocol):
    """A pack, as far as control is concerned: :class:`dbus_xbms.pack.pack.Pack`."""

    address: str

    @property
    def settings(self) -> PackSettings:
        """Its settings."""
        ...

    def set_shared(self, shared: bool) -> None:
        """Take over whether chargers are given its voltage and current for their own."""
        ...

    def set_ruling(self, ruling: Ruling) -> None:
        """Take over whether the pack controls."""
        ...


class Arbiter:
    """Judges again whenever a setting changes, and every few seconds while somebody wants control."""

    def __init__(self, packs: Callable[[], Collection[ControlCandidate]]) -> None:
        self._packs = packs
        self._around, self._seen_at = Surroundings(), -inf
        self._horizon = SurroundingsWatcher(self._seen, self._wanted)
        self._looked = asyncio.Event()
        self._asked: set[str] = set()  # addresses whose owners have changed something while we run
        self._state: AuthorityState | None = None
        self._rulings: dict[str, Ruling] = {}

    async def run(self) -> None:
        """Look around until cancelled.

        Raises:
            BusError: no bus, or it is lost.
        """
        await self._horizon.run()

    async def ready(self) -> None:
        """Wait, not for long, until the bus has been asked: then a pack's first service is the right one."""
        try:
            async with asyncio.timeout(WAIT_LIMIT):
                await self._looked.wait()
        except TimeoutError:
            log.warning("the bus does not say which other batteries there are; no pack controls chargers yet")

    def asked(self, address: str) -> None:
        """Record that an owner changed who should control, and judge again."""
        self._asked.add(address)
        if self._state:
            self._state = authority.forget_other_bms(self._state)
        self.judge()

    def judge(self) -> None:
        """Decide who controls, and tell the packs."""
        now = asyncio.get_running_loop().time()
        if now - self._seen_at > STALE:
            self._around = Surroundings()
        if self._wanted():
            self._horizon.wake()
        packs = {pack.address: pack for pack in self._packs()}
        claims = [
            authority.claim(address, pack.settings, confirmed=address in self._asked)
            for address, pack in packs.items()
        ]
        state = self._state or AuthorityState(started=now)
        self._state, rulings = authority.judge(state, claims, self._around, now)
        self._log(rulings)
        # First those that lose control, so that there are never two
        for address, ruling in sorted(rulings.items(), key=lambda entry: entry[1].controls):
            packs[address].set_ruling(ruling)

    def _wanted(self) -> bool:
        return (
            any(not authority.control_disabled(pack.settings) for pack in self._packs())
            or not self._looked.is_set()
        )

    def _seen(self, around: Surroundings) -> None:
        self._around, self._seen_at = around, asyncio.get_running_loop().time()
        self._looked.set()
        for pack in self._packs():
            pack.set_shared(around.shared.endswith(f".{device_id(pack.address)}"))
        self.judge()

    def _log(self, rulings: dict[str, Ruling]) -> None:
        before, self._rulings = self._rulings, rulings
        for address, ruling in rulings.items():
            known = before.get(address, Ruling(Reason.DISABLED))
            if known.reason is ruling.reason:
                continue
            if known.controls:
                log.warning("%s: no longer controls chargers: %s", address, ruling.words)
            elif ruling.controls:
                log.info("%s: controls chargers", address)
            elif ruling.reason in TOLD:
                log.warning("%s: does not control chargers: %s", address, ruling.words)
