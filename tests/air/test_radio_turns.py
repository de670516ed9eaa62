"""Turns at the radio of one adapter, in virtual time: absent, refusing and slow packs beside others."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from dbus_xbms.ble.attempt import CONNECT_LIMIT, SHARE, SHORTEST
from dbus_xbms.ble.central import DIRECT_EVERY, Central
from dbus_xbms.ble.link import Link
from dbus_xbms.ble.pairing_state import PairingStep
from dbus_xbms.ble.scheduler import Budget, ChangeSignal, RadioScheduler
from dbus_xbms.pack.pack import Pack
from dbus_xbms.protocols import LinkError
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.settings import PackSettings
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.jbd_device import JbdDevice
from tests.air.fakes import ADDRESSES, FakePack, FakeStack, Lines, running
from tests.air.fleet import CONNECT, LINK, expect_within, keep_open, open_fleet, packs
from tests.air.simulated_pack import CheckingService, RecordingBoard, store_setting
from tests.air.virtual_time import now, virtual_time

PROMISE = 10.0  # s: the greatest age of values of an undisturbed pack that is read every 5 s
EVERY = 5.0  # s between two polls of a pack that is connected for each poll


class TimedBoard(RecordingBoard):
    """A simulated BMS that records when it was read."""

    def __init__(self) -> None:
        super().__init__()
        self.read_at: list[float] = []

    def read(self, register: int, now: float) -> bytes | int:
        if register == 0x03:
            self.read_at.append(now)
        return super().read(register, now)

    @property
    def oldest(self) -> float:
        """The greatest age that a reading reached before the next one, in s."""
        return max(later - earlier for earlier, later in pairwise([*self.read_at, now()]))


class ByTurns:
    """A pack that is connected for each poll, and the program's task for it."""

    def __init__(self, address: str, disconnect_takes: float = 2.0) -> None:
        self.board = TimedBoard()
        self.radio = FakePack(
            address, connect_takes=0.2, resolve_takes=0.3, disconnect_takes=disconnect_takes
        )
        self.radio.device = JbdDevice(address, self.board, WireSpec(), asyncio.get_running_loop())

    def pack(self, central: Central) -> Pack:
        """Create the pack's task."""
        return Pack(
            self.radio.address,
            PackSettings({"ConnectionMode": 1, "PollInterval": EVERY}),
            central=central,
            protocol=Jbd(),
            service=CheckingService(self.board).present,
            store=store_setting,
        )


# What a turn is


@virtual_time
async def test_the_next_pack_connects_while_the_gatt_table_of_the_one_before_is_read() -> None:
    stack = FakeStack(*packs(16))
    stack.remember(*stack.packs.values())
    async with open_fleet(stack) as fleet:
        took = await expect_within(30, lambda: len(fleet.opened) == 16)
        assert took == pytest.approx(15 * LINK + CONNECT, abs=0.1)


@virtual_time
async def test_a_slow_gatt_table_delays_no_other_pack_and_is_read_to_the_end() -> None:
    slow, other = packs(2)
    slow.resolve_takes = 9.0
    stack = FakeStack(slow, other)
    stack.remember(slow, other)
    async with open_fleet(stack) as fleet:
        assert await expect_within(15, lambda: other.address in fleet.opened) <= 2 * CONNECT
        await expect_within(15, lambda: slow.address in fleet.opened)
        assert len(stack.did(f"connect {slow.address}")) == 1


@virtual_time
async def test_reading_a_gatt_table_ends_after_20_s() -> None:
    (stuck,) = packs(1)
    stuck.resolve_takes = 1e6
    stack = FakeStack(stuck)
    stack.remember(stuck)
    async with running(stack) as central:
        began = now()
        with pytest.raises(LinkError, match="no answer"):
            await central.link(stuck.address, Lines()).open()
        assert now() - began == pytest.approx(LINK + CONNECT_LIMIT)


@virtual_time
async def test_an_adapter_that_goes_ends_an_attempt_whose_gatt_table_is_being_read() -> None:
    slow = FakePack(ADDRESSES[0], resolve_takes=15.0)
    stack = FakeStack(slow)
    stack.remember(slow)
    async with running(stack) as central:
        asyncio.get_running_loop().call_later(2.0, stack.set_adapters)
        with pytest.raises(LinkError, match="the adapter went away"):
            await central.link(slow.address, Lines()).open()


