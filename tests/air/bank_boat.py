"""The whole service but its D-Bus connections: simulated packs, fake settings and services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import pytest

from dbus_xbms.app import App
from dbus_xbms.authority.arbiter import Arbiter
from dbus_xbms.ble.central import Central
from dbus_xbms.pack import packs as packs_module
from dbus_xbms.policy.authority import Surroundings
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.report import AnyReport, BankReport, Report
from dbus_xbms.schema import AnySetting
from dbus_xbms.settings import Value, bank_path, pack_path
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.board import BatteryBoard, BoardSpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.venus.tables.control import CVL
from tests.air.fakes import ADDRESSES, FakePack, FakeStack
from tests.air.virtual_time import now

ONE, TWO, THREE = ADDRESSES[:3]
ALONE = Surroundings(known=True)
R = TypeVar("R", bound=AnyReport)
REPLACING = 0.3  # s that a service takes to leave the bus, and to appear


class FakeStore:
    """localsettings: settings that were added, by path; ``changed`` gets what others write."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.changed: Callable[[str, Value], None] = lambda path, value: None
        self.error: Exception | None = None

    async def add_usable(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        await asyncio.sleep(0.01)
        if self.error:
            raise self.error
        self.values = {path: row.default for path, row in rows.items()} | self.values
        return {path: self.values[path] for path in rows}

    async def add(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        return await self.add_usable(rows)

    async def set(self, path: str, value: Value) -> Value:
        await asyncio.sleep(0.001)
        self.values[path] = value
        return value

    async def stored(self, groups: Iterable[str]) -> dict[str, object]:
        return {path: value for path, value in self.values.items() if path.startswith(tuple(groups))}

    def write(self, path: str, value: Value) -> None:
        """Store a value, as another program does."""
        self.values[path] = value
        self.changed(path, value)


class FakeBus:
    """The bus: which services are on it, which have a CVL, and what they published."""

    def __init__(self) -> None:
        self.reports: dict[str, list[tuple[float, Any]]] = {}
        self.limits: dict[str, float] = {}  # V, by service
        self.gaps: list[tuple[float, float]] = []  # s, moments without a CVL
        self.hung: set[object] = set()  # services that do not get through to it
        self.services: dict[str, object] = {}  # the newest one of each name
        self.most = 0  # services that had a CVL at the same time
        self._without_since: float | None = None

    def note(self) -> None:
        """Take note of which services have a CVL now."""
        self.most = max(self.most, len(self.limits))
        if not self.limits and self._without_since is None:
            self._without_since = now()
        elif self.limits and self._without_since is not None:
            self.gaps.append((self._without_since, now()))
            self._without_since = None

    def newest(self, name: str) -> Any:
        return self.reports[name][-1][1]


class FakeService(Generic[R]):
    """A service that is replaced like a real one, which takes time."""

    def __init__(self, bus: FakeBus, name: str) -> None:
        self.bus = bus
        self.name = name
        self.made_for: object = None
        self.offering = False
        bus.services[name] = self

    def update(self, report: R, now: float) -> bool:
        if self in self.bus.hung:
            return False
        self.bus.reports.setdefault(self.name, []).append((now, report))
        if self.made_for != self._made_for(report):
            return False
        self._publish(report)
        return True

    async def show(self, report: R, now: float) -> None:
        if self in self.bus.hung:
            await asyncio.get_running_loop().create_future()
        if self.update(report, now):
            return
        await self.leave()
        self.offering = report.controls
        await asyncio.sleep(REPLACING)
        self.made_for = self._made_for(report)
        self._publish(report)

    def offers(self, path: str) -> bool:
        if path != CVL:
            return self.made_for is not None
        return self.offering

    async def leave(self) -> None:
        if self.made_for is not None:
            self.made_for = None
            await asyncio.sleep(REPLACING)
        self.offering = False
        self.bus.limits.pop(self.name, None)
        self.bus.note()

    def _publish(self, report: R) -> None:
        if report.controls and report.decision.limits:
            self.bus.limits[self.name] = report.decision.limits.cvl
            self.bus.note()

    @staticmethod
    def _made_for(report: R) -> object:
        return report.controls, bool(getattr(report, "bank", ""))


class FakeWatcher:
    """Reports the surroundings that a test sets."""

    def __init__(self) -> None:
        self.around = ALONE
        self._report: Callable[[Surroundings], None] = lambda around: None

    def watch(self, report: Callable[[Surroundings], None], wanted: Callable[[], bool]) -> FakeWatcher:
        self._report = report
        return self

    def wake(self) -> None:
        """Watch all the time anyway."""

    async def run(self) -> None:
        while True:
            self._report(self.around)
            await asyncio.sleep(5)


class Boat:
    """The service with simulated packs of 4 cells; survives :meth:`restart`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *addresses: str, **settings: Value) -> None:
        self.store, self.bus = FakeStore(), FakeBus()
        loop = asyncio.get_running_loop()
        self.batteries = {
            address: Battery(BatterySpec(cells=4, capacity=100.0, load="rest")) for address in addresses
        }
        self.radios = {
            address: FakePack(
                address,
                device=JbdDevice(address, BatteryBoard(battery, BoardSpec()), WireSpec(), loop, number),
                disconnect_takes=0.1,
            )
            for number, (address, battery) in enumerate(self.batteries.items(), 1)
        }
        for address in addresses:
            self.store.values |= {
                pack_path(address, name): value
                for name, value in {"Enabled": 1, "Chemistry": "LiFePO4", **settings}.items()
            }
        monkeypatch.setattr(packs_module, "BatteryService", self._pack_service)
        monkeypatch.setattr("dbus_xbms.venus.bank.BankService", self._bank_service)

    def _pack_service(self, address: str, _: object) -> FakeService[Report]:
        return FakeService(self.bus, address)

    def _bank_service(self, number: int, _: object) -> FakeService[BankReport]:
        return FakeService(self.bus, f"bank {number}")

    def bank(self, number: int = 1, **settings: Value) -> None:
        """Store settings of a bank, as its owner does."""
        for name, value in settings.items():
            self.store.write(bank_path(number, name), value)

    def pack(self, address: str, **settings: Value) -> None:
        """Store settings of a pack, as its owner does."""
        for name, value in settings.items():
            self.store.write(pack_path(address, name), value)

    def setting(self, address: str, name: str) -> Value:
        return self.store.values[pack_path(address, name)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[App]:
        """Run the service."""
        self.app = app = App()
        local: Any = self.store
        app._local = app._banks._store = app._packs._local = local
        self.store.changed = app._setting_changed
        app._central = app._packs._central = Central([Jbd()], stack=FakeStack(*self.radios.values()))
        self.watcher = FakeWatcher()
        app._arbiter = Arbiter(app._candidates, watcher=self.watcher.watch)
        async with asyncio.TaskGroup() as base:
            tasks = [base.create_task(part) for part in (app._central.run(), app._arbiter.run())]
            await app._load()
            await app._arbiter.ready()
            tasks.append(base.create_task(self._serve(app)))
            yield app
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])

    @staticmethod
    async def _serve(app: App) -> None:
        async with asyncio.TaskGroup() as group:
            await app._serve(group)
