"""One pack's place on the bus: appears when it is known, is renewed when its identity changes, leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable

from dbus_xbms.model import Phase, Report
from dbus_xbms.settings import Value, device_id
from dbus_xbms.venus.bus import BusError
from dbus_xbms.venus.items import items_for
from dbus_xbms.venus.reader import Reader
from dbus_xbms.venus.service import ItemService

log = logging.getLogger(__name__)

BATTERY = "com.victronenergy.battery"
RETRY_AFTER = 10.0  # s until a service that could not appear is tried again


class Presence:
    """The battery service of one pack, or its absence.

    Consumers read the device instance once and never expect a path to change its type, so a new instance,
    another number of cells, or beginning to control means a new service: the old one leaves first.
    """

    def __init__(self, address: str, on_write: Callable[[str, Value], bool]) -> None:
        self._name = f"{BATTERY}.{device_id(address)}"
        self._on_write = on_write
        self._service: ItemService | None = None
        self._reader: Reader | None = None  # of what the service shows
        self._made_for: tuple[int, int, int, bool] | None = None
        self._refused: BusError | None = None  # why it could not appear, and ...
        self._not_before = 0.0  # s, monotonic: ... when to try again

    def update(self, report: Report, now: float) -> bool:
        """Show the report if that takes no waiting: at most one signal, none if nothing changed."""
        service, reader = self._service, self._reader
        if not service or not reader or service.lost.is_set() or report.phase is Phase.WITHDRAWN:
            return False
        if _made_for(report) != self._made_for:
            return False
        service.publish(reader.changes(report, now))
        return True

    async def show(self, report: Report, now: float) -> None:
        """Put the report on the bus, whatever that takes.

        Raises:
            BusError: the service cannot be there, e.g. because its name is taken.
        """
        if self.update(report, now):
            return
        identity, made_for = report.identity, _made_for(report)
        if self._service and (self._service.lost.is_set() or made_for != self._made_for):
            await self.leave()
        if report.phase is Phase.WITHDRAWN or not identity.cell_count:
            await self.leave()
            return
        if self._refused and now < self._not_before:
            raise self._refused
        items = items_for(identity, controls=report.controls)
        reader = Reader(items)
        service = ItemService(self._name, items, reader.changes(report, now), self._on_write)
        try:
            await service.start()
        except BusError as err:
            self._refused, self._not_before = err, now + RETRY_AFTER
            raise
        self._service, self._reader, self._made_for, self._refused = service, reader, made_for, None
        log.info("%s is on the bus with instance %d", self._name, report.instance)

    async def leave(self) -> None:
        """Take the service off the bus, if it is there."""
        service, self._service = self._service, None
        if service:
            await service.stop()
            log.info("%s has left the bus", self._name)


def _made_for(report: Report) -> tuple[int, int, int, bool]:
    """What a service is made for: if it changes, the service is renewed."""
    identity = report.identity
    return report.instance, identity.cell_count, identity.ntc_count, report.controls