@virtual_time
async def test_a_link_that_breaks_at_once_is_tried_again_in_turn_with_others() -> None:
    refusing, *others = packs(5)
    refusing.refuses = True
    stack = FakeStack(refusing, *others)
    stack.remember(refusing, *others)
    async with open_fleet(stack) as fleet:
        took = await expect_within(20, lambda: len(fleet.opened) == 4)
        assert took <= 5 * LINK + CONNECT + 0.5
        refusing.refuses = False
        await expect_within(15, lambda: refusing.address in fleet.opened)
    assert not stack.violations


@virtual_time
async def test_a_pack_that_refuses_every_connection_fails_in_the_end() -> None:
    (refusing,) = packs(1)
    refusing.refuses = True
    stack = FakeStack(refusing)
    stack.remember(refusing)
    async with running(stack) as central:
        with pytest.raises(LinkError, match="the connection failed; a weak signal"):
            await central.link(refusing.address, Lines()).open()
    assert len(stack.did(f"connect {refusing.address}")) == 8


@virtual_time
async def test_other_packs_connect_while_one_is_paired_or_cannot_be_reached_for_that() -> None:
    for pairing in FakePack(ADDRESSES[0], pair_takes=8.0), FakePack(ADDRESSES[0], in_range=False):
        other = FakePack(ADDRESSES[1])
        stack = FakeStack(pairing, other)
        stack.remember(pairing, other)
        async with running(stack) as central:
            link = central.link(pairing.address, Lines(), passkey="123456")
            link._request.pairing.step = PairingStep.PAIR
            attempt = asyncio.ensure_future(link.open())
            await asyncio.sleep(0.1)
            began, second = now(), central.link(other.address, Lines())
            await second.open()
            assert now() - began <= SHARE + CONNECT
            with pytest.raises(LinkError):
                await attempt
            await second.close()


# Who is next


@virtual_time
async def test_an_expected_pack_that_does_not_answer_gives_way_and_has_another_turn() -> None:
    absent, present = packs(2, absent=1)
    stack = FakeStack(absent, present)
    stack.remember(absent, present)
    async with open_fleet(stack) as fleet:
        assert await expect_within(20, lambda: present.address in fleet.opened) <= 2.0 + CONNECT + 0.1
        await asyncio.sleep(3)
        absent.come_into_range()
        await expect_within(CONNECT + 0.1, lambda: absent.address in fleet.opened)


@virtual_time
async def test_a_doubtful_pack_gives_way_to_an_expected_one_once() -> None:
    absent, present = packs(2, absent=1)
    stack = FakeStack(absent, present)
    stack.remember(absent, present)
    async with running(stack) as central:
        doubtful, expected = (central.link(pack.address, Lines()) for pack in (absent, present))
        await expected.open()
        await expected.close()
        doubtful._request.failures = DIRECT_EVERY  # so that it is tried without an advertisement
        attempt = asyncio.ensure_future(doubtful.open())
        waited = []
        for _ in range(3):
            await asyncio.sleep(0.1)
            began = now()
            await expected.open()
            waited.append(now() - began - CONNECT)
            await expected.close()
        assert waited[0] == pytest.approx(SHORTEST - 0.1)
        assert max(waited) < SHARE
        with pytest.raises(LinkError, match="no answer"):
            await attempt


@virtual_time
async def test_a_lost_pack_comes_before_the_others_if_its_values_expire_first() -> None:
    stack = FakeStack(*packs(4))
    stack.remember(*stack.packs.values())
    order: list[str] = []
    async with running(stack) as central, asyncio.TaskGroup() as group:
        links = [central.link(address, Lines()) for address in stack.packs]

        async def opened(link: Link, held_until: float) -> None:
            link.lost.set()
            await link.open(held_until=held_until)
            order.append(link._request.address)

        left = (60.0, 2.0, 8.0, 5.0)
        tasks = [
            group.create_task(opened(link, now() + seconds))
            for link, seconds in zip(links, left, strict=True)
        ]
        await asyncio.wait(tasks)
        for link in links:
            await link.close()
    assert order == [ADDRESSES[n] for n in (1, 3, 2, 0)]


