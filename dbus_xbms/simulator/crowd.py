"""Other people's devices in the air: a busy adapter reports each of their advertisements with a signal.

The worst case: what a real controller and BlueZ hold back as duplicates comes through here, as it does when
some other program on the machine asks for duplicates.
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
MOST_AT_ONCE = 40  # signals; a bus that is busy takes no more
NOT_OURS = uuid(0xFEAA)  # a beacon's service


class Crowd:
    """``size`` devices that advertise ``rate`` times a second, each, while :meth:`begin` has been called."""

    def __init__(self, tree: ObjectTree, seed: int) -> None:
        self.size = 0
        self.rate = 1.0
        self._tree = tree
        self._random = random.Random(seed)
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, adapter: str) -> None:
        """Be heard on the adapter of that path."""
        self.end()
        self._advertise(adapter, 0, asyncio.get_running_loop().time())

    def end(self) -> None:
        """Be heard no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _advertise(self, adapter: str, done: int, since: float) -> None:
        """Send those of the advertisements that are due by now, of all ``since`` the beginning."""
        loop = asyncio.get_running_loop()
        due = int((loop.time() - since) * self.size * self.rate)
        for number in range(done, min(due, done + MOST_AT_ONCE)):
            one = number % self.size
            self._one(adapter, f"C0:FF:EE:00:{one >> 8:02X}:{one & 0xFF:02X}")
        self._timer = loop.call_later(TICK, self._advertise, adapter, due, since)

    def _one(self, adapter: str, address: str) -> None:
        path = f"{adapter}/dev_{address.replace(':', '_')}"
        heard: dict[str, Any] = {
            "RSSI": Variant("n", self._random.randint(-95, -60)),
            "ManufacturerData": Variant("a{qv}", {76: Variant("ay", self._random.randbytes(20))}),
        }
        if path in self._tree.nodes:
            self._tree.change(path, DEVICE, heard)
        else:
            self._tree.add(path, _device(adapter, address, heard))


def _device(adapter: str, address: str, heard: dict[str, Any]) -> Node:
    text = {"Address": address, "AddressType": "random", "Name": "a beacon", "Alias": "a beacon"}
    flags = ("Paired", "Trusted", "Blocked", "Connected", "ServicesResolved")
    properties = {
        **{name: Variant("s", value) for name, value in text.items()},
        **{name: Variant("b", False) for name in flags},
        "Adapter": Variant("o", adapter),
        "UUIDs": Variant("as", [NOT_OURS]),
        **heard,
    }
    return Node(properties={DEVICE: properties})
