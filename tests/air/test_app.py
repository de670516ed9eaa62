"""Which packs the service starts, stops and restarts, with fake packs in virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest

from dbus_xbms.app import App
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.dbus.errors import BusLost
from dbus_xbms.pack import packs as packs_module
from dbus_xbms.pack.packs import RESTART_AFTER
from dbus_xbms.pack.poller import Progress
from dbus_xbms.policy.authority import Claim, claim
from dbus_xbms.settings import (
    AnySetting,
    PackSettings,
    SettingsError,
    Value,
    pack_path,
    service_path,
    switch_path,
)
from tests.air.virtual_time import now, virtual_time

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"


class FakeMonitor:
    """The part of a pack that receives settings and rulings."""

    def __init__(self, address: str, settings: PackSettings) -> None:
        self.address = address
        self.settings = settings
        self.switch_instance: int | None = None
        self.stored: list[tuple[str, Value]] = []

    def setting_stored(self, name: str, value: Value) -> None:
        self.stored.append((name, value))

    @property
    def role(self) -> FakeMonitor:
        return self

    def set_membership(self, membership: object) -> None:
        """Ignore the bank."""


class FakePack:
    """A pack that runs until a test makes it crash."""

    made: list[FakePack]

    def __init__(self, address: str, settings: PackSettings, *, protocol: object, **_: object) -> None:
        self.address = self.device = address
        self.protocol = protocol
        self.hold_time = settings.hold_time  # s, at its start
        self.monitor = FakeMonitor(address, settings)
        self.started_at = now()
        self.running = False
        self.crash: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.made.append(self)

    async def run(self) -> None:
        self.running = True
        try:
            await self.crash
        finally:
            self.running = False

    def contact(self, now: float) -> Contact:
        return Contact(state=ContactState.CONNECTED, seconds=now - self.started_at)

    def claim(self, *, confirmed: bool) -> Claim:
        return claim(self.address, self.monitor.settings, confirmed=confirmed)

    def set_ruling(self, ruling: object) -> None:
        """Ignore the ruling."""

    def set_shared(self, shared: bool) -> None:
        """Ignore what Venus shares."""

    @property
    def published_at(self) -> float:
        return now()

    @property
    def progress(self) -> Progress:
        return Progress(ended_at=now(), interval=1.0, possible=True)


class FakeStore:
    """The stored settings of localsettings."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.error: Exception | None = None

    def put(self, address: str, **settings: Value) -> None:
        self.values |= {pack_path(address, name): value for name, value in settings.items()}

    async def add_usable(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        if self.error:
            raise self.error
        defaults: dict[str, Value] = {path: row.default for path, row in rows.items()}
        return {path: self.values.get(path, default) for path, default in defaults.items()}

    async def add(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        return await self.add_usable(rows)

    async def set(self, path: str, value: Value) -> Value:
        self.values[path] = value
        return value


class Boat:
    """The service's App on fake settings and fake packs."""

    def __init__(self) -> None:
        self.app = App()
        self.store = FakeStore()
        self.packs: list[FakePack] = []
        FakePack.made = self.packs
        local: Any = self.store
        self.app._packs._local = local

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[asyncio.TaskGroup]:
        async with asyncio.TaskGroup() as group:
            try:
                yield group
            finally:
                for task in self.app._packs._tasks.values():
                    task.cancel()

    async def apply(self, group: asyncio.TaskGroup, address: str) -> None:
        await self.app._packs._apply(group, address)
        await asyncio.sleep(0.01)

    @property
    def states(self) -> dict[str, ContactState]:
        return {address: contact.state for address, contact in self.app._packs.contacts().items()}


@pytest.fixture(autouse=True)
def _fake_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs_module, "Pack", FakePack)


@virtual_time
async def test_an_enabled_pack_is_started_with_its_stored_settings() -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=1, HoldTime=60.0)
    async with boat.serving() as group:
        await boat.apply(group, ONE)
        (pack,) = boat.packs
        assert (pack.address, pack.running, pack.hold_time) == (ONE, True, 60.0)
        assert boat.states == {ONE: ContactState.CONNECTED}


@virtual_time
async def test_a_pack_that_is_not_enabled_is_not_started() -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=0)
    async with boat.serving() as group:
        await boat.apply(group, ONE)
        assert boat.packs == []
        assert boat.states == {}


@virtual_time
async def test_a_pack_that_is_enabled_twice_is_started_once() -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=1)
    async with boat.serving() as group:
        await boat.apply(group, ONE)
        await boat.apply(group, ONE)
        assert len(boat.packs) == 1


@virtual_time
async def test_a_disabled_pack_is_stopped_and_forgotten_and_may_be_enabled_again() -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=1)
    async with boat.serving() as group:
        await boat.apply(group, ONE)
        boat.store.put(ONE, Enabled=0)
        await boat.apply(group, ONE)
        assert not boat.packs[0].running
        assert boat.states == {}
        boat.store.put(ONE, Enabled=1)
        await boat.apply(group, ONE)
        assert boat.packs[1].running


