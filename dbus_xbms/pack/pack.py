"""One task per pack: take readings, decide, publish, persist, carry out commands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from functools import partial

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import Capture
from dbus_xbms.contact import Contact
from dbus_xbms.pack.monitor import PackMonitor
from dbus_xbms.pack.persistence import SettingsWriter, Store
from dbus_xbms.pack.poller import Progress
from dbus_xbms.pack.publisher import Publisher, Service
from dbus_xbms.policy.authority import Claim, Ruling, claim
from dbus_xbms.protocols import BmsFamily
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, device_id, pack_path
from dbus_xbms.venus.tables.control import CVL
from dbus_xbms.venus.tables.device import DEVICE_INSTANCE


class Pack:
    """One pack from the air to the bus.

    Polls and silence are published by two tasks: a link that hangs cannot freeze what the bus shows.
    """

    def __init__(
        self,
        address: str,
        settings: PackSettings,
        *,
        central: Central,
        protocol: BmsFamily,
        service: Callable[[str, PackMonitor], Service[Report]],
        store: Store,
        identified: asyncio.Event | None = None,
        reported: asyncio.Event | None = None,
        capture: Capture | None = None,
    ) -> None:
        self.address = address
        self.protocol = protocol
        self._writer = SettingsWriter(address, settings, store, partial(pack_path, address))
        self.monitor = PackMonitor(
            address,
            settings,
            central=central,
            protocol=protocol,
            writer=self._writer,
            identified=identified,
            reported=reported,
            capture=capture,
        )
        self._service = service(address, self.monitor)
        self._publisher = Publisher(address, self.monitor, self._service)

    async def run(self) -> None:
        """Serve this pack until cancelled; then leave the bus and close the link."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish_polls(), name=f"link {self.address}")
            group.create_task(self._publisher.run(), name=f"bus {self.address}")
            group.create_task(self._persist(), name=f"save {self.address}")

    async def _publish_polls(self) -> None:
        """Poll, decide and publish; between two polls the monitor sends the command that is due."""
        async with aclosing(self.monitor.reports()) as reports:
            async for report in reports:
                self._publisher.publish(report)

    async def _persist(self) -> None:
        """Store what changes, and at the end everything."""
        try:
            await self._writer.run()
        finally:
            self.monitor.save()
            await self._writer.flush()

    @property
    def published_at(self) -> float:
        """When the pack was last published, in s."""
        return self._publisher.published_at

    @property
    def progress(self) -> Progress:
        """The progress of polling."""
        return self.monitor.progress

    @property
    def at_rest(self) -> bool:
        """Whether the pack rests, and no command is waiting."""
        return self.monitor.at_rest

    @property
    def polling(self) -> bool:
        """Whether the pack is being polled."""
        return self.monitor.polling

    def claim(self, *, confirmed: bool) -> Claim:
        """Return the pack's claim to control; ``confirmed``: its owner changed that since the start."""
        monitor, published = self.monitor, self._service.offers(CVL)
        return claim(
            self.address, monitor.settings, confirmed=confirmed, bank=monitor.role.bank, published=published
        )

    def set_ruling(self, ruling: Ruling) -> None:
        """Set whether this pack controls chargers, and why not."""
        self.monitor.role.set_ruling(ruling)

    def set_shared(self, shared: bool) -> None:
        """Set whether Venus passes this pack's voltage and current on to chargers."""
        self.monitor.role.set_shared(shared)

    @property
    def device(self) -> str:
        """Name of the pack on the bus."""
        return device_id(self.address)

    @property
    def on_bus(self) -> bool:
        """Whether its service is on the bus, comes or goes."""
        return self._service.offers(DEVICE_INSTANCE)

    def contact(self, now: float) -> Contact:
        """Return how the contact with the pack is at ``now``, in s, and why."""
        return self.monitor.contact(now, self._publisher.trouble)
