"""How the clients of the library share Bluetooth, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from dbus_xbms import client
from tests.air.virtual_time import virtual_time

LEAVES = 1.0  # s


class SlowCentral:
    """Bluetooth that takes a while to be left."""

    def __init__(self, protocols: Sequence[object]) -> None:
        self.left = False

    async def run(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(LEAVES)
            self.left = True


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "Central", SlowCentral)


async def use(entered: asyncio.Event) -> object:
    async with client._shared_central() as central:
        entered.set()
        await asyncio.sleep(0.1)
    return central


@virtual_time
async def test_a_client_cancelled_while_it_leaves_bluetooth_does_not_keep_the_next_one_out() -> None:
    first = asyncio.create_task(use(asyncio.Event()))
    await asyncio.sleep(0.5)
    first.cancel()  # the last client waits for Bluetooth to be left
    await asyncio.wait([first])
    await asyncio.sleep(2 * LEAVES)
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
async def test_a_client_that_comes_while_bluetooth_is_left_waits_and_starts_it_anew() -> None:
    first = asyncio.create_task(use(asyncio.Event()))
    await asyncio.sleep(0.5)
    first.cancel()
    entered = asyncio.Event()
    second = asyncio.create_task(use(entered))
    await asyncio.sleep(0.4)
    assert not entered.is_set()
    central = await second
    assert isinstance(central, SlowCentral)
    assert central.left
    assert first.cancelled()
