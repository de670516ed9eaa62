"""Many packs, one radio: turns, the shared scan, slots, and adapters that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from dbus_xbms.ble.adapter import REST
from dbus_xbms.ble.backoff import Backoff
from dbus_xbms.ble.central import CONNECT_LIMIT, DIRECT_EVERY, SEARCH_TIME, Central
from dbus_xbms.ble.discovery import longest_discovery
from dbus_xbms.ble.link import Link
from dbus_xbms.ble.stack import AdapterState
from dbus_xbms.process.machine import HERE
from dbus_xbms.protocols import LinkError
from tests.air.fakes import ADDRESSES, HCI0, HCI1, FakePack, FakeStack, Lines, question, running
from tests.air.virtual_time import now, virtual_time

CONNECT = 1.2  # s for a pack in the air: half for the radio, half for the GATT table, and the settling


def packs(count: int, absent: int = 0) -> list[FakePack]:
    """Packs of which the first ones are not in the air."""
    return [FakePack(address, in_air=n >= absent) for n, address in enumerate(ADDRESSES[:count])]


async def keep_open(link: Link, opened: Callable[[], None] = lambda: None) -> None:
    """What a pack's task does, as far as the air sees it."""
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
    """Links that are kept open, and when each was opened last."""

    def __init__(self, air: Central) -> None:
        self.air = air
        self.links: dict[str, Link] = {}
        self.opened: dict[str, float] = {}

    def link(self, address: str, adapter: str = "") -> Link:
        self.links[address] = self.air.link(address, Lines(), adapter=adapter)
        return self.links[address]

    def state(self, pack: FakePack) -> str:
        return self.links[pack.address].status.state


@asynccontextmanager
async def fleet(stack: FakeStack, *, limit: int = 16, adapter: str = "") -> AsyncIterator[Fleet]:
    async with running(stack, limit) as air:
        ships = Fleet(air)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    keep_open(
                        ships.link(address, adapter),
                        lambda address=address: ships.opened.__setitem__(address, now()),  # type: ignore[misc]
                    )
                )
                for address in stack.packs
            ]
            yield ships
            for task in tasks:
                task.cancel()


async def expect_within(seconds: float, condition: Callable[[], bool]) -> float:
    """Wait until something holds; returns how long that took."""
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
    async with fleet(stack) as ships:
        assert await expect_within(5, lambda: bool(ships.opened)) == pytest.approx(CONNECT, abs=0.05)
        assert not stack.did("scan")
        assert stack.trusted == [True]


@virtual_time
async def test_an_unknown_pack_is_scanned_for_and_the_scan_ends_when_it_was_found() -> None:
    stack = FakeStack(*packs(1))
    async with fleet(stack) as ships:
        assert await expect_within(5, lambda: bool(ships.opened)) == pytest.approx(1 + CONNECT, abs=0.05)
        await asyncio.sleep(600)
        assert len(stack.did("scan")) == 1
        assert ships.links[ADDRESSES[0]].status.rssi == -60


@virtual_time
async def test_one_scan_serves_all_who_search() -> None:
    stack = FakeStack(*packs(8))
    async with fleet(stack) as ships:
        await expect_within(20, lambda: len(ships.opened) == 8)
        # One for all; another may have begun for those whose advertisement it had not brought yet.
        assert len(stack.did("scan")) <= 2
        await asyncio.sleep(600)
        assert len(stack.did("scan")) <= 2


@virtual_time
async def test_a_pack_that_failed_is_connected_to_only_when_it_was_seen_again() -> None:
    stack = FakeStack(*packs(1, absent=1))
    stack.remember(*stack.packs.values())
    pack = stack.packs[ADDRESSES[0]]
    async with fleet(stack) as ships:
        await asyncio.sleep(100)
        assert len(stack.did(f"connect {pack.address}")) == 1
        assert len(stack.did("scan")) >= 3
        assert ships.state(pack) in ("searching", "not heard")
        pack.enter_air()
        await expect_within(30, lambda: bool(ships.opened))
        assert stack.trusted[-1] is False


