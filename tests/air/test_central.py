"""Many packs on one radio: finding, connecting, fairness and slots."""

from __future__ import annotations

import asyncio

import pytest

from dbus_xbms.ble.adapter import REST
from dbus_xbms.ble.attempt import CONNECT_LIMIT
from dbus_xbms.ble.central import DIRECT_EVERY, SEARCH_TIME
from dbus_xbms.ble.link import Link
from dbus_xbms.protocols import LinkError
from tests.air.fakes import ADDRESSES, FakeStack, Lines, question, running
from tests.air.fleet import CONNECT, LINK, expect_within, open_fleet, packs
from tests.air.virtual_time import now, virtual_time


@virtual_time
async def test_a_pack_that_bluez_knows_is_connected_to_without_a_scan() -> None:
    stack = FakeStack(*packs(1))
    stack.remember(*stack.packs.values())
    async with open_fleet(stack) as fleet:
        assert await expect_within(5, lambda: bool(fleet.opened)) == pytest.approx(CONNECT, abs=0.05)
        assert not stack.did("scan")
        assert stack.cache_trusted == [True]


@virtual_time
async def test_a_scan_for_an_unknown_pack_ends_when_it_is_found() -> None:
    stack = FakeStack(*packs(1))
    async with open_fleet(stack) as fleet:
        assert await expect_within(5, lambda: bool(fleet.opened)) == pytest.approx(1 + CONNECT, abs=0.05)
        await asyncio.sleep(600)
        assert len(stack.did("scan")) == 1
        assert fleet.links[ADDRESSES[0]].status.rssi == -60


@virtual_time
async def test_all_searched_packs_share_one_scan() -> None:
    stack = FakeStack(*packs(8))
    async with open_fleet(stack) as fleet:
        await expect_within(20, lambda: len(fleet.opened) == 8)
        # One for all; a second one may have begun for packs not yet heard.
        assert len(stack.did("scan")) <= 2
        await asyncio.sleep(600)
        assert len(stack.did("scan")) <= 2


@virtual_time
async def test_a_pack_that_failed_is_connected_to_only_after_it_is_heard_again() -> None:
    stack = FakeStack(*packs(1, absent=1))
    stack.remember(*stack.packs.values())
    pack = stack.packs[ADDRESSES[0]]
    async with open_fleet(stack) as fleet:
        await asyncio.sleep(100)
        assert len(stack.did(f"connect {pack.address}")) == 1
        assert len(stack.did("scan")) >= 3
        assert fleet.state(pack) in ("searching", "not heard")
        pack.come_into_range()
        await expect_within(30, lambda: bool(fleet.opened))
        assert stack.cache_trusted[-1] is False


@virtual_time
async def test_a_pack_is_tried_occasionally_without_an_advertisement() -> None:
    stack = FakeStack(*packs(1, absent=1))
    stack.remember(*stack.packs.values())
    async with open_fleet(stack):
        await asyncio.sleep((DIRECT_EVERY + 1) * (SEARCH_TIME + REST + 10) + CONNECT_LIMIT)
        assert len(stack.did(f"connect {ADDRESSES[0]}")) == 2


@virtual_time
async def test_a_pack_still_connected_from_before_a_crash_is_connected_to_without_an_advertisement() -> None:
    stack = FakeStack(*packs(1, absent=1))
    pack = stack.packs[ADDRESSES[0]]
    async with open_fleet(stack) as fleet:
        await expect_within(60, lambda: fleet.state(pack) == "not heard")
        stack.remember(pack)
        stack.still_connected.add(pack.address)
        pack.come_into_range()
        await expect_within(30, lambda: bool(fleet.opened))
        assert len(stack.did(f"connect {pack.address}")) == 1
        assert fleet.links[pack.address].status.rssi is None  # it was never heard


@virtual_time
async def test_the_radio_pauses_between_scans_for_an_absent_pack() -> None:
    stack = FakeStack(*packs(4, absent=4))
    async with open_fleet(stack):
        await asyncio.sleep(600)
        scanned = sum(stack.did("end of scan")) - sum(stack.did("scan")[: len(stack.did("end of scan"))])
        assert scanned < 0.5 * 600


@virtual_time
async def test_a_pack_is_reconnected_within_half_a_minute_at_any_point_of_the_scan_cycle() -> None:
    for away in range(40, 75, 3):
        stack = FakeStack(*packs(2))
        pack = stack.packs[ADDRESSES[0]]
        async with open_fleet(stack) as fleet:
            await expect_within(20, lambda: len(fleet.opened) == 2)
            pack.go_out_of_range()
            await asyncio.sleep(away)
            fleet.opened.clear()
            pack.come_into_range()
            await expect_within(30, lambda: pack.address in fleet.opened)  # noqa: B023
            assert fleet.opened.keys() == {pack.address}  # the other one stayed connected


