"""Links to several packs, kept open as the tasks of packs do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from dbus_xbms.ble.backoff import Backoff
from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import Link
from dbus_xbms.protocols import LinkError
from tests.air.fakes import ADDRESSES, FakePack, FakeStack, Lines, running
from tests.air.virtual_time import now

LINK = 0.5  # s until the radio link of a pack in range is up
CONNECT = 1.2  # s until it is connected: 0.5 radio link, 0.5 GATT table, 0.2 settling


def packs(count: int, absent: int = 0) -> list[FakePack]:
    """Return ``count`` packs, the first ``absent`` of them out of range."""
    return [FakePack(address, in_range=n >= absent) for n, address in enumerate(ADDRESSES[:count])]


async def keep_open(link: Link, opened: Callable[[], None] = lambda: None) -> None:
    """Use a link as a pack's task does."""
    delays = Backoff(chance=lambda: 0.0)
    try:
        while True:
            try:
                await link.open()
                opened()
                delays.reset()
                await link.lost.wait()
            except LinkError:
                await asyncio.sleep(delays.next())
    finally:
        await link.close()


class Fleet:
    """Links that are kept open, and the time when each was last opened."""

    def __init__(self, central: Central) -> None:
        self.central = central
        self.links: dict[str, Link] = {}
        self.opened: dict[str, float] = {}

    def link(self, address: str, adapter: str = "") -> Link:
        self.links[address] = self.central.link(address, Lines(), adapter=adapter)
        return self.links[address]

    def state(self, pack: FakePack) -> str:
        return self.links[pack.address].status.state


@asynccontextmanager
async def open_fleet(stack: FakeStack, *, limit: int = 16, adapter: str = "") -> AsyncIterator[Fleet]:
    async with running(stack, limit) as central:
        fleet = Fleet(central)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    keep_open(
                        fleet.link(address, adapter),
                        lambda address=address: fleet.opened.__setitem__(address, now()),  # type: ignore[misc]
                    )
                )
                for address in stack.packs
            ]
            yield fleet
            for task in tasks:
                task.cancel()


async def expect_within(seconds: float, condition: Callable[[], bool]) -> float:
    """Wait until ``condition`` holds; return how many s that took."""
    began = now()
    while not condition():
        assert now() - began <= seconds, "not in time"
        await asyncio.sleep(0.05)
    return now() - began