@virtual_time
async def test_a_pack_is_tried_now_and_then_without_an_advertisement() -> None:
    stack = FakeStack(*packs(1, absent=1))
    stack.remember(*stack.packs.values())
    async with fleet(stack):
        await asyncio.sleep((DIRECT_EVERY + 1) * (SEARCH_TIME + REST + 10) + CONNECT_LIMIT)
        assert len(stack.did(f"connect {ADDRESSES[0]}")) == 2


@virtual_time
async def test_a_pack_still_connected_from_before_a_crash_is_taken_over_unseen() -> None:
    stack = FakeStack(*packs(1, absent=1))
    pack = stack.packs[ADDRESSES[0]]
    async with fleet(stack) as ships:
        await expect_within(60, lambda: ships.state(pack) == "not heard")
        stack.remember(pack)
        stack.stale.add(pack.address)
        pack.enter_air()
        await expect_within(30, lambda: bool(ships.opened))


@virtual_time
async def test_the_radio_rests_between_scans_for_a_pack_that_is_away() -> None:
    stack = FakeStack(*packs(4, absent=4))
    async with fleet(stack):
        await asyncio.sleep(600)
        scanned = sum(stack.did("end of scan")) - sum(stack.did("scan")[: len(stack.did("end of scan"))])
        assert scanned < 0.5 * 600


@virtual_time
async def test_a_pack_is_back_within_half_a_minute_wherever_in_the_cycle_it_returns() -> None:
    for away in range(40, 75, 3):
        stack = FakeStack(*packs(2))
        pack = stack.packs[ADDRESSES[0]]
        async with fleet(stack) as ships:
            await expect_within(20, lambda: len(ships.opened) == 2)
            pack.leave_air()
            await asyncio.sleep(away)
            ships.opened.clear()
            pack.enter_air()
            await expect_within(30, lambda: pack.address in ships.opened)  # noqa: B023


# Fairness


@virtual_time
async def test_four_absent_packs_delay_the_other_twelve_by_their_short_share_once() -> None:
    stack = FakeStack(*packs(16, absent=4))
    stack.remember(*stack.packs.values())
    async with fleet(stack) as ships:
        took = await expect_within(60, lambda: len(ships.opened) == 12)
        assert took <= 4 * 4 + 12 * CONNECT + 1
        opened = dict(ships.opened)
        await asyncio.sleep(600)
        assert ships.opened == opened


@virtual_time
async def test_absent_packs_that_bluez_does_not_know_delay_no_other_pack() -> None:
    stack = FakeStack(*packs(16, absent=4))
    async with fleet(stack) as ships:
        assert await expect_within(60, lambda: len(ships.opened) == 12) <= 12 * CONNECT + 8


@virtual_time
async def test_a_dropped_pack_is_back_at_once_while_others_are_searched_for() -> None:
    stack = FakeStack(*packs(6, absent=4))
    async with fleet(stack) as ships:
        await expect_within(60, lambda: len(ships.opened) == 2)
        pack = stack.packs[ADDRESSES[5]]
        for _ in range(40):
            await asyncio.sleep(3.7)
            ships.opened.clear()
            pack.drop()
            await expect_within(CONNECT + 0.5, lambda: pack.address in ships.opened)


@virtual_time
async def test_the_search_for_an_absent_pack_is_long_while_no_other_waits_for_the_radio() -> None:
    stack = FakeStack(*packs(1, absent=1))
    stack.remember(*stack.packs.values())
    async with running(stack) as air:
        began = now()
        with pytest.raises(LinkError, match="no answer; out of range, or connected to a phone"):
            await air.link(ADDRESSES[0], Lines()).open()
        assert now() - began == pytest.approx(CONNECT_LIMIT)


@virtual_time
async def test_waiting_for_an_absent_pack_ends_at_once_when_its_share_is_over_and_another_comes() -> None:
    stack = FakeStack(*packs(2, absent=1))
    stack.remember(*stack.packs.values())
    async with fleet(stack) as ships, running(FakeStack()):
        absent, present = (stack.packs[address] for address in ADDRESSES[:2])
        await expect_within(20, lambda: present.address in ships.opened)
        await asyncio.sleep(100)
        absent_turns = len(stack.did(f"connect {absent.address}"))
        assert absent_turns == 1


