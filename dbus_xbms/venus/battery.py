"""One pack's place on the bus: appears when it is known, is renewed when its identity changes, leaves."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from dataclasses import dataclass

from dbus_xbms.dbus.errors import BusError
from dbus_xbms.model import Phase
from dbus_xbms.report import Report
from dbus_xbms.settings import device_id
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.objects import OnWrite
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.tables.battery import devices

log = logging.getLogger(__name__)

RETRY_AFTER = 10.0  # s until a service that could not appear is tried again


@dataclass(frozen=True, slots=True)
class _Device:
    """A service, and the reader of what it shows."""

    service: ItemService
    reader: Diff


class BatteryPresence:
    """The services of one pack, or their absence: its battery, and a switch device beside it if wanted.

    Consumers read the device instance once and never expect a path to change its type, so a new instance,
    another number of cells, or beginning to control means new services: the old ones leave first.
    """

    def __init__(self, address: str, on_write: OnWrite) -> None:
        self._id = device_id(address)
        self._on_write = on_write
        self._devices: list[_Device] = []
        self._made_for: Hashable = None  # None while they come or go
        self._refused: BusError | None = None  # why they could not appear, and ...
        self._not_before = 0.0  # s, monotonic: ... when to try again

    def update(self, report: Report, now: float) -> bool:
        """Show the report if that takes no waiting: at most one signal a service, none if nothing changed."""
        if not self._stand_for(report) or report.phase is Phase.WITHDRAWN:
            return False
        for device in self._devices:
            device.service.publish(device.reader.changes(report, now))
        return True

    async def show(self, report: Report, now: float) -> None:
        """Put the report on the bus, whatever that takes.

        Raises:
            BusError: a service cannot be there, e.g. because its name is taken.
        """
        if self.update(report, now):
            return
        await self.leave()
        if report.phase is Phase.WITHDRAWN or not report.identity.cell_count:
            return
        if self._refused and now < self._not_before:
            raise self._refused
        await self._appear(report, now)

    def _stand_for(self, report: Report) -> bool:
        """Whether the services are there, all of them and for good, and made for such a report."""
        lost = any(device.service.lost.is_set() for device in self._devices)
        return not lost and self._made_for == _made_for(report)

    async def _appear(self, report: Report, now: float) -> None:
        self._refused = None
        try:
            for kind, items in devices(report).items():
                reader = Diff(items)
                name, shown = f"{kind}.{self._id}", reader.changes(report, now)
                service = ItemService(name, items, shown, self._on_write)
                await service.start()
                self._devices.append(_Device(service, reader))
                log.info("%s is on the bus with instance %s", name, shown["/DeviceInstance"])
        except BusError as err:
            self._refused, self._not_before = err, now + RETRY_AFTER
            await self.leave()
            raise
        self._made_for = _made_for(report)

    async def leave(self) -> None:
        """Take the services off the bus, as far as they are there."""
        self._made_for = None
        while self._devices:
            service = self._devices.pop().service
            await service.stop()
            log.info("%s has left the bus", service.name)


def _made_for(report: Report) -> Hashable:
    """What services are made for: if it changes, they are renewed."""
    identity = report.identity
    return (
        report.instance,
        report.switch_instance,
        identity.cell_count,
        identity.ntc_count,
        report.controls,
    )
