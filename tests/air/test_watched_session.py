"""Packs that the library aiobmsble reads, over a fake radio."""

from __future__ import annotations

import asyncio

import pytest

from dbus_xbms.ble.errors import NotSubscribed, OtherMake
from dbus_xbms.model import Notify
from dbus_xbms.protocols import LinkError, NoReply
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from tests.air.fakes import question
from tests.air.virtual_time import VirtualTimeLoop, now, virtual_time
from tests.air.watched import closed, opened, simulated


@pytest.mark.parametrize("make", ["litime", "jikong", "daly", "seplos", "renogy"])
@virtual_time
async def test_the_library_reads_a_simulated_pack_of_each_make(make: str) -> None:
    pack = simulated(make)
    async with opened(pack, make) as link:
        await link.log_in()
        reading = await link.read(None, counters=True, limit=10.0)
        assert pack.device
        assert reading.sample.voltage == pytest.approx(sum(reading.sample.cells), abs=0.1)
        assert len(reading.sample.cells) == 4
        assert reading.sample.soc == pytest.approx(pack.device.battery and pack.device.battery.soc, abs=1)
        assert reading.identity
        assert reading.identity.cell_count == 4
        assert (await link.read(reading.identity, counters=False)).identity is None


@pytest.mark.parametrize(
    ("notify", "socket"), [(Notify.START, False), (Notify.AUTO, True), (Notify.ACQUIRE, True)]
)
@virtual_time
async def test_notifications_are_enabled_as_for_every_other_pack(notify: Notify, socket: bool) -> None:
    pack = simulated()
    async with closed(pack) as link:
        await link.open(notify)
        assert pack.client
        assert (pack.client.acquired, link.acquired) == (socket, socket)


@virtual_time
async def test_a_closed_link_leaves_the_pack_to_others_and_opens_again() -> None:
    pack = simulated()
    async with closed(pack) as link:
        for _ in range(3):
            await link.open()
            await link.read(None, counters=False)
            await link.close()
            assert pack.client is None
        with pytest.raises(LinkError, match="not connected"):
            await link.read(None, counters=False)


@virtual_time
async def test_a_lost_connection_ends_a_read_at_once_and_the_library_does_not_connect_again() -> None:
    pack = simulated()
    async with opened(pack) as link:
        assert pack.device
        pack.device.faults.active.append(FrameFault(kind=FaultKind.LOSE, count=None))
        asyncio.get_running_loop().call_later(1.0, pack.drop)
        begun = now()
        with pytest.raises(LinkError, match="connection lost"):
            await link.read(None, counters=False, limit=10.0)
        assert now() - begun == pytest.approx(1.0)
        assert link.lost.is_set()
        await asyncio.sleep(60.0)
        assert pack.client is None


@virtual_time
async def test_what_a_pack_has_sent_while_the_program_was_stopped_is_never_read() -> None:
    pack = simulated("jikong")
    async with opened(pack, "jikong") as link:
        await link.read(None, counters=False, limit=10.0)
        await asyncio.sleep(60.0)
        await link.read(None, counters=False, limit=10.0)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        loop.jump(90.0)
        with pytest.raises(LinkError, match="did not run"):
            await link.read(None, counters=False, limit=10.0)


@virtual_time
async def test_a_silent_pack_is_no_reply_in_time() -> None:
    pack = simulated()
    async with opened(pack) as link:
        assert pack.device
        pack.device.faults.active.append(FrameFault(kind=FaultKind.LOSE, count=None))
        with pytest.raises(NoReply, match="no reply"):
            await link.read(None, counters=False, limit=10.0)


@virtual_time
async def test_a_table_without_its_characteristics_is_another_make() -> None:
    pack = simulated("daly")
    async with closed(pack, "litime") as link:
        with pytest.raises(OtherMake, match="another make"):
            await link.open()
        assert pack.client is None


@virtual_time
async def test_a_refused_subscription_is_told_from_a_failed_connection() -> None:
    pack = simulated()
    pack.notify_error = "Notify acquired"
    async with closed(pack) as link:
        with pytest.raises(NotSubscribed, match="another program"):
            await link.open()


@virtual_time
async def test_a_command_is_refused() -> None:
    async with opened(simulated()) as link:
        with pytest.raises(LinkError, match="only watched"):
            await link.run(question("a"))


@virtual_time
async def test_everything_sent_and_received_is_captured_and_with_a_password_nothing_that_is_sent() -> None:
    lines: list[tuple[str, str]] = []

    def capture(_: str, direction: str, chunk: str) -> None:
        lines.append((direction, chunk))

    for password in ("", "123456"):
        lines.clear()
        async with closed(simulated(), capture=capture) as link:
            await link.open(password=password)
            await link.read(None, counters=False)
        sent = {chunk for direction, chunk in lines if direction == ">"}
        assert sent == ({".. (login hidden)"} if password else {"000004011355aa17"})
        assert any(direction == "<" for direction, _ in lines)
