"""Adapters and bluetoothd that are off, busy or gone, and packs on several adapters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.air.fakes import ADDRESSES, HCI0, HCI1, FakeStack
from tests.air.fleet import Fleet, expect_within, open_fleet, packs
from tests.air.virtual_time import virtual_time


async def expect_lost_and_regained(
    fleet: Fleet, stack: FakeStack, lose: Callable[[], None], state: str, regain: Callable[[], None]
) -> None:
    await expect_within(20, lambda: len(fleet.opened) == len(stack.packs))
    fleet.opened.clear()
    lose()
    assert all(link.lost.is_set() for link in fleet.links.values())
    await asyncio.sleep(100)
    assert {fleet.state(pack) for pack in stack.packs.values()} == {state}
    attempts = len(stack.log)
    await asyncio.sleep(3600)
    assert len(stack.log) == attempts, "attempts without an adapter"
    regain()
    await expect_within(30, lambda: len(fleet.opened) == len(stack.packs))
    assert {fleet.state(pack) for pack in stack.packs.values()} == {"connected"}
    assert [link.status.reconnects for link in fleet.links.values()] == [1] * len(stack.packs)


@virtual_time
async def test_links_are_reopened_after_the_adapter_was_off() -> None:
    stack = FakeStack(*packs(3))
    async with open_fleet(stack) as fleet:
        await expect_lost_and_regained(
            fleet,
            stack,
            lambda: stack.set_adapters(replace(HCI0, powered=False)),
            "adapter off",
            lambda: stack.set_adapters(HCI0),
        )


@virtual_time
async def test_links_are_reopened_after_the_adapter_came_back_with_another_number() -> None:
    stack = FakeStack(*packs(3))
    async with open_fleet(stack, adapter=HCI0.address) as fleet:
        await expect_lost_and_regained(
            fleet,
            stack,
            lambda: stack.set_adapters(HCI1),
            "no adapter",
            lambda: stack.set_adapters(HCI1, replace(HCI0, hci="hci2")),
        )
        assert [(one.hci, one.links) for one in fleet.central.adapters] == [("hci2", 3), ("hci1", 0)]


@virtual_time
async def test_links_are_reopened_after_bluetoothd_was_killed() -> None:
    stack = FakeStack(*packs(3))
    async with open_fleet(stack) as fleet:
        await expect_lost_and_regained(
            fleet, stack, stack.stop_bluetoothd, "no Bluetooth", lambda: stack.set_adapters(HCI0)
        )


@virtual_time
async def test_links_are_opened_when_bluetoothd_starts_late() -> None:
    stack = FakeStack(*packs(1), adapters=None)
    async with open_fleet(stack) as fleet:
        await asyncio.sleep(1000)
        assert fleet.state(stack.packs[ADDRESSES[0]]) == "no Bluetooth"
        stack.set_adapters(HCI0)
        await expect_within(5, lambda: bool(fleet.opened))


@pytest.mark.parametrize("after", [0.2, 0.7, 1.5, 2.3, 3.1])
@virtual_time
async def test_links_recover_from_an_adapter_lost_while_searching_connecting_or_waiting(after: float) -> None:
    stack = FakeStack(*packs(3))
    async with open_fleet(stack) as fleet:
        await asyncio.sleep(after)
        stack.set_adapters()
        await asyncio.sleep(5)
        assert {fleet.state(pack) for pack in stack.packs.values()} <= {"no adapter", "no connection"}
        stack.set_adapters(HCI0)
        await expect_within(30, lambda: len(fleet.opened) == 3)


@virtual_time
async def test_a_refused_scan_is_retried_with_backoff() -> None:
    stack = FakeStack(*packs(2))
    stack.scan_error = "Bluetooth is busy with another program"
    async with open_fleet(stack) as fleet:
        await asyncio.sleep(600)
        assert 50 <= len(stack.did("scan refused hci0")) <= 80
        stack.scan_error = ""
        await expect_within(30, lambda: len(fleet.opened) == 2)


@virtual_time
async def test_a_known_pack_is_tried_without_an_advertisement_when_scans_are_refused() -> None:
    stack = FakeStack(*packs(1, absent=1))
    stack.remember(*stack.packs.values())
    stack.scan_error = "Bluetooth is busy with another program"
    async with open_fleet(stack) as fleet:
        await asyncio.sleep(60)
        stack.packs[ADDRESSES[0]].come_into_range()
        await expect_within(30, lambda: bool(fleet.opened))
        assert fleet.links[ADDRESSES[0]].status.rssi is None  # it was never heard


@virtual_time
async def test_packs_are_spread_over_adapters_unless_one_is_chosen() -> None:
    stack = FakeStack(*packs(4), adapters=(HCI0, HCI1))
    stack.remember(*stack.packs.values())
    stack.remember(*stack.packs.values(), hci="hci1")
    async with open_fleet(stack) as fleet:
        await expect_within(10, lambda: len(fleet.opened) == 4)
        assert [one.links for one in fleet.central.adapters] == [2, 2]
    async with open_fleet(stack, adapter=HCI1.address) as fleet:
        await expect_within(10, lambda: len(fleet.opened) == 4)
        assert [one.links for one in fleet.central.adapters] == [0, 4]
