"""Every module of the library, with packs that answer nothing or nonsense: known errors, in time."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.uuids import normalize_uuid_str

from dbus_xbms.ble import watched_session
from dbus_xbms.ble.bluez import aiobmsble as library
from dbus_xbms.ble.watched_session import CANCEL_LIMIT, LEAVE_LIMIT, START_LIMIT
from dbus_xbms.model import Reading
from dbus_xbms.protocols import LinkError, ProtocolError
from dbus_xbms.protocols.aiobmsble import WatchedFamily, watched_families
from tests.air.fakes import ADDRESSES, Answer, FakePack, FakeStack, running
from tests.air.virtual_time import now, virtual_time

pytest.importorskip("aiobmsble", reason="the library needs Python 3.12")

ADDRESS = ADDRESSES[0]
POLL_LIMIT = 10.0  # s
CONNECT = 5.0  # s that the fake radio takes at most
FAMILIES = watched_families()
LISTENING = {"allpowers", "lithionics", "myvolta", "superb", "topband"}  # they have nothing to write to


def table_of(family: WatchedFamily) -> BleakGATTServiceCollection:
    """Return a GATT table with everything that a module looks for, in each of its services."""
    bms: Any = library.load(family.name)
    table, handle = BleakGATTServiceCollection(), 10
    named = [bms.uuid_rx()] if family.name in LISTENING else [bms.uuid_rx(), bms.uuid_tx()]
    characteristics = {normalize_uuid_str(uuid) for uuid in named}
    for uuid in bms.uuid_services():
        service = BleakGATTService(None, handle, normalize_uuid_str(uuid))
        table.add_service(service)
        for one in sorted(characteristics):
            handle += 2
            flags: Any = ["read", "notify", "write", "write-without-response"]
            table.add_characteristic(BleakGATTCharacteristic(None, handle, one, flags, lambda: 20, service))
        characteristics.clear()
        handle += 2
    return table


def silent(_: bytes) -> list[Answer]:
    """Answer nothing."""
    return []


def noise(seed: int) -> Any:
    """Return a pack that answers with what it was sent, changed, or with random bytes."""
    chance = random.Random(seed)

    def answer(request: bytes) -> list[Answer]:
        chunks: list[Answer] = []
        for n in range(chance.randint(0, 4)):
            chunk = bytearray(request or b"\0") if chance.random() < 0.5 else bytearray()
            chunk += chance.randbytes(chance.randint(0, 120))
            chunk[chance.randrange(len(chunk)) if chunk else 0 : 1] = chance.randbytes(1)
            chunks.append((0.02 * (n + 1), bytes(chunk)))
        return chunks

    return answer


async def attempts(family: WatchedFamily, answer: Any, count: int) -> list[str]:
    """Connect and read so often; return the outcomes."""
    pack = FakePack(ADDRESS, answer=answer, services=lambda: table_of(family), disconnect_takes=0.1)
    stack, outcomes = FakeStack(pack), []
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(ADDRESS, family)
        for _ in range(count):
            begun = now()
            try:
                await link.open()
                await link.log_in()
                for _ in range(3):
                    reading = await link.read(None, counters=False, limit=POLL_LIMIT)
                    assert isinstance(reading, Reading)
                outcomes.append("read")
            except (LinkError, ProtocolError) as err:
                outcomes.append(str(err))
            await link.close()
            assert outcomes[-1]
            assert pack.client is None
            assert now() - begun < CONNECT + START_LIMIT + 4 * POLL_LIMIT + 2 * CANCEL_LIMIT + LEAVE_LIMIT
    assert not watched_session._left_behind
    assert not stack.violations
    return outcomes


@pytest.mark.parametrize("name", sorted(LISTENING))
def test_a_module_that_only_listens_has_no_characteristic_to_write_to(name: str) -> None:
    with pytest.raises(NotImplementedError):
        library.load(name).uuid_tx()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@virtual_time
async def test_a_module_whose_pack_answers_nothing_fails_in_time(family: WatchedFamily) -> None:
    outcomes = await attempts(family, silent, 2)
    assert "read" not in outcomes


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@virtual_time
async def test_a_module_whose_pack_answers_nonsense_raises_only_errors_of_this_program(
    family: WatchedFamily,
) -> None:
    for seed in range(4):
        assert len(await attempts(family, noise(seed), 2)) == 2
        await asyncio.sleep(60.0)
