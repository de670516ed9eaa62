"""The services of one pack or bank: they appear once it is known, and are replaced with its identity."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Container, Hashable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from dbus_xbms.dbus import BusError
from dbus_xbms.model import Phase
from dbus_xbms.record import record
from dbus_xbms.report import AnyReport, Request
from dbus_xbms.settings import SettingsError, Value
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.item_table import ItemTable
from dbus_xbms.venus.service import ItemService

log = logging.getLogger(__name__)

RETRY_AFTER = 10.0  # s until a service that could not appear is tried again


R = TypeVar("R", bound=AnyReport)
R_co = TypeVar("R_co", bound=AnyReport, covariant=True)


class Controls(Protocol[R_co]):
    """Who accepts or refuses what is written, such as a :class:`dbus_xbms.pack.monitor.PackMonitor`."""

    @property
    def latest(self) -> R_co | None:
        """The newest report."""
        ...

    def request(self, request: Request, sender: str) -> bool:
        """Accept or refuse (False) a request."""
        ...


class Writes(Generic[R]):
    """Turns writes to the paths of one service into requests."""

    def __init__(self, items: Sequence[Item[R]], controls: Controls[R]) -> None:
        self._items = ItemTable.of(items).by_path
        self._controls = controls

    def write(self, path: str, value: Value, sender: str) -> bool:
        """Take a value within the type and range of its path; return whether it is accepted."""
        item, report = self._items[path], self._controls.latest
        if item.request is None or report is None:
            return True
        try:
            request = item.request(value, report)
        except SettingsError as err:
            log.warning("%s: %s, written by %s", report.address, err, sender)
            return False
        return request is None or self._controls.request(request, sender)  # type: ignore[arg-type]


@record(kw_only=False)
class _Device(Generic[R]):
    """A service and its published values."""

    service: ItemService
    diff: Diff[R]


class Services(ABC, Generic[R]):
    """The services that publish one kind of report, as its subclass says which.

    Consumers read the device instance once and never expect a path to change its type. A new instance,
    another number of cells, or beginning to control therefore means new services: the old ones leave first.
    """

    def __init__(self, suffix: str, controls: Controls[R]) -> None:
        self._suffix = suffix  # of the names of all services
        self._controls = controls
        self._devices: list[_Device[R]] = []
        self._made_for: Hashable = None  # None while they come or go
        self._paths: tuple[Container[str], ...] = ()  # of each service, also while they come or go
        self._refused: BusError | None = None  # why they could not appear, and ...
        self._not_before = 0.0  # s, monotonic: ... when to try again

    @staticmethod
    @abstractmethod
    def devices(report: R) -> Mapping[str, Sequence[Item[R]]]:
        """Return the rows of each service, by its class, such as ``com.victronenergy.battery``."""

    @staticmethod
    @abstractmethod
    def made_for(report: R) -> Hashable:
        """Return what the services depend on; if it changes, they are replaced. Not ``None``."""

    @staticmethod
    @abstractmethod
    def is_known(report: R) -> bool:
        """Return whether enough is known for the services to appear."""

    def update(self, report: R, now: float) -> bool:
        """Publish a report if that takes no waiting: one signal per service at most."""
        if not self._stand_for(report) or report.decision.phase is Phase.WITHDRAWN:
            return False
        for device in self._devices:
            device.service.publish(device.diff.changes(report, now))
        return True

    async def show(self, report: R, now: float) -> None:
        """Publish a report; services appear, are replaced or leave as needed.

        Raises:
            BusError: a service cannot appear, e.g. because its name is taken.
        """
        if self.update(report, now):
            return
        await self.leave()
        if report.decision.phase is Phase.WITHDRAWN or not self.is_known(report):
            return
        if self._refused and now < self._not_before:
            raise self._refused
        await self._appear(report, now)

    def _stand_for(self, report: R) -> bool:
        """Return whether all services are there and fit such a report."""
        lost = any(device.service.lost.is_set() for device in self._devices)
        return not lost and self._made_for == self.made_for(report)

    async def _appear(self, report: R, now: float) -> None:
        self._refused = None
        tables = {kind: ItemTable.of(items) for kind, items in self.devices(report).items()}
        self._paths = tuple(items.by_path for items in tables.values())
        try:
            for kind, items in tables.items():
                name, diff = f"{kind}.{self._suffix}", Diff(items)
                diff.changes(report, now)
                write = Writes(items, self._controls).write
                service = ItemService(name, items, diff.values, write, diff.notes)
                await service.start()
                self._devices.append(_Device(service, diff))
                log.info("%s is on the bus with instance %s", name, diff.values["/DeviceInstance"])
        except BusError as err:
            self._refused, self._not_before = err, now + RETRY_AFTER
            await self.leave()
            raise
        self._made_for = self.made_for(report)

    def offers(self, path: str) -> bool:
        """Return whether consumers may see this path: a service that has it is on the bus, comes or goes."""
        return any(path in paths for paths in self._paths)

    async def leave(self) -> None:
        """Take the services off the bus."""
        self._made_for = None
        while self._devices:
            service = self._devices.pop().service
            await service.stop()
            log.info("%s has left the bus", service.name)
        self._paths = ()
