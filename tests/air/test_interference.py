"""The monitor of interference, with fake programs on the bus and a fake radio, in virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from dbus_xbms.ble.scheduler import ChangeSignal
from dbus_xbms.dbus.errors import BusLost
from dbus_xbms.interference.monitor import InterferenceMonitor
from dbus_xbms.interference.rules import VenusPrograms
from tests.air.virtual_time import virtual_time

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
VESMART = VenusPrograms(bluetooth=True)
SENSORS = VenusPrograms(sensors=True)


class FakeRadio:
    """Adapters, some of which refuse to scan."""

    def __init__(self) -> None:
        self.changed = ChangeSignal()
        self.busy: frozenset[str] = frozenset()

    def refuse(self, *adapters: str) -> None:
        self.busy = frozenset(adapters)
        self.changed.notify()


class FakePack:
    """A pack that records every text it was given."""

    def __init__(self, address: str, hci: str) -> None:
        self.address = address
        self.hci = hci
        self.texts: list[str] = []

    def set_interference(self, text: str) -> None:
        self.texts.append(text)


class FakePrograms:
    """Other programs on the bus."""

    def __init__(self) -> None:
        self.change: Callable[[VenusPrograms], None] = lambda venus: None
        self.lost = asyncio.Event()

    def watch(self, changed: Callable[[VenusPrograms], None]) -> FakePrograms:
        self.change = changed
        return self

    async def run(self) -> None:
        await self.lost.wait()
        raise BusLost


class Boat:
    """A monitor with two packs: one on the built-in adapter, one on a USB adapter."""

    def __init__(self) -> None:
        self.radio = FakeRadio()
        self.one, self.two = FakePack(ONE, "hci0"), FakePack(TWO, "hci1")
        self.programs = FakePrograms()
        self.monitor = InterferenceMonitor(
            self.radio, lambda: [self.one, self.two], watcher=self.programs.watch
        )

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.monitor.run())
        await asyncio.sleep(1)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


@virtual_time
async def test_without_other_programs_each_pack_has_an_empty_text() -> None:
    boat = Boat()
    async with boat.watched():
        assert (boat.one.texts, boat.two.texts) == ([""], [""])


@virtual_time
async def test_a_program_that_appears_is_reported_to_the_packs_it_affects_and_withdrawn_when_gone() -> None:
    boat = Boat()
    async with boat.watched():
        boat.programs.change(VESMART)
        assert boat.one.texts[-1].startswith("vesmart-server: it ends every link")
        assert boat.two.texts[-1] == ""
        boat.programs.change(VenusPrograms())
        assert boat.one.texts[-1] == ""


@virtual_time
async def test_a_scanning_program_counts_only_while_the_adapter_refuses_to_scan() -> None:
    boat = Boat()
    async with boat.watched():
        boat.programs.change(SENSORS)
        assert boat.two.texts[-1] == ""
        boat.radio.refuse("hci1")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert boat.two.texts[-1].startswith("dbus-ble-sensors")
        assert boat.one.texts[-1] == ""


@virtual_time
async def test_a_pack_without_an_adapter_is_affected_by_any_busy_one() -> None:
    boat = Boat()
    boat.two.hci = ""
    async with boat.watched():
        boat.programs.change(SENSORS)
        boat.radio.refuse("hci0")
        await asyncio.sleep(1)
        assert boat.two.texts[-1].startswith("dbus-ble-sensors")


@virtual_time
async def test_each_program_is_logged_once_when_it_appears_and_once_when_it_is_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    boat = Boat()
    boat.two.hci = "hci0"  # both packs are affected
    async with boat.watched():
        for _ in range(3):
            boat.programs.change(VESMART)
        boat.programs.change(VenusPrograms())
    first, second = caplog.records
    assert (first.levelname, first.getMessage().partition(":")[0]) == ("WARNING", "vesmart-server interferes")
    assert (second.levelname, second.getMessage()) == ("INFO", "vesmart-server no longer interferes")


@virtual_time
async def test_the_loss_of_the_bus_ends_the_monitor() -> None:
    boat = Boat()
    task = asyncio.create_task(boat.monitor.run())
    await asyncio.sleep(1)
    boat.programs.lost.set()
    with pytest.raises(ExceptionGroup) as raised:
        await task
    assert raised.group_contains(BusLost)
