"""The current of another battery monitor on the bus: followed, and trusted only while it is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from dbus_fast import Variant

from dbus_xbms.bank import shunt as shunts
from dbus_xbms.bank.shunt import HIGHEST, Shunt
from dbus_xbms.venus.bus_item import BUS_ITEM, INVALID
from tests.bus.forger import forging
from tests.bus.smart_shunt import OTHER, PATH, SMART_SHUNT, smart_shunt
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")


class RecordedShunt(Shunt):
    """A follower that records each current that it takes."""

    def __init__(self, bank: str, service: str) -> None:
        super().__init__(bank, service)
        self.taken: list[float | None] = []

    def _take(self, value: object) -> None:
        super()._take(value)
        self.taken.append(self._current)


@asynccontextmanager
async def following(name: str = SMART_SHUNT) -> AsyncIterator[RecordedShunt]:
    shunt = RecordedShunt("House", name)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(shunt.run())
        try:
            yield shunt
        finally:
            task.cancel()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)


async def test_the_current_is_read_at_the_start_and_follows_both_kinds_of_signals() -> None:
    async with smart_shunt() as monitor, following() as shunt:
        await until(lambda: shunt.current == -20.0)
        await monitor.properties_changed(Variant("d", 12.5))
        await until(lambda: shunt.current == 12.5)
        await monitor.items_changed(Variant("i", -3))
        await until(lambda: shunt.current == -3.0)
        await monitor.properties_changed(Variant("d", 99.0), "/Dc/1/Current")
        await monitor.items_changed(INVALID)
        await until(lambda: shunt.current is None)
        assert 99.0 not in shunt.taken


async def test_a_monitor_that_appears_later_leaves_and_returns_is_followed() -> None:
    async with following() as shunt:
        assert shunt.current is None
        async with smart_shunt():
            await until(lambda: shunt.current == -20.0)
        await until(lambda: shunt.current is None)
        async with smart_shunt() as monitor:
            monitor.shown = Variant("d", 5.0)
            await until(lambda: shunt.current == 5.0)


@pytest.mark.parametrize(
    "value",
    [
        INVALID,
        Variant("d", float("nan")),
        Variant("d", float("inf")),
        Variant("d", HIGHEST + 1),
        Variant("s", "12.5"),
        Variant("b", True),
        Variant("a{sv}", {}),
    ],
)
async def test_what_is_no_possible_current_counts_as_none(value: Variant) -> None:
    async with smart_shunt() as monitor, following() as shunt:
        await until(lambda: shunt.current == -20.0)
        await monitor.properties_changed(value)
        await until(lambda: shunt.current is None)
        assert set(shunt.taken) == {-20.0, None}


async def test_a_constant_current_is_asked_for_and_a_silent_monitor_counts_no_longer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shunts, "ASK_AFTER", 0.05)
    monkeypatch.setattr(shunts, "LONGEST_SILENCE", 1.0)
    async with smart_shunt() as monitor, following() as shunt:
        await until(lambda: monitor.asked > 3)
        assert shunt.current == -20.0
        monitor.answers = False
        await until(lambda: shunt.current is None)


async def test_a_monitor_that_is_missing_is_logged_once_and_again_when_it_is_there(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shunts, "ASK_AFTER", 0.02)
    monkeypatch.setattr(shunts, "LONGEST_SILENCE", 0.2)
    caplog.set_level("INFO", logger=shunts.__name__)
    async with following() as shunt:
        await until(lambda: bool(caplog.messages))
        await asyncio.sleep(0.5)
        assert caplog.messages == [
            f"House: {SMART_SHUNT} shows no current; the sum of the packs' currents counts instead"
        ]
        async with smart_shunt():
            await until(lambda: shunt.current is not None and len(caplog.messages) > 1)
    assert caplog.messages[1:] == [f"House: {SMART_SHUNT} measures its current"]


async def test_signals_of_other_programs_are_ignored(private_bus: str) -> None:
    async with smart_shunt() as monitor, forging(private_bus) as forger, following() as shunt:
        await until(lambda: shunt.current == -20.0)
        forged = {"Value": Variant("d", 400.0)}
        await forger.signal(PATH, BUS_ITEM, "PropertiesChanged", "a{sv}", forged)
        await forger.signal("/", BUS_ITEM, "ItemsChanged", "a{sa{sv}}", {PATH: forged})
        await forger.name_owner(SMART_SHUNT, monitor.bus.unique_name or "", "")
        assert shunt.current == -20.0
        await monitor.properties_changed(Variant("d", 1.0))
        await until(lambda: shunt.current == 1.0)


async def test_another_service_can_be_chosen_or_none() -> None:
    async with smart_shunt(), smart_shunt(OTHER) as other, following() as shunt:
        other.shown = Variant("d", 7.0)
        await until(lambda: shunt.current == -20.0)
        shunt.follow(OTHER)
        assert shunt.current is None
        await until(lambda: shunt.current == 7.0)
        shunt.follow("")
        assert shunt.current is None
        await other.properties_changed(Variant("d", 8.0))
        await asyncio.sleep(0.2)
        assert shunt.current is None
