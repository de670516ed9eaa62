"""A simulated ``org.bluez`` on the system bus, complete enough for unmodified bleak."""

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
        self.tree = ObjectTree(BLUEZ, bus, client_gone=self._client_gone)
        self.agents = Agents(self.tree.server)
        self.adapters = [
            Adapter(spec, self.tree, self.agents, air, timing, seed + i, old=old)
            for i, spec in enumerate(adapters)
        ]
        self.unplugged: set[str] = set()  # addresses of adapters
        air.listeners.append(self._changed)

    async def open(self) -> None:
        """Take the name, then add the objects, in the same order as bluetoothd.

        Raises:
            NameTaken: a real BlueZ, or another simulator, is on this bus.
            BusError: there is no bus.
        """
        self.tree.nodes.clear()
        await self.tree.server.open()
        self.agents.clear()
        self.tree.add("/org/bluez", self.agents.node())
        for adapter in self.plugged:
            adapter.plug()

    async def close(self) -> None:
        """End as bluetoothd does after SIGTERM: drop links, remove every object, then the name."""
        for adapter in self.plugged:
            adapter.unplug()
        self.tree.remove("/org/bluez")
        await self.tree.server.flush()
        await self.tree.server.close()

    async def kill(self) -> None:
        """End as bluetoothd does after SIGKILL: the name vanishes without any other signal."""
        await self.tree.server.close()
        for adapter in self.plugged:
            adapter.unplug()

    async def restart(self, *, clean: bool, seconds: float) -> None:
        """Restart the daemon after ``seconds`` s; it remembers the devices that were connected."""
        await (self.close() if clean else self.kill())
        await asyncio.sleep(seconds)
        await self.open()

    @property
    def plugged(self) -> list[Adapter]:
        """Adapters that are plugged in."""
        return [adapter for adapter in self.adapters if adapter.address not in self.unplugged]

    def unplug(self, adapter: Adapter) -> None:
        """Unplug an adapter."""
        if adapter in self.plugged:
            adapter.unplug()
            self.unplugged.add(adapter.address)

    def plug(self, adapter: Adapter, name: str) -> None:
        """Plug an adapter in again under ``name``."""
        if adapter.address in self.unplugged:
            self.unplugged.discard(adapter.address)
            adapter.name = name
            if self.tree.server.running:
                adapter.plug()

    def links(self, peripheral: Peripheral) -> list[RemoteDevice]:
        """Return a pack's device on each adapter that knows it."""
        found = (adapter.devices.get(peripheral.address) for adapter in self.plugged)
        return [device for device in found if device is not None]

    def _changed(self, peripheral: Peripheral) -> None:
        for adapter in self.plugged:
            adapter.changed(peripheral)

    def _client_gone(self, client: str) -> None:
        self.agents.client_gone(client)
        for adapter in self.plugged:
            adapter.client_gone(client)
