"""Commands that meet a service while it is replaced: they wait for it to return."""

from __future__ import annotations

import asyncio
import logging

import pytest
from dbus_fast import Message

from dbus_xbms.commands import CommandError, batteries, session
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.protocols import Advertised
from dbus_xbms.rpc import RpcService
from dbus_xbms.settings import Value, device_id
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.service import ItemService
from tests.bus.venus import BATTERY, Venus
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
NAME = BATTERY + device_id(ONE)
LEND = "/SwitchableOutput/lend/State"


def unread(report: object) -> None:
    """No value is read from a report."""


ITEMS: tuple[Item[object], ...] = (
    Item("/CustomName", "s", "{}", unread),
    Item(LEND, "i", "{}", unread, writable=True),
)


class PackService(ItemService):
    """The service of a pack, which records what is written. With ``deaf`` it never answers a write."""

    def __init__(self, *, deaf: bool = False) -> None:
        super().__init__(NAME, ITEMS, {"/CustomName": "Bow", LEND: 0}, self._take)
        self.written: list[Value] = []
        self.called = asyncio.Event()  # with a write
        self._deaf = deaf

    def _take(self, path: str, value: Value, sender: str) -> bool:
        self.written.append(value)
        return True

    def _holds(self, call: Message) -> bool:
        if call.member == "SetValue":
            self.called.set()
            if self._deaf:
                return True
        return super()._holds(call)


async def replace(before: PackService, after: PackService) -> None:
    """Replace a service once it was called."""
    await before.called.wait()
    await before.stop()
    await asyncio.sleep(0.3)
    await after.start()


async def test_an_order_to_a_service_that_is_being_replaced_is_repeated_when_it_has_returned() -> None:
    before, after = PackService(deaf=True), PackService()
    await before.start()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group, batteries.batteries() as live:
        group.create_task(replace(before, after))
        (pack,) = live.packs
        assert await live.write(pack, LEND, 5)
        assert (before.written, after.written) == ([], [5])
        assert await live.ask(pack, LEND) == 0
    await after.stop()


async def test_a_service_that_does_not_return_is_reported_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "RETURN_LIMIT", 0.2)
    async with batteries.batteries() as live:
        pack = Battery(service=NAME, values={"/CustomName": "Bow"})
        with pytest.raises(CommandError) as raised:
            await live.ask(pack, LEND)
    assert str(raised.value) == (
        "Bow has left the bus, and has not returned within 0.2 s; `dbus-xbms list` says why"
    )


async def scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
    return []


@pytest.mark.parametrize(
    ("state", "returns"), [(ContactState.CONNECTED, True), (ContactState.NEEDS_PASSWORD, False)]
)
async def test_a_pack_that_is_read_but_not_on_the_bus_is_waited_for(
    state: ContactState, returns: bool
) -> None:
    contacts = {ONE: Contact(state=state, reason="")}
    service = PackService()
    async with RpcService(scan, dict, lambda: contacts, list, list), asyncio.TaskGroup() as group:

        async def appear() -> None:
            await asyncio.sleep(0.3 if returns else 3)
            await service.start()

        appearing = group.create_task(appear())
        async with batteries.batteries() as live:
            assert [pack.name for pack in live.packs] == (["Bow"] if returns else [])
        appearing.cancel()
    await service.stop()


async def test_a_write_that_waits_while_its_writer_is_looked_up_is_answered_before_the_service_leaves(
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = PackService()
    await service.start()
    async with Venus() as venus, asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        writing = group.create_task(venus.write(NAME, LEND, 5))
        await service.called.wait()
        await service.stop()
        assert await writing == 0
    assert service.written == [5]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
