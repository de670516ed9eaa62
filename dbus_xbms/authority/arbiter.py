"""Let at most one pack or bank control chargers, and log the decision."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from math import inf
from typing import Protocol

from dbus_xbms.authority.surroundings import SurroundingsWatcher
from dbus_xbms.policy import authority
from dbus_xbms.policy.authority import AuthorityState, Claim, Reason, Ruling, Surroundings

log = logging.getLogger(__name__)

HANDOVER_CHECK = 0.2  # s between checks whether the limits of the previous holder have left the bus
STALE = 30.0  # s after which the surroundings count as unknown; they are read every 10 s
WAIT_LIMIT = 8.0  # s that packs and banks wait at the start for the surroundings to be read
# Reasons that are logged as warnings: the owner has enabled control.
WARNED = (Reason.VOLTAGE_MISMATCH, Reason.OTHER_BMS, Reason.OTHER_PACK)


class ControlCandidate(Protocol):
    """The part of a :class:`dbus_xbms.pack.pack.Pack` or a bank that the arbiter uses."""

    address: str  # or another name that no other candidate has

    @property
    def device(self) -> str:
        """Its name on the bus."""
        ...

    def claim(self, *, confirmed: bool) -> Claim:
        """Return its claim; ``confirmed``: its owner changed that since the start."""
        ...

    def set_shared(self, shared: bool) -> None:
        """Record whether Venus shares its voltage and current with chargers."""
        ...

    def set_ruling(self, ruling: Ruling) -> None:
        """Set whether it controls, and why not."""
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
    """Decides after each change of a setting, and every few seconds while a pack or bank may control."""

    def __init__(
        self,
        candidates: Callable[[], Collection[ControlCandidate]],
        watcher: Callable[
            [Callable[[Surroundings], None], Callable[[], bool]], Watcher
        ] = SurroundingsWatcher,
    ) -> None:
        """Make an arbiter; ``watcher`` makes the bus watcher from ``report`` and ``wanted``."""
        self._candidates = candidates
        self._handing_over = asyncio.Event()  # limits have to leave the bus before others may appear
        self._around, self._seen_at = Surroundings(), -inf
        self._watcher = watcher(self._seen, self._wanted)
        self._scanned = asyncio.Event()
        self._confirmed: set[str] = set()  # whose control the owner has changed since the start
        self._state: AuthorityState | None = None
        self._rulings: dict[str, Ruling] = {}

    async def run(self) -> None:
        """Watch the surroundings, and the bus during a handover, until cancelled.

        Raises:
            BusError: no bus, or it is lost.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watcher.run(), name="surroundings")
            while True:
                await self._handing_over.wait()
                await asyncio.sleep(HANDOVER_CHECK)
                self.judge()

    async def ready(self) -> None:
        """Wait until the surroundings are known, so that a pack is published correctly from the start."""
        try:
            async with asyncio.timeout(WAIT_LIMIT):
                await self._scanned.wait()
        except TimeoutError:
            log.warning(
                "other batteries on the bus are not known yet; nothing controls chargers until they are"
            )

    def confirm(self, address: str) -> None:
        """Record that the owner has changed the control of a pack or bank, and decide again."""
        self._confirmed.add(address)
        if self._state:
            self._state = authority.forget_other_bms(self._state)
        self.judge()

    def judge(self) -> None:
        """Decide which pack or bank controls, and apply that to all."""
        now = asyncio.get_running_loop().time()
        if now - self._seen_at > STALE:
            self._around = Surroundings()
        candidates = {one.address: one for one in self._candidates()}
        claims = {
            address: one.claim(confirmed=address in self._confirmed) for address, one in candidates.items()
        }
        if any(not one.control_disabled for one in claims.values()):
            self._watcher.wake()
        state = self._state or AuthorityState(started=now)
        self._state, rulings = authority.judge(state, claims.values(), self._around, now)
        if self._state.handing_over:
            self._handing_over.set()
        else:
            self._handing_over.clear()
        self._log(rulings, claims)
        # Those that lose control come first, so that two never control at the same time.
        for address, ruling in sorted(rulings.items(), key=lambda entry: entry[1].controls):
            candidates[address].set_ruling(ruling)

    def _wanted(self) -> bool:
        claims = (one.claim(confirmed=False) for one in self._candidates())
        return any(not one.control_disabled for one in claims) or not self._scanned.is_set()

    def _seen(self, around: Surroundings) -> None:
        self._around, self._seen_at = around, asyncio.get_running_loop().time()
        self._scanned.set()
        for one in self._candidates():
            one.set_shared(around.shared.endswith(f".{one.device}"))
        self.judge()

    def _log(self, rulings: dict[str, Ruling], claims: dict[str, Claim]) -> None:
        before, self._rulings = self._rulings, rulings
        for address, ruling in rulings.items():
            known, label = before.get(address, Ruling(Reason.DISABLED)), claims[address].label
            if known.reason is ruling.reason:
                continue
            if known.controls:
                log.warning("%s: no longer controls chargers: %s", label, ruling.words)
            elif ruling.controls:
                log.info("%s: controls chargers", label)
            elif ruling.reason in WARNED:
                log.warning("%s: does not control chargers: %s", label, ruling.words)