@virtual_time
async def test_a_pack_that_has_answered_keeps_the_radio_to_the_end() -> None:
    slow, other = packs(2)
    slow.resolve_after = 9.0
    stack = FakeStack(slow, other)
    stack.remember(slow, other)
    async with fleet(stack) as ships:
        await expect_within(15, lambda: len(ships.opened) == 2)
        assert len(stack.did(f"connect {slow.address}")) == 1


@virtual_time
async def test_a_gatt_table_that_never_comes_does_not_hold_the_radio_for_ever() -> None:
    stuck, other = packs(2)
    stuck.resolve_after = 1e6
    stack = FakeStack(stuck, other)
    stack.remember(stuck, other)
    async with fleet(stack) as ships:
        assert (
            await expect_within(30, lambda: other.address in ships.opened)
            <= 0.5 + CONNECT_LIMIT + CONNECT + 0.1
        )


@virtual_time
async def test_those_who_failed_less_go_first() -> None:
    stack = FakeStack(*packs(4))
    stack.remember(*stack.packs.values())
    order: list[str] = []
    async with running(stack) as air, asyncio.TaskGroup() as group:
        links = [air.link(address, Lines()) for address in stack.packs]
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
async def test_no_more_links_than_slots_and_the_next_comes_when_one_is_free() -> None:
    stack = FakeStack(*packs(4))
    stack.remember(*stack.packs.values())
    async with fleet(stack, limit=3) as ships:
        await expect_within(10, lambda: len(ships.opened) == 3)
        await asyncio.sleep(100)
        waiting = stack.packs[ADDRESSES[3]]
        assert ships.state(waiting) == "slots full 3/3"
        assert ships.air.adapters[0].links == 3
        ships.air.max_connections = 4
        await expect_within(5, lambda: len(ships.opened) == 4)


@virtual_time
async def test_a_pack_that_is_away_keeps_no_slot_from_one_that_is_there() -> None:
    stack = FakeStack(*packs(3, absent=2))
    async with fleet(stack, limit=1) as ships:
        await expect_within(30, lambda: ADDRESSES[2] in ships.opened)


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

    async with running(stack, 1) as air, asyncio.TaskGroup() as group:
        tasks = [group.create_task(per_poll(air.link(a, Lines()), a)) for a in stack.packs]
        await asyncio.wait(tasks)
    assert set(polled.values()) == {5}


# Adapters and bluetoothd


async def expect_lost_and_regained(
    ships: Fleet, stack: FakeStack, lose: Callable[[], None], state: str, regain: Callable[[], None]
) -> None:
    await expect_within(20, lambda: len(ships.opened) == len(stack.packs))
    ships.opened.clear()
    lose()
    assert all(link.lost.is_set() for link in ships.links.values())
    await asyncio.sleep(100)
    assert {ships.state(pack) for pack in stack.packs.values()} == {state}
    attempts = len(stack.log)
    await asyncio.sleep(3600)
    assert len(stack.log) == attempts, "it must wait, not try"
    regain()
    await expect_within(30, lambda: len(ships.opened) == len(stack.packs))


@virtual_time
async def test_links_return_after_the_adapter_was_off() -> None:
    stack = FakeStack(*packs(3))
    async with fleet(stack) as ships:
        await expect_lost_and_regained(
            ships,
            stack,
            lambda: stack.set_adapters(replace(HCI0, powered=False)),
            "adapter off",
            lambda: stack.set_adapters(HCI0),
        )


@virtual_time
async def test_links_return_after_the_adapter_was_gone_and_came_back_with_another_number() -> None:
    stack = FakeStack(*packs(3))
    async with fleet(stack, adapter=HCI0.address) as ships:
        await expect_lost_and_regained(
            ships,
            stack,
            lambda: stack.set_adapters(HCI1),
            "no adapter",
            lambda: stack.set_adapters(HCI1, replace(HCI0, hci="hci2")),
        )
        assert [(one.hci, one.links) for one in ships.air.adapters] == [("hci2", 3), ("hci1", 0)]


@virtual_time
async def test_links_return_after_bluetoothd_was_killed() -> None:
    stack = FakeStack(*packs(3))
    async with fleet(stack) as ships:
        await expect_lost_and_regained(
            ships, stack, stack.stop_bluetoothd, "no Bluetooth", lambda: stack.set_adapters(HCI0)
        )


