"""Let at most one pack control chargers, and log the decision."""

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

STALE = 30.0  # s after which the surroundings count as unknown; they are read every 5 s
WAIT_LIMIT = 8.0  # s that packs wait at the start for the surroundings to be read
# Reasons that are logged as warnings: the owner has enabled control.
WARNED = (Reason.VOLTAGE_MISMATCH, Reason.OTHER_BMS, Reason.OTHER_PACK)


class ControlCandidate(Protocol):
    """The part of :class:`dbus_xbms.pack.pack.Pack` that the arbiter uses."""

    address: str

    @property
    def settings(self) -> PackSettings:
        """Its settings."""
        ...

    def set_shared(self, shared: bool) -> None:
        """Record whether Venus shares its voltage and current with chargers."""
        ...

    def set_ruling(self, ruling: Ruling) -> None:
        """Set whether the pack controls, and why not."""
        ...


class Watcher(Protocol):
    """A :class:`dbus_xbms.authority.surroundings.SurroundingsWatcher`."""

    def wake(self) -> None:
        """Look at once, if it is between two of its less frequent looks."""
        ...

    async def run(self) -> None:
        """Watch until cancelled."""
        ...


class Arbiter:
    """Decides after each change of a setting, and every few seconds while a pack may control."""

    def __init__(
        self,
        packs: Callable[[], Collection[ControlCandidate]],
        watcher: Callable[
            [Callable[[Surroundings], None], Callable[[], bool]], Watcher
        ] = SurroundingsWatcher,
    ) -> None:
        """Make an arbiter; ``watcher`` makes the bus watcher from ``report`` and ``wanted``."""
        self.identified = asyncio.Event()  # set by a pack whose number of cells has become known
        self._packs = packs
        self._around, self._seen_at = Surroundings(), -inf
        self._watcher = watcher(self._seen, self._wanted)
        self._scanned = asyncio.Event()
        self._confirmed: set[str] = (
            set()
        )  # addresses of packs whose control the owner has changed since the start
        self._state: AuthorityState | None = None
        self._rulings: dict[str, Ruling] = {}

    async def run(self) -> None:
        """Watch the surroundings and the packs until cancelled.

        Raises:
            BusError: no bus, or it is lost.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watcher.run(), name="surroundings")
            while True:
                await self.identified.wait()
                self.identified.clear()
                self.judge()

    async def ready(self) -> None:
        """Wait until the surroundings are known, so that a pack is published correctly from the start."""
        try:
            async with asyncio.timeout(WAIT_LIMIT):
                await self._scanned.wait()
        except TimeoutError:
            log.warning(
                "other batteries on the bus are not known yet; no pack controls chargers until they are"
            )

    def confirm(self, address: str) -> None:
        """Record that the owner has changed a pack's control, and decide again."""
        self._confirmed.add(address)
        if self._state:
            self._state = authority.forget_other_bms(self._state)
        self.judge()

    def judge(self) -> None:
        """Decide which pack controls, and apply that to all packs."""
        now = asyncio.get_running_loop().time()
        if now - self._seen_at > STALE:
            self._around = Surroundings()
        if self._wanted():
            self._watcher.wake()
        packs = {pack.address: pack for pack in self._packs()}
        claims = [
            authority.claim(address, pack.settings, confirmed=address in self._confirmed)
            for address, pack in packs.items()
        ]
        state = self._state or AuthorityState(started=now)
        self._state, rulings = authority.judge(state, claims, self._around, now)
        self._log(rulings)
        # Packs that lose control come first, so that two packs never control at the same time.
        for address, ruling in sorted(rulings.items(), key=lambda entry: entry[1].controls):
            packs[address].set_ruling(ruling)

    def _wanted(self) -> bool:
        return (
            any(not authority.control_disabled(pack.settings) for pack in self._packs())
            or not self._scanned.is_set()
        )

    def _seen(self, around: Surroundings) -> None:
        self._around, self._seen_at = around, asyncio.get_running_loop().time()
        self._scanned.set()
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
            elif ruling.reason in WARNED:
                log.warning("%s: does not control chargers: %s", address, ruling.words)
