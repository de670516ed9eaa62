"""The name and the connection of a device service: taken, lost, stalled and closed."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Message, NameFlag, RequestNameReply, Variant

from dbus_xbms.dbus.connection import connect
from dbus_xbms.dbus.errors import BusError, NameTaken, NoBus
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.service import ItemService
from tests.bus.item_service import (
    DBUS,
    ITEMS,
    NAME,
    VALUES,
    Client,
    Writes,
    client,
    other_program,
    service,
    writes,
)
from tests.bus.venus import show
from tests.open_files import open_files
from tests.patience import PATIENCE

__all__ = ["client", "service", "writes"]  # fixtures


async def test_the_service_is_complete_when_its_name_appears(private_bus: str, client: Client) -> None:
    await client.listen(f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{NAME}'")
    answers: list[asyncio.Future[Any]] = []
    client.on_owner = lambda name: answers.append(asyncio.ensure_future(client.body("/", "GetItems")))
    service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    await service.start()
    await client.received()
    (items,) = await asyncio.gather(*answers)
    assert items.keys() == VALUES.keys()
    await service.stop()


async def test_a_taken_name_is_an_error_and_leaves_nothing_behind(
    service: ItemService, client: Client
) -> None:
    second = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    with pytest.raises(NameTaken, match="another dbus-xbms"):
        await second.start()
    assert not second.lost.is_set()
    assert await client.body("/DeviceInstance", "GetValue") == Variant("i", 3)
    assert not service.lost.is_set()


async def test_two_services_of_one_process_have_the_same_paths_and_their_own_connections(
    service: ItemService, client: Client
) -> None:
    other = ItemService(NAME + "_2", ITEMS, VALUES | {"/DeviceInstance": 4}, Writes())
    await other.start()
    show(service, VALUES | {"/Dc/0/Voltage": 1.0})
    show(other, VALUES | {"/DeviceInstance": 4, "/Dc/0/Voltage": 2.0})
    await client.received()
    owner = await client.bus.call(
        Message(destination=DBUS, path="/", interface=DBUS, member="GetNameOwner", signature="s", body=[NAME])
    )
    assert owner
    show(service, VALUES | {"/Dc/0/Voltage": 3.0})
    await client.call("/", "Ping", interface="org.freedesktop.DBus.Peer")
    assert [message.sender for message in client.signals] == owner.body
    await other.stop()


async def test_the_name_is_free_as_soon_as_the_service_stops(private_bus: str) -> None:
    for _ in range(5):
        service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
        await service.start()
        await service.stop()
        assert not service.lost.is_set()


async def test_stopping_closes_the_connection_and_ends_every_task(private_bus: str) -> None:
    before = open_files()
    service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    await service.start()
    await service.stop()
    await service.stop()
    service.publish(())  # harmless after the end
    gc.collect()
    assert open_files() == before
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_name_cannot_be_taken_but_its_loss_is_noticed(service: ItemService, client: Client) -> None:
    reply = await client.bus.request_name(NAME, NameFlag.REPLACE_EXISTING | NameFlag.DO_NOT_QUEUE)
    assert reply is RequestNameReply.EXISTS
    assert not service.lost.is_set()
    assert service._server.bus
    await service._server.bus.release_name(NAME)  # announced by NameLost, as for any other reason
    async with asyncio.timeout(PATIENCE):
        await service.lost.wait()


@pytest.fixture
def stoppable_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """A bus that the test can stop."""
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:dir={tmp_path}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", process.stdout.readline().strip())
        try:
            yield process
        finally:
            process.kill()


async def test_the_loss_of_the_bus_is_noticed(stoppable_bus: subprocess.Popen[str]) -> None:
    service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    await service.start()
    stoppable_bus.kill()
    async with asyncio.timeout(PATIENCE):
        await service.lost.wait()
    service.publish(())
    await service.stop()
    assert service.lost.is_set()


async def test_a_stalled_bus_costs_neither_the_connection_nor_memory(
    stoppable_bus: subprocess.Popen[str],
) -> None:
    service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    await service.start()
    client = Client(await other_program())
    await client.listen(f"type='signal',interface='{BUS_ITEM}'")
    stoppable_bus.send_signal(signal.SIGSTOP)
    for n in range(5000):  # far more than a socket holds
        show(service, VALUES | {"/Counter": n, "/CustomName": "x" * 100})
    assert service._server.bus
    assert service._server.bus._writer
    assert len(service._server.bus._writer.messages) <= 1
    stoppable_bus.send_signal(signal.SIGCONT)
    async with asyncio.timeout(PATIENCE):
        while not (received := await client.received()) or received[-1]["/Counter"]["Value"].value != 4999:
            pass
    assert not service.lost.is_set()
    await service.stop()
    client.bus.disconnect()
    await client.bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def test_a_missing_bus_is_an_error_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(NoBus, match="cannot connect to the D-Bus session bus"):
        await connect()
    with pytest.raises(BusError):
        await ItemService(NAME, ITEMS, dict(VALUES), Writes()).start()


async def test_the_system_bus_is_used_without_a_session_bus(
    private_bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    bus = await connect()
    assert bus.connected
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
