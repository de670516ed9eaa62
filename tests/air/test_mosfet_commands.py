"""MOSFET commands through a pack's whole task, in virtual time: what is reported, what the BMS is sent."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from dbus_xbms import supervision
from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import CLOSE_LIMIT
from dbus_xbms.model import UNFINISHED, CommandState
from dbus_xbms.pack.pack import Pack
from dbus_xbms.pack.poller import COMMAND_LIMIT
from dbus_xbms.policy.mosfets import MASK_AGE
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.device import Device, WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.supervision import END_LIMIT, Hung
from tests.air.fakes import ADDRESSES, FakePack, FakeStack
from tests.air.test_bad_radio import Judge, keep
from tests.air.test_supervision import Keeping
from tests.air.virtual_time import now, virtual_time

ADDRESS = ADDRESSES[0]
OWNER = ":1.7"
CHARGE, DISCHARGE, MODE = "/Io/AllowToCharge", "/Io/AllowToDischarge", "/Settings/MosfetMode"
BALANCING_OFF = "/Settings/TurnBalancingOff"
PERMISSIONS = {"AllowMosfetControl": 1, "AllowDischargeOff": 1, "AllowParameterWrites": 1}
MASK_CONTROL = 0xE1


class Witness(Judge):
    """A BMS that remembers its mask and every write to it."""

    def __init__(self) -> None:
        super().__init__()
        self.masks: list[tuple[float, int]] = [(0.0, 0)]  # s, mask as it took effect
        self.on_mask: Callable[[int], None] = lambda mask: None
        self.battery.overrides.current = 0.0

    def read(self, register: int, now: float) -> bytes | int:
        payload = super().read(register, now)
        self.look()
        return payload

    def write(self, register: int, payload: bytes, now: float) -> int:
        if register == MASK_CONTROL:
            self.look()
            self.on_mask(payload[1])
        return super().write(register, payload, now)

    def look(self) -> None:
        """Take the mask as it is."""
        self.battery.advance(now())
        if self.battery.mask != self.masks[-1][1]:
            self.masks.append((now(), self.battery.mask))

    def somebody_writes(self, mask: int) -> None:
        """A second master writes the mask."""
        self.look()
        self.battery.command(mask, now())

    def had(self, since: float) -> set[int]:
        """The masks that it has had since that moment, the one at that moment included."""
        self.look()
        at_first = [mask for at, mask in self.masks if at <= since][-1:]
        return {*at_first, *(mask for at, mask in self.masks if at > since)}


@dataclass
class Boat:
    """One pack that runs under supervision."""

    pack: Pack
    bms: Witness
    radio: FakePack
    device: Device
    screen: Keeping
    task: asyncio.Task[None]

    def write(self, path: str, value: Value) -> bool:
        """Write to the bus."""
        return self.screen.writes[0](path, value, OWNER)

    @property
    def report(self) -> Report:
        return self.screen.reports[-1][1]

    @property
    def told(self) -> tuple[CommandState, str]:
        return self.report.switching.state, self.report.switching.text

    async def until(self, state: CommandState, limit: float = 20.0) -> None:
        """Wait until that is what the bus tells of the orders."""
        async with asyncio.timeout(limit):
            while self.told[0] is not state:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.05)

    async def outcome(self, limit: float = 60.0) -> tuple[CommandState, str]:
        """What became of the orders, once all have ended."""
        await asyncio.sleep(0.01)
        async with asyncio.timeout(limit):
            while self.told[0] in UNFINISHED:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.05)
        return self.told

    def fault(self, kind: FaultKind, **rest: float) -> None:
        """A fault of the wire."""
        count = int(rest.pop("count", 0)) or None
        self.device.faults.active.append(FrameFault(kind=kind, count=count, until=None, **rest))

    @property
    def sent(self) -> list[str]:
        """The masks that were sent."""
        return [payload for _, register, payload in self.device.counters.writes if register == MASK_CONTROL]


@asynccontextmanager
async def boat(seed: int = 1, **chosen: Value) -> AsyncIterator[Boat]:
    """A boat whose pack has been polled for half a minute."""
    bms, settings = Witness(), PackSettings({**PERMISSIONS, **chosen})
    screen = Keeping(bms)
    screen.hold = 100.0
    device = Device(ADDRESS, bms, WireSpec(), asyncio.get_running_loop(), seed)
    radio = FakePack(ADDRESS, device=device)
    air = Central([Jbd()], stack=FakeStack(radio))
    pack = Pack(ADDRESS, settings, central=air, protocol=Jbd(), service=screen.present, store=keep)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(air.run()), group.create_task(supervision.run(pack))]
        await asyncio.sleep(30)
        yield Boat(pack, bms, radio, device, screen, tasks[1])
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])
    assert screen.wrong == []


@virtual_time
async def test_in_per_poll_mode_an_order_is_judged_by_a_poll_that_comes_after_it() -> None:
    """The phone app has switched charging on again between two polls: "already off" would be a lie."""
    async with boat(ConnectionMode=1) as one:
        assert one.write(CHARGE, 0)
        assert (await one.outcome())[0] is CommandState.DONE
        await asyncio.sleep(5)
        one.bms.somebody_writes(0)  # between two polls
        await asyncio.sleep(1)
        assert one.write(CHARGE, 0)
        assert await one.outcome() == (CommandState.DONE, "charge off: done")
        assert one.sent == ["0001", "0001"]
        assert one.bms.battery.mask == 1


@virtual_time
async def test_in_per_poll_mode_what_the_next_poll_shows_to_be_so_is_not_written() -> None:
    async with boat(ConnectionMode=1) as one:
        await asyncio.sleep(10)  # it is free until the next poll
        begun, polls = now(), one.device.counters.requests["04"]
        assert one.write(CHARGE, 1)
        assert await one.outcome() == (CommandState.DONE, "charge on: done: already on")
        await asyncio.sleep(15)
        assert one.sent == []
        assert any(at > begun for at in one.bms.measured.values())
        assert one.device.counters.requests["04"] == polls + 1  # and the pack is free again


@virtual_time
async def test_an_order_whose_permission_is_withdrawn_while_it_waits_is_refused_and_not_sent() -> None:
    async with boat(Control=1, Chemistry="LiFePO4") as one:
        one.bms.battery.overrides.current = 30.0  # has to fall first
        await asyncio.sleep(2)
        assert one.write(CHARGE, 0)
        await asyncio.sleep(2)
        assert one.told[0] is CommandState.WAITING
        one.pack.monitor.setting_stored("AllowMosfetControl", 0)
        state, words = await one.outcome(2)
        assert state is CommandState.REFUSED
        assert words.startswith("charge off: refused: switching is no longer allowed")
        await asyncio.sleep(30)
        assert one.sent == []


@virtual_time
async def test_an_order_for_charging_does_not_switch_discharging_off_that_was_switched_on_since() -> None:
    async with boat(AllowDischargeOff=0) as one:
        one.bms.somebody_writes(2)
        await asyncio.sleep(3)
        one.bms.somebody_writes(1)
        await asyncio.sleep(3)
        assert one.write(CHARGE, 0)
        assert await one.outcome() == (CommandState.DONE, "charge off: done: already off")
        one.bms.somebody_writes(0)
        await asyncio.sleep(3)
        assert one.write(CHARGE, 0)
        assert (await one.outcome())[0] is CommandState.DONE
        assert one.sent == ["0001"]


@virtual_time
async def test_an_on_right_after_an_off_is_kept_told_of_and_carried_out() -> None:
    async with boat() as one:
        assert one.write(CHARGE, 0)
        await one.outcome()
        sent_at = now()
        assert one.write(CHARGE, 1)
        await asyncio.sleep(1)
        assert one.told == (CommandState.WAITING, "charge on: waiting")
        assert await one.outcome() == (CommandState.DONE, "charge on: done")
        assert 3 < now() - sent_at < 8
        assert one.sent == ["0001", "0000"]


@virtual_time
async def test_an_order_that_comes_while_another_is_sent_is_kept_and_follows_it() -> None:
    async with boat() as one:
        one.fault(FaultKind.LOST_ACKNOWLEDGE, count=1)  # for 2 s
        assert one.write(CHARGE, 0)
        await one.until(CommandState.SENDING)
        assert one.write(DISCHARGE, 0)
        assert await one.outcome() == (CommandState.DONE, "charge off: done; discharge off: done")
        assert one.sent == ["0001", "0003"]


@pytest.mark.parametrize("first", [CHARGE, BALANCING_OFF])
@virtual_time
async def test_a_waiting_order_fails_with_its_link_also_while_another_one_is_on_the_air(first: str) -> None:
    async with boat() as one:
        one.fault(FaultKind.LOST_ACKNOWLEDGE, count=1)
        assert one.write(first, 1 if first == BALANCING_OFF else 0)
        await one.until(CommandState.SENDING)
        assert one.write(DISCHARGE, 0)
        before = len(one.sent)
        one.pack.monitor.setting_stored("Password", "123456")  # makes the link anew
        await asyncio.sleep(30)
        assert "discharge off: failed: a setting of the link was changed" in one.told[1]
        assert len(one.sent) == before
        assert not one.bms.battery.mask & 2


@virtual_time
async def test_a_pack_that_is_removed_during_an_order_ends_within_its_limits() -> None:
    async with boat() as one:
        assert one.write(CHARGE, 0)
        await one.until(CommandState.SENDING)
        one.fault(FaultKind.LOSE)  # nothing arrives any more: the order takes as long as it may
        begun = now()
        one.task.cancel()
        await asyncio.wait([one.task])
        assert one.task.cancelled()
        assert now() - begun <= COMMAND_LIMIT + CLOSE_LIMIT < END_LIMIT


@virtual_time
async def test_a_pack_that_hangs_when_it_is_removed_ends_the_program() -> None:
    class Stubborn:
        address = ADDRESS
        published_at = 1e9

        async def run(self) -> None:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await asyncio.sleep(100)

    task = asyncio.ensure_future(supervision.run(Stubborn()))  # type: ignore[arg-type]
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(Hung, match="cannot be ended"):
        await task
    await asyncio.sleep(200)


@virtual_time
async def test_an_order_that_is_cancelled_and_fails_leaves_no_exception_that_nobody_has_seen() -> None:
    seen: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: seen.append(str(context["message"])))
    async with boat() as one:
        assert one.write(CHARGE, 0)
        await one.until(CommandState.SENDING)
        one.fault(FaultKind.LOSE)
        one.pack.monitor.setting_stored("Password", "123456")  # cancels polling
        await asyncio.sleep(40)
    gc.collect()
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    assert seen == []


@virtual_time
async def test_what_waits_too_long_is_given_up_and_what_is_on_the_air_is_not() -> None:
    async with boat() as one:
        one.fault(FaultKind.LATE, amount=2.5)  # each poll takes longer than a mask may be old
        assert one.write(CHARGE, 0)
        state, words = await one.outcome(30)
        assert (state, words) == (CommandState.FAILED, "charge off: failed: could not be sent within 20 s")
        assert one.sent == []


@virtual_time
async def test_on_a_board_without_lock_bit_the_second_order_does_not_undo_the_first() -> None:
    async with boat() as one:
        one.bms.battery.overrides.hides_lock = True
        assert one.write(DISCHARGE, 0)
        assert (await one.outcome())[0] is CommandState.DONE
        await asyncio.sleep(10)
        assert one.write(CHARGE, 0)
        assert (await one.outcome())[0] is CommandState.DONE
        assert one.sent == ["0002", "0003"]


@dataclass
class Order:
    """An order as it was given."""

    at: float
    wish: dict[int, bool]  # bit of the mask -> on
    number: int
    ended: float | None = None


class Chance:
    """Commands, a second master, permissions, protections and a bad radio, by chance; and what is wrong."""

    def __init__(self, one: Boat, seed: int) -> None:
        self.one = one
        self.lots = random.Random(seed)
        self.orders: list[Order] = []
        self.wrong: list[str] = []
        self.outcomes: dict[str, int] = {}
        self.writes = self.others = 0
        self._allowed: list[tuple[float, str]] = []
        self._last_number = 0
        one.bms.on_mask = self._judge_write

    async def run(self, seconds: float) -> None:
        """Let things happen for so long."""
        end = now() + seconds
        while now() < end:
            await asyncio.sleep(self.lots.expovariate(1.0))
            self._happen()
            self._judge_outcomes()
        self.one.device.faults.clear()
        await asyncio.sleep(60)
        self._judge_outcomes()

    def _happen(self) -> None:
        lots, one = self.lots, self.one
        what = lots.choices(
            ("order", "other", "permission", "protection", "radio", "current"), (5, 4, 1, 2, 2, 1)
        )[0]
        if what == "order":
            self._order(*lots.choice(((CHARGE, 1), (DISCHARGE, 2), (MODE, 3))))
        elif what == "other":
            self.others += 1
            one.bms.somebody_writes(lots.randrange(4))
        elif what == "permission":
            name = lots.choice(("AllowMosfetControl", "AllowDischargeOff"))
            one.pack.monitor.setting_stored(name, int(lots.random() < 0.7))
        elif what == "protection":
            one.bms.battery.overrides.protection = lots.choice((0, 0, 1, 2, 1 << 10))
        elif what == "radio":
            self._radio()
        else:
            one.bms.battery.overrides.current = lots.choice((0.0, 30.0, -30.0))

    def _radio(self) -> None:
        lots, one = self.lots, self.one
        if lots.random() < 0.2:
            if one.radio.client:
                one.radio.drop()
            return
        kinds = (
            FaultKind.LOSE,
            FaultKind.LOST_ACKNOWLEDGE,
            FaultKind.IGNORED_WRITE,
            FaultKind.LOST_READ_BACK,
        )
        one.fault(lots.choice(kinds), count=1)

    def _order(self, path: str, bits: int) -> None:
        value = self.lots.randrange(4) if path == MODE else self.lots.randrange(2)
        wish = {bit: not value & bit for bit in (1, 2)} if path == MODE else {bits: bool(value)}
        if self.one.write(path, value):
            number = self.one.pack.monitor._commands.status.number
            self.orders.append(Order(at=now(), wish=wish, number=number))

    def _judge_write(self, mask: int) -> None:
        self.writes += 1
        before = self.one.bms.had(now() - MASK_AGE - 0.5)  # what the newest poll may have seen
        waiting = [order for order in self.orders if order.ended is None]
        for bit in (1, 2):
            on = not mask & bit
            asked = any(order.wish.get(bit) is on for order in waiting)
            if not asked and on not in {not known & bit for known in before}:
                self.wrong.append(f"{now():.1f}: {mask} was written: bit {bit} was {before}, asked by nobody")

    def _judge_outcomes(self) -> None:
        switching = self.one.pack.monitor._commands.status
        if switching.state in UNFINISHED:
            return
        ended = [order for order in self.orders if order.ended is None and order.number == switching.number]
        for order in self.orders:
            if order.ended is None and order.number <= switching.number:
                order.ended = now()
        if not ended:
            return
        self.outcomes[switching.state.name] = self.outcomes.get(switching.state.name, 0) + 1
        if switching.state is not CommandState.DONE:
            return
        final: dict[int, tuple[bool, float]] = {}
        for order in ended:
            final |= {bit: (on, order.at) for bit, on in order.wish.items()}
        for bit, (on, at) in final.items():
            if on not in {not mask & bit for mask in self.one.bms.had(at)}:
                self.wrong.append(f"{now():.1f}: bit {bit} {'on' if on else 'off'} was told to be done")


SEEDS = int(os.environ.get("SWITCHING_SEEDS", "6"))
TOTALS: dict[str, int] = {}


@pytest.mark.parametrize("seed", range(SEEDS))
@virtual_time
async def test_whatever_happens_each_bit_written_was_asked_for_and_what_is_done_was_so(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "dbus_xbms")
    controls: dict[str, Value] = {"Control": 1, "Chemistry": "LiFePO4"} if seed % 3 == 0 else {}
    async with boat(seed, ConnectionMode=seed % 2, PollInterval=10.0 * (seed % 2), **controls) as one:
        chance = Chance(one, seed)
        await chance.run(1200)
    assert chance.wrong == []
    assert chance.writes > 5
    assert chance.outcomes.get("DONE", 0) > 5
    counted = {"writes": chance.writes, "others": chance.others, "orders": len(chance.orders)}
    for name, count in {**counted, **chance.outcomes}.items():
        TOTALS[name] = TOTALS.get(name, 0) + count