@virtual_time
async def test_four_absent_packs_delay_the_other_twelve_only_once_and_briefly() -> None:
    stack = FakeStack(*packs(16, absent=4))
    stack.remember(*stack.packs.values())
    async with open_fleet(stack) as fleet:
        took = await expect_within(60, lambda: len(fleet.opened) == 12)
        assert took <= 4 * 2 + 12 * LINK + CONNECT + 1
        opened = dict(fleet.opened)
        await asyncio.sleep(600)
        assert fleet.opened == opened


@virtual_time
async def test_absent_packs_unknown_to_bluez_do_not_delay_other_packs() -> None:
    stack = FakeStack(*packs(16, absent=4))
    async with open_fleet(stack) as fleet:
        assert await expect_within(60, lambda: len(fleet.opened) == 12) <= 12 * LINK + CONNECT + 8


@virtual_time
async def test_a_dropped_pack_is_reconnected_at_once_while_others_are_searched() -> None:
    stack = FakeStack(*packs(6, absent=4))
    async with open_fleet(stack) as fleet:
        await expect_within(60, lambda: len(fleet.opened) == 2)
        pack = stack.packs[ADDRESSES[5]]
        for _ in range(40):
            await asyncio.sleep(3.7)
            fleet.opened.clear()
            pack.drop()
            await expect_within(CONNECT + 0.5, lambda: pack.address in fleet.opened)
            assert fleet.opened.keys() == {pack.address}  # the other one stayed connected


@virtual_time
async def test_connecting_to_an_absent_pack_may_take_the_full_time_while_no_other_pack_waits() -> None:
    stack = FakeStack(*packs(1, absent=1))
    stack.remember(*stack.packs.values())
    async with running(stack) as central:
        began = now()
        with pytest.raises(LinkError, match="no answer; out of range, or connected to a phone"):
            await central.link(ADDRESSES[0], Lines()).open()
        assert now() - began == pytest.approx(CONNECT_LIMIT)


@virtual_time
async def test_packs_with_fewer_failures_are_connected_first() -> None:
    stack = FakeStack(*packs(4))
    stack.remember(*stack.packs.values())
    order: list[str] = []
    async with running(stack) as central, asyncio.TaskGroup() as group:
        links = [central.link(address, Lines()) for address in stack.packs]
        for link, failures in zip(links, (0, 8, 16, 0), strict=True):
            link._request.failures = failures

        async def opened(link: Link) -> None:
            await link.open()
            order.append(link._request.address)

        tasks = [group.create_task(opened(link)) for link in links]
        await asyncio.wait(tasks)
        for link in links:
            await link.close()
    assert order == [ADDRESSES[n] for n in (0, 3, 1, 2)]


@virtual_time
async def test_there_are_no_more_links_than_slots_and_the_next_pack_gets_a_free_slot() -> None:
    stack = FakeStack(*packs(4))
    stack.remember(*stack.packs.values())
    async with open_fleet(stack, limit=3) as fleet:
        await expect_within(10, lambda: len(fleet.opened) == 3)
        await asyncio.sleep(100)
        waiting = stack.packs[ADDRESSES[3]]
        assert fleet.state(waiting) == "slots full 3/3"
        assert fleet.central.adapters[0].links == 3
        fleet.central.max_connections = 4
        await expect_within(5, lambda: len(fleet.opened) == 4)


@virtual_time
async def test_an_absent_pack_does_not_occupy_a_slot() -> None:
    stack = FakeStack(*packs(3, absent=2))
    async with open_fleet(stack, limit=1) as fleet:
        await expect_within(30, lambda: ADDRESSES[2] in fleet.opened)
        await asyncio.sleep(600)
        assert fleet.opened.keys() == {ADDRESSES[2]}
        assert fleet.central.adapters[0].links == 1


@virtual_time
async def test_packs_that_connect_per_poll_take_turns_at_one_slot() -> None:
    stack = FakeStack(*packs(3))
    stack.remember(*stack.packs.values())
    polled: dict[str, int] = dict.fromkeys(stack.packs, 0)

    async def per_poll(link: Link, address: str) -> None:
        for _ in range(5):
            await link.open()
            await link.run(question("a"))
            polled[address] += 1
            await link.close()
            await asyncio.sleep(30)

    async with running(stack, 1) as central, asyncio.TaskGroup() as group:
        tasks = [group.create_task(per_poll(central.link(a, Lines()), a)) for a in stack.packs]
        await asyncio.wait(tasks)
    assert set(polled.values()) == {5}


@virtual_time
async def test_a_central_that_ends_waits_a_limited_time_for_closing_links() -> None:
    stack = FakeStack(*packs(2))
    stack.remember(*stack.packs.values())
    async with running(stack) as central:
        assert central.max_connections == 16
        closing, forgotten = (central.link(address, Lines()) for address in stack.packs)
        await closing.open()
        await forgotten.open()
        task = asyncio.ensure_future(closing.close())
        began = now()
    assert task.done()
    assert now() - began == pytest.approx(3)
    await forgotten.close()
