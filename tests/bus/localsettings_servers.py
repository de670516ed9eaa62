"""A localsettings that tests stop and start, simulated and real, and clients of it.

The real one runs only where VICTRON_SRC names a directory with clones of victronenergy/localsettings and
victronenergy/velib_python. They need a Python with dbus-python, PyGObject, lxml and psutil: VICTRON_PYTHON,
by default /usr/bin/python3.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
from dbus_fast import BusType, Message

from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.settings import AnySetting, PackSettings, Value, pack_path
from dbus_xbms.settings_store.service import LocalSettings as Simulated
from dbus_xbms.venus.localsettings import NAME, LocalSettings
from tests.bus.calls import reply_to
from tests.patience import PATIENCE

FIRST, SECOND = "A4:C1:37:01:02:03", "A4:C1:37:01:02:04"


class Server(Protocol):
    """A localsettings that a test can stop and start."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class SimulatedServer:
    def __init__(self, directory: Path) -> None:
        self._file = directory / "settings.json"
        self._served: Simulated | None = None

    async def start(self) -> None:
        self._served = Simulated(BusType.SESSION, self._file)
        await self._served.open()

    async def stop(self) -> None:
        if self._served:
            await self._served.close()


class RealServer:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        source = Path(os.environ["VICTRON_SRC"])
        self._process = await asyncio.create_subprocess_exec(
            os.environ.get("VICTRON_PYTHON", "/usr/bin/python3"),
            str(source / "localsettings/localsettings.py"),
            *("--path", str(self._directory), "--no-delay"),
            env={**os.environ, "PYTHONPATH": str(source / "velib_python")},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process:
            process.terminate()
            await process.wait()


@pytest.fixture(params=["simulated", "real"])
async def server(request: pytest.FixtureRequest, private_bus: str, tmp_path: Path) -> AsyncIterator[Server]:
    if request.param == "real" and "VICTRON_SRC" not in os.environ:
        pytest.skip("VICTRON_SRC does not name the source of localsettings")
    server: Server = (RealServer if request.param == "real" else SimulatedServer)(tmp_path)
    yield server
    await server.stop()


class Changes(asyncio.Queue[tuple[str, Value]]):
    """Changes that the client reports."""

    def record(self, path: str, value: Value) -> None:
        self.put_nowait((path, value))


@asynccontextmanager
async def serving(changes: Changes | None = None) -> AsyncIterator[LocalSettings]:
    local = LocalSettings((changes or Changes()).record)
    task = asyncio.create_task(local.run())
    try:
        async with asyncio.timeout(PATIENCE):
            yield local
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def other_program() -> AsyncIterator[Callable[..., Awaitable[Message]]]:
    """Calls to localsettings by another program."""
    bus = await connect()
    closed = until_closed(bus)

    async def call(
        path: str, member: str, signature: str, *body: object, interface: str = "BusItem"
    ) -> Message:
        return await reply_to(bus, NAME, path, f"com.victronenergy.{interface}", member, signature, *body)

    yield call
    await close(bus, closed)


def rows(address: str) -> dict[str, AnySetting]:
    return {pack_path(address, row.name): row for row in PackSettings.rows}


def instance(address: str) -> str:
    return pack_path(address, "ClassAndVrmInstance")


def name(address: str) -> str:
    return pack_path(address, "CustomName")
