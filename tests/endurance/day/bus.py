"""A bus in memory: the services on it, and their values as a consumer has them after each signal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dbus_xbms.dbus import NameTaken
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.objects import OnWrite

TAKES = 0.05  # s to appear, and to leave

Values = Mapping[str, Value | None]


class DayBus:
    """The bus; ``changed`` is called with the name of a service after each of its signals."""

    def __init__(self) -> None:
        self.services: dict[str, dict[str, Value | None]] = {}  # values by path, of those on the bus
        self.signals = 0
        self.changed: Callable[[str], None] = lambda name: None

    def service(
        self,
        name: str,
        items: Sequence[Item[Any]],
        values: Values,
        on_write: OnWrite,
        notes: Values | None = None,
    ) -> ShownService:
        """Make a service, in place of :class:`dbus_xbms.venus.service.ItemService`."""
        return ShownService(self, name, values)


class ShownService:
    """A service on that bus; a signal carries the values of the paths that the program names."""

    def __init__(self, bus: DayBus, name: str, values: Values) -> None:
        self.name = name
        self.lost = asyncio.Event()
        self._bus = bus
        self._values = values

    async def start(self) -> None:
        if self.name in self._bus.services:
            raise NameTaken(f"{self.name} is already on the bus")
        self._bus.services[self.name] = dict(self._values)
        self._bus.changed(self.name)
        await asyncio.sleep(TAKES)

    async def stop(self) -> None:
        self._bus.services.pop(self.name, None)
        self._bus.changed(self.name)
        await asyncio.sleep(TAKES)

    def publish(self, changed: Iterable[str]) -> None:
        service = self._bus.services.get(self.name)
        news = {path: self._values[path] for path in changed}
        if service is None or not news:
            return
        service |= news
        self._bus.signals += 1
        self._bus.changed(self.name)