@virtual_time
async def test_a_pack_that_crashes_is_restarted_and_the_others_keep_running() -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=1)
    boat.store.put(TWO, Enabled=1)
    async with boat.serving() as group:
        for address in (ONE, TWO):
            await boat.apply(group, address)
        first, other = boat.packs
        first.crash.set_exception(ValueError("a bug"))
        await asyncio.sleep(RESTART_AFTER - 1)
        assert boat.states == {ONE: ContactState.STOPPED, TWO: ContactState.CONNECTED}
        assert len(boat.packs) == 2
        await asyncio.sleep(2)
        assert [pack.address for pack in boat.packs] == [ONE, TWO, ONE]
        assert boat.packs[2].running
        assert boat.states[ONE] is ContactState.CONNECTED
        assert other.running


@virtual_time
async def test_a_crash_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=1)
    async with boat.serving() as group:
        await boat.apply(group, ONE)
        boat.packs[0].crash.set_exception(ValueError("a bug"))
        await asyncio.sleep(1)
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert record.getMessage().startswith(ONE)
    assert record.exc_info


@virtual_time
async def test_a_changed_setting_reaches_the_running_pack() -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=1)
    boat.store.put(TWO, Enabled=1)
    async with boat.serving() as group:
        for address in (ONE, TWO):
            await boat.apply(group, address)
        boat.app._setting_changed(pack_path(TWO, "HoldTime"), 90.0)
        one, two = boat.packs
        assert (one.monitor.stored, two.monitor.stored) == ([], [("HoldTime", 90.0)])


@virtual_time
async def test_a_setting_changed_before_its_pack_starts_is_used() -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=1, HoldTime=60.0)
    async with boat.serving() as group:
        await boat.app._packs._apply(group, ONE)  # its task has not started
        assert boat.packs == []
        boat.app._setting_changed(pack_path(ONE, "HoldTime"), 90.0)
        boat.app._setting_changed(pack_path(ONE, "HoldTime"), 1e9)  # refused: the last good one remains
        await asyncio.sleep(0.01)
        assert boat.packs[0].hold_time == 90.0


@virtual_time
async def test_settings_of_unknown_packs_are_ignored() -> None:
    boat = Boat()
    async with boat.serving():
        boat.app._setting_changed(pack_path(ONE, "HoldTime"), 90.0)
        boat.app._setting_changed("/Settings/Devices/ttyUSB0/HoldTime", 90.0)
        assert boat.packs == []


@virtual_time
async def test_the_instance_of_a_separate_switch_device_may_change() -> None:
    boat = Boat()
    boat.store.put(ONE, Enabled=1, SeparateSwitchDevice=1)
    boat.store.values[switch_path(ONE)] = "switch:7"
    async with boat.serving() as group:
        await boat.apply(group, ONE)
        assert boat.packs[0].monitor.switch_instance == 7
        boat.app._setting_changed(switch_path(ONE), "switch:9")
        assert boat.packs[0].monitor.switch_instance == 9


@virtual_time
async def test_the_number_of_connections_is_a_setting_of_the_service() -> None:
    boat = Boat()
    boat.app._setting_changed(service_path("MaxConnections"), 2)
    assert boat.app._central.max_connections == 2


@pytest.mark.parametrize("error", [SettingsError("localsettings refuses"), ValueError("a bug")])
@virtual_time
async def test_a_pack_that_cannot_be_started_is_reported_until_it_is_removed(error: Exception) -> None:
    boat = Boat()
    boat.store.error = error
    async with boat.serving() as group:
        await boat.apply(group, ONE)
        assert boat.states == {ONE: ContactState.STOPPED}
        boat.store.error = None
        boat.store.put(ONE, Enabled=0)
        await boat.apply(group, ONE)
        assert boat.states == {}


@virtual_time
async def test_the_loss_of_the_bus_is_not_treated_as_a_fault_of_a_pack() -> None:
    boat = Boat()
    boat.store.error = BusLost()
    async with boat.serving() as group:
        with pytest.raises(BusLost):
            await boat.app._packs._apply(group, ONE)
        assert boat.states == {}


class Rests(NamedTuple):
    """The part of a pack that tells whether it rests."""

    at_rest: bool
    polling: bool


@pytest.mark.parametrize(
    ("packs", "gathers"),
    [
        ([], False),
        ([Rests(at_rest=True, polling=False)], False),
        ([Rests(at_rest=True, polling=True), Rests(at_rest=True, polling=False)], True),
        ([Rests(at_rest=True, polling=True), Rests(at_rest=False, polling=False)], False),
        ([Rests(at_rest=False, polling=True)], False),
    ],
)
@virtual_time
async def test_replies_gather_only_while_packs_are_polled_that_all_rest(
    packs: list[Rests], gathers: bool
) -> None:
    app = App()
    app._packs.running.update({str(number): pack for number, pack in enumerate(packs)})  # type: ignore[misc]
    assert app.gathers() is gathers
