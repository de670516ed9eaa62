"""One link: opening, subscribing, losing and closing, at exact times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from dbus_xbms.ble.errors import BluetoothHangs, NotInRange, NotSubscribed, OtherMake
from dbus_xbms.model import Notify
from dbus_xbms.process.machine import HERE
from dbus_xbms.protocols import LinkError
from tests.air.fakes import FakePack, FakeStack, Lines, gatt_table, question, running
from tests.air.linked import ADDRESS, linked
from tests.air.virtual_time import now, virtual_time

UUID_TAIL = "-0000-1000-8000-00805f9b34fb"


class Recorder(asyncio.Event):
    """An event that also records each time that it is set."""

    def __init__(self, record: Callable[[], object]) -> None:
        super().__init__()
        self._record = record

    def set(self) -> None:
        self._record()
        super().set()


@virtual_time
async def test_the_subscription_uses_start_notify_and_settles_before_the_first_request() -> None:
    pack = FakePack(ADDRESS)
    began = now()
    async with linked(pack) as (_, client):
        assert client.notify_options == {"use_start_notify": True}
        assert now() - began == pytest.approx(pack.connect_takes + pack.resolve_takes + 0.2)


@virtual_time
async def test_a_socket_is_used_when_requested_or_safe() -> None:
    for notify, safe, acquired in (
        (Notify.START, True, False),
        (Notify.AUTO, True, True),
        (Notify.AUTO, False, False),
        (Notify.ACQUIRE, False, True),
    ):
        pack = FakePack(ADDRESS, acquires_safely=safe)
        stack = FakeStack(pack)
        stack.remember(pack)
        async with running(stack) as central:
            link = central.link(ADDRESS, Lines())
            await link.open(notify)
            assert pack.client
            assert (pack.client.acquired, link.acquired) == (acquired, acquired)
            assert await link.run(question("a")) == b""
            await link.close()


@virtual_time
async def test_a_refused_subscription_is_distinguished_from_a_failed_connection() -> None:
    pack = FakePack(ADDRESS, socket_refused=True)
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(ADDRESS, Lines())
        with pytest.raises(NotSubscribed):
            await link.open(Notify.ACQUIRE)
        assert not link.lost.is_set()
        await link.open(Notify.START)
        await link.close()


@pytest.mark.parametrize(
    ("properties", "response"),
    [
        (["write-without-response"], False),
        (["write", "write-without-response"], False),
        (["read", "write"], True),
    ],
)
@virtual_time
async def test_the_write_type_follows_the_characteristic(properties: list[str], response: bool) -> None:
    pack = FakePack(ADDRESS, services=lambda: gatt_table(write_properties=properties))  # type: ignore[arg-type]
    async with linked(pack) as (link, client):
        await link.run(question("a"))
        assert [how for _, _, how in client.written] == [response]


@virtual_time
async def test_a_later_layout_is_used_if_the_gatt_table_has_it() -> None:
    pack = FakePack(ADDRESS, services=lambda: gatt_table("other", "other notify", "other write"))
    async with linked(pack) as (_, client):
        assert client.subscribed_to == "other notify"


@virtual_time
async def test_a_device_without_known_services_is_rejected_and_disconnected() -> None:
    pack = FakePack(ADDRESS, services=lambda: gatt_table("0000fff9" + UUID_TAIL, "n", "w"))
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(ADDRESS, Lines())
        with pytest.raises(OtherMake, match="no BMS of a known make: its Bluetooth services are 1800, fff9"):
            await link.open()
        assert not pack.clients
        assert central.adapters[0].links == 0


@pytest.mark.parametrize(
    ("notify", "write"), [("0000ff01" + UUID_TAIL, "other write"), ("other notify", "0000ff02" + UUID_TAIL)]
)
@virtual_time
async def test_a_known_service_without_its_characteristics_is_another_make(notify: str, write: str) -> None:
    pack = FakePack(ADDRESS, services=lambda: gatt_table(notify=notify, write=write))
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(ADDRESS, Lines())
        with pytest.raises(OtherMake, match="service ff00 is there, but not its characteristics ff01 and"):
            await link.open()
        assert link.status.state == "another make of BMS"


@virtual_time
async def test_a_hung_bluetoothd_is_distinguished_from_a_pack_that_does_not_answer() -> None:
    pack = FakePack(ADDRESS, in_range=False)
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(ADDRESS, Lines())
        with pytest.raises(LinkError, match="no answer; out of range, or connected to a phone"):
            await link.open()
        stack.hangs = True
        stack.still_connected.add(ADDRESS)  # connect without a scan
        with pytest.raises(BluetoothHangs, match=f"bluetoothd does not answer; {HERE.bluetooth_helps}"):
            await link.open()
        assert link.status.state == "bluetoothd hangs"


@virtual_time
async def test_a_pack_that_is_not_in_range_has_its_own_error_class() -> None:
    async with running(FakeStack(FakePack(ADDRESS, in_range=False))) as central:
        link = central.link(ADDRESS, Lines())
        with pytest.raises(NotInRange):
            await link.open()
        assert link.status.state == "not heard"


@virtual_time
async def test_a_refused_subscription_disconnects_and_explains_that_pairing_is_required() -> None:
    pack = FakePack(ADDRESS, notify_error="GATT Protocol Error: Insufficient Authentication")
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        with pytest.raises(LinkError, match="needs to be paired"):
            await central.link(ADDRESS, Lines()).open()
        assert not pack.clients


@virtual_time
async def test_the_previous_client_is_disconnected_before_a_new_one_connects() -> None:
    pack = FakePack(ADDRESS)
    async with linked(pack) as (link, first):
        pack.drop()
        await link.open()  # a violation if the first is not disconnected by now
        assert first.disconnects == 1
        assert pack.clients == [pack.client] != [first]
        assert link.status.reconnects == 1
        assert await link.run(question("a")) == b""


@virtual_time
async def test_a_late_callback_of_a_previous_client_does_not_touch_the_new_one() -> None:
    pack = FakePack(ADDRESS)
    async with linked(pack) as (link, first):
        pack.drop()
        await link.open()
        first._lost(first)
        assert not link.lost.is_set()


@virtual_time
async def test_closing_ends_in_time_when_disconnecting_hangs() -> None:
    pack = FakePack(ADDRESS, disconnect_takes=99)
    async with linked(pack) as (link, client):
        began = now()
        await link.close()
        assert now() - began == pytest.approx(3)
        assert client.disconnects == 1


@virtual_time
async def test_closing_twice_or_before_opening_does_nothing() -> None:
    async with running(FakeStack()) as central:
        link = central.link(ADDRESS, Lines())
        await link.close()
        await link.close()
        assert link.status.state == "starting"


@virtual_time
async def test_a_cancelled_open_disconnects_and_frees_the_slot() -> None:
    pack = FakePack(ADDRESS)
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        for after in (0.2, 0.7, 1.1):  # connecting, reading the GATT table, settling
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(after):
                    await central.link(ADDRESS, Lines()).open()
            assert not pack.clients
            assert central.adapters[0].links == 0


@virtual_time
async def test_a_link_lost_while_it_settles_fails_to_open() -> None:
    pack = FakePack(ADDRESS)
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        asyncio.get_running_loop().call_later(1.1, pack.drop)
        with pytest.raises(LinkError, match="connection lost"):
            await central.link(ADDRESS, Lines()).open()
        assert not pack.clients


@virtual_time
async def test_the_capture_holds_both_directions() -> None:
    pack = FakePack(ADDRESS)
    stack = FakeStack(pack)
    stack.remember(pack)
    captured: list[tuple[str, str, str]] = []
    async with running(stack) as central:
        link = central.link(ADDRESS, Lines(), capture=lambda *entry: captured.append(entry))
        await link.open()
        await link.run(question("a"))
        await link.close()
    assert captured == [(ADDRESS, ">", b"?a".hex()), (ADDRESS, "<", b"a\n".hex())]


@virtual_time
async def test_each_change_of_state_is_signalled_once() -> None:
    pack = FakePack(ADDRESS)
    seen = []
    async with running(FakeStack(pack)) as central:
        link = central.link(ADDRESS, Lines())
        link.changed = changed = Recorder(lambda: seen.append(link.status.state))
        assert not changed.is_set()
        await link.open()
        pack.go_out_of_range()
        await link.close()
    assert seen == ["searching", "connecting", "connected", "connection lost", "disconnected"]
    assert link.status.rssi == -60