@virtual_time
async def test_bluetoothd_that_is_absent_at_the_start_is_waited_for() -> None:
    stack = FakeStack(*packs(1), adapters=None)
    async with fleet(stack) as ships:
        await asyncio.sleep(1000)
        assert ships.state(stack.packs[ADDRESSES[0]]) == "no Bluetooth"
        stack.set_adapters(HCI0)
        await expect_within(5, lambda: bool(ships.opened))


@pytest.mark.parametrize("after", [0.2, 0.7, 1.5, 2.3, 3.1])
def test_an_adapter_lost_while_searching_connecting_or_waiting_leaves_nothing_stuck(after: float) -> None:
    @virtual_time
    async def check() -> None:
        stack = FakeStack(*packs(3))
        async with fleet(stack) as ships:
            await asyncio.sleep(after)
            stack.set_adapters()
            await asyncio.sleep(5)
            assert {ships.state(pack) for pack in stack.packs.values()} <= {"no adapter", "no connection"}
            stack.set_adapters(HCI0)
            await expect_within(30, lambda: len(ships.opened) == 3)

    check()


@virtual_time
async def test_a_scan_that_bluez_refuses_is_tried_again_ever_more_rarely() -> None:
    stack = FakeStack(*packs(2))
    stack.scan_error = "Bluetooth is busy with another program"
    async with fleet(stack) as ships:
        await asyncio.sleep(600)
        assert 50 <= len(stack.did("scan refused hci0")) <= 80
        stack.scan_error = ""
        await expect_within(30, lambda: len(ships.opened) == 2)


@virtual_time
async def test_a_known_pack_is_tried_unseen_when_scanning_is_refused() -> None:
    stack = FakeStack(*packs(1, absent=1))
    stack.remember(*stack.packs.values())
    stack.scan_error = "Bluetooth is busy with another program"
    async with fleet(stack) as ships:
        await asyncio.sleep(60)
        stack.packs[ADDRESSES[0]].enter_air()
        await expect_within(30, lambda: bool(ships.opened))


@virtual_time
async def test_packs_spread_over_adapters_and_a_named_adapter_is_kept_to() -> None:
    stack = FakeStack(*packs(4), adapters=(HCI0, HCI1))
    stack.remember(*stack.packs.values())
    stack.remember(*stack.packs.values(), hci="hci1")
    async with fleet(stack) as ships:
        await expect_within(10, lambda: len(ships.opened) == 4)
        assert [one.links for one in ships.air.adapters] == [2, 2]
    async with fleet(stack, adapter=HCI1.address) as ships:
        await expect_within(10, lambda: len(ships.opened) == 4)
        assert [one.links for one in ships.air.adapters] == [0, 4]


# Discovery


@virtual_time
async def test_discovery_lists_recognised_packs_strongest_first_with_those_we_hold() -> None:
    stack = FakeStack(*packs(3))
    held = stack.packs[ADDRESSES[0]]
    stack.remember(held)
    async with running(stack) as air:
        link = air.link(held.address, Lines())
        await link.open()
        began = now()
        found = await air.discover(5)
        assert now() - began == pytest.approx(5, abs=0.1)
        assert [one.address for one in found] == [ADDRESSES[1], ADDRESSES[2], ADDRESSES[0]]
        assert [one.rssi for one in found] == [-60, -60, None]
        await link.close()


@virtual_time
async def test_a_running_discovery_reports_what_it_has_found_so_far_and_a_finished_one_nothing() -> None:
    stack = FakeStack(*packs(2, absent=1))
    async with running(stack) as air, asyncio.TaskGroup() as group:
        assert air.found_so_far() == []
        discovery = group.create_task(air.discover(5))
        await asyncio.sleep(2)
        assert [one.address for one in air.found_so_far()] == [ADDRESSES[1]]
        stack.packs[ADDRESSES[0]].enter_air()
        await asyncio.sleep(2)
        assert {one.address for one in air.found_so_far()} == {ADDRESSES[0], ADDRESSES[1]}
        assert len(await discovery) == 2
        assert air.found_so_far() == []


@virtual_time
async def test_a_cancelled_discovery_reports_nothing() -> None:
    async with running(FakeStack(*packs(1))) as air:
        discovery = asyncio.ensure_future(air.discover(5))
        await asyncio.sleep(2)
        assert air.found_so_far()
        discovery.cancel()
        await asyncio.wait([discovery])
        assert air.found_so_far() == []


