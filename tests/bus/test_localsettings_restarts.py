"""The client of localsettings while that, or the bus, is away and comes back."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from dbus_xbms.dbus.errors import BusError, BusLost
from dbus_xbms.settings import PackSettings, pack_path
from dbus_xbms.venus.localsettings import LocalSettings
from tests.bus.localsettings_servers import FIRST, SECOND, Changes, Server, name, rows, server, serving

__all__ = ["server"]  # a fixture


async def test_calls_wait_for_localsettings_and_log_it_once(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "dbus_xbms.venus")
    async with serving() as local:
        adding = asyncio.create_task(local.add(rows(FIRST)))
        other = asyncio.create_task(local.add(rows(SECOND)))
        await asyncio.wait([adding], timeout=0.5)
        assert not adding.done()
        await server.start()
        assert (await adding).keys() == rows(FIRST).keys()
        await other
    logged = [(record.levelname, record.message) for record in caplog.records]
    assert logged == [
        ("WARNING", "waiting for localsettings (com.victronenergy.settings)"),
        ("INFO", "localsettings answers"),
    ]


async def test_a_restart_restores_the_settings_and_reports_differences(
    server: Server, tmp_path: Path
) -> None:
    await server.start()
    changes = Changes()
    async with serving(changes) as local:
        await local.add(rows(FIRST))
        await local.set(name(FIRST), "before")
        await server.stop()
        for file in (tmp_path / "settings.json", tmp_path / "settings.xml"):  # as after a reset to defaults
            file.unlink(missing_ok=True)
        await server.start()
        assert await changes.get() == (name(FIRST), "")
        assert (await local.stored(["/Settings/Devices"])).keys() == rows(FIRST).keys()
        assert await local.set(name(FIRST), "after") == "after"
        assert changes.empty()


async def test_the_programs_own_memory_that_a_restart_has_lost_is_stored_again(
    server: Server, tmp_path: Path
) -> None:
    await server.start()
    changes, cells = Changes(), pack_path(FIRST, PackSettings.cells.name)
    async with serving(changes) as local:
        await local.add({cells: PackSettings.cells})
        await local.set(cells, 4)
        await server.stop()
        for file in (tmp_path / "settings.json", tmp_path / "settings.xml"):  # it ended before it stored that
            file.unlink(missing_ok=True)
        await server.start()
        while (await local.stored(["/Settings/Devices"])).get(cells) != 4:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # it is written as soon as localsettings is seen
        assert changes.empty()


async def test_a_write_during_a_restart_is_made_afterwards(server: Server) -> None:
    await server.start()
    async with serving() as local:
        await local.add(rows(FIRST))
        await server.stop()
        writing = asyncio.create_task(local.set(name(FIRST), "patient"))
        await asyncio.wait([writing], timeout=0.3)
        assert not writing.done()
        await server.start()
        assert await writing == "patient"


async def test_the_loss_of_the_bus_ends_the_client(private_bus: str) -> None:
    local = LocalSettings(lambda path, value: None)
    running = asyncio.create_task(local.run())
    await local._connected.wait()
    assert local._bus
    local._bus.disconnect()
    with pytest.raises(BusLost, match="lost the D-Bus connection"):
        await running


async def test_no_bus_ends_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(BusError):
        await LocalSettings(lambda path, value: None).run()


async def test_a_cancelled_client_leaves_nothing_behind(private_bus: str) -> None:
    async with serving() as local:
        adding = asyncio.create_task(local.add({}))
        await asyncio.wait([adding], timeout=0.05)
        adding.cancel()
        await asyncio.wait([adding])
    assert asyncio.all_tasks() == {asyncio.current_task()}
