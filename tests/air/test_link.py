"""One link: requests, replies, losses and closing, at exact times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from dbus_xbms.ble.errors import BluetoothHangs, NotInRange, NotSubscribed, OtherMake
from dbus_xbms.ble.exchange import MOST_RECEIVED
from dbus_xbms.ble.link import Link
from dbus_xbms.model import Notify
from dbus_xbms.process.machine import HERE
from dbus_xbms.protocols import Conversation, Echo, Frame, GattLayout, LinkError, NoReply, expect
from tests.air.fakes import (
    ADDRESSES,
    NOTIFY,
    SERVICE,
    Answer,
    FakeClient,
    FakePack,
    FakeStack,
    LineFramer,
    Lines,
    ask,
    gatt_table,
    key,
    question,
    running,
)
from tests.air.virtual_time import now, virtual_time

ADDRESS = ADDRESSES[0]
UUID_TAIL = "-0000-1000-8000-00805f9b34fb"


@asynccontextmanager
async def linked(pack: FakePack, protocol: Lines | None = None) -> AsyncIterator[tuple[Link, FakeClient]]:
    """An open link to a pack that BlueZ knows."""
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(pack.address, protocol or Lines())
        try:
            await link.open()
            assert pack.client
            yield link, pack.client
        finally:
            await link.close()


class Recorder(asyncio.Event):
    """An event that also records each time that it is set."""

    def __init__(self, record: Callable[[], object]) -> None:
        super().__init__()
        self._record = record

    def set(self) -> None:
        self._record()
        super().set()


class Counting(LineFramer):
    """A framer that records what it was fed."""

    def __init__(self) -> None:
        super().__init__()
        self.fed: list[bytes] = []

    def feed(self, chunk: bytes) -> list[Frame | Echo]:
        self.fed.append(chunk)
        return super().feed(chunk)


class Framed(Lines):
    """A protocol with a given framer."""

    def __init__(self, framer: LineFramer) -> None:
        self._framer = framer

    def framer(self) -> LineFramer:
        return self._framer


def silent_for(requests: int) -> FakePack:
    left = requests

    def answer(request: bytes) -> list[Answer]:
        nonlocal left
        left -= 1
        return [] if left >= 0 else [(0.1, request[1:] + b"yes\n")]

    return FakePack(ADDRESS, answer=answer)


@virtual_time
async def test_a_reply_ends_the_wait_at_once() -> None:
    async with linked(silent_for(0)) as (link, _):
        began = now()
        assert await link.run(question("a")) == b"yes"
        assert now() - began == pytest.approx(0.1)


@virtual_time
async def test_a_lost_request_is_sent_again_after_exactly_its_timeout() -> None:
    async with linked(silent_for(2)) as (link, client):
        began = now()
        assert await link.run(question("a")) == b"yes"
        assert [at - began for at, _, _ in client.written] == pytest.approx([0, 2, 4])


@virtual_time
async def test_a_request_without_reply_fails_after_the_last_retry() -> None:
    async with linked(silent_for(99)) as (link, client):
        began = now()
        with pytest.raises(NoReply, match="no reply to line 0x61 in 3 tries") as caught:
            await link.run(question("a"))
        assert now() - began == pytest.approx(6)
        assert not caught.value.echoed
        assert not link.lost.is_set()
        assert len(client.written) == 3


@virtual_time
async def test_a_request_without_retries_is_sent_once() -> None:
    async with linked(silent_for(99)) as (link, client):
        with pytest.raises(NoReply):
            await link.run(question("a", retries=0))
        assert len(client.written) == 1


@virtual_time
async def test_a_reply_in_several_notifications_is_reassembled() -> None:
    pack = FakePack(ADDRESS, answer=lambda _: [(0.1, b"a"), (0.11, b"bc"), (0.3, b"\n")])
    async with linked(pack) as (link, _):
        assert await link.run(question("a")) == b"bc"


@virtual_time
async def test_a_truncated_reply_does_not_corrupt_the_next() -> None:
    answers = iter([[(0.1, b"a cut")], [(0.1, b"awhole\n")]])
    async with linked(FakePack(ADDRESS, answer=lambda _: next(answers))) as (link, _):
        assert await link.run(question("a")) == b"whole"


@virtual_time
async def test_notifications_are_ignored_while_no_request_is_in_flight() -> None:
    framer = Counting()
    pack = FakePack(ADDRESS)
    async with linked(pack, Framed(framer)) as (link, client):
        client.notify(b"\xdd" * 244)
        await link.run(question("a"))
        client.notify(b"b\n" * 100)
        assert framer.fed == [b"a\n"]


def wait_for(letter: str, timeout: float) -> Conversation[bytes]:
    """A conversation that only waits for a frame; returns its payload."""
    frame = yield expect(key(letter), timeout)
    return frame.payload


@virtual_time
async def test_a_pushed_frame_is_awaited_without_a_write() -> None:
    async with linked(FakePack(ADDRESS)) as (link, client):
        loop, began = asyncio.get_running_loop(), now()
        for delay, chunk in ((0.5, b"bother\n"), (0.7, b"apu"), (0.8, b"shed\n")):
            loop.call_later(delay, client.notify, chunk)
        assert await link.run(wait_for("a", 2.0)) == b"pushed"
        assert now() - began == pytest.approx(0.8)
        assert client.written == []


@virtual_time
async def test_waiting_for_a_pushed_frame_fails_after_its_timeout() -> None:
    async with linked(FakePack(ADDRESS)) as (link, _):
        began = now()
        with pytest.raises(NoReply, match=r"no frame line 0x61$"):
            await link.run(wait_for("a", 5.0))
        assert now() - began == pytest.approx(5)
        assert not link.lost.is_set()
        with pytest.raises(NoReply, match="not finished after 1 s"):
            await link.run(wait_for("a", 5.0), 1.0)


@virtual_time
async def test_more_than_2_kb_without_the_awaited_frame_is_a_broken_link() -> None:
    async with linked(FakePack(ADDRESS)) as (link, client):
        loop = asyncio.get_running_loop()
        for n in range(20):
            loop.call_later(0.1 + 0.001 * n, client.notify, b"\xdd" * 244)
        with pytest.raises(LinkError, match="sends without end: over 2048 bytes"):
            await link.run(wait_for("a", 2.0))


class Listening(Lines):
    """A protocol that never writes."""

    layouts = (GattLayout(service=SERVICE, notify=NOTIFY),)


@virtual_time
async def test_a_protocol_that_only_listens_needs_no_characteristic_to_write_to() -> None:
    async with linked(FakePack(ADDRESS), Listening()) as (link, client):
        asyncio.get_running_loop().call_later(0.5, client.notify, b"apushed\n")
        assert await link.run(wait_for("a", 2.0)) == b"pushed"
        with pytest.raises(LinkError, match="no characteristic to write to"):
            await link.run(question("a"))


@virtual_time
async def test_more_than_2_kb_for_one_request_is_a_broken_link() -> None:
    flood = [(0.1 + 0.001 * n, b"\xdd" * 244) for n in range(20)]
    async with linked(FakePack(ADDRESS, answer=lambda _: flood)) as (link, _):
        began = now()
        with pytest.raises(LinkError, match="sends without end: over 2048 bytes") as caught:
            await link.run(question("a"))
        assert not isinstance(caught.value, NoReply)
        assert now() - began == pytest.approx(0.108)  # the ninth notification
        with pytest.raises(LinkError, match="sends without end"):
            await link.run(question("a"))


@virtual_time
async def test_the_limit_of_2_kb_counts_per_request_including_its_retries() -> None:
    long = b"x" * (MOST_RECEIVED // 2) + b"\n"
    answers = iter([[(0.1, long)], [(0.1, b"ayes\n")], [(0.1, long)], [(0.1, long)]])
    async with linked(FakePack(ADDRESS, answer=lambda _: next(answers))) as (link, _):
        assert await link.run(question("a")) == b"yes"
        with pytest.raises(LinkError, match="sends without end"):
            await link.run(question("b"))


@virtual_time
async def test_a_bug_in_a_conversation_is_not_reported_as_a_radio_error() -> None:
    def faulty() -> Conversation[None]:
        yield ask("a")
        raise KeyError("a bug")

    async with linked(silent_for(0)) as (link, _):
        with pytest.raises(KeyError, match="a bug"):
            await link.run(faulty())


@pytest.mark.parametrize("fault", [AssertionError(), AttributeError("body"), IndexError("fd"), KeyError("x")])
def test_a_bug_of_bleak_in_a_write_is_a_lost_connection(fault: Exception) -> None:
    @virtual_time
    async def check() -> None:
        async with linked(FakePack(ADDRESS, write_error=fault)) as (link, _):
            with pytest.raises(LinkError, match="write failed: connection lost"):
                await link.run(question("a"))

    check()


@virtual_time
async def test_a_late_reply_is_not_taken_for_another_reply() -> None:
    answers = iter([[(2.5, b"alate\n")], [], [], [(0.6, b"bnow\n")]])
    async with linked(FakePack(ADDRESS, answer=lambda _: next(answers))) as (link, _):
        with pytest.raises(NoReply):
            await link.run(question("a", retries=0))
        assert await link.run(question("b", retries=2)) == b"now"


@virtual_time
async def test_a_frame_of_another_register_or_a_duplicate_is_dropped() -> None:
    answers = iter([[(0.1, b"bwrong\naright\naright\n"), (0.2, b"aagain\n")], [(0.3, b"bright\n")]])
    async with linked(FakePack(ADDRESS, answer=lambda _: next(answers))) as (link, _):
        assert await link.run(question("a")) == b"right"
        assert await link.run(question("b")) == b"right"


@virtual_time
async def test_a_conversation_can_handle_an_echo_by_another_request() -> None:
    def answer(request: bytes) -> list[Answer]:
        return [(0.1, request + b"\n")] if request == b"?a" else [(0.1, b"bok\n")]

    def either() -> Conversation[tuple[bool, bytes]]:
        try:
            yield ask("a", retries=0)
        except NoReply as err:
            frame = yield ask("b")
            return err.echoed, frame.payload
        return False, b""

    async with linked(FakePack(ADDRESS, answer=answer)) as (link, _):
        assert await link.run(either()) == (True, b"ok")


@virtual_time
async def test_the_echo_of_another_request_does_not_count() -> None:
    async with linked(FakePack(ADDRESS, answer=lambda _: [(0.1, b"?z\n")])) as (link, _):
        with pytest.raises(NoReply) as caught:
            await link.run(question("a"))
        assert not caught.value.echoed


@virtual_time
async def test_a_disconnect_fails_the_request_in_flight_at_once() -> None:
    pack = silent_for(99)
    async with linked(pack) as (link, _):
        began = now()
        asyncio.get_running_loop().call_later(0.7, pack.drop)
        with pytest.raises(LinkError, match="connection lost"):
            await link.run(question("a"))
        assert now() - began == pytest.approx(0.7)
        assert link.lost.is_set()
        assert link.status.state == "connection lost"
        with pytest.raises(LinkError, match="connection lost"):
            await link.run(question("a"))


@virtual_time
async def test_a_disconnect_fails_a_write_that_hangs_at_once() -> None:
    pack = FakePack(ADDRESS, write_hangs=True)
    async with linked(pack) as (link, _):
        began = now()
        asyncio.get_running_loop().call_later(0.7, pack.drop)
        with pytest.raises(LinkError, match="connection lost"):
            await link.run(question("a"))
        assert now() - began == pytest.approx(0.7)


@virtual_time
async def test_a_write_that_hangs_ends_after_the_timeout_of_the_request() -> None:
    async with linked(FakePack(ADDRESS, write_hangs=True)) as (link, _):
        began = now()
        with pytest.raises(NoReply):
            await link.run(question("a", timeout=1.5, retries=1))
        assert now() - began == pytest.approx(3)


@virtual_time
async def test_a_link_works_after_a_conversation_was_cancelled_during_a_write() -> None:
    pack = FakePack(ADDRESS, write_hangs=True)
    async with linked(pack) as (link, _):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await link.run(question("a"))
        pack.write_hangs = False
        assert await link.run(question("b")) == b""


@virtual_time
async def test_a_conversation_is_always_closed() -> None:
    ended = []

    def recorded() -> Conversation[None]:
        try:
            yield ask("a", retries=0)
        finally:
            ended.append(True)

    async with linked(silent_for(99)) as (link, _):
        with pytest.raises(NoReply):
            await link.run(recorded())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await link.run(recorded())
    assert ended == [True, True]


@virtual_time
async def test_a_link_that_is_not_open_reports_not_connected() -> None:
    async with running(FakeStack()) as central:
        with pytest.raises(LinkError, match="not connected"):
            await central.link(ADDRESS, Lines()).run(question("a"))


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
def test_the_write_type_follows_the_characteristic(properties: list[str], response: bool) -> None:
    @virtual_time
    async def check() -> None:
        pack = FakePack(ADDRESS, services=lambda: gatt_table(write_properties=properties))  # type: ignore[arg-type]
        async with linked(pack) as (link, client):
            await link.run(question("a"))
            assert [how for _, _, how in client.written] == [response]

    check()


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
        with pytest.raises(OtherMake, match="no BMS that we know: its GATT services are 1800, fff9"):
            await link.open()
        assert not pack.clients
        assert central.adapters[0].links == 0


@pytest.mark.parametrize(
    ("notify", "write"), [("0000ff01" + UUID_TAIL, "other write"), ("other notify", "0000ff02" + UUID_TAIL)]
)
def test_a_known_service_without_its_characteristics_is_another_make(notify: str, write: str) -> None:
    @virtual_time
    async def check() -> None:
        pack = FakePack(ADDRESS, services=lambda: gatt_table(notify=notify, write=write))
        stack = FakeStack(pack)
        stack.remember(pack)
        async with running(stack) as central:
            link = central.link(ADDRESS, Lines())
            with pytest.raises(
                OtherMake, match="service ff00 is there, but not its characteristics ff01 and"
            ):
                await link.open()
            assert link.status.state == "another make of BMS"

    check()


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