@virtual_time
async def test_discovery_without_an_adapter_says_why() -> None:
    async with running(FakeStack(adapters=None)) as air:
        with pytest.raises(LinkError, match=f"bluetoothd is not running; {HERE.bluetooth_helps}"):
            await air.discover(5)
    async with running(FakeStack(adapters=(replace(HCI0, powered=False),))) as air:
        with pytest.raises(LinkError, match="the Bluetooth adapter is off; switch it on"):
            await air.discover(5)


@virtual_time
async def test_a_discovery_whose_adapter_goes_says_so_instead_of_waiting_for_ever() -> None:
    gone: dict[str, tuple[AdapterState, ...]] = {
        "the Bluetooth adapter is off": (replace(HCI0, powered=False),),
        "there is no Bluetooth adapter": (),
    }
    for words, adapters in gone.items():
        stack = FakeStack(*packs(1, absent=1))
        async with running(stack) as air:
            began = now()
            discovery = asyncio.ensure_future(air.discover(10))
            await asyncio.sleep(2)
            stack.set_adapters(*adapters)
            with pytest.raises(LinkError, match=words):
                await discovery
            assert now() - began == pytest.approx(7, abs=0.1)  # with 5 s for it to come back


@virtual_time
async def test_a_discovery_continues_on_an_adapter_that_comes_back_or_on_another() -> None:
    for back in HCI0, HCI1:
        stack = FakeStack(*packs(1, absent=1))
        async with running(stack) as air:
            discovery = asyncio.ensure_future(air.discover(10))
            await asyncio.sleep(2)
            stack.set_adapters()
            await asyncio.sleep(3)
            stack.set_adapters(back)
            stack.packs[ADDRESSES[0]].enter_air()
            assert [one.address for one in await discovery] == [ADDRESSES[0]]


@pytest.mark.parametrize("seconds", [1.0, 60.0])
@virtual_time
async def test_no_discovery_lasts_longer_than_is_waited_for_it(seconds: float) -> None:
    stack = FakeStack(*packs(1, absent=1), adapters=())
    async with running(stack) as air:
        began = now()
        discovery = asyncio.ensure_future(air.discover(seconds))
        await asyncio.sleep(4)
        stack.set_adapters(HCI0)
        async with next(iter(air._adapters.values())).radio.lease(0):  # somebody connects all the time
            await asyncio.sleep(2 * seconds - 0.5)
            stack.set_adapters()
            with pytest.raises(LinkError, match="there is no Bluetooth adapter"):
                await discovery
        assert 2 * seconds < now() - began <= longest_discovery(seconds)


@virtual_time
async def test_discovery_gives_way_to_a_pack_that_reconnects() -> None:
    stack = FakeStack(*packs(2))
    stack.remember(*stack.packs.values())
    async with fleet(stack) as ships:
        await expect_within(10, lambda: len(ships.opened) == 2)
        ships.opened.clear()

        async def later() -> None:
            await asyncio.sleep(2)
            stack.packs[ADDRESSES[0]].drop()
            await expect_within(CONNECT + 0.3, lambda: bool(ships.opened))

        async with asyncio.TaskGroup() as group:
            group.create_task(later())
            found = await ships.air.discover(6)
        assert {one.address for one in found} == set(stack.packs)


@virtual_time
async def test_discovery_that_cannot_scan_says_why() -> None:
    stack = FakeStack(*packs(1))
    stack.scan_error = "Bluetooth is busy with another program"
    async with running(stack) as air:
        with pytest.raises(LinkError, match="busy with another program"):
            await air.discover(5)


@virtual_time
async def test_an_air_that_ends_waits_for_closing_links_but_not_for_ever() -> None:
    stack = FakeStack(*packs(2))
    stack.remember(*stack.packs.values())
    async with running(stack) as air:
        assert air.max_connections == 16
        closing, forgotten = (air.link(address, Lines()) for address in stack.packs)
        await closing.open()
        await forgotten.open()
        task = asyncio.ensure_future(closing.close())
        began = now()
    assert task.done()
    assert now() - began == pytest.approx(3)
    await forgotten.close()
