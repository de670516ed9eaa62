"""A simulated ``org.bluez`` on the system bus, good enough for unmodified bleak and bleak-retry-connector."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from dbus_fast import BusType

from dbus_xbms.simulator.air import Air, Peripheral
from dbus_xbms.simulator.bluez_adapter import Adapter, AdapterSpec
from dbus_xbms.simulator.bluez_agent import Agents
from dbus_xbms.simulator.bluez_device import RemoteDevice
from dbus_xbms.simulator.bluez_names import BLUEZ, Timing
from dbus_xbms.simulator.objects import ObjectTree


class BlueZ:
    """The daemon and its adapters."""

    def __init__(
        self,
        air: Air,
        adapters: Iterable[AdapterSpec],
        timing: Timing,
        seed: int = 1,
        bus: BusType = BusType.SYSTEM,
        *,
        old: bool = False,
    ) -> None:
        self.tree = ObjectTree(BLUEZ, bus, on_sender_gone=self._sender_gone)
        self.agents = Agents(self.tree.service)
        self.adapters = [
            Adapter(spec, self.tree, self.agents, air, timing, seed + i, old=old)
            for i, spec in enumerate(adapters)
        ]
        self.unplugged: set[str] = set()  # addresses of adapters
        air.listeners.append(self._changed)

    async def open(self) -> None:
        """Take the name, then show the objects, as the real one does.

        Raises:
            NameTakenError: a real BlueZ, or another simulator, is on this bus.
        """
        self.tree.nodes.clear()
        await self.tree.service.open()
        self.agents.clear()
        self.tree.add("/org/bluez", self.agents.node())
        for adapter in self.plugged:
            adapter.plug()

    async def close(self) -> None:
        """End as by TERM: links end, every object is taken off the bus, then the name."""
        for adapter in self.plugged:
            adapter.unplug()
        self.tree.remove("/org/bluez")
        await self.tree.service.flush()
        await self.tree.service.close()

    async def kill(self) -> None:
        """End as by KILL: the name vanishes, and nobody is told of anything else."""
        await self.tree.service.close()
        for adapter in self.plugged:
            adapter.unplug()

    async def restart(self, *, clean: bool, seconds: float) -> None:
        """End the daemon and start it again after a while; it still knows the devices it was connected to."""
        await (self.close() if clean else self.kill())
        await asyncio.sleep(seconds)
        await self.open()

    @property
    def plugged(self) -> list[Adapter]:
        """Adapters that are there."""
        return [adapter for adapter in self.adapters if adapter.address not in self.unplugged]

    def unplug(self, adapter: Adapter) -> None:
        """Pull an adapter out."""
        if adapter in self.plugged:
            adapter.unplug()
            self.unplugged.add(adapter.address)

    def plug(self, adapter: Adapter, name: str) -> None:
        """Put an adapter back in, perhaps under another name."""
        if adapter.address in self.unplugged:
            self.unplugged.discard(adapter.address)
            adapter.name = name
            if self.tree.service.running:
                adapter.plug()

    def links(self, peripheral: Peripheral) -> list[RemoteDevice]:
        """How the adapters know a pack."""
        found = (adapter.devices.get(peripheral.address) for adapter in self.plugged)
        return [device for device in found if device is not None]

    def _changed(self, peripheral: Peripheral) -> None:
        for adapter in self.plugged:
            adapter.changed(peripheral)

    def _sender_gone(self, sender: str) -> None:
        self.agents.sender_gone(sender)
        for adapter in self.plugged:
            adapter.sender_gone(sender)
