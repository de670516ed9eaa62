"""Discovery for people: what it lists, how it ends, and that packs go first."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from dbus_xbms.ble.discovery import longest_discovery
from dbus_xbms.ble.stack import AdapterState
from dbus_xbms.process.machine import HERE
from dbus_xbms.protocols import LinkError
from tests.air.fakes import ADDRESSES, HCI0, HCI1, FakeStack, Lines, running
from tests.air.fleet import CONNECT, expect_within, open_fleet, packs
from tests.air.virtual_time import now, virtual_time


@virtual_time
async def test_discovery_lists_recognised_packs_strongest_first_and_connected_ones_too() -> None:
    stack = FakeStack(*packs(3))
    connected_pack = stack.packs[ADDRESSES[0]]
    stack.remember(connected_pack)
    async with running(stack) as central:
        link = central.link(connected_pack.address, Lines())
        await link.open()
        began = now()
        found = await central.discover(5)
        assert now() - began == pytest.approx(5, abs=0.1)
        assert [one.address for one in found] == [ADDRESSES[1], ADDRESSES[2], ADDRESSES[0]]
        assert [one.rssi for one in found] == [-60, -60, None]
        await link.close()


@virtual_time
async def test_only_a_running_discovery_reports_what_it_has_found_so_far() -> None:
    stack = FakeStack(*packs(2, absent=1))
    async with running(stack) as central, asyncio.TaskGroup() as group:
        assert central.found_so_far() == []
        discovery = group.create_task(central.discover(5))
        await asyncio.sleep(2)
        assert [one.address for one in central.found_so_far()] == [ADDRESSES[1]]
        stack.packs[ADDRESSES[0]].come_into_range()
        await asyncio.sleep(2)
        assert {one.address for one in central.found_so_far()} == {ADDRESSES[0], ADDRESSES[1]}
        assert len(await discovery) == 2
        assert central.found_so_far() == []


@virtual_time
async def test_a_cancelled_discovery_reports_nothing() -> None:
    async with running(FakeStack(*packs(1))) as central:
        discovery = asyncio.ensure_future(central.discover(5))
        await asyncio.sleep(2)
        assert central.found_so_far()
        discovery.cancel()
        await asyncio.wait([discovery])
        assert central.found_so_far() == []


@virtual_time
async def test_discovery_without_an_adapter_reports_the_reason() -> None:
    async with running(FakeStack(adapters=None)) as central:
        with pytest.raises(LinkError, match=f"bluetoothd is not running; {HERE.bluetooth_helps}"):
            await central.discover(5)
    async with running(FakeStack(adapters=(replace(HCI0, powered=False),))) as central:
        with pytest.raises(LinkError, match="the Bluetooth adapter is off; switch it on"):
            await central.discover(5)


@virtual_time
async def test_a_discovery_reports_that_its_adapter_is_gone() -> None:
    adapters_left: dict[str, tuple[AdapterState, ...]] = {
        "the Bluetooth adapter is off": (replace(HCI0, powered=False),),
        "there is no Bluetooth adapter": (),
    }
    for message, adapters in adapters_left.items():
        stack = FakeStack(*packs(1, absent=1))
        async with running(stack) as central:
            began = now()
            discovery = asyncio.ensure_future(central.discover(10))
            await asyncio.sleep(2)
            stack.set_adapters(*adapters)
            with pytest.raises(LinkError, match=message):
                await discovery
            assert now() - began == pytest.approx(7, abs=0.1)  # 5 s of them for the adapter to come back


@virtual_time
async def test_a_discovery_continues_on_a_returned_adapter_or_another_one() -> None:
    for returned in HCI0, HCI1:
        stack = FakeStack(*packs(1, absent=1))
        async with running(stack) as central:
            discovery = asyncio.ensure_future(central.discover(10))
            await asyncio.sleep(2)
            stack.set_adapters()
            await asyncio.sleep(3)
            stack.set_adapters(returned)
            stack.packs[ADDRESSES[0]].come_into_range()
            assert [one.address for one in await discovery] == [ADDRESSES[0]]


@pytest.mark.parametrize("seconds", [1.0, 60.0])
@virtual_time
async def test_a_discovery_ends_within_its_limit(seconds: float) -> None:
    stack = FakeStack(*packs(1, absent=1), adapters=())
    async with running(stack) as central:
        began = now()
        discovery = asyncio.ensure_future(central.discover(seconds))
        await asyncio.sleep(4)
        stack.set_adapters(HCI0)
        async with next(iter(central._adapters.values())).radio.lease(
            0
        ):  # another task connects all the time
            await asyncio.sleep(2 * seconds - 0.5)
            stack.set_adapters()
            with pytest.raises(LinkError, match="there is no Bluetooth adapter"):
                await discovery
        assert 2 * seconds < now() - began <= longest_discovery(seconds)


@virtual_time
async def test_discovery_gives_way_to_a_pack_that_reconnects() -> None:
    stack = FakeStack(*packs(2))
    stack.remember(*stack.packs.values())
    async with open_fleet(stack) as fleet:
        await expect_within(10, lambda: len(fleet.opened) == 2)
        fleet.opened.clear()

        async def later() -> None:
            await asyncio.sleep(2)
            stack.packs[ADDRESSES[0]].drop()
            await expect_within(CONNECT + 0.3, lambda: bool(fleet.opened))

        async with asyncio.TaskGroup() as group:
            group.create_task(later())
            found = await fleet.central.discover(6)
        assert {one.address for one in found} == set(stack.packs)


@virtual_time
async def test_a_discovery_that_cannot_scan_reports_the_reason() -> None:
    stack = FakeStack(*packs(1))
    stack.scan_error = "Bluetooth is busy with another program"
    async with running(stack) as central:
        with pytest.raises(LinkError, match="busy with another program"):
            await central.discover(5)
