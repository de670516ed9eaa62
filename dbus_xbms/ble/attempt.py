"""One attempt to connect to a pack, in turns at the radio of an adapter."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from bleak.backends.device import BLEDevice

from dbus_xbms.ble.adapter import Adapter
from dbus_xbms.ble.errors import HANGS, NO_ANSWER, WEAK, BluetoothHangs
from dbus_xbms.ble.pairing_state import PairingStep
from dbus_xbms.ble.requests import ConnectRequest
from dbus_xbms.ble.scheduler import Budget, RadioLease
from dbus_xbms.ble.stack import GattClient, Stack
from dbus_xbms.contact import ContactState
from dbus_xbms.protocols import LinkError

log = logging.getLogger(__name__)

CONNECT_LIMIT = 20.0  # s for the radio link, and again for the GATT table; as long as bleak itself would wait
PAIR_LIMIT = 40.0  # s: BlueZ connects, which may take 20 s, pairs and reads the GATT table
SHARE = 3.5  # s of the radio while others wait; the slowest packs advertise every 2 s
SHORTEST = 1.0  # s of the radio; most packs are connected within half of it
USUAL = 2.0  # times the duration of a pack's last connect, after which it counts as not answering
MOST_TURNS = 8  # of one attempt: a link that breaks at once often holds at the next try
PATIENCE = 30.0  # s for each doubt that a pack answers, in which others may overtake it
MOST_DOUBTS = 4
GIVING_WAY = 2  # turns of an attempt that are cut for a pack that is expected to answer
ROUNDING = 0.01  # s


class Attempt:
    """An attempt to connect to a pack.

    A pack is expected to answer if this program ended its last connection, as in per-poll mode. It is due
    when it asks, the others later, by how doubtful they are. The first turn of an attempt is short if others
    wait: most packs answer at once. Later ones have a full share of the radio.
    """

    def __init__(self, stack: Stack, request: ConnectRequest, lost: Callable[[Any], None]) -> None:
        self._stack = stack
        self._request = request
        self._lost = lost
        self._turns = 0
        self._asked: float | None = None  # s
        self._broke = False  # the radio link of this turn was up, and broke

    async def turn(self, adapter: Adapter, device: BLEDevice) -> GattClient | None:
        """Wait for a turn at the radio, and use it; return None if another one is needed.

        The radio is held until the radio link is up; the GATT table is read while others connect.

        Raises:
            NotPaired: the pack requires pairing, and the owner has to help.
            LinkError: the connection failed.
        """
        request = self._request
        async with adapter.radio.lease(self._due(), expected=not self._doubts) as lease:
            if not adapter.usable:
                raise LinkError("the adapter went away")
            if not adapter.ready:
                return None
            request.on_state(ContactState.CONNECTING)
            # The device may have been replaced while this waited for the radio.
            device = request.device = await self._stack.known(request.address, adapter.hci) or device
            if request.pairing.step is not PairingStep.NONE:
                await self._pair(device, lease)
                return None
            began = _now()
            try:
                async with lease.limited(self._budget()):
                    return await self._connect(device, lease)
            except TimeoutError as err:
                took = _now() - began
                if not adapter.usable:
                    raise LinkError("the adapter went away") from err
                if not self._wants_another(took, held=lease.held):
                    lease.release()
                    raise await self._unanswered((WEAK if self._broke else NO_ANSWER).words) from err
        return None

    async def _connect(self, device: BLEDevice, lease: RadioLease) -> GattClient:
        request, began = self._request, _now()

        def link(up: bool) -> None:
            if up and lease.held:
                request.linked, request.took = True, _now() - began
                lease.release(CONNECT_LIMIT)
            elif not up and request.linked:
                # bleak would connect again, out of turn.
                request.linked, self._broke = False, True
                lease.end()

        self._broke = False
        client = await self._stack.connect(
            device,
            freshest=lambda: device,
            trust_cache=not request.failures,
            link=link,
            lost=self._lost,
        )
        request.linked = True
        return client

    def _wants_another(self, took: float, *, held: bool) -> bool:
        """Return whether a turn that has ended after ``took`` s is followed by another one."""
        self._turns += 1
        if self._broke:
            return self._turns < MOST_TURNS
        return held and took < SHARE - ROUNDING

    @property
    def _doubts(self) -> int:
        """How many reasons there are to doubt that the pack answers."""
        return self._request.failures + (not self._request.expected) + self._turns

    def _due(self) -> float:
        """Return when the next turn is due, in s; not after the pack's values become invalid."""
        now = _now()
        if self._asked is None:
            self._asked = now
        due = self._asked + PATIENCE * min(self._doubts, MOST_DOUBTS)
        return min(due, self._request.held_until) if self._request.held_until > now else due

    def _budget(self) -> Budget:
        """The radio time of the next turn."""
        request, most = self._request, SHARE
        if not self._turns and not request.failures:
            most = min(max(SHORTEST, USUAL * request.took), SHARE)
        gives_way = self._doubts and self._turns < GIVING_WAY
        return Budget(CONNECT_LIMIT, most, SHORTEST if gives_way else most)

    async def _pair(self, device: BLEDevice, lease: RadioLease) -> None:
        """Pair with the pack, which is connected to in the next turn."""
        request, pairing = self._request, self._request.pairing
        request.on_state("pairing")

        def link(up: bool) -> None:
            if up:
                request.linked = True
                lease.release(PAIR_LIMIT)

        try:
            async with lease.limited(Budget(PAIR_LIMIT, SHARE, SHARE)):
                if pairing.step is PairingStep.RENEW:
                    await self._stack.forget(device)
                    raise pairing.forgotten()
                if not await self._stack.pair(device, pairing.passkey, link=link):
                    raise pairing.refused()
        except TimeoutError as err:
            lease.release()
            raise await self._unanswered("the pack did not pair in time") from err
        pairing.done()
        log.info("%s: paired", request.address)

    async def _unanswered(self, words: str) -> LinkError:
        """Return the error for a timeout: ``words``, or that bluetoothd hangs."""
        return LinkError(words) if await self._stack.answers() else BluetoothHangs(HANGS.words)


def _now() -> float:
    return asyncio.get_running_loop().time()