@virtual_time
async def test_the_radio_goes_to_what_is_due_first() -> None:
    radio, order = RadioScheduler(ChangeSignal()), []

    async def use(due: float) -> None:
        async with radio.lease(due):
            await asyncio.sleep(1)
            order.append(due)

    async with asyncio.TaskGroup() as group:
        for due in (3.0, 9.0, 1.0, 5.0):
            group.create_task(use(due))
    assert order == [1.0, 3.0, 5.0, 9.0]


@virtual_time
async def test_a_released_radio_leaves_its_last_user_the_time_that_it_was_given() -> None:
    radio = RadioScheduler(ChangeSignal())
    began, got = now(), []

    async def first_user() -> None:
        async with radio.lease(0.0) as lease, lease.limited(Budget(9.0, 9.0, 9.0)):
            await asyncio.sleep(2)
            lease.release(5.0)
            await asyncio.sleep(60)

    async def next_user() -> None:
        async with radio.lease(0.0):
            got.append(now() - began)

    async with asyncio.TaskGroup() as group:
        first = asyncio.ensure_future(first_user())
        group.create_task(next_user())
        with pytest.raises(TimeoutError):
            await first
        assert now() - began == pytest.approx(7)
    assert got == pytest.approx([2.0])


# Slots


@virtual_time
async def test_an_attempt_without_an_answer_leaves_its_slot_to_a_pack_that_waits() -> None:
    absent, present = packs(2, absent=1)
    stack = FakeStack(absent, present)
    stack.remember(absent, present)
    async with open_fleet(stack, limit=1) as fleet:
        assert await expect_within(20, lambda: present.address in fleet.opened) <= 2.0 + CONNECT + 0.1
        await asyncio.sleep(100)
        assert fleet.state(absent) == "slots full 1/1"


@virtual_time
async def test_packs_that_wait_for_a_slot_get_it_in_the_order_in_which_they_asked() -> None:
    turns = [ByTurns(address) for address in ADDRESSES[:4]]
    stack = FakeStack(*(one.radio for one in turns))
    stack.remember(*stack.packs.values())
    async with running(stack, 1) as central, asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.pack(central).run()) for one in turns]
        await asyncio.sleep(60)  # until each was connected to once
        stack.log.clear()
        await asyncio.sleep(300)
        rounds = [len(stack.did(f"connect {one.radio.address}")) for one in turns]
        assert max(rounds) - min(rounds) <= 1, rounds
        assert min(rounds) > 300 / 4 / 4
        for task in tasks:
            task.cancel()


# The promise


@pytest.mark.parametrize("seed", range(6))
@virtual_time
async def test_a_pack_by_turns_keeps_its_promise_beside_absent_and_refusing_packs(seed: int) -> None:
    turns = ByTurns(ADDRESSES[0])
    absent = [FakePack(address, in_range=False) for address in ADDRESSES[1:6]]
    refusing = [FakePack(address, refuses=True) for address in ADDRESSES[6:9]]
    dropped = FakePack(ADDRESSES[9])
    slow = FakePack(ADDRESSES[10], connect_takes=3.2, resolve_takes=8.0)
    others = [*absent, *refusing, dropped, slow]
    vanishing = [ByTurns(address) for address in ADDRESSES[11:13]]
    stack = FakeStack(turns.radio, *others, *(one.radio for one in vanishing))
    stack.remember(*stack.packs.values())
    async with running(stack) as central, asyncio.TaskGroup() as group:
        tasks = [group.create_task(keep_open(central.link(one.address, Lines()))) for one in others]
        await asyncio.sleep(5 + seed * 0.9)
        tasks += [group.create_task(one.pack(central).run()) for one in (turns, *vanishing)]
        await expect_within(30, lambda: bool(turns.board.read_at))
        for n in range(300):
            await asyncio.sleep(1.3)
            for one in (dropped, slow):
                if one.client and (n + seed) % 3 == 0:
                    one.drop()
            for number, away in enumerate(vanishing):
                if n % 50 == 20 + seed:
                    away.radio.go_out_of_range()
                elif n % 50 == 40 + number:
                    away.radio.come_into_range()
            stack.remember(*stack.packs.values())
        assert turns.board.oldest < PROMISE, turns.board.oldest
        for task in tasks:
            task.cancel()
    assert not stack.violations
