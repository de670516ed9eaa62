"""Sharing of Bluetooth by the clients of the library, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from dbus_xbms import client
from tests.air.virtual_time import virtual_time

CLOSE_TIME = 1.0  # s


class SlowCentral:
    """A Central that takes a while to close."""

    def __init__(self, protocols: Sequence[object]) -> None:
        self.closed = False

    async def run(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(CLOSE_TIME)
            self.closed = True


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "Central", SlowCentral)


async def use(entered: asyncio.Event) -> object:
    async with client._shared_central() as central:
        entered.set()
        await asyncio.sleep(0.1)
    return central


@virtual_time
async def test_a_client_cancelled_while_it_closes_bluetooth_does_not_block_the_next_one() -> None:
    first = asyncio.create_task(use(asyncio.Event()))
    await asyncio.sleep(0.5)
    first.cancel()  # the last client waits for the Central to close
    await asyncio.wait([first])
    await asyncio.sleep(2 * CLOSE_TIME)
    entered = asyncio.Event()
    second = asyncio.create_task(use(entered))
    for _ in range(10):
        await asyncio.sleep(0)
    try:
        assert entered.is_set()
    finally:
        second.cancel()
        await asyncio.wait([second])


@virtual_time
async def test_a_client_that_starts_while_bluetooth_closes_waits_and_opens_it_again() -> None:
    first = asyncio.create_task(use(asyncio.Event()))
    await asyncio.sleep(0.5)
    first.cancel()
    entered = asyncio.Event()
    second = asyncio.create_task(use(entered))
    await asyncio.sleep(0.4)
    assert not entered.is_set()
    central = await second
    assert isinstance(central, SlowCentral)
    assert central.closed
    assert first.cancelled()
