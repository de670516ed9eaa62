"""One open link: requests, replies and pushed frames, at exact times."""

from __future__ import annotations

import asyncio

import pytest

from dbus_xbms.ble.exchange import MOST_RECEIVED
from dbus_xbms.protocols import Conversation, Echo, Frame, GattLayout, LinkError, NoReply, expect
from tests.air.fakes import (
    NOTIFY,
    SERVICE,
    Answer,
    FakePack,
    FakeStack,
    LineFramer,
    Lines,
    ask,
    key,
    question,
    running,
)
from tests.air.linked import ADDRESS, linked, silent_for
from tests.air.virtual_time import now, virtual_time


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
@virtual_time
async def test_a_bug_of_bleak_in_a_write_is_a_lost_connection(fault: Exception) -> None:
    async with linked(FakePack(ADDRESS, write_error=fault)) as (link, _):
        with pytest.raises(LinkError, match="write failed: connection lost"):
            await link.run(question("a"))


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
