"""Many packs on one radio: scheduling, the shared scan, slots, and changing adapters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from dbus_xbms.ble.adapter import REST
from dbus_xbms.ble.attempt import CONNECT_LIMIT
from dbus_xbms.ble.backoff import Backoff
from dbus_xbms.ble.central import DIRECT_EVERY, SEARCH_TIME, Central
from dbus_xbms.ble.discovery import longest_discovery
from dbus_xbms.ble.link import Link
from dbus_xbms.ble.stack import AdapterState
from dbus_xbms.process.machine import HERE
from dbus_xbms.protocols import LinkError
from tests.air.fakes import ADDRESSES, HCI0, HCI1, FakePack, FakeStack, Lines, question, running
from tests.air.virtual_time import now, virtual_time

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


# Finding and connecting


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


# Fairness


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


# Slots


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


# Adapters and bluetoothd


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
def test_links_recover_from_an_adapter_lost_while_searching_connecting_or_waiting(after: float) -> None:
    @virtual_time
    async def check() -> None:
        stack = FakeStack(*packs(3))
        async with open_fleet(stack) as fleet:
            await asyncio.sleep(after)
            stack.set_adapters()
            await asyncio.sleep(5)
            assert {fleet.state(pack) for pack in stack.packs.values()} <= {"no adapter", "no connection"}
            stack.set_adapters(HCI0)
            await expect_within(30, lambda: len(fleet.opened) == 3)

    check()


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
        assert stack.did("scan") == []
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


# Discovery


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
