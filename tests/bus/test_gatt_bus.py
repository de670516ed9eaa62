"""The connection over which characteristics are written and their notifications arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bleak.exc import BleakDBusError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
from dbus_fast import DBusError, Message, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.ble.bluez.bus import FollowingBus, connected
from dbus_xbms.ble.bluez.gatt_bus import GATHERING, MANY, GattBus
from dbus_xbms.ble.bluez.gatt_frames import CHARACTERISTIC
from dbus_xbms.dbus import BusLost, Method, Node, Server, call_daemon
from tests.bus.forger import forging
from tests.patience import PATIENCE

DEVICE = "/org/bluez/hci0/dev_1"
ONE, TWO = f"{DEVICE}/service000c/char000d", "/org/bluez/hci0/dev_2/service000c/char000d"
PROPERTIES = "org.freedesktop.DBus.Properties"
pytestmark = pytest.mark.usefixtures("private_bus")


class FakeBluez:
    """Two characteristics; a write of ``answers`` is refused with that error, once."""

    def __init__(self) -> None:
        self.written: list[tuple[str, bytes, str]] = []
        self.refusals: list[DBusError] = []
        self.silent = False
        node = Node(methods={(CHARACTERISTIC, "WriteValue"): Method(takes="aya{sv}", run=self._write)})
        self.server = Server("org.bluez", lambda path: node if path in (ONE, TWO) else None, lambda path: ())

    async def _write(self, call: Message) -> list[Any]:
        if self.silent:
            await asyncio.Event().wait()
        if self.refusals:
            raise self.refusals.pop(0)
        value, options = call.body
        self.written.append((call.path or "", value, options["type"].value))
        return []

    def notify(self, path: str, value: bytes, **others: Variant) -> None:
        changed = {**others, "Value": Variant("ay", value)}
        self.server.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [CHARACTERISTIC, changed, []])


@asynccontextmanager
async def bluez() -> AsyncIterator[FakeBluez]:
    fake = FakeBluez()
    await fake.server.open()
    try:
        yield fake
    finally:
        await fake.server.close()


class Notifications(asyncio.Queue[bytes]):
    """What has arrived from one characteristic."""

    def __call__(self, value: bytearray) -> None:
        self.put_nowait(bytes(value))

    async def next(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.get()


async def test_writes_of_one_turn_reach_their_characteristics() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        for _ in range(2):  # replies of unknown shape, then of known shape
            await asyncio.gather(
                bus.write(ONE, b"basic", response=False), bus.write(TWO, b"cells", response=True)
            )
        assert fake.written == [(ONE, b"basic", "command"), (TWO, b"cells", "request")] * 2


async def test_an_unconfirmed_write_is_carried_out_and_not_answered() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        await bus.subscribe(ONE, one := Notifications())
        bus.write_unconfirmed(ONE, b"basic")
        while not fake.written:
            await call_daemon(bus, "GetId")
        assert fake.written == [(ONE, b"basic", "command")]
        fake.refusals = [DBusError("org.bluez.Error.Failed", "Not connected")]
        bus.write_unconfirmed(ONE, b"refused")
        await bus.write(ONE, b"cells", response=False)
        fake.notify(ONE, b"still works")
        assert await one.next() == b"still works"
        assert fake.written[1:] == [(ONE, b"cells", "command")]


async def test_notifications_arrive_from_subscribed_characteristics_only() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        one = Notifications()
        await bus.subscribe(ONE, one)
        for n in range(3):
            fake.notify(TWO, b"other")
            fake.notify(ONE, bytes((n,)))
            assert await one.next() == bytes((n,))
        fake.notify(ONE, b"among others", Notifying=Variant("b", True))
        assert await one.next() == b"among others"
        bus.unsubscribe(ONE)
        two = Notifications()
        await bus.subscribe(TWO, two)
        fake.notify(ONE, b"late")
        fake.notify(TWO, b"last")
        assert await two.next() == b"last"
        assert one.empty()


async def test_only_bluez_can_notify_and_answer_writes(private_bus: str) -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _), forging(private_bus) as forger:
        one = Notifications()
        await bus.subscribe(ONE, one)
        fake.notify(ONE, b"first")  # its shape is known from now on
        assert await one.next() == b"first"
        forged = [CHARACTERISTIC, {"Value": Variant("ay", b"forged")}, []]
        await forger.signal(ONE, PROPERTIES, "PropertiesChanged", "sa{sv}as", *forged)
        fake.silent = True
        write = asyncio.create_task(bus.write(ONE, b"basic", response=False))
        await call_daemon(bus, "GetId")
        assert bus.unique_name
        await forger.replies(bus.unique_name, "")
        await call_daemon(bus, "GetId")  # all that was forged has arrived
        assert not write.done()
        fake.notify(ONE, b"second")
        assert await one.next() == b"second"
        write.cancel()


async def test_a_refused_write_raises_the_error_of_bleak() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        fake.refusals = [
            DBusError("org.bluez.Error.Failed", "Not connected"),
            DBusError("org.bluez.Error.NotAuthorized", "Not authorized"),
        ]
        with pytest.raises(BleakDBusError, match="Not connected"):
            await bus.write(ONE, b"basic", response=True)
        with pytest.raises(BleakGATTProtocolError) as refused:
            await bus.write(ONE, b"basic", response=True)
        assert refused.value.code is BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION


async def test_a_write_is_repeated_while_bluez_is_busy_with_another_one() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        fake.refusals = [DBusError("org.bluez.Error.InProgress", "In Progress")] * 2
        await bus.write(ONE, b"basic", response=True)
        assert fake.written == [(ONE, b"basic", "request")]


async def test_a_write_without_bluetoothd_fails() -> None:
    async with connected(GattBus) as (bus, _):
        with pytest.raises(BleakDBusError):
            await bus.write(ONE, b"basic", response=True)


async def test_a_new_bluetoothd_is_heard_as_the_old_one_was() -> None:
    async with connected(GattBus) as (bus, _):
        one = Notifications()
        await bus.subscribe(ONE, one)
        for value in (b"old", b"new"):
            async with bluez() as fake:
                await bus.write(ONE, value, response=True)
                fake.notify(ONE, value)
                assert await one.next() == value


async def test_notifications_of_many_packs_are_gathered_and_none_is_lost() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        packs = [f"/org/bluez/hci0/dev_{n}/service000c/char000d" for n in range(MANY)]
        for path in packs:
            await bus.subscribe(path, arrived := Notifications())
            assert bool(bus.gathering) is (path == packs[-1])
        for n in range(20):
            fake.notify(packs[-1], bytes((n,)))
            if n % 5 == 4:  # the process has nothing to gather for a while
                assert [await arrived.next() for _ in range(5)] == [bytes((m,)) for m in range(n - 4, n + 1)]
                await asyncio.sleep(3 * GATHERING)
        await bus.write(ONE, b"basic", response=False)
        bus.unsubscribe(packs[0])
        assert not bus.gathering
        fake.notify(packs[-1], b"last")
        assert await arrived.next() == b"last"


async def test_a_connection_that_ends_while_messages_are_gathered_is_noticed() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, closed):
        for n in range(MANY):
            await bus.subscribe(f"/org/bluez/hci0/dev_{n}/service000c/char000d", arrived := Notifications())
        fake.notify(f"/org/bluez/hci0/dev_{MANY - 1}/service000c/char000d", b"value")
        await arrived.next()
        bus.disconnect()
        await asyncio.wait([closed], timeout=PATIENCE)
        assert closed.done()
        with pytest.raises(BusLost):
            await bus.write(ONE, b"basic", response=False)


async def test_writes_end_with_the_connection_and_later_ones_fail() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        await bus.subscribe(ONE, Notifications())
        fake.silent = True
        write = asyncio.create_task(bus.write(ONE, b"basic", response=False))
        await call_daemon(bus, "GetId")
        bus.disconnect()
        with pytest.raises(BusLost):
            await write
        with pytest.raises(BusLost):
            await bus.write(ONE, b"basic", response=False)
        for _ in range(2):
            bus.unsubscribe(ONE)


async def test_the_connection_of_bleaks_manager_gets_no_notifications() -> None:
    async with bluez() as fake, connected(FollowingBus) as (bus, _):
        seen: asyncio.Queue[str] = asyncio.Queue()
        bus.add_message_handler(lambda message: seen.put_nowait(message.path or "") if message.path else None)
        await bus.follow_device(DEVICE)
        fake.notify(ONE, b"for others")
        changed = ["org.bluez.Device1", {"Connected": Variant("b", True)}, []]
        fake.server.signal(DEVICE, PROPERTIES, "PropertiesChanged", "sa{sv}as", changed)
        async with asyncio.timeout(PATIENCE):
            assert await seen.get() == DEVICE


async def test_a_write_under_way_fails_when_bluetoothd_ends(private_bus: str) -> None:
    async with connected(GattBus) as (bus, _):
        mute = await MessageBus(private_bus).connect()  # a bluetoothd that answers nothing
        await mute.request_name("org.bluez")
        mute.add_message_handler(lambda call: call.member == "WriteValue")
        await bus.subscribe(ONE, Notifications())
        write = asyncio.create_task(bus.write(ONE, b"cells", response=True))
        await call_daemon(bus, "GetId")  # the write is on its way
        mute.disconnect()
        with pytest.raises(BleakDBusError):
            async with asyncio.timeout(PATIENCE):
                await write
        async with bluez() as fake:
            await bus.write(ONE, b"basic", response=True)
            assert fake.written == [(ONE, b"basic", "request")]


async def test_notifications_of_any_size_and_signals_without_a_value_leave_the_next_ones_whole() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        await bus.subscribe(ONE, one := Notifications())
        for value in (b"known", bytes(500_000), b"", b"next"):
            fake.notify(ONE, value)
            assert await one.next() == value
        changed = {"Notifying": Variant("b", True)}
        fake.server.signal(
            ONE, PROPERTIES, "PropertiesChanged", "sa{sv}as", [CHARACTERISTIC, changed, ["Value"]]
        )
        fake.notify(ONE, b"beside another", Notifying=Variant("b", True))
        fake.notify(ONE, b"last")
        assert [await one.next(), await one.next()] == [b"beside another", b"last"]
        assert one.empty()


async def test_the_callback_of_an_earlier_subscription_hears_nothing_of_a_later_one() -> None:
    async with bluez() as fake, connected(GattBus) as (bus, _):
        await bus.subscribe(ONE, earlier := Notifications())
        fake.notify(ONE, b"earlier")
        assert await earlier.next() == b"earlier"
        bus.unsubscribe(ONE)
        await bus.subscribe(ONE, later := Notifications())
        fake.notify(ONE, b"later")
        assert await later.next() == b"later"
        assert earlier.empty()
