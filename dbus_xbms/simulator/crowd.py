"""Unrelated Bluetooth devices: an adapter reports each of their advertisements with a signal.

This is the worst case: a real controller and BlueZ drop duplicates, unless another program on the machine
asks for them.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

from dbus_fast import Variant

from dbus_xbms.dbus import Node
from dbus_xbms.simulator.bluez_names import DEVICE, uuid
from dbus_xbms.simulator.objects import ObjectTree

TICK = 0.01  # s
MOST_AT_ONCE = 40  # signals per tick; a busy bus carries no more
BEACON = uuid(0xFEAA)


class Crowd:
    """``size`` devices that each advertise ``rate`` times a second between :meth:`begin` and :meth:`end`."""

    def __init__(self, tree: ObjectTree, seed: int) -> None:
        self.size = 0
        self.rate = 1.0
        self._tree = tree
        self._random = random.Random(seed)
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, adapter: str) -> None:
        """Start to advertise to the adapter with this path."""
        self.end()
        self._advertise(adapter, 0, asyncio.get_running_loop().time())

    def end(self) -> None:
        """Stop advertising."""
        if self._timer is not None:
            self._timer.cancel()

    def _advertise(self, adapter: str, done: int, since: float) -> None:
        """Send the advertisements due since the start that are not among the ``done`` first ones."""
        loop = asyncio.get_running_loop()
        due = int((loop.time() - since) * self.size * self.rate)
        for number in range(done, min(due, done + MOST_AT_ONCE)):
            index = number % self.size
            self._report(adapter, f"C0:FF:EE:00:{index >> 8:02X}:{index & 0xFF:02X}")
        self._timer = loop.call_later(TICK, self._advertise, adapter, due, since)

    def _report(self, adapter: str, address: str) -> None:
        path = f"{adapter}/dev_{address.replace(':', '_')}"
        advert: dict[str, Any] = {
            "RSSI": Variant("n", self._random.randint(-95, -60)),
            "ManufacturerData": Variant("a{qv}", {76: Variant("ay", self._random.randbytes(20))}),
        }
        if path in self._tree.nodes:
            self._tree.change(path, DEVICE, advert)
        else:
            self._tree.add(path, _device(adapter, address, advert))


def _device(adapter: str, address: str, advert: dict[str, Any]) -> Node:
    text = {"Address": address, "AddressType": "random", "Name": "a beacon", "Alias": "a beacon"}
    flags = ("Paired", "Trusted", "Blocked", "Connected", "ServicesResolved")
    properties = {
        **{name: Variant("s", value) for name, value in text.items()},
        **{name: Variant("b", False) for name in flags},
        "Adapter": Variant("o", adapter),
        "UUIDs": Variant("as", [BEACON]),
        **advert,
    }
    return Node(properties={DEVICE: properties})
